"""Clusters assigned as a whole: their values, and when they are too few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.summarised import summarised
from analysis.models.linear import least_squares
from analysis.models.within_clusters import poisson_slopes_within
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from analysis.evidence import Evidence
    from analysis.groups import Groups

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

EQUAL_WEIGHT = "Every cluster counts the same, whatever its size."
TOO_FEW = (
    "The design cannot support inference: with at most five clusters, or fewer than three in an arm, no "
    "p-value is given and the interval only describes."
)
UNADJUSTED = "Covariates are not adjusted for: clusters are summarised as they are."
AVERAGED = frozenset(
    {"mean", "score", "proportion", "count"}
)  # kinds whose cluster value is a mean or a rate
SUMMARISED = AVERAGED | {
    "ratio",
    "quantile",
    "time_to_event",
    "ordinal",
}  # all kinds of which a cluster has a value
CONTINUITY = "Some cluster had no event, so half an event was added to each (Hayes and Moulton 2017)."


@dataclass(frozen=True, slots=True)
class ClusterValues:
    """One value a cluster (G), adjusted for covariates that vary inside clusters.

    `constant` (G x q) holds the covariates that do not vary inside clusters; `stratum` is set where every
    cluster lies in one stratum.
    """

    values: Matrix
    treated: NDArray[np.bool_]
    constant: Matrix
    stratum: Codes | None = None
    notes: tuple[str, ...] = (EQUAL_WEIGHT,)


def require_clusters(evidence: Evidence) -> tuple[Groups, Codes, dict[str, int]]:
    """The groups of units (rows are groups of one), their clusters and the number of clusters by arm.

    Raises Refusal where an arm has fewer than two clusters, or a cluster holds units of both arms.
    """
    groups = evidence.require_groups()
    if groups.cluster is None or evidence.clusters is None:
        raise Refusal(
            "The rows do not say which cluster each unit belongs to.", remedy="Name the cluster's column."
        )
    if np.intersect1d(groups.cluster[groups.treated], groups.cluster[~groups.treated]).size:
        raise Refusal(
            "A cluster holds units of both arms, so that clusters were not assigned as a whole.",
            remedy="Correct the clusters, or analyse the study as one that assigned units.",
        )
    if min(evidence.clusters.values()) < 2:
        raise Refusal(
            "An arm has only one cluster: what the arm did cannot be told from what that cluster is like.",
            remedy="Include at least two clusters in each arm, better six.",
        )
    return groups, groups.cluster, dict(evidence.clusters)


def too_few(clusters: Mapping[str, int]) -> bool:
    """Whether so few clusters cannot support inference: five or fewer in all, or fewer than three in an arm.

    >>> too_few({"control": 2, "treatment": 6}), too_few({"control": 3, "treatment": 3})
    (True, False)
    """
    return sum(clusters.values()) <= 5 or min(clusters.values()) < 3


def cluster_values(evidence: Evidence, cluster: Codes, *, log: bool) -> ClusterValues:
    """Cluster means (rates of counts), or their logs, adjusted for covariates that vary inside clusters.

    Kinds that are no mean of unit values give what they are `summarised` to, unadjusted. The two stages of Hayes
    and Moulton (2017, Cluster Randomised Trials, ch. 10-11), but with slopes taken inside clusters, where they
    cannot take up any of the effect. Raises Refusal for logs where an arm has no
    event; where only some cluster has none, half an event is added to each.
    """
    held = evidence.require_groups()
    if evidence.outcome.kind not in AVERAGED:
        return _unadjusted(evidence, held, cluster)
    varies = np.array([_varies_inside(column, cluster, held.n) for column in held.covariates.T], dtype=bool)
    inside = held.centred()[:, varies]
    constant = [cluster_means(column, cluster, held.n) for column in held.covariates[:, ~varies].T]
    notes: tuple[str, ...] = (EQUAL_WEIGHT,)
    if "exposure" in held.parts:
        events, exposure = _events(held, inside, cluster)
        if log and not events.all():
            events, notes = events + 0.5, (*notes, CONTINUITY)
        values = np.log(events / exposure) if log else events / exposure
    else:
        values = _adjusted_means(held, inside, cluster)
    return ClusterValues(
        values,
        treated=cluster_means(held.treated.astype(float), cluster) > 0.5,
        constant=np.column_stack([np.empty((values.size, 0)), *constant]),
        stratum=_stratum(held, cluster),
        notes=notes,
    )


def _unadjusted(evidence: Evidence, held: Groups, cluster: Codes) -> ClusterValues:
    values = summarised(evidence.outcome, held, cluster)
    return ClusterValues(
        values,
        treated=cluster_means(held.treated.astype(float), cluster) > 0.5,
        constant=np.empty((values.size, 0)),
        stratum=_stratum(held, cluster),
        notes=(EQUAL_WEIGHT, UNADJUSTED) if held.covariates.shape[1] else (EQUAL_WEIGHT,),
    )


def cluster_means(values: Matrix, cluster: Codes, units: Matrix | None = None) -> Matrix:
    """The mean of each cluster (G) of values (n) that stand for one unit each, or for `units` (n).

    >>> cluster_means(np.array([1.0, 3, 5]), np.array([0, 0, 1])).tolist()
    [2.0, 5.0]
    """
    weighed = values if units is None else values * units
    return np.asarray(np.bincount(cluster, weighed) / np.bincount(cluster, units))


def _adjusted_means(held: Groups, inside: Matrix, cluster: Codes) -> Matrix:
    means = cluster_means(held.y, cluster, held.n)
    if inside.shape[1] == 0:
        return means + held.centre
    covariate_means = np.column_stack([cluster_means(column, cluster, held.n) for column in inside.T])
    x, y = inside - covariate_means[cluster], held.y - means[cluster]
    slopes = least_squares(x, y, units=held.n).coefficients
    return np.asarray(means - covariate_means @ slopes + held.centre)


def _events(held: Groups, inside: Matrix, cluster: Codes) -> tuple[Matrix, Matrix]:
    """Events and exposure by cluster, the exposure standardised to the mean covariates."""
    counted, exposure = (held.n * held.whole(part) for part in ("value", "exposure"))
    if not (counted[held.treated].any() and counted[~held.treated].any()):
        raise Refusal(
            "An arm has no event at all, so that a ratio of rates has no finite value.",
            remedy="Observe for longer, or in more clusters.",
        )
    if inside.shape[1]:
        slopes = poisson_slopes_within(inside, counted, exposure=exposure, cluster=cluster)
        exposure = exposure * np.exp(inside @ slopes)
    events, time = (np.asarray(np.bincount(cluster, part), dtype=np.float64) for part in (counted, exposure))
    return events, time


def _varies_inside(column: Matrix, cluster: Codes, units: Matrix) -> bool:
    inside = column - cluster_means(column, cluster, units)[cluster]
    around = column - units @ column / units.sum()
    return bool(units @ inside**2 > 1e-12 * (units @ around**2))


def _stratum(held: Groups, cluster: Codes) -> Codes | None:
    """The stratum of each cluster, where none spans two."""
    if held.stratum is None or _varies_inside(held.stratum.astype(float), cluster, held.n):
        return None
    return cluster_means(held.stratum.astype(float), cluster).round().astype(np.intp)
