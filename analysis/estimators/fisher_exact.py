"""Compares two shares by counting out every table with the same totals (Fisher's exact test).

Question: Could chance alone have divided the events between the arms like this?
Estimand: The odds ratio given both margins of the table; beside it the difference of the two arms' risks.
Assumes: Units are independent of each other; the numbers of units and of events are taken as fixed.
Interval: The odds ratio's interval is exact; the risk difference carries the score interval. The p-value is exact.
Breaks when: Units were assigned in clusters. Conservative: with few events it rejects too rarely.
Source: Fisher 1935, Journal of the Royal Statistical Society 98:39; Cornfield 1956, Proc Third Berkeley Symposium.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.chance.hypergeometric import conditional_odds_ratio, exact_p, table
from analysis.estimator import Estimator
from analysis.figures.proportions import Pair, score_interval_difference
from analysis.finding import Effect, Estimate

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence

NO_EVENTS = "Nobody had the event, or everybody did: the odds ratio is unknown."
ONE_SIDED = "The odds ratio has no finite estimate."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The exact p-value and the conditional odds ratio from the arms' counts alone."""
    pair, level = Pair.of(evidence), settings.level
    possible = table(pair)
    p_value = exact_p(possible)
    low, high = score_interval_difference(pair, level=level)
    effects = {
        "risk_difference": Effect(pair.difference, low, high, level, se=pair.se or None, p_value=p_value)
    }
    if not pair.varies:
        return Estimate(effects, unanswered={"odds_ratio": NO_EVENTS})
    estimate, lowest, highest = conditional_odds_ratio(possible, level=level)
    if estimate is None:
        return Estimate(effects, {"odds_ratio_low": lowest}, unanswered={"odds_ratio": ONE_SIDED})
    effects["odds_ratio"] = Effect(estimate, lowest, highest, level, p_value=p_value)
    return Estimate(effects)


ESTIMATOR = Estimator(
    name="fisher_exact",
    label="Fisher's exact test",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"proportion"}),
    fit=fit,
    default=lambda _: False,
)
