"""Compares units before and after their cluster switched, with what the other clusters did in the same periods.

Question: Did a cluster's units fare differently once it had the treatment, beyond what time alone did?
Estimand: The average over units of the difference that having the treatment makes, supposed the same however long
    a cluster has had it: a difference in means or in proportions.
Assumes: The order in which clusters switched was random; time did the same to every cluster; the effect does not
    grow or fade with time since the switch (the estimate by exposure time beside it tells).
Interval: Least squares with an effect of every cluster and every period; Bell and McCaffrey's standard error by
    cluster (CR2) and Student's t with Satterthwaite's degrees of freedom.
Breaks when: The effect grows or fades: later periods then count against it, and even its sign can be wrong. With
    at most five clusters the interval only describes, without a p-value.
Source: Hussey and Hughes (2007), Contemporary Clinical Trials 28:182; Pustejovsky and Tipton (2018), Journal of
    Business and Economic Statistics 36:672; Kenny et al. (2022), Statistics in Medicine 41:4311.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin, t_effect
from analysis.estimator import Estimator
from analysis.finding import Estimate
from analysis.models.linear import cr2, cr3, least_squares
from analysis.models.wedge import SAME_EFFECT, TOO_FEW, fixed_effects, indicators, wedge_of
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.models.linear import LeastSquares
    from analysis.models.wedge import Wedge

    Matrix = NDArray[np.float64]

ROUGH = (
    "Few clusters carry most of the information (under 4 degrees of freedom), so that the p-value is rough."
)


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference with cluster and period effects; beside it the one with period effects alone."""
    wedge = wedge_of(evidence)
    regression, notes = fixed_effects(wedge, wedge.rows.y)
    if regression.residuals @ regression.residuals <= 1e-20 * (wedge.rows.y @ wedge.rows.y):
        raise Refusal(
            "Clusters, periods and arms tell the outcome exactly, so that chance cannot be judged.",
            remedy="Check the outcome's event and window, or measure more units.",
        )
    robust = cr2(regression, wedge.cluster, contrast=_first(regression))
    if robust.se <= 1e-10 * float(np.abs(wedge.rows.y).max()):
        raise Refusal(
            "Clusters do not differ from each other, so that chance cannot be judged.",
            remedy="Include more clusters, or check the outcome's event and window.",
        )
    effect = t_effect(float(regression.coefficients[0]), robust.se, df=robust.df, level=settings.level)
    few = wedge.too_few
    margin = {} if few else against_margin(evidence.outcome, effect)
    rough = (ROUGH,) if robust.df < 4 and not few else ()
    jackknife = cr3(regression, wedge.cluster, contrast=_first(regression))
    return Estimate(
        {evidence.outcome.scale.name: replace(effect, p_value=None) if few else effect},
        parameters={
            "clusters": wedge.clusters,
            "periods": wedge.periods,
            "cr3_se": jackknife.se,
            **_periods_alone(wedge),
            **margin,
        },
        notes=(SAME_EFFECT, *notes, *((TOO_FEW,) if few else rough)),
        descriptive=few,
    )


def _first(regression: LeastSquares) -> Matrix:
    contrast = np.zeros(regression.x.shape[1])
    contrast[0] = 1.0
    return contrast


def _periods_alone(wedge: Wedge) -> dict[str, float]:
    """The difference with period effects but none of clusters; nothing where it cannot be had."""
    columns = (
        wedge.rows.treated.astype(float),
        wedge.others,
        indicators(wedge.period),
        wedge.rows.covariates,
    )
    try:
        regression = least_squares(np.column_stack([*columns, np.ones(wedge.cluster.size)]), wedge.rows.y)
        robust = cr2(regression, wedge.cluster, contrast=_first(regression))
    except Refusal:
        return {}
    return {
        "periods_alone_estimate": float(regression.coefficients[0]),
        "periods_alone_cr2_se": robust.se,
        "periods_alone_cr2_df": robust.df,
    }


ESTIMATOR = Estimator(
    name="stepped_robust",
    label="Cluster and period effects, cluster-robust",
    layouts=frozenset({"stepped"}),
    kinds=frozenset({"mean", "proportion", "score"}),
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"rows"}),
)
