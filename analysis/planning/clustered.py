"""Power where clusters are assigned as a whole: the design effect, and t with the analysis's degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, comb, inf, log, sqrt
from typing import TYPE_CHECKING

from analysis.planning.arms import log_rate_variance, mean_variance, proportions, share_variance, t_ways
from analysis.planning.way import Planned, Way
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.planning.arms import Arms

FEWEST = 3  # clusters in an arm with which a p-value is given
CURVE = tuple(place / 100 for place in range(1, 11))  # intraclass correlations from 0.01 to 0.10
CLUSTERS = "clusters in each arm"


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters of `size` units on average, unlike in size by `cv`, whose units correlate by `icc`."""

    size: float
    icc: float
    cv: float = 0.0

    @property
    def design_effect(self) -> float:
        """By how much the variance is larger than with as many single units (Eldridge 2006, IJE 35:1292, eq. 3).

        >>> round(Clusters(12, 0.05, cv=0.4).design_effect, 3)
        1.646
        """
        return 1 + ((1 + self.cv**2) * self.size - 1) * self.icc


def clustered(arms: Arms, *, kind: str, clusters: Clusters) -> Planned:
    """As many clusters in each arm: t with 2 J - 2 degrees of freedom, beside the normal formula times the effect.

    >>> from analysis.planning.arms import Arms
    >>> planned = clustered(Arms(), kind="mean", clusters=Clusters(12, 0.05))
    >>> round(planned.ways[1].power(6, 0.45), 4)
    0.4998
    """
    arms = replace(arms, ratio=1.0)
    of_units = variance_of(kind)
    factor = clusters.design_effect / clusters.size
    ways = t_ways(
        lambda groups, effect: sqrt(of_units(arms, effect) * factor / groups),
        df=lambda groups: 2 * groups - 2,
        alpha=arms.alpha,
        distance=log if kind == "count" else float,
    )
    limits, null = (-inf, inf), 0.0
    if kind == "proportion":
        plain = proportions(arms)
        limits, z = plain.limits, plain.ways[0]
        ways = (*ways[:2], Way("normal", z.label, lambda groups, effect: z.power(groups / factor, effect)))
    elif kind == "count":
        limits, null = (0.0, inf), 1.0
    figures = {"design_effect": clusters.design_effect}
    return Planned(ways, CLUSTERS, FEWEST, null=null, limits=limits, figures=figures)


def variance_of(kind: str) -> Callable[[Arms, float], float]:
    """n times the variance of the effect, by kind. Raises Refusal for kinds without a formula."""
    known = {
        "proportion": share_variance,
        "mean": mean_variance,
        "score": mean_variance,
        "count": log_rate_variance,
    }
    if kind not in known:
        raise Refusal(
            f"No formula for a {kind} outcome is known here for whole clusters.",
            remedy="Plan with the mean, the share or the count of each cluster.",
        )
    return known[kind]


def cluster_size_for(
    arms: Arms, *, kind: str, clusters: Clusters, groups: int, effect: float, power: float
) -> float:
    """Units a cluster with which as many clusters an arm reach the power; Refusal where no size does."""

    def reached(size: float) -> bool:
        planned = clustered(arms, kind=kind, clusters=replace(clusters, size=size))
        return planned.ways[0].power(groups, effect) >= power

    if not reached(1e9):
        raise Refusal(
            "However large the clusters, so few of them do not reach this power: what clusters differ by remains.",
            remedy="Include more clusters, or plan with a larger effect.",
        )
    low, high = 1, 2
    while not reached(high):
        low, high = high, high * 2
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return 1.0 if reached(1) else float(high)


def smallest_p(control: int, treatment: int) -> float:
    """The smallest p-value of a permutation test that allocates so many clusters to each arm.

    >>> smallest_p(3, 3), round(smallest_p(4, 4), 3), round(smallest_p(2, 6), 3)
    (0.1, 0.029, 0.036)
    """
    return (2 if control == treatment else 1) / comb(control + treatment, control)


def permutation_note(groups: float, *, alpha: float) -> str:
    """What the permutation test can reach with so many clusters in each arm; empty where it can reach `alpha`."""
    whole = ceil(groups)
    least = smallest_p(whole, whole)
    if least <= alpha:
        return ""
    return (
        f"The exact permutation test can never give p below {alpha:g} with {whole} v {whole} clusters: its "
        f"smallest p-value is {least:.2g}."
    )


def require_inference(groups: float) -> None:
    """Raises Refusal with so few clusters in each arm that the analysis gives no p-value."""
    if groups < FEWEST:
        raise Refusal(
            "With at most five clusters, or fewer than three in an arm, the analysis gives no p-value, so that "
            "there is no power.",
            remedy="Include at least three clusters in each arm, better six.",
        )
