"""Times read a whole column at once are the times that the careful way reads, and only those."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from experiments.plain_times import plain_times

if TYPE_CHECKING:
    from collections.abc import Sequence


def instants(texts: Sequence[str | None]) -> list[datetime | None]:
    """What is read of each cell; None where it is left to others."""
    found, read = plain_times(pa.chunked_array([pa.array(texts, pa.string())]))
    values = iter(read.to_pylist())
    return [next(values) if is_plain else None for is_plain in found.tolist()]


def test_every_time_of_the_plain_form_is_read_as_python_reads_it() -> None:
    rng = random.Random(1)
    first = datetime(1990, 1, 1, tzinfo=UTC)
    times = [first + timedelta(seconds=rng.randrange(110 * 365 * 86_400)) for _ in range(5_000)]
    times += [datetime(year, 2, 29, 23, 59, 59, tzinfo=UTC) for year in (1992, 2000, 2024, 2096)]
    marks = [rng.choice("T ") + rng.choice("Zz") for _ in times]
    texts = [f"{t:%Y-%m-%d}{m[0]}{t:%H:%M:%S}{m[1]}" for t, m in zip(times, marks, strict=True)]
    assert instants(texts) == times


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "2026-03-01",
        "2026-03-01T10:00:00",
        "2026-03-01T10:00:00.5Z",
        "2026-02-29T10:00:00Z",
        "2100-01-01T10:00:00Z",
        "1989-12-31T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-00-01T10:00:00Z",
        "2026-04-31T10:00:00Z",
        "2026-04-00T10:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T10:60:00Z",
        "2026-03-01T10:00:60Z",
        "2026/03/01T10:00:00Z",
        "2026-03-01X10:00:00Z",
        "2026-03-01T10:00:00+",
        "2026-03-0aT10:00:00Z",
        "２026-03-01T10:00:0",
        "\x00" * 20,
    ],
)
def test_any_other_cell_is_left_to_others_and_takes_no_neighbour_along(text: str | None) -> None:
    plain = "2026-03-01T10:00:00Z"
    assert instants([plain, text, plain])[1] is None
    assert instants([plain, text, plain])[::2] == [datetime(2026, 3, 1, 10, tzinfo=UTC)] * 2


def test_a_slice_of_a_column_is_read_from_its_own_beginning() -> None:
    cells = pa.chunked_array([pa.array(["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"])])
    _, read = plain_times(cells.slice(1))
    assert read.to_pylist() == [datetime(2026, 3, 2, 10, tzinfo=UTC)]
