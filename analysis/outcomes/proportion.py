"""Proportions: whether something happened to a unit or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.outcome import Kind, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from analysis.cells import Sums
    from analysis.outcome import Parts


@dataclass(frozen=True, slots=True)
class Proportion:
    """`events` among `n` measured units."""

    n: int
    events: int
    missing: int = 0

    def __add__(self, other: Proportion) -> Proportion:
        """Both sets of units together."""
        return Proportion(self.n + other.n, self.events + other.events, self.missing + other.missing)

    def cells(self) -> tuple[int, ...]:
        """Units, units with the event, units without."""
        return (self.n, self.events, self.n - self.events)

    def describe(self) -> dict[str, float]:
        """events and value, the share with the event (absent where nobody was measured)."""
        return {"events": self.events, **({"value": self.events / self.n} if self.n else {})}


def summarise(parts: Parts) -> Proportion:
    """Units with the event among those measured; NaN counts as missing.

    >>> summarise({"value": np.array([1.0, 0.0, 1.0, np.nan])})
    Proportion(n=3, events=2, missing=1)
    """
    values = parts["value"]
    known = values[~np.isnan(values)]
    return Proportion(int(known.size), int(known.sum()), int(values.size - known.size))


def valid(parts: Parts) -> str | None:
    """What is wrong with values that must be 0 or 1.

    >>> valid({"value": np.array([0.0, 0.5])})
    'it holds a value that is neither 0 nor 1'
    """
    return None if np.isin(parts["value"], (0.0, 1.0)).all() else "it holds a value that is neither 0 nor 1"


def draw(
    rng: np.random.Generator, n: int, effect: float, *, base: float | NDArray[np.float64] = 0.3
) -> Parts:
    """Events with probability `base + effect`; raises ValueError where that is no probability.

    >>> draw(np.random.default_rng(1), 3, 0.7, base=0.3)["value"]
    array([1., 1., 1.])
    """
    probability = base + np.full(n, effect)
    if probability.size and not (probability.min() >= -1e-12 and probability.max() <= 1 + 1e-12):
        raise ValueError("base + effect must lie between 0 and 1")
    return {"value": (rng.random(n) < probability).astype(np.float64)}


def from_counts(row: Mapping[str, float]) -> Proportion:
    """A shared n and events. Raises ValueError on an impossible row.

    >>> from_counts({"n": 100, "events": 27})
    Proportion(n=100, events=27, missing=0)
    """
    n, events = row["n"], row["events"]
    if not (n >= 1 and n % 1 == 0 and events % 1 == 0 and 0 <= events <= n):
        raise ValueError("n and events must be whole numbers, n from 1 upwards and events from 0 to n")
    return Proportion(int(n), int(events))


def from_sums(sums: Sums) -> Proportion:
    """All cells together.

    >>> from analysis.cells import Sums
    >>> from_sums(Sums(np.array([5]), np.array([1]), {"value": np.array([2.0])}, {}, {"value": 0.0}))
    Proportion(n=5, events=2, missing=1)
    """
    return Proportion(sums.measured, round(sums.total("value")), sums.lost)


KIND = Kind(
    name="proportion",
    label="share of units with an event",
    scales=(
        Scale("risk_difference", "difference in proportions", 0.0),
        Scale("risk_ratio", "risk ratio", 1.0),
        Scale("odds_ratio", "odds ratio", 1.0),
    ),
    summarise=summarise,
    draw=draw,
    valid=valid,
    counts_columns=("n", "events"),
    from_counts=from_counts,
    from_sums=from_sums,
)
