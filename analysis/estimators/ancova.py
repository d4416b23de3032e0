"""Compares two means after levelling out what units were like before (analysis of covariance).

Question: By how much did the treatment change the mean, among units alike at baseline?
Estimand: The difference of the two average outcomes, had everybody been treated and had nobody; beside it the
    change in standard deviations (scores).
Assumes: Units are independent; assignment was random; covariates were measured before assignment. The straight line
    need not be right for the estimate to be consistent, only for it to be most precise.
Interval: Standard errors that allow for unequal variances (HC2) with Student's t on n - p degrees of freedom.
    Where the declared shares of the arms differ, slopes may differ by arm (Lin); for a bare table, where one arm
    has at least one and a half times the units of the other.
Breaks when: There are few units for each covariate (below about 10), or units were assigned in clusters.
Source: Lin 2013, Annals of Applied Statistics 7:295; Horn, Horn and Duncan 1975, JASA 70:380.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import two_sided_t
from analysis.effects import against_margin, t_effect
from analysis.estimator import Estimator
from analysis.figures.moments import hedges_factor, moments_of, pooled_sd
from analysis.finding import Estimate
from analysis.models.linear import hc2, hc3, least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.finding import Effect
    from analysis.groups import Groups
    from analysis.models.linear import LeastSquares

    Matrix = NDArray[np.float64]

# Without declared shares: 1:1 seldom comes out as far apart as this by chance, and 2:1 nearly always farther.
UNEQUAL = 1.5
INTERACTED = "The arms differ in size, so that slopes may differ by arm (Lin's regression)."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The adjusted difference in means; the additive and the interacted regression both as parameters."""
    groups = evidence.require_groups()
    additive = _regression(groups, interacted=False)
    by_arm = unequal(evidence, settings)
    interacted = _interacted(groups, required=by_arm)
    parameters = _additive(additive, settings.level, about=groups.centre) | interacted
    chosen = "interacted" if by_arm and interacted else "additive"
    estimate, se, df = (parameters[f"{chosen}_{figure}"] for figure in ("estimate", "se_hc2", "df"))
    effect = t_effect(estimate, se, df=df, level=settings.level)
    effects = {"mean_difference": effect}
    if evidence.outcome.kind == "score":
        effects["standardised_difference"] = _in_standard_deviations(evidence, effect)
    parameters |= against_margin(evidence.outcome, effect)
    return Estimate(effects, parameters, notes=(INTERACTED,) if chosen == "interacted" else ())


def unequal(evidence: Evidence, settings: Settings) -> bool:
    """Whether slopes may differ by arm: by the declared shares, for a bare table by the arms' sizes."""
    arms = (evidence.contrast.treatment, evidence.contrast.control)
    if settings.shares:
        return settings.shares[arms[0]] != settings.shares[arms[1]]
    smaller, larger = sorted((evidence.treatment.n, evidence.control.n))
    return larger >= UNEQUAL * smaller


def _regression(groups: Groups, *, interacted: bool) -> LeastSquares:
    """On one, arm, centred covariates and, where `interacted`, their products with the arm."""
    arm, centred = groups.treated.astype(np.float64), groups.centred()
    products = [arm[:, None] * centred] if interacted else []
    x = np.column_stack([np.ones_like(arm), arm, centred, *products])
    return least_squares(x, groups.y, units=groups.n, within=groups.squares)


def _interacted(groups: Groups, *, required: bool) -> dict[str, float]:
    """Lin's regression; none without covariates, or where it cannot be had and is only wanted beside the other."""
    if groups.covariates.shape[1] == 0:
        return {}
    try:
        return _figures(_regression(groups, interacted=True), "interacted", about=groups.centre)
    except Refusal:
        if required:
            raise
        return {}


def _slope(fitted: LeastSquares) -> float:
    return float(fitted.coefficients[1])


def _se(fitted: LeastSquares, covariance: Matrix, *, about: float) -> float:
    se = sqrt(float(covariance[1, 1]))
    if se <= 1e-12 * float(np.abs(fitted.x @ fitted.coefficients + about).max()):
        raise Refusal(
            "Covariates and arm tell the outcome exactly, so there is no spread to judge the difference by.",
            remedy="Check that no covariate is the outcome itself.",
        )
    return se


def _additive(fitted: LeastSquares, level: float, *, about: float) -> dict[str, float]:
    """One slope for both arms: HC2, HC3, and what supposing equal variances would give."""
    figures = _figures(fitted, "additive", about=about)
    variance = float(fitted.squares.sum()) / fitted.df * float(fitted.inverse[1, 1])
    classical = t_effect(_slope(fitted), sqrt(variance), df=fitted.df, level=level)
    shown = {"se": classical.se, "low": classical.low, "high": classical.high, "p": classical.p_value}
    return figures | {
        "additive_se_hc3": _se(fitted, hc3(fitted), about=about),
        **{f"classical_{name}": value for name, value in shown.items() if value is not None},
    }


def _figures(fitted: LeastSquares, name: str, *, about: float) -> dict[str, float]:
    se = _se(fitted, hc2(fitted), about=about)
    return {
        f"{name}_estimate": _slope(fitted),
        f"{name}_se_hc2": se,
        f"{name}_p": two_sided_t(_slope(fitted) / se, fitted.df),
        f"{name}_df": fitted.df,
    }


def _in_standard_deviations(evidence: Evidence, effect: Effect) -> Effect:
    """The adjusted difference over the arms' pooled standard deviation, less Hedges's small-sample bias."""
    treatment, control = moments_of(evidence)
    factor = hedges_factor(treatment.n + control.n - 2) / pooled_sd(treatment, control)
    return t_effect(
        effect.estimate * factor, (effect.se or 0.0) * factor, df=effect.df or 1.0, level=effect.level
    )


ESTIMATOR = Estimator(
    name="ancova",
    label="Analysis of covariance",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"grouped", "covariates"}),
)
