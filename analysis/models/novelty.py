"""Novelty and habituation: whether an effect is the same early and late in its window."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING

from analysis.effects import ratio_effect
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.about import Halves
    from analysis.finding import Effect

FEWEST_UNITS, FEWEST_CLUSTERS = 10, 3
FEWEST_EVENTS = 10  # people with an event, in each half of each arm


@dataclass(frozen=True, slots=True)
class Novelty:
    """Ratios of means, treatment over control: in the first half, in the last, and last over first."""

    first: Effect
    last: Effect
    change: Effect

    @property
    def fades(self) -> bool:
        """Whether the effect is smaller in the last half than in the first."""
        return abs(log(self.last.estimate)) < abs(log(self.first.estimate))


def enough(arm: Halves, *, by_cluster: bool) -> bool:
    """Whether an arm has the units (or clusters) and the events that its halves can be compared."""
    fewest = FEWEST_CLUSTERS if by_cluster else FEWEST_UNITS
    return arm.n >= fewest and min(arm.with_first, arm.with_last) >= FEWEST_EVENTS


def novelty(treated: Halves, control: Halves, *, level: float = 0.95) -> Novelty:
    """The effects in both halves and how they differ, as ratios: events often get rarer as days go by, in every
    arm, and a ratio does not change with that where a difference would.

    Logarithms by the delta method: the variance of log(mean) is s^2 / (n mean^2), that of log(last / first) is
    (s_l^2 / l^2 + s_f^2 / f^2 - 2 s_fl / (f l)) / n, so that what the halves of one unit share is allowed for.
    Student's t with Welch's degrees of freedom (1947). Raises Refusal where units do not differ or a half is empty.
    """
    parts = [_logs(arm) for arm in (treated, control)]
    return Novelty(
        *(
            _ratio(
                [
                    (logs[i], variances[i], arm.n)
                    for (logs, variances), arm in zip(parts, (treated, control), strict=True)
                ],
                level=level,
            )
            for i in range(3)
        )
    )


def _logs(arm: Halves) -> tuple[list[float], list[float]]:
    """log(first), log(last) and log(last / first), and the variance of each."""
    if min(arm.first, arm.last) <= 0:
        raise Refusal("Half of a window has no events in one arm.", remedy="Wait for more events.")
    first = arm.first_variance / arm.first**2
    last = arm.last_variance / arm.last**2
    shared = (arm.first_variance + arm.last_variance - arm.change_variance) / 2 / (arm.first * arm.last)
    variances = [first / arm.n, last / arm.n, max(0.0, first + last - 2 * shared) / arm.n]
    return [log(arm.first), log(arm.last), log(arm.last / arm.first)], variances


def _ratio(arms: list[tuple[float, float, int]], *, level: float) -> Effect:
    """The ratio of the first arm's mean to the second's, of their logarithms, variances and numbers."""
    (one, squared_one, n_one), (other, squared_other, n_other) = arms
    total = squared_one + squared_other
    if total <= 0:
        raise Refusal(
            "Units do not differ from each other, so that chance cannot be judged.",
            remedy="Wait for more events.",
        )
    df = total**2 / (squared_one**2 / (n_one - 1) + squared_other**2 / (n_other - 1))
    return ratio_effect(one - other, sqrt(total), df=df, level=level)
