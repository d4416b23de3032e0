"""What stands beside a segment: files told from its events, so that whoever measures need not read these again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.arrays import flags, numbers
from experiments.events import vocabulary
from experiments.log_counts import COUNTS, RULE, counts_of, rule
from experiments.summing import SUMS, sums_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from experiments.manifest import Part
    from experiments.store import Store
    from experiments.study import Study

FEWEST = 50_000  # events of a segment that has something beside it: fewer are read as quickly


def told_beside(store: Store, study: Study, segment: Part, events: pa.Table) -> tuple[Part, ...]:
    """The files beside a segment that was just written, of these events; none of a small one, or where units have
    no one clock.
    """
    if segment.rows < FEWEST or not vocabulary(study).timed:
        return ()
    told = {SUMS: sums_of(study, events), COUNTS: counts_of(study, events)}
    return tuple(store.keep_part(study.id, kind, table) for kind, table in told.items() if table is not None)


def told_otherwise(store: Store, study: Study, segments: Sequence[Part]) -> Iterator[str]:
    """The files beside segments that say something else than these do, as far as the plan in force asks for it.

    All of them are there, and are what was written; rows that are to be opened no more are looked at too.
    """
    from pyarrow import parquet

    folder = store.folder(study.id)
    for segment in segments:
        for kept in segment.beside:
            held = parquet.ParquetFile(folder / kept.file).read()
            by_sums = kept.file.startswith(f"{SUMS}/")
            if by_sums or held[RULE][0].as_py() == rule(study):
                told = (sums_of if by_sums else counts_of)(study, folder / segment.file)
                if told is not None and not _agree(held, told):
                    yield kept.file


def _agree(held: pa.Table, told: pa.Table) -> bool:
    """Whether two tables say the same in the columns of both."""
    both = [name for name in told.column_names if name in held.column_names]
    held, told = held.select(both), told.select(both).cast(held.select(both).schema)
    same: bool = _saying(held).equals(_saying(told)) if "unit" in both else held.equals(told)
    return same


def _saying(sums: pa.Table) -> pa.Table:
    """The rows of units with a sum of any event: which others there are depends on a plan's longest windows."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    there = np.zeros(sums.num_rows, dtype=np.bool_)
    for name in sums.column_names[1:]:
        sum_ = sums[name]
        some = compute.greater(sum_, 0) if sum_.type == pa.int32() else sum_.is_valid()  # counts, or others
        there |= numbers(some.cast("uint8")) > 0
    return sums.filter(flags(there))
