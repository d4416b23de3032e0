"""Counts of people as a reader knows them: bounds of each, and sums of some; the table that an audit works on."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.policy import Count

MASKED = Count.masked()


@dataclass(frozen=True, slots=True)
class Sum:
    """What a sum of cells, each times a number, is at least and at most."""

    terms: tuple[tuple[str, float], ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Published:
    """What one release published. `data` and `plan` are hashes; `population` holds counts of people by place.

    `cells` are the bounds that a reader knows of each count by its key, None where there is no upper one; `small`
    are the keys of counts from 1 to 9. `withdrew` is how many had withdrawn by then.
    """

    data: str
    plan: str
    policy: str
    rounded: bool
    population: dict[str, int]
    cells: dict[str, tuple[int, int | None]]
    small: tuple[str, ...]
    sums: tuple[Sum, ...]
    withdrew: int = 0


@dataclass(slots=True)
class Table:
    """Cells and sums while they are put together; `true` is what nobody else sees."""

    true: dict[str, int] = field(default_factory=dict)
    cells: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)

    def add(self, key: str, count: int, shown: Count = MASKED) -> None:
        """A count, and what is said of it; said again, the narrower bounds hold."""
        low, high = shown.bounds
        if key in self.cells:
            known_low, known_high = self.cells[key]
            low = max(low, known_low)
            high = min((end for end in (high, known_high) if end is not None), default=None)
        self.true[key], self.cells[key] = count, (low, high)

    def rest(self, whole: str, about: str, parts: list[str]) -> None:
        """What is left of the whole without its parts, as a count of its own that nobody tells."""
        left = self.true[whole] - sum(self.true[part] for part in parts)
        if left >= 0:
            self.add(about, left)
            self.equal(whole, *parts, about)

    def equal(self, whole: str, *parts: str) -> None:
        """That the whole is the sum of its parts, where it is."""
        if whole in self.true and self.true[whole] == sum(self.true[part] for part in parts):
            self.sums.append(Sum(((whole, 1.0), *((part, -1.0) for part in parts)), 0.0, 0.0))
