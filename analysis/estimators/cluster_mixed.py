"""Compares units under a model in which each cluster has a level of its own, drawn from a normal distribution.

Question: Did units in clusters that got the treatment fare differently, if clusters differ by chance levels?
Estimand: A difference in means that weights clusters by what they tell: an average over units where clusters are
    much alike, an average over clusters where they are not.
Assumes: Cluster levels and residuals are normal, with one spread in both arms, and a cluster's size says nothing
    about the effect in it.
Interval: Student's t with the standard error and degrees of freedom of Kenward and Roger, from variances by
    restricted maximum likelihood; it is wider than need be with 6 to 8 clusters (1.4 to 3.5 % false positives).
Breaks when: The effect differs with the size of the cluster: then it is neither average (Kahan et al. 2023). With
    at most five clusters in all, or fewer than three in an arm, the interval only describes, without a p-value.
Source: Kenward and Roger (1997), Biometrics 53:983; Harville and Fenech (1985), Biometrics 41:137; Kahan, Li, Copas
    and Harhay (2023), International Journal of Epidemiology 52:107.
"""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin, percent_change, ratio_effect, t_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import TOO_FEW, require_clusters, too_few
from analysis.figures.exact_likeness import exact_interval
from analysis.finding import Effect, Estimate
from analysis.models.linear import least_squares
from analysis.models.mixed import RESIDUAL, MixedFit, fit_intercepts, kenward_roger, satterthwaite
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.figures.clusters import Codes
    from analysis.models.linear import LeastSquares

    Matrix = NDArray[np.float64]

ALIKE = "Clusters differ no more than units inside them do: the variance between clusters is estimated as 0."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference between arms, adjusted for covariates; for means also the change in per cent."""
    groups, cluster, clusters = require_clusters(evidence)
    arm = groups.treated.astype(float)
    x = np.column_stack([np.ones_like(arm), arm, groups.centred()])
    plain = least_squares(x, groups.y, units=groups.n, within=groups.squares)
    fitted = fit_intercepts(x, groups.y, cluster, units=groups.n, within=groups.squares)
    few = too_few(clusters)
    difference = _effect(fitted, _gradient(fitted, -1.0, 1.0), level=settings.level)
    effects = {"mean_difference": difference}
    if evidence.outcome.kind == "mean":
        effects |= _percentage(fitted, level=settings.level, about=groups.centre)
    if few:
        effects = {scale: replace(effect, p_value=None) for scale, effect in effects.items()}
    between, within = fitted.variance("cluster"), fitted.variance(RESIDUAL)
    return Estimate(
        effects,
        parameters={
            "var_cluster": between,
            "var_resid": within,
            **_beside(fitted, plain),
            **_interval(plain, groups.y, cluster, level=settings.level),
            **({} if few else against_margin(evidence.outcome, difference)),
        },
        notes=(*((TOO_FEW,) if few else ()), *((ALIKE,) if fitted.boundary else ())),
        clusters=clusters,
        icc=between / (between + within),
        descriptive=few,
    )


def _gradient(fitted: MixedFit, control: float, treatment: float) -> Matrix:
    """The contrast that weights the adjusted mean of control and that of treatment."""
    contrast = np.zeros(fitted.coefficients.size)
    contrast[:2] = control + treatment, treatment
    return contrast


def _effect(fitted: MixedFit, contrast: Matrix, *, level: float) -> Effect:
    robust = kenward_roger(fitted, contrast)
    return t_effect(float(contrast @ fitted.coefficients), robust.se, df=robust.df, level=level)


def _percentage(fitted: MixedFit, *, level: float, about: float) -> dict[str, Effect]:
    """The ratio of the adjusted means less 1, in per cent, by the delta method on its logarithm."""
    control = about + float(fitted.coefficients[0])
    treated = control + float(fitted.coefficients[1])
    if not (control > 0 and treated > 0):
        return {}
    robust = kenward_roger(fitted, _gradient(fitted, -1 / control, 1 / treated))
    ratio = ratio_effect(log(treated / control), robust.se, df=robust.df, level=level)
    return {"percent_change": percent_change(ratio)}


def _beside(fitted: MixedFit, plain: LeastSquares) -> dict[str, float]:
    """What others give: the standard error of known variances, lmerTest's degrees of freedom, and no clusters."""
    variance = float(plain.squares.sum()) / plain.df
    figures = {"ols_naive_se": sqrt(variance * float(plain.inverse[1, 1]))}
    try:
        by_observed = satterthwaite(fitted, _gradient(fitted, -1.0, 1.0))
    except Refusal:
        return figures
    return figures | {"unadjusted_se": by_observed.se, "satt_df_observed_info": by_observed.df}


def _interval(plain: LeastSquares, y: Matrix, cluster: Codes, *, level: float) -> dict[str, float]:
    found = exact_interval(plain.x, y, cluster, level=level, units=plain.units, within=plain.within)
    return {} if found is None else {"icc_low": found[0], "icc_high": found[1]}


ESTIMATOR = Estimator(
    name="cluster_mixed",
    label="Mixed model, Kenward-Roger",
    layouts=frozenset({"clustered"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"grouped"}),
)
