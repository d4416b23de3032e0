"""What a release says of counts of people over time, as bounds and sums for the audit: waves, arms and bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.policy import Count
from analysis.release.scores import joined_bands, shown_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release
    from analysis.release.scores import ReleasedGroup
    from analysis.release.tables import Table
    from analysis.score_courses import AnsweredGroup, ScoreCourse


def courses(table: Table, found: Sequence[ScoreCourse], release: Release) -> None:
    """Those asked, who answered and who did not, and who is in which band, of every course that is shown."""
    shown = {course.outcome: course for course in release.scores}
    for course in found:
        if course.outcome not in shown:
            continue
        told = shown[course.outcome].groups
        for place, group in enumerate(course.groups):
            _group(table, course, group, told[place], release, last=group.when == course.whens[-1])


def _group(
    table: Table,
    course: ScoreCourse,
    group: AnsweredGroup,
    told: ReleasedGroup,
    release: Release,
    *,
    last: bool,
) -> None:
    about = f"{course.outcome}|{group.when}|{group.arm}"
    table.add(f"asked|{about}", group.asked, told.asked)
    table.add(f"answered|{about}", group.answered, told.answered)
    table.add(f"silent|{about}", group.asked - group.answered)
    table.equal(f"asked|{about}", f"answered|{about}", f"silent|{about}")
    whole = f"{course.outcome}||{group.arm}"
    if last and course.by == "wave" and f"n|{whole}" in table.true:
        table.equal(f"n|{whole}", f"answered|{about}")
        table.equal(f"missing|{whole}", f"silent|{about}")
    if group not in shown_groups(course, release.policy):
        return
    parts = joined_bands(course, release.policy)
    for part in parts:
        people = sum(group.in_bands[place] for place in part)
        table.add(_key(about, part), people, Count.shown(people, release.policy))
    table.equal(f"answered|{about}", *(_key(about, part) for part in parts))


def _key(about: str, part: tuple[int, ...]) -> str:
    return f"bands {part[0]}-{part[-1]}|{about}"
