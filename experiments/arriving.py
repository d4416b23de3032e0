"""A log file on its way in: its rows read and judged one by one, what is wrong with them noted on the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.across import identified
from experiments.arrays import column, numbers
from experiments.events import stored
from experiments.intake import FileIntake
from experiments.log_rows import LogRows
from experiments.reading.folder import told_apart
from experiments.reading.found import found
from experiments.rejects import RejectList, broken_lines, by_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.engine import Engine
    from experiments.events import Vocabulary
    from experiments.manifest import Part
    from experiments.reading.progress import Progress
    from experiments.screening import Screen
    from experiments.study import Study

LINE_BITS = 40  # a place is the number of the file, then the line in it


@dataclass(slots=True)
class ArrivingFile:
    """A file on its way in: its rejected rows so far, and its other rows counted."""

    rows: LogRows
    rejects: RejectList
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
        counts = (self.accepted, self.duplicates, self.rejects.rows, self.left_behind, self.withdrawn)
        return FileIntake(self.rows.file.name, *counts)


def arriving(
    paths: Sequence[Path], study: Study, screen: Screen, *, keep: Callable[[pa.Table], Part]
) -> list[ArrivingFile]:
    """Files that no row was read of yet, each once; `keep` writes what is rejected.

    Raises Fault where one is absent or no ordinary file.
    """
    files = [found(path, name) for path, name in told_apart(paths).items()]
    return [ArrivingFile(LogRows(file, study, screen.vocabulary.columns), RejectList(keep)) for file in files]


def arrivals(words: Vocabulary) -> pa.Schema:
    """The columns of well-formed rows: what they say, their `place` among all rows, their unit's `serial`."""
    import pyarrow as pa

    return stored(words).append(pa.field("place", pa.int64())).append(pa.field("serial", pa.uint64()))


def file_and_line(places: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The number of the file and the line that rows at some places come from."""
    return places >> LINE_BITS, places & ((1 << LINE_BITS) - 1)


def screened(
    opened: Engine, screen: Screen, file: ArrivingFile, number: int, progress: Progress
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The well-formed rows of the file with this `number`, typed (`arrivals`), and those with an id of their own
    (`identified`), batch by batch; the others are noted on the file.

    Raises Fault where a column is missing that the study needs.
    """
    import numpy as np

    progress.begin(number)
    for batch in file.rows.batches(progress):
        judged = screen.screened(opened, batch)
        verdict = numbers(judged["verdict"])
        file.left_behind += int((verdict == screen.left_behind).sum())
        file.withdrawn += int((verdict == screen.withdrawn).sum())
        broken = np.flatnonzero((verdict >= 0) & ~np.isin(verdict, (screen.left_behind, screen.withdrawn)))
        if len(broken):
            _note(file, screen, judged["line"].take(column(broken)), verdict[broken])
        if file.rows.malformed:
            file.rejects.add(broken_lines(file.rows.malformed))
        progress.rejected(len(broken) + len(file.rows.malformed))
        file.rows.malformed.clear()
        fit = judged if (verdict < 0).all() else judged.take(column(np.flatnonzero(verdict < 0)))
        yield _placed(screen, fit, number)


def _placed(screen: Screen, fit: pa.Table, number: int) -> tuple[pa.Table, pa.Table]:
    """Well-formed rows with their places, and those with an id of their own."""
    import numpy as np

    places = column(numbers(fit["line"]) + (np.int64(number) << LINE_BITS))
    rows = screen.with_keys(fit).append_column("place", places)
    named, ids = rows.select(identified().names), fit["event_id"]
    if ids.null_count:
        named = named.filter(ids.is_valid())
    return rows.select(arrivals(screen.vocabulary).names), named


def _note(file: ArrivingFile, screen: Screen, lines: pa.ChunkedArray, verdicts: NDArray[Any]) -> None:
    """Note broken rows on their file. Raises Fault where they lack a column that they need."""
    file.rejects.add(by_reason(lines, screen.reasons, column(verdicts)))
    for rule in {screen.rules[verdict] for verdict in set(verdicts.tolist())}:
        if rule.column in file.rows.absent:
            raise file.rows.missing(rule.column)
