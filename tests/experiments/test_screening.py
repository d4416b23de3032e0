"""A row is judged alike whether it is plain enough to be judged at once or read with all care."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
import pytest

from experiments import screening
from experiments.bundled import pilots
from experiments.engine import engine
from experiments.events import ASSIGNED, SURVEY
from experiments.screening import Screen
from experiments.study_file import read_study

if TYPE_CHECKING:
    from experiments.events import Vocabulary
    from experiments.study import Study

KEY = b"k" * 32
ODD = (
    "",
    "",
    None,
    "x",
    "jane@example.org",
    "2026-01-01",
    "0",
    "١",
    "a\nb",
    "9" * 64,
    "=1+1",
    "NULL",
    "F" * 12,
)
NUMBERS = (
    "",
    "",
    "1",
    "2",
    "3",
    "-4",
    "0.5",
    "12.25",
    "1e2",
    "+7",
    ".5",
    "5.",
    "nan",
    "inf",
    "1" * 16,
    "9" * 400,
    "٣",
)
TIMES = (
    "2026-03-01T10:00:00Z",
    "2026-03-02 11:00:00z",
    "2026-03-29T02:30:00",
    "2026-03-01",
    "1989-12-31T23:59:59Z",
)


def rows(study: Study, words: Vocabulary, seed: int) -> pa.Table:
    """Rows of every kind that a study knows, most of them good, with odd cells among them."""
    rng = random.Random(seed)
    surveys = sorted(words.surveys) or [("none", "none")]
    pools: dict[str, Any] = {
        "unit": [
            "u1",
            "u2",
            " u3 ",
            "",
            None,
            "u" * 201,
            "a\tb",
            "ab" * 32,
            " ",
            *(f"{n:064x}" for n in range(9)),
        ],
        "occurred_at": [*TIMES, *TIMES[:1] * 30],
        "event": [*sorted(words.events), ASSIGNED, SURVEY, SURVEY, "other"],
        "arm": [arm.name for arm in study.design.arms] or ["none"],
        "cluster": [
            "c1",
            "c2",
            *study.design.steps,
            *(adopted.platform for adopted in study.design.adoption),
        ],
        "period": ["1", "2", "wave-1"],
        "instrument": [instrument for instrument, _ in surveys],
        "wave": [wave for _, wave in surveys],
        "item": ["1", "2", "3", "04", "99"],
        "value": NUMBERS,
    }
    columns = {}
    for name in words.columns:
        pool = pools.get(name, ["a", "b"])
        cells = [rng.choice(ODD if rng.random() < 0.02 else pool) for _ in range(3000)]
        columns[name] = pa.chunked_array(
            [pa.array(cells[:1000], pa.string()), pa.array(cells[1000:], pa.string())]
        )
    return pa.table({**columns, "line": pa.array(range(2, 3002), pa.int64())})


def with_times(batch: pa.Table, zone: str | None) -> pa.Table:
    """The rows with times, as Parquet has them, in place of text that tells them; a gap where it tells none."""
    known = {cell: cell.upper().replace(" ", "T").removesuffix("Z") for cell in TIMES}
    cells = [known.get(cell) for cell in batch["occurred_at"].to_pylist()]
    times = pa.array(cells, pa.string()).cast(pa.timestamp("us")).cast(pa.timestamp("us", zone))
    place = batch.schema.get_field_index("occurred_at")
    return batch.set_column(place, "occurred_at", pa.chunked_array([times[:1000], times[1000:]]))


def text(judged: pa.Table) -> pa.Table:
    """Judged rows in the order of their lines, words as text."""
    judged = judged.sort_by("line")
    plain = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in judged.columns
    ]
    return pa.table(plain, names=judged.column_names)


@pytest.mark.parametrize("clock", ["text", "times", "times in UTC"])
@pytest.mark.parametrize("pilot", pilots(), ids=lambda pilot: pilot.name)
def test_rows_judged_at_once_are_judged_as_rows_read_with_care(
    pilot: Any, clock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = read_study(pilot.study_file)
    screen = Screen(study, KEY)
    batch = rows(study, screen.vocabulary, 1)
    if clock != "text":
        batch = with_times(batch, "UTC" if clock == "times in UTC" else None)
    with engine() as opened:
        gone = screen.people(opened, pa.table({"unit": pa.array(["u2", f"{3:064x}"])}))[
            "tombstone"
        ].to_pylist()
        screen = Screen(study, KEY, gone)
        at_once = text(screen.screened(opened, batch))
        monkeypatch.setattr(
            screening, "plain_times", lambda texts: (np.zeros(len(texts), dtype=np.bool_), None)
        )
        with_care = text(screen.screened(opened, batch))
    assert at_once["verdict"].to_pylist() == with_care["verdict"].to_pylist()
    fit = compute.less(with_care["verdict"], 0)
    for name in with_care.column_names:
        assert at_once[name].filter(fit).to_pylist() == with_care[name].filter(fit).to_pylist()
    assert len(set(with_care["verdict"].to_pylist())) > 5
    assert with_care.filter(fit).num_rows > 5
