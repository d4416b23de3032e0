"""Rejected rows: kept as file, line, column, what was found and what was expected - and never as what they held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.intake import Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from experiments.log_format import Malformed
    from experiments.store import Store

Reason = tuple[str, str, str]  # column, what was found, what was expected

OTHER_UNIT = ("event_id", "an id that names an event of another unit", "every event_id just once")
TWO_ARMS = (
    "arm",
    "an assignment that contradicts another one",
    "one arm throughout for each unit and cluster",
)
TWO_CLUSTERS = (
    "cluster",
    "an assignment that contradicts another one",
    "one cluster throughout for each unit",
)
TOO_EARLY = ("occurred_at", "an outcome before its unit was assigned", "a time from the assignment onwards")


def schema() -> pa.Schema:
    """The columns of a list of rejected rows."""
    import pyarrow as pa

    text = [(name, pa.string()) for name in ("column", "found", "expected")]
    return pa.schema([("line", pa.int64()), *text])


def by_reason(lines: pa.Array, reasons: Sequence[Reason], which: pa.Array) -> pa.Table:
    """Rejected rows from their lines and, for each, the place of its reason in `reasons`."""
    import pyarrow as pa

    texts = [pa.array([reason[i] for reason in reasons], pa.string()).take(which) for i in range(3)]
    return pa.table([lines, *texts], schema=schema())


def for_one_reason(rows: pa.Table, reason: Reason) -> pa.Table:
    """Rejected rows that share a reason."""
    import pyarrow as pa

    texts = [pa.repeat(pa.scalar(text), rows.num_rows) for text in reason]
    return pa.table([rows["line"], *texts], schema=schema())


def broken_lines(malformed: Sequence[Malformed]) -> pa.Table:
    """Rejected rows from lines that are no rows."""
    import pyarrow as pa

    rows = [{"line": m.line, "column": m.column, "found": m.found, "expected": m.expected} for m in malformed]
    return pa.Table.from_pylist(rows, schema=schema())


def rejected(store: Store, study_id: str) -> tuple[Rejected, ...]:
    """Every rejected row of a study, by file and line."""
    from pyarrow import parquet

    found: list[Rejected] = []
    for file in store.manifest(study_id).files:
        rows: list[Rejected] = []
        for part in file.rejects:
            table = parquet.read_table(store.verified(study_id, part))
            rows += [Rejected(file.name, **row) for row in table.to_pylist()]
        found += sorted(rows, key=lambda row: row.line)
    return tuple(found)
