"""What stands beside a segment: files told from its events, so that whoever measures need not read these again."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def told_beside(store: Store, study: Study, segment: Part) -> tuple[Part, ...]:
    """The files beside a segment that was just written; none of a small one, or where units have no one clock."""
    if segment.rows < FEWEST or not vocabulary(study).timed:
        return ()
    path = store.folder(study.id) / segment.file
    told = {SUMS: sums_of(study, path), COUNTS: counts_of(study, path)}
    return tuple(store.keep_part(study.id, kind, table) for kind, table in told.items() if table is not None)


def told_otherwise(store: Store, study: Study, segments: Sequence[Part]) -> Iterator[str]:
    """The files beside segments that say something else than these do, as far as the plan in force asks for it."""
    from pyarrow import parquet

    for segment in segments:
        path = store.verified(study.id, segment)
        for kept in segment.beside:
            held = parquet.ParquetFile(store.verified(study.id, kept)).read()
            by_sums = kept.file.startswith(f"{SUMS}/")
            if by_sums or held[RULE][0].as_py() == rule(study):
                told = sums_of(study, path) if by_sums else counts_of(study, path)
                if told is not None and not _agree(held, told):
                    yield kept.file


def _agree(held: pa.Table, told: pa.Table) -> bool:
    """Whether two tables have the same rows in the columns of both."""
    both = [name for name in told.column_names if name in held.column_names]
    same: bool = held.select(both).equals(told.select(both).cast(held.select(both).schema))
    return same
