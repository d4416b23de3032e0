"""The rows of a log file under our own column names: what is wanted is read, everything else is left behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from experiments.events import REQUIRED, only_totals, theirs
from experiments.faults import Fault, did_you_mean
from experiments.log_format import Malformed
from experiments.reading.bounded import too_much
from experiments.reading.found import unchanged
from experiments.reading.frames import MALFORMED, NAMES
from experiments.reading.limits import limits
from experiments.reading.process import frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from experiments.reading.found import Found
    from experiments.reading.progress import Progress
    from experiments.study import Study

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ .-]{0,39}", re.ASCII)  # anything else might be a value


class LogRows:
    """One log file, read for one study, in a process of its own.

    `malformed` are the lines met since it was last emptied; whoever takes the batches may empty it after each.
    `absent` are the wanted columns that were not met yet, `left_behind` the others that were.
    """

    def __init__(self, file: Found, study: Study, columns: tuple[str, ...]) -> None:
        self.file = file
        self.malformed: list[Malformed] = []
        self.left_behind: list[str] = []
        self.absent: tuple[str, ...] = ()
        self._names = {theirs(study, column): column for column in columns}
        self._nobodys = only_totals(study)  # totals have no unit; all of them are one unit's

    def batches(self, progress: Progress) -> Iterator[pa.Table]:
        """The rows as text, with a column for each that the study knows and the `line`, in batches of half a
        million rows or 64 MB at most; a batch has no row where only malformed lines were met.

        Raises Fault where a column that every log needs is missing, there is no row at all, or the file is not
        fit to be read.
        """
        seen, none, held_to = 0, True, limits(self.file.size)
        wanted = {"columns": tuple(self._names), "size": self.file.size}
        with (
            unchanged(self.file) as opened,
            frames(opened, self.file.name, held_to, **wanted) as said,
        ):
            for frame in said:
                if frame.kind == NAMES:
                    self._meet(frame.document)
                elif frame.kind == MALFORMED:
                    self.malformed += [Malformed(*line) for line in frame.document]
                    none = False
                else:
                    rows = self._ours(frame.table)
                    seen += rows.num_rows
                    if seen > held_to.rows:
                        raise too_much(self.file.name)
                    progress.read(seen, share=frame.share)
                    yield rows
        if none and not seen:
            raise Fault(
                f"{self.file.name} has a header and no events.",
                expected="at least one",
                do="Export it again.",
            )

    def missing(self, absent: str, names: tuple[str, ...] = ()) -> Fault:
        """The fault of a column that this file needs and lacks."""
        wanted = next(name for name, ours in self._names.items() if ours == absent)
        return Fault(
            f"{self.file.name} has no column {wanted!r}.",
            expected="that column, or what the log calls it under log.columns in the study file",
            do=did_you_mean(wanted, [name for name in names if PLAIN_NAME.fullmatch(name)]),
        )

    def _meet(self, names: list[str]) -> None:
        """Note the columns that the file has. Raises Fault where one is missing that every log needs."""
        self.absent = tuple(ours for name, ours in self._names.items() if name not in names)
        self.left_behind = [name for name in names if name not in self._names]
        for required in REQUIRED:
            if required in self.absent and not (required == "unit" and self._nobodys):
                raise self.missing(required, tuple(names))

    def _ours(self, batch: pa.Table) -> pa.Table:
        """The rows under our names, with every column that the study knows."""
        import pyarrow as pa

        rows = batch.num_rows
        cells: dict[str, Any] = {
            ours: batch[name] if name in batch.column_names else pa.nulls(rows, pa.string())
            for name, ours in self._names.items()
        }
        if self._nobodys and "unit" in self.absent:
            cells["unit"] = pa.repeat("totals", rows)
        return pa.table({**cells, "line": batch["line"]})


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
