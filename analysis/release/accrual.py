"""How many had been assigned by when, while a study runs: sums over all arms, so that nobody and no arm stands out.

Days are joined until ten or more people came between one that is told and the next, and each sum is told as the
middle of its ten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.policy import TEN, Count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.about import Conduct
    from analysis.policy import Policy
    from analysis.release.parts import ReleasedStep

MOST = 60  # days that are told, so that a long study is still a line and no list


@dataclass(frozen=True, slots=True)
class AssignedBy:
    """How many had been assigned, in all arms, by the end of a day (ISO 8601)."""

    day: str
    count: Count


def accrual(conduct: Conduct, policy: Policy, flow: Sequence[ReleasedStep]) -> tuple[AssignedBy, ...]:
    """The days that may be told; none once a study is over, nor where its own total is hidden."""
    total = next((step.total for step in flow if step.key == "assigned"), None)
    if conduct.ended or total is None or total.value is None:
        return ()
    rounded = replace(policy, rounding="midpoint-10", threshold=max(policy.threshold, 1))
    return tuple(AssignedBy(day, Count.shown(by_then, rounded)) for day, by_then in told_days(conduct))


def told_days(conduct: Conduct) -> tuple[tuple[str, int], ...]:
    """The days that are told with their true sums; the last one holds everybody."""
    return tuple(_joined(conduct)) if conduct.assignment_days else ()


def _joined(conduct: Conduct) -> Iterator[tuple[str, int]]:
    by_day = [sum(arms.values()) for arms in conduct.assigned_by_day]
    step = -(-len(by_day) // MOST)
    left, told, by_then = sum(by_day), 0, 0
    for place, (day, came) in enumerate(zip(conduct.assignment_days, by_day, strict=True), start=1):
        by_then, left = by_then + came, left - came
        due = place % step == 0 and left >= TEN and by_then - told >= TEN
        if due or (told < by_then and not left):
            yield day, by_then
            told = by_then
