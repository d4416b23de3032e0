"""Compares units by least squares, with a standard error that knows that clusters were assigned as a whole.

Question: Did the units in clusters that got the treatment fare differently from the other units, on average?
Estimand: The average over units (individual-average): a difference in means or in proportions. A cluster counts
    by its number of units.
Assumes: Clusters are independent of each other; nothing on how units of one cluster hang together.
Interval: Student's t with Bell and McCaffrey's standard error (CR2) and Satterthwaite's degrees of freedom; risk
    ratio, odds ratio and change in per cent by the delta method on the logarithm.
Breaks when: A few clusters hold most units, which the degrees of freedom show: below 4 the p-value is rough. With
    at most five clusters in all, or fewer than three in an arm, the interval only describes, without a p-value.
Source: Bell and McCaffrey (2002), Survey Methodology 28:169; Pustejovsky and Tipton (2018), Journal of Business and
    Economic Statistics 36:672, doi 10.1080/07350015.2016.1247004.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin, percent_change, ratio_effect, t_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import TOO_FEW, require_clusters, too_few
from analysis.figures.likeness import likeness
from analysis.finding import Effect, Estimate
from analysis.models.linear import cr0, cr2, cr3, least_squares
from analysis.models.log_odds import log_odds_ratio
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Declaration, Settings
    from analysis.evidence import Evidence
    from analysis.figures.clusters import Codes
    from analysis.groups import Groups
    from analysis.models.linear import LeastSquares

    Matrix = NDArray[np.float64]

ROUGH = (
    "Few clusters carry most of the information (under 4 degrees of freedom), so that the p-value is rough."
)
_ROUGH_DF = 4  # Tipton (2015), Psychological Methods 20:375: below it the t approximation fails


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference between arms, adjusted for covariates, and where both arms' figures allow it ratios."""
    groups, cluster, clusters = require_clusters(evidence)
    arm = groups.treated.astype(float)  # covariates are centred, so that the intercept is the mean control
    regression = _regression(groups, np.column_stack([np.ones_like(arm), arm, groups.centred()]))
    if regression.squares.sum() <= 1e-20 * (groups.n @ groups.whole("value") ** 2):
        raise Refusal(
            "Units of one arm do not differ from each other, so that chance cannot be judged.",
            remedy="Check the outcome's event and window.",
        )
    few = too_few(clusters)
    run = _Run(regression, cluster, settings.level, descriptive=few, about=groups.centre)
    difference = run.effect(_pick(regression, -1.0, 1.0))
    effects = {evidence.outcome.scale.name: difference, **_ratios(run, evidence.outcome.kind)}
    alike = likeness(groups, cluster, level=settings.level)
    margin = {} if few else against_margin(evidence.outcome, difference)
    rough = (ROUGH,) if (difference.df or 0.0) < _ROUGH_DF and not few else ()
    return Estimate(
        effects,
        parameters={**run.others(), **_further(evidence, groups, cluster), **margin, **alike.parameters},
        notes=(TOO_FEW,) if few else rough,
        clusters=clusters,
        icc=alike.icc,
        descriptive=few,
    )


def _regression(groups: Groups, x: Matrix) -> LeastSquares:
    return least_squares(x, groups.y, units=groups.n, within=groups.squares)


