"""Effects from an estimate and its standard error, by Student's t, and their tests against the margins."""

from __future__ import annotations

from dataclasses import replace
from math import exp, sqrt
from typing import TYPE_CHECKING

from analysis.chance.distributions import (
    normal_quantile,
    t_quantile,
    two_sided_normal,
    two_sided_t,
    upper_normal,
    upper_t,
)
from analysis.finding import Effect
from analysis.refusal import Refusal
from analysis.verdict import bounds

if TYPE_CHECKING:
    from analysis.figures.moments import Moments
    from analysis.outcome import Outcome

FARTHEST = 300.0  # a log ratio beyond this is no finite ratio worth printing: the interval is open there


def t_effect(estimate: float, se: float, *, df: float, level: float, null: float = 0.0) -> Effect:
    """An estimate with Student's interval and two-sided p against `null`; `se` is above 0.

    >>> effect = t_effect(2.0, 1.0, df=10, level=0.95)
    >>> round(effect.low, 4), round(effect.high, 4), round(effect.p_value, 4)
    (-0.2281, 4.2281, 0.0734)
    """
    half = t_quantile((1 + level) / 2, df) * se
    return Effect(
        estimate,
        low=estimate - half,
        high=estimate + half,
        level=level,
        se=se,
        df=df,
        p_value=two_sided_t((estimate - null) / se, df),
    )


def normal_effect(estimate: float, se: float, *, level: float) -> Effect:
    """An estimate with the normal interval and two-sided p; `se` is above 0.

    >>> effect = normal_effect(2.0, 1.0, level=0.95)
    >>> round(effect.low, 4), round(effect.high, 4), round(effect.p_value, 4)
    (0.04, 3.96, 0.0455)
    """
    half = normal_quantile((1 + level) / 2) * se
    return Effect(
        estimate, estimate - half, estimate + half, level, se=se, p_value=two_sided_normal(estimate / se)
    )


def normal_ratio(log_ratio: float, se: float, *, level: float) -> Effect:
    """As `ratio_effect`, with the normal interval.

    >>> effect = normal_ratio(0.0, 0.5, level=0.95)
    >>> effect.estimate, round(effect.low * effect.high, 12)
    (1.0, 1.0)
    """
    return _exponential(normal_effect(log_ratio, se, level=level))


def welch_effect(treatment: Moments, control: Moments, *, level: float) -> Effect:
    """The difference of two means by Welch's t (1947, Biometrika 34:28).

    Raises Refusal where an arm has fewer than two units, or no unit differs from another.

    >>> from analysis.figures.moments import Moments
    >>> round(welch_effect(Moments(2, 5.0, 2.0), Moments(2, 2.0, 8.0), level=0.95).df, 4)
    1.4706
    """
    if min(treatment.n, control.n) < 2:
        raise Refusal(
            "An arm has fewer than two measured units, so its spread is unknown.",
            remedy="Measure more units in each arm.",
        )
    v1, v0 = treatment.variance / treatment.n, control.variance / control.n
    se = sqrt(v1 + v0)
    if se <= 1e-14 * max(abs(treatment.mean), abs(control.mean)):
        raise Refusal(
            "Every unit of an arm has the same value, so there is no spread to judge the difference by.",
            remedy="Check how the outcome was measured.",
        )
    df = (v1 + v0) ** 2 / (v1**2 / (treatment.n - 1) + v0**2 / (control.n - 1))
    return t_effect(treatment.mean - control.mean, se, df=df, level=level)


def ratio_effect(log_ratio: float, se: float, *, df: float, level: float) -> Effect:
    """A ratio from its logarithm and the logarithm's standard error; `se` stays that of the logarithm.

    >>> effect = ratio_effect(0.0, 0.5, df=1000, level=0.95)
    >>> effect.estimate, round(effect.low * effect.high, 12)
    (1.0, 1.0)
    """
    return _exponential(t_effect(log_ratio, se, df=df, level=level))


def percent_change(ratio: Effect) -> Effect:
    """A ratio as a change in per cent; without a standard error, the interval being asymmetric.

    >>> percent_change(Effect(0.5, 0.25, 1.0))
    Effect(estimate=-50.0, low=-75.0, high=0.0, level=0.95, se=None, df=None, p_value=None)
    """
    low, high = (None if end is None else 100 * (end - 1) for end in (ratio.low, ratio.high))
    estimate = 100 * (ratio.estimate - 1)
    return Effect(estimate, low, high, ratio.level, df=ratio.df, p_value=ratio.p_value)


def against_margin(outcome: Outcome, effect: Effect) -> dict[str, float]:
    """One-sided p-values against a difference's margins, as parameters; nothing without a margin.

    `margin_p_one_sided` tests that the effect is better than the margin's bad end, `equivalence_p` that it
    lies within both (the larger of the two one-sided tests, Schuirmann 1987).

    >>> from analysis.outcome import Outcome
    >>> tooth = Outcome("tooth", "Tooth length", "mean", better="higher", margin=5.0)
    >>> round(against_margin(tooth, t_effect(3.7, 1.93185, df=55.3094, level=0.95))["equivalence_p"], 4)
    0.2519
    """
    at = bounds(outcome)
    if at.worse is None or at.better is None or effect.se is None:
        return {}
    sign = 1 if outcome.better == "higher" else -1
    away = (effect.estimate - at.worse, at.better - effect.estimate)
    worse, better = (_upper(sign * distance / effect.se, effect.df) for distance in away)
    return {"margin_p_one_sided": worse, "equivalence_p": max(worse, better)}


def _upper(statistic: float, df: float | None) -> float:
    return upper_normal(statistic) if df is None else upper_t(statistic, df)


def _exponential(logged: Effect) -> Effect:
    """A ratio from its logarithm; an end that is no finite ratio is open. Raises Refusal where it is none."""
    if abs(logged.estimate) >= FARTHEST:
        raise Refusal(
            "The ratio is too far from 1 to be a number worth printing.",
            remedy="Check the units of measurement; effects of ratios are given as their natural logarithms.",
        )
    low, high = (
        None if end is None or abs(end) >= FARTHEST else exp(end) for end in (logged.low, logged.high)
    )
    return replace(logged, estimate=exp(logged.estimate), low=low, high=high)
