"""Compares two shares by an interval that holds even for rare events (Miettinen and Nurminen).

Question: By how many percentage points did the treatment change the share of units with the event?
Estimand: The difference of the two arms' risks; beside it their ratio and their odds ratio.
Assumes: Units are independent of each other, one record a unit; the arms are compared as assigned.
Interval: Difference and ratio by inverting the score test with the factor N / (N - 1), so that it holds its level
    even for rare events; odds ratio by the normal approximation on the log scale. The p-value is Pearson's
    chi-square without correction.
Breaks when: Units influence each other or were assigned in clusters: then the interval is far too narrow.
Source: Miettinen and Nurminen 1985, Statistics in Medicine 4:213; Farrington and Manning 1990, 9:1447;
    Woolf 1955, Annals of Human Genetics 19:251.
"""

from __future__ import annotations

from math import exp, isfinite, log, sqrt
from typing import TYPE_CHECKING

from analysis.chance.distributions import upper_normal
from analysis.estimator import Estimator
from analysis.figures.proportions import (
    Pair,
    critical,
    odds_ratio_log,
    pearson,
    score_interval_difference,
    score_interval_ratio,
    score_z_difference,
)
from analysis.finding import Effect, Estimate
from analysis.verdict import bounds

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence

NO_TEST = "Nobody had the event, or everybody did: there is no variation to test."
NO_RATIO = "No {scale}: it has no finite value where an arm has nobody with the event, or nobody without."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """Risk difference, risk ratio and odds ratio from the arms' counts alone."""
    pair = Pair.of(evidence)
    p_value = pearson(pair)[1] if pair.varies else None
    effects = {"risk_difference": difference(pair, level=settings.level, p_value=p_value)}
    unanswered = {}
    if pair.x0:
        effects["risk_ratio"] = _ratio(pair, level=settings.level, p_value=p_value)
    else:
        unanswered["risk_ratio"] = NO_RATIO.format(scale="risk ratio")
    if all(pair.cells()):
        effects["odds_ratio"] = _odds(pair, level=settings.level, p_value=p_value)
    else:
        unanswered["odds_ratio"] = NO_RATIO.format(scale="odds ratio")
    notes = () if pair.varies else (NO_TEST,)
    return Estimate(effects, _parameters(evidence, pair, settings.level), notes, unanswered=unanswered)


def difference(pair: Pair, *, level: float, p_value: float | None) -> Effect:
    """The risk difference with its score interval; the standard error is the unrestricted one."""
    low, high = score_interval_difference(pair, level=level)
    return Effect(pair.difference, low, high, level, se=pair.se or None, p_value=p_value)


def _ratio(pair: Pair, *, level: float, p_value: float | None) -> Effect:
    low, high = score_interval_ratio(pair, level=level)
    return Effect(pair.p1 / pair.p0, low, high, level, p_value=p_value)


def _odds(pair: Pair, *, level: float, p_value: float | None) -> Effect:
    centre, se = odds_ratio_log(pair)
    half = critical(level) * se
    return Effect(exp(centre), exp(centre - half), exp(centre + half), level, se=se, p_value=p_value)


def _parameters(evidence: Evidence, pair: Pair, level: float) -> dict[str, float]:
    half = critical(level) * pair.se
    found = {
        "risk_difference_wald_low": pair.difference - half,
        "risk_difference_wald_high": pair.difference + half,
    }
    if pair.varies:
        found["chi_square"] = pearson(pair)[0]
        found["p_yates"] = pearson(pair, continuity=True)[1]
    if pair.x1 and pair.x0:
        centre = log(pair.p1 / pair.p0)
        half = critical(level) * sqrt(1 / pair.x1 - 1 / pair.n1 + 1 / pair.x0 - 1 / pair.n0)
        found |= {"risk_ratio_wald_low": exp(centre - half), "risk_ratio_wald_high": exp(centre + half)}
    return found | _against_margin(evidence, pair)


def _against_margin(evidence: Evidence, pair: Pair) -> dict[str, float]:
    """One-sided tests that the effect is better than the margin's bad end; nothing without a margin."""
    worse = bounds(evidence.outcome).worse
    if worse is None or not -1 < worse < 1:
        return {}
    better = 1 if evidence.outcome.better == "higher" else -1
    scores = {
        "margin": better * score_z_difference(pair, worse),
        "margin_farrington_manning": better * score_z_difference(pair, worse, corrected=False),
    }
    if pair.se:
        scores["margin_wald"] = better * (pair.difference - worse) / pair.se
    finite = {name: z for name, z in scores.items() if isfinite(z)}
    tails = {f"{name}_p_one_sided": upper_normal(z) for name, z in finite.items()}
    return {f"{name}_z": z for name, z in finite.items()} | tails


ESTIMATOR = Estimator(
    name="score_interval",
    label="Score interval",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"proportion"}),
    fit=fit,
    default=lambda declaration: not declaration.covariates or not declaration.grouped,
)
