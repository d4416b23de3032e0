"""Pairs of units, one of each arm: how often the treated one is above the other, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.outcome import Scale
from analysis.rank_sums import rank_sum
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

SUPERIORITY = Scale("probability_of_superiority", "probability of a higher value", 0.5)


@dataclass(frozen=True, slots=True)
class Superiority:
    """Over all pairs of a treated and an untreated unit: the share in which the treated one is above, ties by half.

    `se` and `df` are Brunner and Munzel's; `wins` and `losses` are the shares of pairs without ties;
    `p_wilcoxon` is the rank-sum test's p-value, normal and without correction.
    """

    probability: float
    se: float
    df: float
    wins: float
    losses: float
    p_wilcoxon: float


def superiority(treated: Numbers, control: Numbers) -> Superiority:
    """The probability that one sample is above the other (Brunner and Munzel 2000, Biometrical Journal 42:17).

    Raises Refusal where an arm has fewer than two units, or no pair differs from another.

    >>> found = superiority(np.array([2.0, 3.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    >>> round(found.probability, 4), round(found.wins, 4), round(found.losses, 4)
    (0.7222, 0.5556, 0.1111)
    """
    n1, n0 = treated.size, control.size
    if min(n1, n0) < 2:
        raise Refusal(
            "An arm has fewer than two measured units, so its spread is unknown.",
            remedy="Measure more units in each arm.",
        )
    above1, above0 = _above(treated, control), _above(control, treated)
    v1, v0 = above1.var(ddof=1) / n1, above0.var(ddof=1) / n0
    if v1 + v0 <= 0:
        raise Refusal(
            "All pairs of units compare alike, so there is no spread to judge the probability by.",
            remedy="Measure more units, or with finer levels.",
        )
    df = float((v1 + v0) ** 2 / (v1 * v1 / (n1 - 1) + v0 * v0 / (n0 - 1)))
    ordered = np.sort(control)
    wins = float(np.searchsorted(ordered, treated, "left").sum()) / (n1 * n0)
    losses = 1 - float(np.searchsorted(ordered, treated, "right").sum()) / (n1 * n0)
    p_wilcoxon = rank_sum(treated, control).p_value(corrected=False)
    return Superiority(float(above1.mean()), sqrt(float(v1 + v0)), df, wins, losses, p_wilcoxon)


def _above(values: Numbers, others: Numbers) -> Numbers:
    """The share of `others` below each value, ties by half."""
    ordered = np.sort(others)
    sides = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return np.asarray(sides / (2 * others.size))
