"""Columns of events read without a query: every row of a range once, and a unit's rows together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from experiments import log_columns, parquet_parts
from experiments.log_columns import log_blocks, places
from experiments.parquet_files import Files
from experiments.unit_range import WHOLE, UnitRange

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = pa.schema(
    [("unit", pa.uint64()), ("place", pa.int64()), ("arm", pa.string()), ("value", pa.float64())]
)
NAMES = ("unit", "place", "arm", "value")


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, pd.DataFrame]]:
    """Three files in the order of units: two overlap, the third lacks a column and comes first by unit."""
    monkeypatch.setattr(parquet_parts, "ROW_GROUP", 40)
    monkeypatch.setattr(log_columns, "BATCH", 16)
    rng = np.random.default_rng(2)
    made = []
    for number, (low, high) in enumerate([(100, 180), (150, 190), (0, 60)]):
        units = np.sort(rng.integers(low, high, 300))
        units[100:160] = units[100]  # more rows than are read together
        rows = pd.DataFrame({"unit": np.sort(units), "place": np.arange(300) + 1000 * number})
        rows["arm"] = rng.choice(["none", "warning"], 300)
        rows["arm"] = rows["arm"].where(rng.random(300) < 0.3)
        rows["value"] = np.nan if number == 2 else rng.random(300)
        there = [name for name in NAMES if number < 2 or name != "value"]
        table = pa.Table.from_pandas(rows[there], pa.schema([SCHEMA.field(name) for name in there]))
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(parquet_parts.as_parquet(table.replace_schema_metadata(None)))
        made.append((path, rows))
    return made


@pytest.mark.parametrize("chosen", [(0, 1, 2), (0, 2), (2,), ()])
@pytest.mark.parametrize("within", [WHOLE, UnitRange(20, 170), UnitRange(200, 300)])
def test_every_row_of_a_range_comes_once_and_each_unit_in_one_block(
    written: list[tuple[Path, pd.DataFrame]], chosen: tuple[int, ...], within: UnitRange
) -> None:
    files = [written[place] for place in chosen]
    held = Files(tuple(path for path, _ in files), SCHEMA)
    blocks = [block.to_pandas() for block in log_blocks(held, within, NAMES)]
    all_rows = pd.concat([rows for _, rows in files] or [written[0][1].head(0)])
    expected = all_rows[all_rows["unit"].between(within.low, within.high)]
    found = pd.concat(blocks) if blocks else expected.head(0)
    order = ["unit", "place"]
    pd.testing.assert_frame_equal(
        found.astype({"unit": "int64", "arm": "object"}).reset_index(drop=True),
        expected.sort_values(order).astype({"arm": "object"}).reset_index(drop=True)[list(NAMES)],
    )
    units = [unit for block in blocks for unit in block["unit"].unique()]
    assert len(units) == len(set(units))


def test_the_place_of_a_word_is_that_of_its_name_in_every_chunk() -> None:
    words = pa.chunked_array(
        [pa.array(["b", None, "c"]).dictionary_encode(), pa.array(["c", "a", "b"]).dictionary_encode()]
    )
    assert places(words, ["a", "b"]).tolist() == [1, 2, 2, 2, 0, 1]
    assert places(words.slice(2, 2), ["c"]).tolist() == [0, 0]
    assert places(words.slice(0, 0), ["c"]).tolist() == []
