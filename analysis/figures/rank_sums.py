"""Ranks of two samples: the rank-sum statistic, and order statistics of all differences between the samples."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import normal_quantile, two_sided_normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankSum:
    """Pairs (treatment, control) in which the treatment is larger, ties a half, and what chance makes of them.

    `pairs` are all pairs; `spread` is the standard deviation without an effect, given the ties.
    """

    larger: float
    pairs: int
    spread: float

    @property
    def superiority(self) -> float:
        """The probability that a treated unit has the larger value, ties a half."""
        return self.larger / self.pairs

    def p_value(self, *, corrected: bool) -> float:
        """The normal approximation's two-sided p-value; `corrected` for continuity."""
        off = abs(self.larger - self.pairs / 2)
        return min(1.0, two_sided_normal(max(off - (0.5 if corrected else 0.0), 0.0) / self.spread))

    def places(self, level: float) -> int:
        """How many of the ordered differences lie outside the interval at either end; 0 where none would."""
        return max(0, floor(self.pairs / 2 - normal_quantile((1 + level) / 2) * self.spread))


def rank_sum(
    treatment: Numbers, control: Numbers, *, units: tuple[Numbers, Numbers] | None = None
) -> RankSum:
    """The Wilcoxon-Mann-Whitney statistic (Hollander and Wolfe 1999, Nonparametric Statistical Methods, 4.1).

    A value stands for one unit, or for as many as `units` say for each arm.

    >>> found = rank_sum(np.array([3.0, 4.0]), np.array([1.0, 3.0]))
    >>> found.larger, found.superiority
    (3.5, 0.875)
    """
    of = (np.ones(treatment.size), np.ones(control.size)) if units is None else units
    place = np.unique(np.concatenate([treatment, control]), return_inverse=True)[1]
    ties = np.bincount(place, np.concatenate(of))
    n, m = float(ties.sum()), float(of[0].sum() * of[1].sum())
    below, until = places(treatment, control, units=of[1])
    spread = sqrt(m / 12 * max(n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1)), 0.0))
    return RankSum(float(of[0] @ (below + until)) / 2, round(m), spread)


def places(values: Numbers, among: Numbers, *, units: Numbers) -> tuple[Numbers, Numbers]:
    """How many units of `among` (its values stand for `units` each) lie below each value, and how many not above.

    >>> below, until = places(np.array([2.0]), np.array([2.0, 1.0]), units=np.array([5.0, 3.0]))
    >>> below.tolist(), until.tolist()
    ([3.0], [8.0])
    """
    order = np.argsort(among, kind="stable")
    upto = np.concatenate([[0.0], np.cumsum(units[order])])
    below, until = (upto[np.searchsorted(among[order], values, side)] for side in ("left", "right"))
    return below, until


def middle_ranks(values: Numbers) -> Numbers:
    """The rank of each value from 1, tied values sharing the mean of their ranks.

    >>> middle_ranks(np.array([5.0, 1.0, 5.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    ordered = np.sort(values)
    first, last = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray((first + last + 1) / 2)


def difference_at(treatment: Numbers, control: Numbers, place: int) -> float:
    """The `place`-th smallest (from 1) of all differences treatment less control, without making them all.

    Found by halving between the smallest and the largest difference, counting those up to each point.

    >>> difference_at(np.array([3.0, 7.0]), np.array([1.0, 2.0]), 3)
    5.0
    """
    ordered, x = np.sort(control), np.sort(treatment)
    low, high = x[0] - ordered[-1], x[-1] - ordered[0]

    def enough(point: float) -> bool:
        return int((ordered.size - np.searchsorted(ordered, x - point, "left")).sum()) >= place

    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if enough(middle) else (middle, high)
    nearest = np.clip(np.searchsorted(ordered, x - high), 0, ordered.size - 1)
    candidates = np.concatenate(
        [x - ordered[np.clip(nearest + step, 0, ordered.size - 1)] for step in (-1, 0, 1)]
    )
    return float(candidates[np.argmin(np.abs(candidates - high))])


def median_difference(treatment: Numbers, control: Numbers) -> float:
    """The median of all differences (Hodges and Lehmann 1963, Annals of Mathematical Statistics 34:598).

    >>> median_difference(np.array([3.0, 7.0]), np.array([1.0, 2.0]))
    3.5
    """
    pairs = treatment.size * control.size
    upper = difference_at(treatment, control, pairs // 2 + 1)
    return upper if pairs % 2 else (difference_at(treatment, control, pairs // 2) + upper) / 2
