"""The rows of a log file under our own column names: what is wanted is read, everything else is left behind."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from experiments.arrays import column
from experiments.events import REQUIRED, only_totals, theirs
from experiments.faults import Fault, did_you_mean
from experiments.log_format import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from experiments.log_format import Block, Malformed
    from experiments.study import Study

BATCH = 2_000_000  # rows handed on at once
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ .-]{0,39}", re.ASCII)  # anything else might be a value


class LogRows:
    """One log file, read for one study. `malformed` and `left_behind` are complete once `batches` has ended."""

    def __init__(self, path: Path, study: Study, columns: tuple[str, ...]) -> None:
        self.path = path
        self.malformed: list[Malformed] = []
        self.left_behind: list[str] = []
        self.absent: tuple[str, ...] = ()
        self._names = {theirs(study, column): column for column in columns}
        self._nobodys = only_totals(study)  # totals have no unit; all of them are one unit's

    def batches(self, progress: Callable[[str], None]) -> Iterator[pa.Table]:
        """The rows as text, in large batches, with a column for each that the study knows and the `line`.

        Raises Fault where a column that every log needs is missing, or there is no row at all.
        """
        seen, began = 0, time.monotonic()
        with opened(self.path) as reader:
            held = tuple(name for name in self._names if name in reader.names)
            self.absent = tuple(ours for name, ours in self._names.items() if name not in held)
            self._require(reader.names)
            for batch in _gathered(reader.blocks(held), self.malformed):
                seen += batch.num_rows
                rate = seen / max(time.monotonic() - began, 1e-3)
                progress(f"{self.path.name}: {seen:,} rows read, {rate:,.0f} a second")
                yield self._ours(batch)
            if not seen and not self.malformed:
                raise Fault(
                    f"{self.path.name} has a header and no events.",
                    expected="at least one",
                    do="Export it again.",
                )
            self.left_behind = [name for name in reader.names if name not in self._names]

    def missing(self, absent: str, names: tuple[str, ...] = ()) -> Fault:
        """The fault of a column that this file needs and lacks."""
        wanted = next(name for name, ours in self._names.items() if ours == absent)
        return Fault(
            f"{self.path.name} has no column {wanted!r}.",
            expected="that column, or what the log calls it under log.columns in the study file",
            do=did_you_mean(wanted, [name for name in names if PLAIN_NAME.fullmatch(name)]),
        )

    def _require(self, names: tuple[str, ...]) -> None:
        for required in REQUIRED:
            if required in self.absent and not (required == "unit" and self._nobodys):
                raise self.missing(required, names)

    def _ours(self, batch: pa.Table) -> pa.Table:
        import pyarrow as pa

        table = batch.rename_columns([self._names.get(name, name) for name in batch.column_names])
        for name in self.absent:
            one_unit = name == "unit" and self._nobodys
            cells = pa.repeat("totals", table.num_rows) if one_unit else pa.nulls(table.num_rows, pa.string())
            table = table.append_column(name, cells)
        return table


def shown(names: list[str]) -> tuple[str, ...]:
    """Names of columns as they may be shown: what looks like a value, as in a file without a header, is not.

    >>> shown(["note", "jane@example.org"])
    ('note', 'a column with an unusual name')
    """
    return tuple(
        dict.fromkeys(
            name if PLAIN_NAME.fullmatch(name) else "a column with an unusual name" for name in names
        )
    )


def _gathered(blocks: Iterator[Block], malformed: list[Malformed]) -> Iterator[pa.Table]:
    """Blocks put together into batches, each row with its line."""
    import pyarrow as pa

    tables: list[pa.Table] = []
    for block in blocks:
        malformed.extend(block.malformed)
        tables.append(block.table.append_column("line", column(block.lines)))
        if sum(table.num_rows for table in tables) >= BATCH:
            yield pa.concat_tables(tables)
            tables = []
    if any(table.num_rows for table in tables):
        yield pa.concat_tables(tables)
