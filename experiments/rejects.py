"""Rejected rows: kept as file, line, column, what was found and what was expected - and never as what they held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.intake import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from experiments.log_format import Malformed
    from experiments.manifest import Manifest, Part
    from experiments.store import Store

IN_MEMORY = 500_000  # rejected rows of one file
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


class RejectList:
    """The rejected rows of one file: `keep` writes them whenever there are many, so that few are in memory."""

    def __init__(self, keep: Callable[[pa.Table], Part]) -> None:
        self.rows = 0
        self._keep = keep
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._parts: tuple[Part, ...] = ()

    def add(self, rows: pa.Table) -> None:
        """Take rejected rows in."""
        self.rows += rows.num_rows
        self._held_rows += rows.num_rows
        self._held.append(rows)
        if self._held_rows >= IN_MEMORY:
            self._write()

    def parts(self) -> tuple[Part, ...]:
        """The files that list all of them."""
        if self._held_rows:
            self._write()
        return self._parts

    def _write(self) -> None:
        import pyarrow as pa

        rows = pa.concat_tables([table.cast(schema()) for table in self._held])
        self._parts = (*self._parts, self._keep(rows.sort_by("line")))
        self._held, self._held_rows = [], 0


def by_reason(lines: pa.ChunkedArray, reasons: Sequence[Reason], which: pa.Array) -> pa.Table:
    """Rejected rows from their lines and, for each, the place of its reason in `reasons`."""
    import pyarrow as pa

    places = which.cast(pa.int32())
    texts = [pa.array([reason[i] for reason in reasons], pa.string()) for i in range(3)]
    coded = [pa.DictionaryArray.from_arrays(places, words) for words in texts]
    return pa.table([lines, *coded], names=schema().names)


def for_one_reason(lines: pa.Array, reason: Reason) -> pa.Table:
    """Rejected rows that share a reason."""
    import pyarrow as pa

    first = pa.repeat(pa.scalar(0, pa.int32()), len(lines))
    coded = [pa.DictionaryArray.from_arrays(first, pa.repeat(text, 1)) for text in reason]
    return pa.table([lines, *coded], names=schema().names)


def broken_lines(malformed: Sequence[Malformed]) -> pa.Table:
    """Rejected rows from lines that are no rows."""
    import pyarrow as pa

    rows = [{"line": m.line, "column": m.column, "found": m.found, "expected": m.expected} for m in malformed]
    return pa.Table.from_pylist(rows, schema=schema())


def rejected(store: Store, study_id: str) -> tuple[Rejected, ...]:
    """Every rejected row of a study, by file and line."""
    return store.reading(study_id, lambda manifest: _listed(store, study_id, manifest))


def _listed(store: Store, study_id: str, manifest: Manifest) -> tuple[Rejected, ...]:
    from pyarrow import parquet

    found: list[Rejected] = []
    for file in manifest.files:
        rows: list[Rejected] = []
        for path in store.paths(study_id, file.rejects):
            rows += [Rejected(file.name, **row) for row in parquet.read_table(path).to_pylist()]
        found += sorted(rows, key=lambda row: row.line)
    return tuple(found)
