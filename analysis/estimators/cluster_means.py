"""Compares the means of whole clusters with a t-test, every cluster counting the same.

Question: Did clusters that got the treatment fare differently from the other clusters, on average?
Estimand: The average over clusters (cluster-average): a difference in means of clusters, for counts the ratio of
    geometric means of cluster rates; for other kinds a difference in what clusters are summarised by (their ratio,
    quantile, mean time without the event, mean ridit). A cluster of five counts as much as one of five hundred.
Assumes: Clusters are independent of each other; their means vary about equally in both arms. Covariates that
    vary inside clusters are taken out first with slopes estimated inside clusters; those that do not vary
    inside are regressors among the cluster means.
Interval: Student's t with G - 2 degrees of freedom, one less for each covariate that does not vary inside clusters.
Breaks when: Arms have very unequal numbers of clusters of very unequal sizes, or fewer than three clusters.
    With at most five clusters in all, or fewer than three in an arm, the interval only describes and there is
    no p-value.
Source: Hayes and Moulton (2017), Cluster Randomised Trials, 2nd edition, chapters 10 and 11.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import two_sided_t
from analysis.effects import against_margin, ratio_effect, t_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import SUMMARISED, TOO_FEW, cluster_values, require_clusters, too_few
from analysis.figures.likeness import likeness
from analysis.finding import Estimate
from analysis.models.linear import least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Declaration, Settings
    from analysis.evidence import Evidence
    from analysis.figures.clusters import ClusterValues
    from analysis.finding import Effect
    from analysis.outcome import Scale

ROBUST = frozenset({"mean", "proportion", "score"})  # kinds whose average over units has a default of its own


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The effect on the primary scale; for counts the difference in rates as well."""
    rows, cluster, clusters = require_clusters(evidence)
    scale = evidence.outcome.scale
    found = cluster_values(evidence, cluster, log=scale.is_ratio)
    effects = {scale.name: _effect(found, settings.level, scale=scale)}
    if scale.is_ratio:
        rates = cluster_values(evidence, cluster, log=False)
        effects["rate_difference"] = _effect(rates, settings.level, scale=None)
    few = too_few(clusters)
    if few:
        effects = {name: replace(effect, p_value=None) for name, effect in effects.items()}
    alike = likeness(rows, cluster, level=settings.level)
    margin = {} if few or scale.is_ratio else against_margin(evidence.outcome, effects[scale.name])
    welch = {} if found.constant.shape[1] else _welch(found, with_p=not few and not scale.is_ratio)
    return Estimate(
        effects,
        parameters={**welch, **margin, **alike.parameters},
        notes=(*found.notes, TOO_FEW) if few else found.notes,
        clusters=clusters,
        icc=alike.icc,
        descriptive=few,
    )


def _effect(found: ClusterValues, level: float, *, scale: Scale | None) -> Effect:
    """Least squares of cluster values on arm and the covariates constant in clusters, with a common variance."""
    x = np.column_stack([np.ones_like(found.values), found.treated, found.constant])
    regression = least_squares(x, found.values)
    variance = regression.residuals @ regression.residuals / regression.df * regression.inverse[1, 1]
    if variance <= 1e-20 * (found.values @ found.values):
        raise Refusal(
            "Clusters of one arm do not differ from each other, so that chance cannot be judged.",
            remedy="Include more clusters, or check the outcome's event and window.",
        )
    difference, se = float(regression.coefficients[1]), sqrt(variance)
    if scale is not None and scale.is_ratio:
        return ratio_effect(difference, se, df=regression.df, level=level)
    null = scale.null if scale else 0.0
    return t_effect(null + difference, se, df=regression.df, level=level, null=null)


def _welch(found: ClusterValues, *, with_p: bool) -> dict[str, float]:
    """What an unequal-variance t-test of the same cluster values says, as a comparison."""
    arms = (found.values[found.treated], found.values[~found.treated])
    parts = [arm.var(ddof=1) / arm.size for arm in arms]
    df = sum(parts) ** 2 / sum(part**2 / (arm.size - 1) for part, arm in zip(parts, arms, strict=True))
    figures = {"cluster_welch_se": float(np.sqrt(sum(parts))), "cluster_welch_df": float(df)}
    if with_p:
        t = (arms[0].mean() - arms[1].mean()) / figures["cluster_welch_se"]
        figures["cluster_welch_p"] = two_sided_t(float(t), df)
    return figures


def _default(declaration: Declaration) -> bool:
    whole = declaration.estimand == "cluster-average" or declaration.kind not in ROBUST
    return whole and not declaration.matched


ESTIMATOR = Estimator(
    name="cluster_means",
    label="t-test on cluster means",
    layouts=frozenset({"clustered"}),
    kinds=SUMMARISED,
    fit=fit,
    default=_default,
    needs=frozenset({"grouped"}),
)
