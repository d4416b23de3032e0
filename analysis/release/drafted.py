"""A release as a draft: every figure that it lets out, for the last look before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import LAYOUTS
from analysis.policy import WELLNESS
from analysis.release.drafts import Average, Digits, Drafted, Group, Tally
from analysis.release.precision import shown_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.disclosure import Release, ReleasedArm, ReleasedFinding
    from analysis.release.scores import ReleasedCourse


def drafted(release: Release) -> tuple[Drafted, ...]:
    """The figures of its findings and of its flow; counts of periods are no people."""
    if not LAYOUTS[release.plan.layout].people:
        return ()
    steps = (count for step in release.flow for count in (*step.by_arm.values(), step.total))
    counted = tuple(Tally(count.value) for count in steps if count.form == "exact" and count.value)
    wellness = release.study.topic == WELLNESS
    return (
        *counted,
        *(figure for found in release.findings for figure in _finding(found, wellness=wellness)),
        *(figure for course in release.scores for figure in _course(course, wellness=wellness)),
    )


def _finding(found: ReleasedFinding, *, wellness: bool) -> Iterator[Drafted]:
    people = sum(arm.n.value or 0 for arm in found.arms)
    for name, effect in found.finding.estimate.effects.items():
        shown = shown_of(name, found.finding.outcome)
        for end in (effect.estimate, effect.low, effect.high):
            if end is not None and not shown.next_to(end):  # a mark is the plan's, with its own digits
                yield Digits(end, people)
    for arm in found.arms:
        yield from _arm(arm, of_shares=found.finding.outcome.kind == "proportion")
        if wellness and arm.n.value is not None:
            yield Group(arm.n.value)


def _arm(arm: ReleasedArm, *, of_shares: bool) -> Iterator[Drafted]:
    if arm.n.value is not None and "sd" in arm.figures:
        yield Average(arm.n.value, arm.figures["sd"])
    if of_shares and arm.figures and arm.events is not None and arm.events.form == "exact":
        yield Tally(arm.events.value or 0, arm.n.value)


def _course(course: ReleasedCourse, *, wellness: bool) -> Iterator[Drafted]:
    """A score over time: each mean with its people, and each band of whom it holds."""
    for group in course.groups:
        people = group.answered.value
        for end in (group.figures.get(name) for name in ("mean", "low", "high")):
            if end is not None:
                yield Digits(end, people or 0)
        if people is not None and "sd" in group.figures:
            yield Average(people, group.figures["sd"])
            if wellness:
                yield Group(people, change=len(course.whens) > 1)
