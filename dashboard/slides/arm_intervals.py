"""The interval of one arm by itself, from nothing but its released figures; or why it has none."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from analysis.chance.distributions import t_quantile
from analysis.figures.proportions import wilson
from analysis.layout import PARALLEL
from dashboard.language import say
from dashboard.words import level_text

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedArm
    from analysis.outcome import Outcome
    from analysis.policy import Count

Ends = tuple[float, float]


def arm_interval(release: Release, arm: ReleasedArm, outcome: Outcome) -> Ends | None:
    """The low and the high end in the outcome's own figures, a share between 0 and 1; None where there is none.

    Wilson's for a share, Student's for a mean. Only for people who were assigned singly, as both need people that
    tell nothing of each other, and only where counts are told as they are: the ends hold nothing that the released
    count, mean and standard deviation do not.
    """
    n, events = _exact(arm.n), _exact(arm.events)
    if release.plan.layout != PARALLEL.name or n is None or n < 2:
        return None
    level = 1 - release.plan.alpha
    if outcome.kind == "proportion" and events is not None:
        return wilson(events, n, level=level)
    mean, sd = arm.figures.get("mean"), arm.figures.get("sd")
    if outcome.kind not in ("mean", "score") or mean is None or sd is None:
        return None
    half = t_quantile((1 + level) / 2, n - 1) * sd / sqrt(n)
    return mean - half, mean + half


def caption_of(release: Release, *, drawn: bool) -> str:
    """What stands under the bars: what their lines are, or why there are none."""
    if drawn:
        return say(
            "Bars: what was observed in each arm, from zero. Lines: {level} interval of each arm by itself; "
            "whether arms differ is told by the intervals of the differences.",
            level=level_text(1 - release.plan.alpha),
        )
    if release.plan.layout != PARALLEL.name:
        return say(
            "Bars: what was observed in each arm, from zero, without an interval: people of an arm are not "
            "independent of each other here. The intervals belong to the differences."
        )
    return say(
        "Bars: what was observed in each arm, from zero, without an interval: what is released of an arm is not "
        "enough for one. The intervals belong to the differences."
    )


def _exact(count: Count | None) -> int | None:
    return count.value if count is not None and count.form == "exact" else None
