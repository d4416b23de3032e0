"""Compares two rates of events with a standard error that supposes nothing on how counts vary.

Question: By what factor did the treatment change how often the event happens?
Estimand: The ratio of the two rates at given covariates; beside it the difference of the two average rates. Without
    covariates these are all events over all exposure in each arm.
Assumes: Units are independent; exposure is known. From shared summaries: every unit was exposed equally long.
Interval: Poisson regression with the HC3 standard error and Student's t on n - p degrees of freedom, on the log
    scale. From totals alone, without the units' spread, there is no interval: one that took events as independent
    would reject a true null in a third of studies of repeated behaviour. It is shown first where a study is so
    large that it is read as sums, which a negative binomial model cannot be fitted to.
Breaks when: There are fewer than about 50 units an arm, or a few units have most of the events.
Source: Long and Ervin 2000, The American Statistician 54:217; Zeileis 2006, Journal of Statistical Software 16(9).
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import ratio_effect, t_effect
from analysis.estimator import Estimator
from analysis.figures.rates import rate_effects, regression, shared_rate, small_arms
from analysis.finding import Effect, Estimate
from analysis.models.generalised import poisson, robust
from analysis.outcomes.count import Count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.groups import Groups
    from analysis.models.generalised import Fit

    Matrix = NDArray[np.float64]

NO_SPREAD = (
    "No interval: events and exposure alone do not tell how units differ. Add the columns n and sd (units, and the "
    "standard deviation of events a unit) for one."
)
LEVERAGE = "Each unit counts with the leverage of the average exposure of units alike in arm and covariates."
ALIKE = "The interval supposes that every unit was exposed equally long."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The rate ratio and the rate difference, from rows or from shared summaries."""
    if not evidence.grouped:
        return _from_summaries(evidence, settings.level)
    found, groups = regression(evidence), evidence.require_groups()
    model = poisson(found.x, found.y, offset=found.offset, units=found.units)
    within = _inside(model, groups)
    effects = rate_effects(
        found, model.coefficients, robust(model, power=2, within=within), level=settings.level
    )
    mixed = (LEVERAGE,) if groups.inside("exposure", "exposure").any() else ()
    return Estimate(effects, _standard_errors(model, within), (*small_arms(evidence), *mixed))


def _inside(model: Fit, groups: Groups) -> Matrix:
    """Squared residuals inside groups, whose units share a rate but not their exposure."""
    rate = model.mean / groups.whole("exposure")
    crossed, longer = groups.inside("exposure", "value"), groups.inside("exposure", "exposure")
    return np.asarray(np.maximum(groups.squares - 2 * rate * crossed + rate**2 * longer, 0.0))


def _standard_errors(model: Fit, within: Matrix) -> dict[str, float]:
    """Those of the log rate ratio: the model's own, HC0 to HC3."""
    found = {
        f"se_hc{power and power + 1}": sqrt(robust(model, power=power, within=within)[1, 1])
        for power in (0, 1, 2)
    }
    found["se_hc1"] = found["se_hc0"] * sqrt(model.units.sum() / model.df)
    return found | {"se_model": sqrt(model.inverse[1, 1])}


def _from_summaries(evidence: Evidence, level: float) -> Estimate:
    treatment, control = evidence.treatment, evidence.control
    if not (isinstance(treatment, Count) and isinstance(control, Count)):
        raise TypeError("the outcome's kind does not reduce to counts")
    (rate1, square1), (rate0, square0) = shared_rate(treatment), shared_rate(control)
    ratio, difference = rate1 / rate0, rate1 - rate0
    if square1 is None or square0 is None:
        effects = {
            "rate_ratio": Effect(ratio, None, None, level),
            "rate_difference": Effect(difference, None, None, level),
        }
        return Estimate(effects, notes=(NO_SPREAD,))
    df = treatment.n + control.n - 2
    se = sqrt(square1 * rate1**2 + square0 * rate0**2)
    return Estimate(
        {
            "rate_ratio": ratio_effect(log(ratio), sqrt(square1 + square0), df=df, level=level),
            "rate_difference": t_effect(difference, se, df=df, level=level),
        },
        notes=(ALIKE, *small_arms(evidence)),
    )


ESTIMATOR = Estimator(
    name="poisson_robust",
    label="Poisson regression, robust",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"count"}),
    fit=fit,
    default=lambda declaration: not declaration.rows,
)
