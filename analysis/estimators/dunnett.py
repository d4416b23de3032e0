"""Compares the means of several arms with one control so that all intervals hold together (Dunnett).

Question: By how much did each treatment change the mean, when several treatments share a control?
Estimand: The difference of one arm's mean and the control's.
Assumes: Units are independent, values are near to normal or many, and all arms spread alike: the variance is pooled
    over every arm, also those outside this comparison.
Interval: Dunnett's, which covers all differences from the control together with the probability named; the p-value
    is adjusted likewise, so that no further adjustment for the number of arms is due.
Breaks when: The arms spread unlike each other, above all where the wider ones are small, or units were assigned in
    clusters.
Source: Dunnett 1955, JASA 50:1096; Dunnett 1964, Biometrics 20:482.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from analysis.chance.distributions import two_sided_t
from analysis.chance.many_to_one import critical_t, largest_t_tail, loadings
from analysis.estimator import Estimator
from analysis.figures.moments import Moments, moments_of
from analysis.finding import Effect, Estimate
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference in means with its simultaneous interval, from every arm's n, mean and standard deviation."""
    treatment, control = moments_of(evidence)
    compared = [treatment, *(arm for arm in evidence.others.values() if isinstance(arm, Moments))]
    arms = [control, *compared]
    df = sum(arm.n for arm in arms) - len(arms)
    if df < 1:
        raise Refusal(
            "No arm has two measured units, so the spread is unknown.",
            remedy="Measure more units in each arm.",
        )
    sd = sqrt(sum(arm.m2 for arm in arms) / df)
    se = sd * sqrt(1 / treatment.n + 1 / control.n)
    if se <= 1e-14 * max(abs(arm.mean) for arm in arms):
        raise Refusal(
            "Every unit of an arm has the same value, so there is no spread to judge the difference by.",
            remedy="Check how the outcome was measured.",
        )
    shared = loadings([arm.n for arm in compared], control.n)
    critical = critical_t(shared, df, level=settings.level)
    estimate = treatment.mean - control.mean
    effect = Effect(
        estimate,
        estimate - critical * se,
        estimate + critical * se,
        settings.level,
        se=se,
        df=df,
        p_value=largest_t_tail(estimate / se, shared, df),
    )
    parameters = {
        "critical_value": critical,
        "comparisons": float(len(compared)),
        "pooled_sd": sd,
        "single_p": two_sided_t(estimate / se, df),
    }
    return Estimate({"mean_difference": effect}, parameters, simultaneous=True)


ESTIMATOR = Estimator(
    name="dunnett",
    label="Dunnett's test",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda declaration: declaration.together and not (declaration.covariates and declaration.grouped),
    needs=frozenset({"several_arms"}),
)
