"""What is told while logs are read: which file, how many rows, how fast, how many rejected, how long yet."""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from experiments.reading.found import Found

SELDOM = 0.2  # seconds between two lines; more often nobody can read


class Progress:
    """The reading of several files, told in one line at a time; `clock` counts seconds."""

    def __init__(
        self,
        tell: Callable[[str], None],
        files: Sequence[Found],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell, self._files, self._clock = tell, files, clock
        self._began, self._told = clock(), -inf
        self._place, self._rows_before, self._rows, self._share, self._rejected = 0, 0, 0, 0.0, 0

    def begin(self, place: int) -> None:
        """The file at this place, counted from 0, comes next."""
        self._rows_before += self._rows
        self._place, self._rows, self._share = place, 0, 0.0

    def read(self, rows: int, *, share: float) -> None:
        """So many rows of the file were read, which are this share of it."""
        self._rows, self._share = rows, share
        now = self._clock()
        if now - self._told >= SELDOM:
            self._told = now
            self._tell(self.line())

    def rejected(self, rows: int) -> None:
        """So many more rows were rejected."""
        self._rejected += rows

    def line(self) -> str:
        """How far it is."""
        seconds = max(self._clock() - self._began, 1e-3)
        rows = self._rows_before + self._rows
        done, size = self._done()
        share = done / max(size, 1)
        which = f"file {self._place + 1} of {len(self._files)}: " if len(self._files) > 1 else ""
        left = f", {duration(seconds * (1 - share) / share)} left" if share and seconds >= 1 else ""
        return (
            f"{which}{self._files[self._place].name}: {rows:,} rows read, {rows / seconds:,.0f} a second, "
            f"{self._rejected:,} rejected, {share:.0%}{left}"
        )

    def _done(self) -> tuple[float, int]:
        """How many bytes were read, and how many there are."""
        sizes = [file.size for file in self._files]
        return sum(sizes[: self._place]) + self._share * sizes[self._place], sum(sizes)


def duration(seconds: float) -> str:
    """A time as it is said in passing.

    >>> duration(7.4), duration(200), duration(9000)
    ('7 s', '3 min', '2 h 30 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
