"""A finding as a normal estimate on the scale where effects add up: for ratios the logarithm."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

from analysis.chance.distributions import normal_quantile
from analysis.effects import FARTHEST
from analysis.finding import Effect

if TYPE_CHECKING:
    from analysis.finding import Finding
    from analysis.outcome import Scale


@dataclass(frozen=True, slots=True)
class Normal:
    """An estimate and its standard error, counted from no effect at 0."""

    estimate: float
    se: float


def added(effect: Effect, scale: Scale) -> Normal | None:
    """An effect where effects add up; None without a standard error.

    >>> from analysis.outcome import Scale
    >>> added(Effect(0.7, 0.6, 0.8, se=0.1), Scale("probability_of_superiority", "P", 0.5))
    Normal(estimate=0.19999999999999996, se=0.1)
    """
    if not effect.se or (scale.is_ratio and effect.estimate <= 0):
        return None
    return Normal(log(effect.estimate) if scale.is_ratio else effect.estimate - scale.null, effect.se)


def normal_of(finding: Finding) -> Normal | None:
    """The finding's effect on its primary scale where effects add up; None without a standard error."""
    return added(finding.effect, finding.outcome.scale)


def told(found: Normal, scale: Scale, *, level: float, half: float | None = None) -> Effect:
    """Back on the scale that is told, with a normal interval, or one of half-width `half`.

    >>> from analysis.outcome import Scale
    >>> effect = told(Normal(0.0, 1.0), Scale("risk_ratio", "risk ratio", 1.0), level=0.95)
    >>> effect.estimate, round(effect.low * effect.high, 12)
    (1.0, 1.0)
    """
    wide = normal_quantile((1 + level) / 2) * found.se if half is None else half
    low, high = found.estimate - wide, found.estimate + wide
    if not scale.is_ratio:
        null = scale.null
        return Effect(found.estimate + null, low + null, high + null, level, se=found.se)
    ends = [exp(end) if abs(end) < FARTHEST else None for end in (low, high)]
    return Effect(exp(found.estimate), ends[0], ends[1], level, se=found.se)
