"""Compares the two clusters of each matched pair, every pair counting the same.

Question: Within pairs of clusters that were alike beforehand, did the one that got the treatment fare differently?
Estimand: The average over pairs of the difference between their two clusters' means; for counts the geometric mean
    of the ratios of their rates; for other kinds of the difference in what clusters are summarised by.
Assumes: Pairs are independent of each other; within each pair chance decided which cluster got the treatment.
    Covariates that vary inside clusters are taken out first with slopes estimated inside clusters; differences in
    those that do not vary inside are regressors among the pairs.
Interval: Student's t on the pairs' differences with pairs less one degrees of freedom, one less for each covariate
    that does not vary inside clusters.
Breaks when: A pair lost one of its clusters, which leaves the other out; or there are fewer than about six pairs,
    where matching costs more degrees of freedom than it saves. With two pairs there is no p-value.
Source: Donner and Klar (2000), Design and Analysis of Cluster Randomization Trials, chapter 7; Hayes and Moulton
    (2017), Cluster Randomised Trials, 2nd edition, chapter 12.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin, ratio_effect, t_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import SUMMARISED, TOO_FEW, cluster_values, require_clusters, too_few
from analysis.figures.likeness import likeness
from analysis.finding import Estimate
from analysis.models.linear import least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.figures.clusters import ClusterValues, Codes
    from analysis.finding import Effect
    from analysis.outcome import Scale

    Matrix = NDArray[np.float64]

PAIRS = "Every pair of clusters counts the same, whatever its size."
BROKEN = "Clusters whose partner is missing were left out."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The paired difference on the primary scale; for counts the difference in rates as well."""
    rows, cluster, clusters = require_clusters(evidence)
    scale = evidence.outcome.scale
    found = cluster_values(evidence, cluster, log=scale.is_ratio)
    pairs = _pairs(found)
    effects = {scale.name: _effect(found, pairs, settings.level, scale=scale)}
    if scale.is_ratio:
        rates = cluster_values(evidence, cluster, log=False)
        effects["rate_difference"] = _effect(rates, pairs, settings.level, scale=None)
    few = too_few({"control": len(pairs), "treatment": len(pairs)})
    if few:
        effects = {name: replace(effect, p_value=None) for name, effect in effects.items()}
    alike = likeness(rows, cluster, level=settings.level)
    margin = {} if few or scale.is_ratio else against_margin(evidence.outcome, effects[scale.name])
    broken = (BROKEN,) if 2 * len(pairs) < found.values.size else ()
    return Estimate(
        effects,
        parameters={"pairs": len(pairs), **margin, **alike.parameters},
        notes=(PAIRS, *found.notes[1:], *broken, *((TOO_FEW,) if few else ())),
        clusters=clusters,
        icc=alike.icc,
        descriptive=few,
    )


def _pairs(found: ClusterValues) -> Codes:
    """The treated and the other cluster of each whole pair (pairs x 2)."""
    if found.stratum is None:
        raise Refusal(
            "A cluster lies in several strata, so that no stratum is a pair of clusters.",
            remedy="Name the column that tells which two clusters were matched.",
        )
    pairs = []
    for pair in np.unique(found.stratum):
        members = np.flatnonzero(found.stratum == pair)
        treated = found.treated[members]
        if members.size > 2 or (members.size == 2 and treated.all() == treated.any()):
            raise Refusal(
                "A pair holds more than one cluster of the same arm.",
                remedy="Correct the pairs, or analyse them as strata.",
            )
        if members.size == 2:
            pairs.append(members[np.argsort(~treated)])
    if len(pairs) < 2:
        raise Refusal(
            "Fewer than two pairs of clusters are whole, so that chance cannot be judged.",
            remedy="Include more pairs, or load the missing part of the log.",
        )
    return np.array(pairs, dtype=np.intp)


def _effect(found: ClusterValues, pairs: Codes, level: float, *, scale: Scale | None) -> Effect:
    """Least squares of the pairs' differences on one and the differences in constant covariates."""
    differences = found.values[pairs[:, 0]] - found.values[pairs[:, 1]]
    covariates = found.constant[pairs[:, 0]] - found.constant[pairs[:, 1]]
    regression = least_squares(np.column_stack([np.ones_like(differences), covariates]), differences)
    variance = regression.residuals @ regression.residuals / regression.df * regression.inverse[0, 0]
    if variance <= 1e-20 * (found.values @ found.values):
        raise Refusal(
            "The pairs' differences do not differ from each other, so that chance cannot be judged.",
            remedy="Include more pairs, or check the outcome's event and window.",
        )
    difference, se = float(regression.coefficients[0]), sqrt(variance)
    if scale is not None and scale.is_ratio:
        return ratio_effect(difference, se, df=regression.df, level=level)
    null = scale.null if scale else 0.0
    return t_effect(null + difference, se, df=regression.df, level=level, null=null)


ESTIMATOR = Estimator(
    name="cluster_pairs",
    label="t-test on matched pairs of clusters",
    layouts=frozenset({"clustered"}),
    kinds=SUMMARISED,
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"grouped", "matched"}),
)
