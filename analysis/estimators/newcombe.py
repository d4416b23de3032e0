"""Compares two shares by Newcombe's hybrid of the two arms' own intervals.

Question: By how many percentage points did the treatment change the share of units with the event?
Estimand: The difference of the two arms' risks.
Assumes: Units are independent of each other, one record a unit; the arms are compared as assigned.
Interval: Newcombe's hybrid of the two arms' Wilson intervals; it stays between -1 and 1 and has no p-value.
Breaks when: Units influence each other or were assigned in clusters. Conservative for very rare events.
Source: Newcombe 1998, Statistics in Medicine 17:873, method 10; Wilson 1927, JASA 22:209.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.estimator import Estimator
from analysis.figures.proportions import Pair, newcombe_interval, wilson
from analysis.finding import Effect, Estimate

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The risk difference from the arms' counts alone; the arms' Wilson intervals as parameters."""
    pair, level = Pair.of(evidence), settings.level
    low, high = newcombe_interval(pair, level=level)
    parameters: dict[str, float] = {}
    for arm, events, n in (("treatment", pair.x1, pair.n1), ("control", pair.x0, pair.n0)):
        ends = wilson(events, n, level=level)
        parameters |= {f"{arm}_wilson_low": ends[0], f"{arm}_wilson_high": ends[1]}
    effect = Effect(pair.difference, low, high, level, se=pair.se or None)
    return Estimate({"risk_difference": effect}, parameters)


ESTIMATOR = Estimator(
    name="newcombe",
    label="Newcombe interval",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"proportion"}),
    fit=fit,
    default=lambda _: False,
)
