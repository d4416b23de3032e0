"""What an ingest brought: counts of rows by file, what was left behind, and rejected rows without their values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileIntake:
    """One file's rows. `left_behind` are of events that the study does not use, `withdrawn` of who withdrew."""

    file: str
    accepted: int
    duplicates: int
    rejected: int
    left_behind: int
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Intake:
    """All files of one ingest. `columns_left_behind` are the columns that nothing was read from.

    `absent` are events that the study declares and that neither these files nor the store have.
    """

    files: tuple[FileIntake, ...]
    columns_left_behind: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        """Rows that are new in the store."""
        return sum(file.accepted for file in self.files)

    @property
    def duplicates(self) -> int:
        """Rows of events that were there already."""
        return sum(file.duplicates for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows that were not taken in, each listed with its reason."""
        return sum(file.rejected for file in self.files)

    @property
    def left_behind(self) -> int:
        """Rows of events that the study does not use."""
        return sum(file.left_behind for file in self.files)

    @property
    def withdrawn(self) -> int:
        """Rows of units that withdrew."""
        return sum(file.withdrawn for file in self.files)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken in: where it stands, and what was found and expected; never its value."""

    file: str
    line: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.column}: " if self.column else f"{self.file}:{self.line}: "
        return f"{place}found {self.found}, expected {self.expected}"
