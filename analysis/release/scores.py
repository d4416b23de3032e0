"""Scores over time as they may be shown: no small group, no single team, no band with few people in it.

Bands of an outcome that hold fewer than ten people in any group stand together with a neighbour, in every group
alike: nothing is masked that a sum could give back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.policy import Count
from analysis.release.shown import FEW, significant
from analysis.release.tens import interval_of, mean_and_sd
from analysis.score_courses import ScoreBand

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from analysis.policy import Policy
    from analysis.score_courses import AnsweredGroup, By, ScoreCourse

FEWEST_CLUSTERS = 3  # with two, each could tell the other's figures from its own


@dataclass(frozen=True, slots=True)
class ReleasedGroup:
    """One arm at one wave as it may be shown. `figures` (mean, low, high, sd) is empty where too few answered.

    `shares` are those of the course's bands, between 0 and 1; empty where they are not shown. `answering` is the
    share of those asked who answered, None where it would tell of few.
    """

    when: str
    arm: str
    asked: Count
    answered: Count
    answering: float | None
    figures: dict[str, float]
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleasedCourse:
    """One score over time as it may be shown; `few` counts the groups that are withheld, `joined` says of bands."""

    outcome: str
    instrument: str
    by: By
    level: float
    least: float
    most: float
    whens: tuple[str, ...]
    bands: tuple[ScoreBand, ...]
    groups: tuple[ReleasedGroup, ...]
    fewest: int
    few: int = 0
    joined: bool = False


def released_courses(
    courses: Sequence[ScoreCourse],
    policy: Policy,
    hidden: Collection[str],
    steps: Mapping[str, float] = MappingProxyType({}),
    *,
    counted: bool = True,
) -> tuple[ReleasedCourse, ...]:
    """The courses under a policy; those of `hidden` outcomes, of which nothing is told, are left out.

    `steps` lie between one possible score and the next, by outcome; 1 where it is not named. `counted` False says
    that some step on the way to the analysis is hidden: those who were asked are one.
    """
    return tuple(
        _course(course, policy, steps.get(course.outcome, 1.0), counted=counted)
        for course in courses
        if course.outcome not in hidden
    )


def fewest_of(course: ScoreCourse, policy: Policy) -> int:
    """How many have to answer in a group: more where several waves tell of a change."""
    return max(policy.threshold, policy.change_group if len(course.whens) > 1 else 0)


def shown_groups(course: ScoreCourse, policy: Policy) -> tuple[AnsweredGroup, ...]:
    """The groups of which figures are shown: enough people as counted there, enough teams, not all alike."""
    if not policy.threshold:
        return course.groups
    fewest = fewest_of(course, policy)
    return tuple(
        group
        for group in course.groups
        if (Count.shown(group.answered, policy).value or 0) >= fewest
        and (group.clusters is None or group.clusters >= FEWEST_CLUSTERS)
        and (group.sd or 0.0) > 0
    )


def joined_bands(course: ScoreCourse, policy: Policy) -> tuple[tuple[int, ...], ...]:
    """Which bands stand together, by their places; empty where no two parts with enough people are left."""
    groups = shown_groups(course, policy)
    parts: list[tuple[int, ...]] = [(place,) for place in range(len(course.bands))]
    while groups and len(parts) > 1:
        least = [min(_people(group, part) for group in groups) for part in parts]
        if all(count >= max(policy.threshold, 1) and not policy.small(count) for count in least):
            break
        place = least.index(min(least))
        sides = [side for side in (place - 1, place + 1) if 0 <= side < len(parts)]
        other = min(sides, key=lambda side: least[side])
        first = min(place, other)
        parts[first : first + 2] = [(*parts[first], *parts[first + 1])]
    return tuple(parts) if groups and len(parts) > 1 else ()


def _people(group: AnsweredGroup, part: tuple[int, ...]) -> int:
    return sum(group.in_bands[place] for place in part)


def _course(course: ScoreCourse, policy: Policy, step: float, *, counted: bool) -> ReleasedCourse:
    open_groups, parts = shown_groups(course, policy), joined_bands(course, policy)
    counted = policy.rounds or not policy.public or (counted and not _tells_of_few(course, policy))
    figures = partial(_figures, policy=policy, counted=counted, step=step, level=course.level)
    return ReleasedCourse(
        outcome=course.outcome,
        instrument=course.instrument,
        by=course.by,
        level=course.level,
        least=course.least,
        most=course.most,
        whens=course.whens,
        bands=tuple(_band(course, part) for part in parts),
        groups=tuple(
            _group(group, policy, parts, figures(group), counted=counted)
            if group in open_groups
            else _closed(group)
            for group in course.groups
        ),
        fewest=fewest_of(course, policy),
        few=len(course.groups) - len(open_groups),
        joined=len(parts) != len(course.bands),
    )


def _tells_of_few(course: ScoreCourse, policy: Policy) -> bool:
    """Whether those asked less those who answered, or one wave less another, are few people."""
    lost = [group.asked - group.answered for group in course.groups]
    apart = [
        abs(one.answered - two.answered)
        for one in course.groups
        for two in course.groups
        if one.arm == two.arm
    ]
    return any(map(policy.small, (*lost, *apart)))


def _closed(group: AnsweredGroup) -> ReleasedGroup:
    return ReleasedGroup(group.when, group.arm, Count.masked(), Count.masked(), None, {})


def _figures(
    group: AnsweredGroup, *, policy: Policy, counted: bool, step: float, level: float
) -> dict[str, float]:
    """Mean, ends and spread, in public with three digits; beside a hidden count as of the fewest of its ten."""
    values = {"mean": group.mean, "low": group.low, "high": group.high, "sd": group.sd}
    figures = {name: value for name, value in values.items() if value is not None}
    if not policy.public:
        return figures
    if (policy.rounds or not counted) and group.mean is not None and group.sd is not None:
        mean, spread = mean_and_sd(group.mean, group.sd, group.answered, step=step)
        figures |= {"mean": mean, "sd": spread or 0.0}
        if group.clusters is None:
            low, high = interval_of(mean, spread or 0.0, group.answered, step=step, level=level)
            figures |= {"low": low, "high": high}
    return {name: significant(value, FEW) for name, value in figures.items()}


def _group(
    group: AnsweredGroup,
    policy: Policy,
    parts: tuple[tuple[int, ...], ...],
    figures: dict[str, float],
    *,
    counted: bool,
) -> ReleasedGroup:
    """A group with its figures; shares are made of counts as they are shown."""
    asked, answered = (
        Count.shown(count, policy) if counted else Count.masked() for count in (group.asked, group.answered)
    )
    counts = [Count.shown(_people(group, part), policy).value or 0 for part in parts]
    shares = tuple(count / sum(counts) for count in counts)
    answering = answered.value / asked.value if answered.value and asked.value else None
    if policy.rounds and answered.value == asked.value:  # the same ten, which does not say that all answered
        answering = None
    if policy.public:
        shares = tuple(significant(share, 2) for share in shares)
        answering = None if answering is None else min(significant(answering, 2), 1.0)
    return ReleasedGroup(group.when, group.arm, asked, answered, answering, figures, shares)


def _band(course: ScoreCourse, part: tuple[int, ...]) -> ScoreBand:
    """Bands that stand together as one, named by all their names."""
    first, last = course.bands[part[0]], course.bands[part[-1]]
    return replace(first, label="|".join(course.bands[place].label for place in part), high=last.high)
