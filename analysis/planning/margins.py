"""Power to show that an arm is not worse than the other by a margin or more."""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING

from analysis.figures.proportions import restricted_share
from analysis.planning.arms import UNITS, mean_variance, share_variance, t_ways
from analysis.planning.way import Planned, Way, normal_power

if TYPE_CHECKING:
    from analysis.planning.arms import Arms


def means_within(arms: Arms, *, true: float, higher: bool) -> Planned:
    """Non-inferiority of means by the one-sided t at half of alpha; the effect of `Planned` is the margin.

    `true` is the supposed difference, treatment minus control; `higher` says that higher is better.
    """
    ways = t_ways(
        lambda n, _: sqrt(mean_variance(arms, 0.0) / n),
        df=lambda n: n * (1 + arms.ratio) - 2,
        alpha=arms.alpha,
        distance=lambda margin: _room(margin, true=true, higher=higher),
    )
    return Planned(tuple(way for way in ways if "both" not in way.name), UNITS, 2, limits=(-inf, inf))


def shares_within(arms: Arms, *, true: float, higher: bool) -> Planned:
    """Non-inferiority of shares by the score test (Farrington and Manning 1990, Stat Med 9:1447, eq. 4).

    The variance without an effect is that of the shares expected by maximum likelihood on the margin.
    """
    p0, r = arms.base, arms.ratio
    p1 = p0 + true

    def score(n: float, margin: float) -> float:
        edge = -margin if higher else margin
        at = restricted_share((r * p1, r), (p0, 1.0), edge)
        null = sqrt(arms.inflation * (at * (1 - at) + (at + edge) * (1 - at - edge) / r) / n)
        return _signed(margin, n, null)

    def _signed(margin: float, n: float, null: float) -> float:
        room, se = _room(margin, true=true, higher=higher), sqrt(share_variance(arms, true) / n)
        return normal_power(room, se=se, null_se=null, alpha=arms.alpha) if room > 0 else 0.0

    ways = (
        Way("score", "score test on the margin", score),
        Way("normal", "Wald test", lambda n, margin: _signed(margin, n, 0.0)),
    )
    return Planned(ways, UNITS, 2, limits=(0.0, p0 if higher else 1 - p0))


def _room(margin: float, *, true: float, higher: bool) -> float:
    """How far the supposed difference is from the margin's bad end; 0 where it lies beyond."""
    return max(margin + (true if higher else -true), 0.0)
