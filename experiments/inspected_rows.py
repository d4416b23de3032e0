"""Verification of rows: their number, their order, and that each segment keeps the time by its unit's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.arrays import numbers
from experiments.segments import on_clocks
from experiments.store import SEGMENTS, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from experiments.events import Vocabulary
    from experiments.manifest import Manifest, Part


def wrong_rows(
    folder: Path,
    manifest: Manifest,
    intact: Sequence[Part],
    words: Vocabulary,
    progress: Callable[[str], None],
) -> Iterator[str]:
    """What is wrong with the rows of files that are as they were written, each with the name of the file."""
    from pyarrow import parquet

    lists = [part for part in intact if part.file.startswith(UNITS)]
    complete = len(lists) == len(manifest.units)
    for place, part in enumerate(intact):
        progress(f"looking at file {place + 1:,} of {len(intact):,}")
        path = folder / part.file
        held = parquet.read_metadata(path).num_rows
        if held != part.rows:
            yield f"{part.file} holds {held:,} rows, the manifest says {part.rows:,}."
        elif part.file.startswith(UNITS) and not _rising(parquet.read_table(path, columns=["unit"]), part):
            yield f"{part.file} is not in the order of units, or not within its bounds."
        elif part.file.startswith(SEGMENTS):
            yield from _wrong_segment(folder, part, lists if complete else (), words)


def _rising(rows: pa.Table, part: Part) -> bool:
    """Whether units come once each, in order, within the bounds."""
    units = numbers(rows["unit"])
    return bool((units[1:] > units[:-1]).all()) and _within(units[0], units[-1], part)


def _within(low: int, high: int, part: Part) -> bool:
    return not part.high or (part.low <= int(low) and int(high) <= part.high)


def _wrong_segment(folder: Path, part: Part, lists: Sequence[Part], words: Vocabulary) -> Iterator[str]:
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    timed = ["session", "since", "in_session"] if words.timed else []
    rows = parquet.read_table(folder / part.file, columns=["unit", "occurred_at", *timed])
    units, times = numbers(rows["unit"]), numbers(rows["occurred_at"].cast(pa.int64()))
    same = units[1:] == units[:-1]
    if (units[1:] < units[:-1]).any() or (times[1:][same] < times[:-1][same]).any():
        yield f"{part.file} is not in the order of units and times."
        return
    if not _within(units[0], units[-1], part):
        yield f"{part.file} is not within its bounds."
    if not lists:
        return
    here = [p for p in lists if not p.high or (p.low <= int(units[-1]) and int(units[0]) <= p.high)]
    wanted = ["unit", *(("exposure", "session") if words.timed else ())]
    told = pa.concat_tables(
        [parquet.read_table(folder / p.file, columns=wanted) for p in here] or [rows.slice(0, 0)]
    )
    if not np.isin(units, numbers(told["unit"])).all():
        yield f"{part.file} has events of units that the list of units lacks."
    elif words.timed:
        again = on_clocks(rows.drop_columns(["since", "in_session"]), told.sort_by("unit"))
        if any(not again[name].equals(rows[name]) for name in ("since", "in_session")):
            yield f"{part.file} has times that are not by the clocks of the list of units."