@dataclass(frozen=True, slots=True)
class _Run:
    """One regression, asked for the effects of several contrasts; its values are less `about`."""

    regression: LeastSquares
    cluster: Codes
    level: float
    descriptive: bool
    about: float

    def effect(self, contrast: Matrix, *, ratio: float | None = None) -> Effect:
        """The effect of a contrast of coefficients; with `ratio`, of its logarithm, the contrast its gradient."""
        robust = cr2(self.regression, self.cluster, contrast=contrast)
        fitted = self.regression.x @ self.regression.coefficients + self.about
        size = float(np.sqrt(self.regression.sized(fitted**2).sum() / self.regression.n))
        if robust.se <= 1e-12 * size * float(np.abs(contrast).max()):
            raise Refusal(
                "Clusters of one arm do not differ from each other, so that chance cannot be judged.",
                remedy="Include more clusters, or check the outcome's event and window.",
            )
        if ratio is None:
            estimate = float(contrast @ self.regression.coefficients)
            effect = t_effect(estimate, robust.se, df=robust.df, level=self.level)
        else:
            effect = ratio_effect(log(ratio), robust.se, df=robust.df, level=self.level)
        return replace(effect, p_value=None) if self.descriptive else effect

    def others(self) -> dict[str, float]:
        """What other cluster sandwiches give for the difference: CR0, CR1 as Stata scales it, CR3."""
        contrast = _pick(self.regression, -1.0, 1.0)
        plain = cr0(self.regression, self.cluster, contrast=contrast).se
        jackknife = cr3(self.regression, self.cluster, contrast=contrast)
        n, k, groups = self.regression.n, self.regression.x.shape[1], int(self.cluster.max()) + 1
        stata = plain * np.sqrt(groups / (groups - 1) * (n - 1) / (n - k))
        return {
            "cr0_se": plain,
            "cr1_se_stata": float(stata),
            "cr3_se": jackknife.se,
            "cr3_satt_df": jackknife.df,
        }


def _further(evidence: Evidence, groups: Groups, cluster: Codes) -> dict[str, float]:
    """For proportions the log odds ratio; with strata (or pairs) the difference with an effect of each stratum."""
    figures: dict[str, float] = {}
    if evidence.outcome.kind == "proportion" and not groups.covariates.shape[1]:
        figures |= log_odds_ratio(groups.whole("value"), groups.treated, cluster, units=groups.n)
    if groups.stratum is None:
        return figures
    codes = np.unique(groups.stratum, return_inverse=True)[1]
    strata = (codes[:, None] == np.arange(codes.max() + 1)).astype(float)
    try:
        x = np.column_stack([strata[:, 0], groups.treated, strata[:, 1:], groups.covariates])
        regression = _regression(groups, x)
        robust = cr2(regression, cluster, contrast=np.eye(regression.x.shape[1])[1])
    except Refusal:
        return figures
    return figures | {
        "strata_effects_estimate": float(regression.coefficients[1]),
        "strata_effects_cr2_se": robust.se,
        "strata_effects_cr2_df": robust.df,
    }


def _pick(regression: LeastSquares, control: float, treatment: float) -> Matrix:
    """The contrast that weights the adjusted mean of control and that of treatment."""
    contrast = np.zeros(regression.x.shape[1])
    contrast[:2] = control + treatment, treatment
    return contrast


def _ratios(run: _Run, kind: str) -> dict[str, Effect]:
    """The other scales, from the adjusted means of both arms by the delta method on the logarithm."""
    control = float(run.regression.coefficients[0]) + run.about
    treated = control + float(run.regression.coefficients[1])
    if not (control > 0 and treated > 0) or kind == "score":
        return {}
    ratio = run.effect(_pick(run.regression, -1 / control, 1 / treated), ratio=treated / control)
    if kind == "mean":
        return {"percent_change": percent_change(ratio)}
    if control >= 1 or treated >= 1:
        return {"risk_ratio": ratio}
    odds = run.effect(
        _pick(run.regression, -1 / (control * (1 - control)), 1 / (treated * (1 - treated))),
        ratio=treated * (1 - control) / (control * (1 - treated)),
    )
    return {"risk_ratio": ratio, "odds_ratio": odds}


def _default(declaration: Declaration) -> bool:
    return declaration.estimand == "individual-average" and not declaration.matched


ESTIMATOR = Estimator(
    name="cluster_robust",
    label="Least squares, cluster-robust",
    layouts=frozenset({"clustered"}),
    kinds=frozenset({"proportion", "mean", "score"}),
    fit=fit,
    default=_default,
    needs=frozenset({"grouped"}),
)
