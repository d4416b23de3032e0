"""A log file on its way in: its rows read and judged one by one, what is wrong with them noted on the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from experiments import rejects
from experiments.arrays import column, numbers
from experiments.intake import FileIntake
from experiments.log_rows import LogRows
from experiments.reading.folder import told_apart
from experiments.reading.found import found

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.engine import Engine
    from experiments.reading.progress import Progress
    from experiments.screening import Screen
    from experiments.study import Study


@dataclass(slots=True)
class ArrivingFile:
    """A file on its way in: its rejected rows so far, and its other rows counted."""

    rows: LogRows
    rejects: list[pa.Table] = field(default_factory=list)
    accepted: int = 0
    duplicates: int = 0
    left_behind: int = 0
    withdrawn: int = 0

    @property
    def sha256(self) -> str:
        """The digest of the file's bytes."""
        return self.rows.file.sha256

    @property
    def intake(self) -> FileIntake:
        """What the file brought."""
        rejected = sum(table.num_rows for table in self.rejects)
        return FileIntake(
            self.rows.file.name, self.accepted, self.duplicates, rejected, self.left_behind, self.withdrawn
        )


def arriving(paths: Sequence[Path], study: Study, screen: Screen) -> list[ArrivingFile]:
    """Files that no row was read of yet, each once. Raises Fault where one is absent or no ordinary file."""
    files = [found(path, name) for path, name in told_apart(paths).items()]
    return [ArrivingFile(LogRows(file, study, screen.vocabulary.columns)) for file in files]


def screened(
    opened: Engine, screen: Screen, file: ArrivingFile, number: int, progress: Progress
) -> list[pa.Table]:
    """The well-formed rows of the file with this `number` in typed tables; the others are noted on it.

    Raises Fault where a column is missing that the study needs.
    """
    import numpy as np

    good = []
    progress.begin(number)
    for batch in file.rows.batches(progress):
        judged = screen.screened(opened, batch)
        verdict = numbers(judged["verdict"])
        fit = judged if (verdict < 0).all() else judged.take(column(np.flatnonzero(verdict < 0)))
        of = column(np.full(fit.num_rows, number))
        good.append(screen.with_keys(fit.drop_columns(["verdict"])).append_column("file", of))
        file.left_behind += int((verdict == screen.left_behind).sum())
        file.withdrawn += int((verdict == screen.withdrawn).sum())
        broken = np.flatnonzero((verdict >= 0) & ~np.isin(verdict, (screen.left_behind, screen.withdrawn)))
        if len(broken):
            _note(file, screen, judged["line"].take(column(broken)), verdict[broken])
        if file.rows.malformed:
            file.rejects.append(rejects.broken_lines(file.rows.malformed))
        progress.rejected(len(broken) + len(file.rows.malformed))
        file.rows.malformed.clear()
    return good


def _note(file: ArrivingFile, screen: Screen, lines: pa.ChunkedArray, verdicts: NDArray[Any]) -> None:
    """Note broken rows on their file. Raises Fault where they lack a column that they need."""
    file.rejects.append(rejects.by_reason(lines, screen.reasons, column(verdicts)))
    for rule in {screen.rules[verdict] for verdict in set(verdicts.tolist())}:
        if rule.column in file.rows.absent:
            raise file.rows.missing(rule.column)
