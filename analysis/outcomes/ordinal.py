"""Ordered levels, such as none, some, marked: what counts is only which of two levels is the higher."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.roots import bisect
from analysis.figures.superiority import SUPERIORITY
from analysis.outcome import Kind, Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.cells import Sums
    from analysis.outcome import Parts

    Numbers = NDArray[np.float64]

DRAWN = 5  # levels that `draw` draws
_ENDS = 50.0  # a shift of the log odds as large as this moves everybody


@dataclass(frozen=True, slots=True)
class Levels:
    """How many measured units are at each level, from 0 upwards."""

    counts: tuple[int, ...]
    missing: int = 0

    @property
    def n(self) -> int:
        """Units with a level."""
        return sum(self.counts)

    def __add__(self, other: Levels) -> Levels:
        """Both sets of units together."""
        counts = np.zeros(max(len(self.counts), len(other.counts)), dtype=int)
        for part in (self.counts, other.counts):
            counts[: len(part)] += np.array(part, dtype=int)
        return Levels(tuple(counts.tolist()), self.missing + other.missing)

    def cells(self) -> tuple[int, ...]:
        """Units, and units at each level."""
        return (self.n, *self.counts)

    def describe(self) -> dict[str, float]:
        """value: the mean level, as a help to the eye."""
        if not self.n:
            return {}
        return {"value": float(np.arange(len(self.counts)) @ np.array(self.counts)) / self.n}


def summarise(parts: Parts) -> Levels:
    """The measured units by level; NaN counts as missing.

    >>> summarise({"value": np.array([0.0, 2.0, 2.0, np.nan])})
    Levels(counts=(1, 0, 2), missing=1)
    """
    values = parts["value"]
    known = values[~np.isnan(values)].astype(np.intp)
    return Levels(tuple(np.bincount(known).tolist()), int(values.size - known.size))


def valid(parts: Parts) -> str | None:
    """What is wrong with levels, which are numbered from 0 upwards.

    >>> valid({"value": np.array([1.5])})
    'it holds a level that is not a whole number from 0 to 999'
    """
    values = parts["value"]
    if (np.isfinite(values) & (values >= 0) & (values < 1000) & (values == np.floor(values))).all():
        return None
    return "it holds a level that is not a whole number from 0 to 999"


def draw(
    rng: np.random.Generator, n: int, effect: float, *, base: float | NDArray[np.float64] = 2.0
) -> Parts:
    """Levels 0 to 4 of mean `base` (binomial), moved by one odds ratio so that `effect` is their superiority.

    That is the probability that one of these units is above a unit drawn without an effect, ties by half.

    >>> draw(np.random.default_rng(1), 3, 1.0)["value"]
    array([4., 4., 4.])
    """
    share = (base + np.zeros(n)) / (DRAWN - 1)
    chances = binomial(share, levels=DRAWN)
    moved = shifted(chances, shift_for(chances.mean(axis=0), effect)) if n else chances
    return {"value": (rng.random(n)[:, None] > np.cumsum(moved, axis=1)[:, :-1]).sum(axis=1).astype(float)}


def binomial(share: Numbers, *, levels: int) -> Numbers:
    """The chances (n x levels) of levels 0, 1, … whose mean is `share` (n) of the highest.

    >>> binomial(np.array([0.5]), levels=3).tolist()
    [[0.25, 0.5, 0.25]]
    """
    size, level = levels - 1, np.arange(levels)
    ways = np.array([comb(size, place) for place in range(levels)])
    return np.asarray(ways * share[:, None] ** level * (1 - share[:, None]) ** (size - level))


def shifted(chances: Numbers, shift: float) -> Numbers:
    """Chances of levels (… x levels) with the odds of being above each level multiplied by exp(shift).

    >>> shifted(np.array([0.5, 0.5]), np.log(3.0)).round(12).tolist()
    [0.25, 0.75]
    """
    above = 1 - np.cumsum(chances, axis=-1)[..., :-1]
    above = np.clip(above, 0.0, 1.0) * np.exp(shift)
    below = np.clip(np.cumsum(chances, axis=-1)[..., :-1], 1e-300, 1.0)
    reached = above / (above + below)
    one, none = np.ones((*reached.shape[:-1], 1)), np.zeros((*reached.shape[:-1], 1))
    edges = np.concatenate([one, reached, none], axis=-1)
    return np.asarray(edges[..., :-1] - edges[..., 1:])


def superiority(treated: Numbers, control: Numbers) -> float:
    """The probability that a unit with the chances `treated` is above one with `control`, ties by half.

    >>> superiority(np.array([0.25, 0.75]), np.array([0.5, 0.5]))
    0.625
    """
    below = np.cumsum(control) - control / 2
    return float(treated @ below)


def shift_for(chances: Numbers, effect: float) -> float:
    """The log odds ratio that makes the superiority over `chances` (levels) equal to `effect`.

    Raises ValueError where there is none.

    >>> shift_for(np.array([0.2, 0.3, 0.5]), 0.5)
    0.0
    """
    if effect == SUPERIORITY.null:
        return 0.0
    if not 0 <= effect <= 1:
        raise ValueError("a probability of superiority must lie between 0 and 1")
    return bisect(lambda shift: effect - superiority(shifted(chances, shift), chances), -_ENDS, _ENDS)


def from_sums(sums: Sums) -> Levels:
    """All cells together; raises ValueError where nobody counted the levels.

    >>> from analysis.cells import Sums
    >>> from_sums(Sums(np.array([3]), np.array([1]), {}, {}, {}, levels=np.array([[1, 0, 2, 0]])))
    Levels(counts=(1, 0, 2), missing=1)
    """
    if sums.levels is None:
        raise ValueError("the sums of an ordinal outcome come with its levels")
    counts = sums.levels.sum(axis=0)
    return Levels(tuple(np.trim_zeros(counts, "b").tolist()), sums.lost)


KIND = Kind(
    name="ordinal",
    label="ordered levels",
    scales=(SUPERIORITY, Scale("odds_ratio", "odds ratio of a higher level", 1.0)),
    summarise=summarise,
    draw=draw,
    valid=valid,
    from_sums=from_sums,
)
