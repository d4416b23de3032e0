"""A range of unit numbers: they are evenly spread, so that ranges share a study's rows out by unit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    import pyarrow.dataset

    from experiments.manifest import Part

BITS = 64


@dataclass(frozen=True, slots=True, order=True)
class UnitRange:
    """All units from the number `low` to the number `high`.

    >>> UnitRange(10, 20).meets(20, 30), UnitRange(10, 20).meets(21, 30), UnitRange(10, 20).holds(10, 12)
    (True, False, True)
    """

    low: int = 0
    high: int = 2**BITS - 1

    def meets(self, low: int, high: int) -> bool:
        """Whether a unit from `low` to `high` can be in it."""
        return low <= self.high and self.low <= high

    def holds(self, low: int, high: int) -> bool:
        """Whether all units from `low` to `high` are in it."""
        return self.low <= low and high <= self.high

    def of(self, rows: pa.Table) -> pa.Table:
        """The rows of its units, from rows that are sorted by unit."""
        import numpy as np

        from experiments.arrays import numbers

        units = numbers(rows["unit"])
        first = int(np.searchsorted(units, np.uint64(self.low), side="left"))
        after = int(np.searchsorted(units, np.uint64(self.high), side="right"))
        return rows.slice(first, after - first)

    def condition(self) -> pyarrow.dataset.Expression:
        """What is true of rows of its units; Parquet's statistics tell which groups of rows have none."""
        import pyarrow as pa
        import pyarrow.dataset as datasets

        unit = datasets.field("unit")
        return (unit >= pa.scalar(self.low, pa.uint64())) & (unit <= pa.scalar(self.high, pa.uint64()))

    def halves(self) -> tuple[UnitRange, UnitRange]:
        """Its lower and its upper half.

        >>> UnitRange(0, 7).halves()
        (UnitRange(low=0, high=3), UnitRange(low=4, high=7))
        """
        middle = self.low + (self.high - self.low) // 2
        return UnitRange(self.low, middle), UnitRange(middle + 1, self.high)

    def parts_of(self, rows: pa.Table, most: int) -> Iterator[pa.Table]:
        """The rows of its units, from rows sorted by unit, in parts of at most `most`: its halves, or theirs.

        A part has more where one unit has.
        """
        here = self.of(rows)
        if here.num_rows <= most or self.low == self.high:
            if here.num_rows:
                yield here
            return
        for half in self.halves():
            yield from half.parts_of(here, most)


WHOLE = UnitRange()


def evenly(pieces: int) -> tuple[UnitRange, ...]:
    """All units in ranges of one size, in order.

    >>> [(r.low, r.high) == (i << 63, ((i + 1) << 63) - 1) for i, r in enumerate(evenly(2))]
    [True, True]
    """
    starts = [(number << BITS) // pieces for number in range(pieces + 1)]
    return tuple(UnitRange(low, after - 1) for low, after in pairwise(starts))


def sharing(counts: Sequence[int], most: int) -> tuple[UnitRange, ...]:
    """Ranges that together hold all units, of at most `most` rows each where units are evenly spread.

    `counts` are the rows of each of as many ranges of one size, a power of two. Each range is all units, a half of
    them, a quarter, ...: so that those of different ingests, and those of a measurement, lie within each other, and
    no file is read twice for an edge that crosses it.

    >>> len(sharing([5, 5, 5, 5], 10)), len(sharing([50, 1], 10)), sharing([0, 0], 10) == (WHOLE,)
    (2, 9, True)
    """
    return tuple(_shared(WHOLE, counts, most))


def _shared(piece: UnitRange, counts: Sequence[int], most: int) -> Iterator[UnitRange]:
    """The piece, or what its halves are shared out into; rows that nobody counted apart are taken for even."""
    if sum(counts) <= most or piece.low == piece.high:
        yield piece
        return
    middle = len(counts) // 2
    held = (counts[:middle], counts[middle:]) if middle else ([counts[0] // 2], [-(-counts[0] // 2)])
    for half, its in zip(piece.halves(), held, strict=True):
        yield from _shared(half, its, most)


def meeting(parts: Sequence[Part], within: UnitRange) -> tuple[Part, ...]:
    """The files that can hold a unit of the range."""
    return tuple(part for part in parts if within.meets(part.low, part.high))


def depth(segments: Sequence[Part]) -> int:
    """How many segments at most can hold events of the same unit."""
    begun = [(part.low, 0, 1) for part in segments]
    ended = [(part.high, 1, -1) for part in segments]
    most = now = 0
    for _, _, change in sorted([*begun, *ended]):
        now += change
        most = max(most, now)
    return most
