"""The verdict on a finding: from the interval, the direction and the margin alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.finding import Effect, Verdict
    from analysis.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Bounds:
    """No effect and the two margins on an outcome's primary scale; `worse` is the margin's bad end."""

    null: float
    worse: float | None
    better: float | None


def bounds(outcome: Outcome) -> Bounds:
    """Where no effect and the margins lie on the primary scale.

    On a ratio scale a margin above 1 is the ratio itself. A margin below 1 is read the stricter of its two
    usual ways, as a distance from 1 or as the reciprocal: 0.1 becomes 1.1, and 0.8 becomes 1.25.

    >>> from analysis.outcome import Outcome
    >>> bounds(Outcome("accuracy", "Accuracy", "proportion", better="higher", margin=0.02))
    Bounds(null=0.0, worse=-0.02, better=0.02)
    >>> bounds(Outcome("searches", "Searches", "count", margin=1.25))
    Bounds(null=1.0, worse=1.25, better=0.8)
    """
    scale = outcome.scale
    if outcome.margin is None:
        return Bounds(scale.null, None, None)
    if scale.is_ratio:
        factor = outcome.margin if outcome.margin > 1 else min(1 + outcome.margin, 1 / outcome.margin)
        high, low = factor, 1 / factor
    else:
        high, low = scale.null + outcome.margin, scale.null - outcome.margin
    return Bounds(scale.null, high, low) if outcome.better == "lower" else Bounds(scale.null, low, high)


def judge(outcome: Outcome, effect: Effect, *, significant: bool = True) -> Verdict:
    """The verdict by the contract's rules.

    `significant` is False where the family's adjusted p-value is not below alpha: then neither benefit nor
    harm is declared. An open end of the interval reaches past everything.

    >>> from analysis.finding import Effect
    >>> from analysis.outcome import Outcome
    >>> judge(Outcome("entered", "Entered", "proportion"), Effect(-0.2, -0.3, -0.1))
    'benefit'
    >>> guardrail = Outcome("accuracy", "Accuracy", "proportion", "guardrail", "higher", 0.02)
    >>> judge(guardrail, Effect(-0.01, -0.015, -0.005))
    'non_inferior'
    """
    at = bounds(outcome)
    sign = 1.0 if outcome.better == "higher" else -1.0
    ends = [None if end is None else sign * end for end in (effect.low, effect.high)]
    bad_end, good_end = ends if sign > 0 else ends[::-1]  # the interval's ends, the larger the better
    null, margin = sign * at.null, None if at.worse is None else sign * at.worse
    within = bad_end is not None and margin is not None and bad_end > margin
    if bad_end is not None and bad_end > null and (significant or outcome.role == "guardrail"):
        return "benefit"
    if outcome.role == "guardrail":
        beyond = good_end is not None and margin is not None and good_end < margin
        return "non_inferior" if within else "harm" if beyond else "inconclusive"
    if good_end is not None and good_end < null and significant:
        return "harm"
    if within and good_end is not None and at.better is not None and good_end < sign * at.better:
        return "equivalent"
    return "non_inferior" if within else "inconclusive"
