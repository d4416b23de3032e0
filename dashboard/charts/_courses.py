"""What the pictures of scores over time share: which score, its groups in order, and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.policy import Count
from dashboard.words.figures import count_text
from dashboard.words.wellness import band_text, group_spoken, when_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.disclosure import Release
    from analysis.release.scores import ReleasedCourse, ReleasedGroup
    from dashboard.chart import Numbers, View

DECIMALS = 2


def course_of(view: View, fits: Callable[[ReleasedCourse], bool]) -> ReleasedCourse | None:
    """The score that is asked for, or the first that `fits`; None where there is none."""
    found = (course for course in view.release.scores if view.outcome in (None, course.outcome))
    return next((course for course in found if fits(course)), None)


def required(view: View, fits: Callable[[ReleasedCourse], bool]) -> ReleasedCourse:
    """The same, where there is one. Raises ValueError where there is none."""
    found = course_of(view, fits)
    if found is None:
        raise ValueError("this release has no such score over time")
    return found


def label_of(release: Release, course: ReleasedCourse) -> str:
    """What the outcome behind a score is called."""
    return next(o.label for o in release.plan.outcomes if o.name == course.outcome)


def better_is_lower(release: Release, course: ReleasedCourse) -> bool:
    """Whether a lower score is better."""
    return next(o.better for o in release.plan.outcomes if o.name == course.outcome) == "lower"


def clustered(release: Release) -> bool:
    """Whether whole teams were assigned."""
    return release.plan.layout in ("clustered", "stepped")


def at(course: ReleasedCourse, when: str) -> list[ReleasedGroup]:
    """The groups of one wave, in the order of the arms."""
    return [group for group in course.groups if group.when == when]


def last_shown(
    course: ReleasedCourse, fits: Callable[[ReleasedGroup], bool]
) -> tuple[str, list[ReleasedGroup]]:
    """The last of the waves with the most groups that `fits`, and these groups."""
    found = {when: [group for group in at(course, when) if fits(group)] for when in course.whens}
    most = max(map(len, found.values()))
    last = next(when for when in reversed(course.whens) if len(found[when]) == most)
    return last, found[last]


def in_table(count: Count) -> int | str | None:
    """A count in a table of numbers: in words where it is rounded, so that nobody takes it for exact.

    >>> in_table(Count(75, "about 75", "rounded")), in_table(Count(75, "75")), in_table(Count.masked())
    ('about 75', 75, None)
    """
    return count_text(count) if count.form == "rounded" else count.value


def numbers_of(release: Release, course: ReleasedCourse, group: ReleasedGroup) -> Numbers:
    """The numbers of one group as they are drawn."""
    figures = {name: group.figures.get(name) for name in ("mean", "low", "high", "sd")}
    return {
        "at": when_text(course, group.when),
        "arm": release.arm_label(group.arm),
        "outcome": label_of(release, course),
        **{name: None if value is None else round(value, DECIMALS) for name, value in figures.items()},
        "level": course.level,
        "answered": in_table(group.answered),
        "asked": in_table(group.asked),
    }


def shares_of(release: Release, course: ReleasedCourse, group: ReleasedGroup) -> list[Numbers]:
    """The share of one group in each band."""
    return [
        {
            "at": when_text(course, group.when),
            "arm": release.arm_label(group.arm),
            "band": band_text(band),
            "lowest_score": band.low,
            "highest_score": band.high,
            "share": round(share, 3),
        }
        for band, share in zip(course.bands, group.shares, strict=bool(group.shares))
    ]


def spoken_of(release: Release, course: ReleasedCourse, said: Callable[[ReleasedGroup], str]) -> list[str]:
    """What is `said` of each group, with its wave and its arm before it."""
    return [
        group_spoken(when_text(course, group.when), release.arm_label(group.arm), said(group))
        for group in course.groups
    ]
