"""Counts of a segment's instants, kept beside it: whoever measures the study need not pass over its log again.

They add up where no unit has events in two segments. Else, and where a plan goes by other rules, the log is read.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.arrays import column, numbers
from experiments.events import ASSIGNED, SURVEY, segment, vocabulary
from experiments.log_columns import log_blocks, with_columns
from experiments.log_pass import DAY, NAMES, Passed, different, of_blocks, run_begins
from experiments.parquet_files import Files
from experiments.unit_range import WHOLE, depth

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.manifest import Part
    from experiments.store import Store
    from experiments.study import Study

COUNTS, RULE = "counts", "rule"
BUSY = 60  # events of one unit in one minute: nobody does something every second for a minute
LONGEST_SESSION = 24  # hours
BATCH = 65_536  # rows that are added together
BY_SECOND = ["second", "own"]
TOTAL = "total."  # stands before the name of a total, which the first row has


def written(study: Study) -> frozenset[str]:
    """The events that programs write, many at once, none of which is what a unit did itself."""
    return frozenset({ASSIGNED, SURVEY, study.exposure})


def rules(study: Study) -> dict[str, Any]:
    """What the counts of a study's log go by, as `log_pass` takes it."""
    return {"written": written(study), "busy": BUSY, "longest": LONGEST_SESSION * 3600}


def counts_of(study: Study, events: Path | pa.Table) -> pa.Table:
    """The counts of a segment: a row for each second with an own event, and one for any other day.

    The first row also has the totals, and the rule that they go by. `events` are the segment's file, or its rows at
    hand in the order of units, with dictionaries for words.
    """
    import pyarrow as pa

    schema = segment(vocabulary(study))
    if isinstance(events, Path):
        blocks = log_blocks(Files((events,), schema), WHOLE, NAMES)
    else:
        blocks = iter([with_columns(events, schema, NAMES)])
    totals: Counter[str] = Counter()
    days, instants = [], []
    for here, of_days, their_seconds in of_blocks(blocks, **rules(study)):
        totals.update(here)
        days.append(of_days)
        instants.append(their_seconds)
    seconds, own = _by_second(np.concatenate(days), np.concatenate(instants))
    table = pa.table([column(seconds), column(own)], names=BY_SECOND)
    alike = {RULE: rule(study), **{f"{TOTAL}{name}": total for name, total in totals.items()}}
    for name, value in alike.items():
        first = pa.array([value])
        table = table.append_column(name, pa.chunked_array([first, pa.nulls(len(seconds) - 1, first.type)]))
    return table


def kept_counts(store: Store, study: Study, segments: Sequence[Part]) -> Passed | None:
    """The counts of all segments together; None where they are not all kept by the study's rule, or do not add up.

    Raises as `Store.paths` does.
    """
    from pyarrow import parquet

    beside = [part for held in segments for part in held.beside if part.file.startswith(f"{COUNTS}/")]
    if not segments or len(beside) < len(segments) or depth(segments) > 1:
        return None
    found = Passed()
    for path in store.paths(study.id, beside):
        file = parquet.ParquetFile(path)
        alike = [name for name in file.schema_arrow.names if name not in BY_SECOND]
        [told] = next(file.iter_batches(1, row_groups=[0], columns=alike, use_threads=False)).to_pylist()
        if told.pop(RULE) != rule(study):
            return None
        found.count({name.removeprefix(TOTAL): total for name, total in told.items()})
        for batch in file.iter_batches(BATCH, columns=BY_SECOND, use_threads=False):
            found.add_counts(*(numbers(batch.column(name)) for name in BY_SECOND))
    return found


def _by_second(days: NDArray[Any], instants: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """The seconds in which something happened, and how often; 0 in the first second of a day with nothing."""
    first = int(instants.min()) if instants.size else 0
    after = np.sort((instants - first).astype(np.uint32))  # half as long to sort; a log spans no 136 years
    starts = np.flatnonzero(run_begins(after))
    seconds, own = first + after[starts].astype(np.int64), np.diff(starts, append=after.size).astype(np.int32)
    bare = np.setdiff1d(days, different(seconds // DAY)) * DAY
    if not bare.size:
        return seconds, own
    order = np.argsort(every := np.concatenate([seconds, bare]), kind="stable")
    return every[order], np.concatenate([own, np.zeros(bare.size, np.int32)])[order]


def rule(study: Study) -> str:
    """What the counts of a study's log go by, in words."""
    told = rules(study)
    return f"{' '.join(sorted(told['written']))}; {told['busy']} a minute; {told['longest']} s"
