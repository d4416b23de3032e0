"""Compares two shares after levelling out baseline covariates (logistic regression, standardised).

Question: By how many percentage points did the treatment change the share of units with the event?
Estimand: The difference of the two average risks, had everybody been treated and had nobody; beside it their ratio
    and their odds ratio. It is the effect on the whole group, not the odds ratio at fixed covariates.
Assumes: Units are independent; assignment was random; covariates were measured before assignment. The logistic
    model need not be right for the estimate to be consistent, only for it to be most precise.
Interval: The influence function's standard error with Student's t on n - p degrees of freedom; ratios on the log
    scale.
Breaks when: An arm has nobody with the event, or a covariate tells the outcome exactly: then it refuses.
Source: Ge, Durham, Meyer, Xie and Thomas 2011, Drug Information Journal 45:481; Ye et al. 2023, Biometrics 79:2472;
    FDA 2023, Adjusting for covariates in randomized clinical trials.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.effects import ratio_effect, t_effect
from analysis.estimator import Estimator
from analysis.figures.proportions import Pair
from analysis.finding import Estimate
from analysis.models.generalised import logistic, robust
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.finding import Effect
    from analysis.models.generalised import Fit

    Vector = NDArray[np.float64]


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """Both standardised risks from one logistic model of arm and covariates, and their effects."""
    groups, _ = evidence.require_groups().alike()
    if not all(Pair.of(evidence).cells()):
        raise Refusal(
            "In one arm everybody had the event or nobody had, so a logistic model has no finite answer.",
            remedy="Use the score interval, which needs no model.",
        )
    x = np.column_stack([np.ones(groups.y.size), groups.treated, groups.centred(scaled=True)])
    if groups.units <= x.shape[1]:
        raise Refusal("There are too few units for this many covariates.", remedy="Declare fewer covariates.")
    model = logistic(x, groups.y, units=groups.n)
    risk1, influence1 = standardised_risk(model, arm=1.0)
    risk0, influence0 = standardised_risk(model, arm=0.0)
    effects = _effects(model, (risk1, influence1), (risk0, influence0), settings.level)
    parameters = {
        "risk_treatment": risk1,
        "risk_control": risk0,
        "conditional_odds_ratio": float(np.exp(model.coefficients[1])),
    }
    return Estimate(effects, parameters | _fixed_covariates(model))


def standardised_risk(model: Fit, *, arm: float) -> tuple[float, Vector]:
    """The average risk had everybody been in `arm` (column 1 of the model), and its influence values by row (n)."""
    x = model.x.copy()
    x[:, 1] = arm
    chance = scipy.special.expit(x @ model.coefficients)
    total = model.units.sum()
    risk = float(model.units @ chance / total)
    toward = (model.units * chance * (1 - chance)) @ x / total
    coefficient_influence = total * (model.x * model.residuals[:, None]) @ model.inverse
    return risk, chance - risk + coefficient_influence @ toward


def _effects(
    model: Fit, treated: tuple[float, Vector], control: tuple[float, Vector], level: float
) -> dict[str, Effect]:
    """Difference, ratio and odds ratio of two risks, each with the influence values of its own scale."""
    (risk1, influence1), (risk0, influence0) = treated, control
    variance1, variance0 = risk1 * (1 - risk1), risk0 * (1 - risk0)
    difference = influence1 - influence0
    log_ratio = influence1 / risk1 - influence0 / risk0
    log_odds = influence1 / variance1 - influence0 / variance0
    odds_ratio = risk1 * (1 - risk0) / (risk0 * (1 - risk1))
    df = model.df
    return {
        "risk_difference": t_effect(risk1 - risk0, _se(difference, model), df=df, level=level),
        "risk_ratio": ratio_effect(log(risk1 / risk0), _se(log_ratio, model), df=df, level=level),
        "odds_ratio": ratio_effect(log(odds_ratio), _se(log_odds, model), df=df, level=level),
    }


def _fixed_covariates(model: Fit) -> dict[str, float]:
    """The risk difference's standard errors for these very units, as if their covariates were no sample."""
    gradients = []
    for arm in (1.0, 0.0):
        x = model.x.copy()
        x[:, 1] = arm
        chance = scipy.special.expit(x @ model.coefficients)
        gradients.append((model.units * chance * (1 - chance)) @ x / model.units.sum())
    toward = gradients[0] - gradients[1]
    return {
        "risk_difference_se_fixed_covariates": float(np.sqrt(toward @ robust(model, power=0) @ toward)),
        "risk_difference_se_model": float(np.sqrt(toward @ model.inverse @ toward)),
    }


def _se(influence: Vector, model: Fit) -> float:
    return float(np.sqrt(model.units @ influence**2) / model.units.sum())


ESTIMATOR = Estimator(
    name="standardised_logistic",
    label="Standardised logistic regression",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"proportion"}),
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"grouped", "covariates"}),
)
