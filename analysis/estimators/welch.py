"""Compares two means without supposing that the arms spread alike (Welch's t).

Question: By how much did the treatment change the mean?
Estimand: The difference of the two arms' means; beside it the change in per cent (means) or in standard deviations
    (scores, Hedges's g).
Assumes: Units are independent, one record a unit, and the mean is of interest although values may be skewed.
Interval: Student's t with Welch's degrees of freedom, so that the arms may differ in spread and in size; the change
    in per cent by the delta method on the log of the ratio of means.
Breaks when: Very few units have very large values (below about 50 an arm), or units were assigned in clusters.
Source: Welch 1947, Biometrika 34:28; Hedges 1981, Journal of Educational Statistics 6:107; Hedges and Olkin 1985,
    Statistical Methods for Meta-Analysis, ch. 5.
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING

from analysis.chance.distributions import normal_quantile
from analysis.effects import against_margin, percent_change, ratio_effect, t_effect, welch_effect
from analysis.estimator import Estimator
from analysis.figures.moments import hedges_factor, moments_of, pooled_sd
from analysis.finding import Effect, Estimate

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.figures.moments import Moments

NO_PERCENTAGE = "No change in per cent: it needs a mean above 0 in both arms."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference in means from the arms' n, mean and standard deviation alone."""
    treatment, control = moments_of(evidence)
    difference = welch_effect(treatment, control, level=settings.level)
    effects, unanswered = {"mean_difference": difference}, {}
    parameters = _student(treatment, control, settings.level) | _standardised(treatment, control)
    parameters |= against_margin(evidence.outcome, difference)
    if evidence.outcome.kind == "score":
        effects["standardised_difference"] = _hedges(treatment, control, level=settings.level)
    elif treatment.mean > 0 and control.mean > 0:
        effects["percent_change"] = _percentage(treatment, control, difference)
    else:
        unanswered["percent_change"] = NO_PERCENTAGE
    return Estimate(effects, parameters, unanswered=unanswered)


def _student(treatment: Moments, control: Moments, level: float) -> dict[str, float]:
    """The equal-variance t beside it, for those who compare."""
    df = treatment.n + control.n - 2
    se = pooled_sd(treatment, control) * sqrt(1 / treatment.n + 1 / control.n)
    student = t_effect(treatment.mean - control.mean, se, df=df, level=level)
    found = {"student_low": student.low, "student_high": student.high, "student_p": student.p_value}
    return {name: value for name, value in found.items() if value is not None}


def _standardised(treatment: Moments, control: Moments) -> dict[str, float]:
    d = (treatment.mean - control.mean) / pooled_sd(treatment, control)
    return {"cohens_d": d, "hedges_g": d * hedges_factor(treatment.n + control.n - 2)}


def _hedges(treatment: Moments, control: Moments, *, level: float) -> Effect:
    g = _standardised(treatment, control)["hedges_g"]
    total = treatment.n + control.n
    se = sqrt(total / (treatment.n * control.n) + g * g / (2 * total))
    half = normal_quantile((1 + level) / 2) * se
    return Effect(g, g - half, g + half, level, se=se)


def _percentage(treatment: Moments, control: Moments, difference: Effect) -> Effect:
    """The ratio of means less 1, in per cent."""
    se = sqrt(sum(arm.variance / arm.n / arm.mean**2 for arm in (treatment, control)))
    log_ratio = log(treatment.mean / control.mean)
    return percent_change(ratio_effect(log_ratio, se, df=difference.df or 1.0, level=difference.level))


ESTIMATOR = Estimator(
    name="welch",
    label="Welch's t",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda declaration: (
        not (declaration.covariates and declaration.grouped)
        and not (declaration.together and declaration.several_arms)
    ),
)
