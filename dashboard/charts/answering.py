"""Who answered a questionnaire at each wave, arm by arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.charts._courses import at, course_of, in_table, last_shown, required, spoken_of
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.share_rows import ShareGroup, ShareRow, share_rows
from dashboard.language import later, say
from dashboard.theme import SMALL
from dashboard.words.pictures import HIDDEN
from dashboard.words.wellness import (
    answered_text,
    answering_note,
    answering_subtitle,
    answering_title,
    shares_spoken,
    when_text,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.release.scores import ReleasedCourse, ReleasedGroup
    from dashboard.drawing.canvas import Canvas


def _shown(course: ReleasedCourse) -> bool:
    return any(group.answering is not None for group in course.groups)


def _applies(release: Release) -> bool:
    return course_of(View(release), _shown) is not None


def _course(view: View) -> ReleasedCourse:
    return required(view, _shown)


def _headline(view: View) -> str:
    course = _course(view)
    when, groups = last_shown(course, lambda group: group.answering is not None)
    shares = [(view.release.arm_label(group.arm), round(group.answering or 0.0, 3)) for group in groups]
    return answering_title(when_text(course, when), shares)


def _subtitle(view: View) -> str:
    return f"{answering_subtitle()}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    course = _course(view)
    groups = [
        ShareGroup(when_text(course, when), tuple(_row(view.release, group) for group in at(course, when)))
        for when in course.whens
    ]
    y = share_rows(canvas, groups, top, instead=say(HIDDEN))
    muted = canvas.palette.muted
    return canvas.text(answering_note(), canvas.left, y, size=SMALL, colour=muted, width=canvas.content)


def _row(release: Release, group: ReleasedGroup) -> ShareRow:
    shares = () if group.answering is None else (group.answering,)
    return ShareRow(release.arm_label(group.arm), shares, answered_text(group))


def _numbers(view: View) -> list[Numbers]:
    course = course_of(view, _shown)
    if course is None:
        return []
    return [
        {
            "at": when_text(course, group.when),
            "arm": view.release.arm_label(group.arm),
            "answered": in_table(group.answered),
            "asked": in_table(group.asked),
            "share": None if group.answering is None else round(group.answering, 3),
        }
        for group in course.groups
    ]


def _words(view: View) -> str:
    return shares_spoken(_headline(view), spoken_of(view.release, _course(view), answered_text))


ANSWERING = Chart(
    name="answering",
    title=later("Who answered"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=42,
)
