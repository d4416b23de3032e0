"""Compares units by least squares, and judges chance by turning the signs of whole clusters' residuals.

Question: Did the units in clusters that got the treatment fare differently from the other units, on average?
Estimand: The average over units (individual-average): a difference in means or in proportions. A cluster counts
    by its number of units.
Assumes: Clusters are independent of each other, and their errors are as likely to lie on one side as on the other.
Interval: The effects that the wild cluster bootstrap does not reject: residuals of the model with the effect
    imposed, Rademacher signs by cluster, all of them counted up to 12 clusters, else 9,999 drawn with the plan's
    seed. An end is open where no effect could be rejected.
Breaks when: There are fewer than 8 clusters or the arms are very unequal: 5.7 % false positives at 6. For
    proportions 7 % were measured with 8 clusters, so that fewer than 12 are refused. With at most five clusters in
    all, or fewer than three in an arm, there is no p-value.
Source: Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90:414; Roodman, MacKinnon, Nielsen
    and Webb (2019), Stata Journal 19:4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.wild import ENUMERATED, wild
from analysis.estimator import Estimator
from analysis.figures.clusters import TOO_FEW, require_clusters, too_few
from analysis.figures.likeness import likeness
from analysis.finding import Effect, Estimate
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence

ENOUGH_FOR_SHARES = 12  # clusters
OPEN = "There are too few clusters to turn for an interval: some effects far away are not rejected."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference between arms, adjusted for covariates, with its bootstrap test."""
    rows, cluster, clusters = require_clusters(evidence)
    if evidence.outcome.kind == "proportion" and sum(clusters.values()) < ENOUGH_FOR_SHARES:
        raise Refusal(
            f"With fewer than {ENOUGH_FOR_SHARES} clusters the wild bootstrap finds too much in proportions: "
            "7 % false positives were measured with 8 clusters.",
            remedy="Use cluster_robust, or cluster_means where each cluster is to count the same.",
        )
    centred = rows.covariates - rows.covariates.mean(axis=0)
    x = np.column_stack([np.ones(rows.y.size), rows.treated, centred])
    found = wild(x, rows.y, cluster, seed=settings.seed)
    few = too_few(clusters)
    low, high = (None, None) if few else found.interval(1 - settings.level)
    effect = Effect(
        found.estimate, low, high, settings.level, se=found.se, p_value=None if few else found.p_value()
    )
    groups = sum(clusters.values())
    alike = likeness(rows, cluster, level=settings.level)
    notes = (*((TOO_FEW,) if few else ()), *((OPEN,) if low is None or high is None else ()))
    return Estimate(
        {evidence.outcome.scale.name: effect},
        parameters={
            "t_cr0": found.estimate / found.se,
            "weight_draws": found.draws,
            "smallest_p": 2 / found.draws if groups <= ENUMERATED else 1 / found.draws,
            **alike.parameters,
        },
        notes=notes,
        clusters=clusters,
        icc=alike.icc,
        descriptive=few,
    )


ESTIMATOR = Estimator(
    name="cluster_bootstrap",
    label="Wild cluster bootstrap",
    layouts=frozenset({"clustered"}),
    kinds=frozenset({"mean", "proportion", "score"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
