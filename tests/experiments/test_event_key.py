"""The key of an event: alike for the same event, different for any other, another in another study."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from experiments.event_key import event_keys

KEY = b"k" * 32
ROWS = pa.table(
    {
        "unit": pa.array([1, 1, 2, 1, 1, 1, 1], pa.uint64()),
        "session": pa.array([None, 0, None, 1, None, None, 1], pa.uint64()),
        "event": ["click", "click", "click", "click", None, "", "click"],
        "value": pa.array([None, None, None, None, None, 0.0, 1.0]),
    }
)
NO_IDS = pa.chunked_array([pa.nulls(7, pa.uint64())])


def test_rows_that_differ_in_any_cell_have_different_keys_and_a_gap_is_no_value() -> None:
    assert len(set(event_keys(ROWS, NO_IDS, ROWS.column_names, KEY).to_pylist())) == 7


def test_the_key_does_not_depend_on_the_rows_place_or_neighbours() -> None:
    keys = event_keys(ROWS, NO_IDS, ROWS.column_names, KEY).to_pylist()
    for place in range(7):
        alone = event_keys(ROWS.slice(place, 1), NO_IDS.slice(0, 1), ROWS.column_names, KEY)
        assert alone.to_pylist() == [keys[place]]


def test_the_same_cells_in_other_columns_or_under_another_studys_key_are_another_event() -> None:
    rows, none, names = ROWS.slice(0, 3), NO_IDS.slice(0, 3), ROWS.column_names
    swapped = rows.rename_columns(["session", "unit", "event", "value"])
    keys = event_keys(rows, none, names, KEY).to_pylist()
    for other in (event_keys(swapped, none, names, KEY), event_keys(rows, none, names, b"j" * 32)):
        assert set(other.to_pylist()).isdisjoint(keys)


def test_an_event_id_decides_alone_where_there_is_one() -> None:
    ids = pa.chunked_array([pa.array([5, 5, None, None, None, None, None], pa.uint64())])
    keys = event_keys(ROWS, ids, ROWS.column_names, KEY).to_pylist()
    assert keys[:2] == [5, 5]
    assert len(set(keys)) == 6


@pytest.mark.parametrize("step", [1, 1_000_000, 86_400_000_000])
def test_regular_rows_do_not_collide(step: int) -> None:
    units, times = np.meshgrid(np.arange(300, dtype=np.uint64), np.arange(300) * step)
    rows = pa.table({"unit": units.ravel(), "occurred_at": pa.array(times.ravel()).cast(pa.timestamp("us"))})
    none = pa.chunked_array([pa.nulls(rows.num_rows, pa.uint64())])
    keys = event_keys(rows, none, rows.column_names, KEY).to_numpy()
    assert len(np.unique(keys)) == rows.num_rows
    ones = np.unpackbits(keys.view(np.uint8)).reshape(-1, 64).mean(axis=0)  # every bit half the time
    assert np.abs(ones - 0.5).max() < 5 * 0.5 / np.sqrt(rows.num_rows)
