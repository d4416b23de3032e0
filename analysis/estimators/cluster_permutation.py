"""Asks how often chance alone, giving the treatment to other clusters, would have shown so large a difference.

Question: Is the difference between the arms larger than other allocations of the same clusters would show?
Estimand: The average over clusters (cluster-average): a difference in means of clusters, for counts the ratio of
    geometric means of cluster rates; for other kinds a difference in what clusters are summarised by.
Assumes: Every allocation with as many treated clusters (in each stratum, where clusters were stratified) was
    equally likely. The p-value needs nothing else; the interval supposes the same effect in every cluster.
Interval: The effects that the test does not reject. Up to 20,000 allocations are all counted; of more, 9,999 are
    drawn with the plan's seed (999 of more than 2,500 clusters). An end is open where no effect could be rejected.
Breaks when: There are few clusters: with 3 against 3 no p-value lies below 0.10, with 4 against 4 none below 0.029.
    `smallest_p` is the smallest that this design could have given.
Source: Fisher (1935), The Design of Experiments; Gail et al. (1996), Statistics in Medicine 15:1069; Hayes and
    Moulton (2017), Cluster Randomised Trials, 2nd edition, chapter 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.permutation import allocations
from analysis.estimator import Estimator
from analysis.figures.clusters import SUMMARISED, cluster_values, require_clusters
from analysis.figures.likeness import likeness
from analysis.finding import Effect, Estimate
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.outcome import Scale

OPEN = "There are too few ways to allocate these clusters for an interval: no effect could be rejected."
UNADJUSTED = "Covariates that do not vary inside clusters are not adjusted for here."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The permutation test of cluster means on the primary scale."""
    rows, cluster, clusters = require_clusters(evidence)
    scale = evidence.outcome.scale
    found = cluster_values(evidence, cluster, log=scale.is_ratio)
    if np.ptp(found.values) <= 1e-12 * float(np.abs(found.values).max()):
        raise Refusal(
            "All clusters have the same value, so that allocations cannot be told apart.",
            remedy="Check the outcome's event and window.",
        )
    tried = allocations(found.values, found.treated, stratum=found.stratum, seed=settings.seed)
    low, high = (None if end is None else _back(end, scale) for end in tried.interval(1 - settings.level))
    effect = Effect(_back(tried.observed, scale), low, high, settings.level, p_value=tried.p_value())
    alike = likeness(rows, cluster, level=settings.level)
    notes = (*found.notes, *((UNADJUSTED,) if found.constant.shape[1] else ()))
    return Estimate(
        {scale.name: effect},
        parameters={
            "allocations": float(tried.of_values.size),
            "smallest_p": tried.smallest_p,
            **alike.parameters,
        },
        notes=(*notes, OPEN) if low is None else notes,
        clusters=clusters,
        icc=alike.icc,
    )


def _back(value: float, scale: Scale) -> float:
    """From the logarithm to a ratio; differences from the scale's null."""
    return float(np.exp(value)) if scale.is_ratio else scale.null + value


ESTIMATOR = Estimator(
    name="cluster_permutation",
    label="Permutation of clusters",
    layouts=frozenset({"clustered"}),
    kinds=SUMMARISED,
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"grouped"}),
)
