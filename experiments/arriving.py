"""A log file on its way in: its rows read and judged one by one, what is wrong with them noted on the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from experiments import rejects
from experiments.arrays import column, numbers
from experiments.durable import digest
from experiments.faults import Fault
from experiments.intake import FileIntake
from experiments.log_rows import LogRows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.engine import Engine
    from experiments.screening import Screen
    from experiments.study import Study


@dataclass(slots=True)
class ArrivingFile:
    """A file on its way in: its rejected rows so far, and its other rows counted."""

    rows: LogRows
    sha256: str
    rejects: list[pa.Table] = field(default_factory=list)
    accepted: int = 0
    duplicates: int = 0
    left_behind: int = 0

    @property
    def intake(self) -> FileIntake:
        """What the file brought."""
        rejected = sum(table.num_rows for table in self.rejects)
        return FileIntake(self.rows.path.name, self.accepted, self.duplicates, rejected, self.left_behind)


def arriving(path: Path, study: Study, screen: Screen) -> ArrivingFile:
    """A file that nothing was read of yet. Raises Fault where there is none."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise Fault(
            f"{path.name} {what}.", expected="an event log: .csv, .jsonl (or either as .gz), .parquet"
        )
    return ArrivingFile(LogRows(path, study, screen.vocabulary.columns), digest(path))


def screened(
    opened: Engine, screen: Screen, file: ArrivingFile, number: int, progress: Callable[[str], None]
) -> list[pa.Table]:
    """The well-formed rows of the file with this `number` in typed tables; the others are noted on it.

    Raises Fault where a column is missing that the study needs.
    """
    import numpy as np

    good = []
    for batch in file.rows.batches(progress):
        judged = screen.screened(opened, batch)
        verdict = numbers(judged["verdict"])
        fit = judged if (verdict < 0).all() else judged.take(column(np.flatnonzero(verdict < 0)))
        of = column(np.full(fit.num_rows, number))
        good.append(screen.with_keys(fit.drop_columns(["verdict"])).append_column("file", of))
        file.left_behind += int((verdict == screen.left_behind).sum())
        broken = np.flatnonzero((verdict >= 0) & (verdict != screen.left_behind))
        if len(broken):
            _note(file, screen, judged["line"].take(column(broken)), verdict[broken])
    if file.rows.malformed:
        file.rejects.append(rejects.broken_lines(file.rows.malformed))
    return good


def _note(file: ArrivingFile, screen: Screen, lines: pa.ChunkedArray, verdicts: NDArray[Any]) -> None:
    """Note broken rows on their file. Raises Fault where they lack a column that they need."""
    file.rejects.append(rejects.by_reason(lines, screen.reasons, column(verdicts)))
    for rule in {screen.rules[verdict] for verdict in set(verdicts.tolist())}:
        if rule.column in file.rows.absent:
            raise file.rows.missing(rule.column)
