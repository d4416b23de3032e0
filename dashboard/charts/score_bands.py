"""The share of people in each published band of a score, wave by wave and arm by arm."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.charts._courses import (
    at,
    better_is_lower,
    clustered,
    course_of,
    label_of,
    last_shown,
    required,
    shares_of,
    spoken_of,
)
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.share_rows import ShareGroup, ShareRow, legend, share_rows
from dashboard.language import later, say
from dashboard.theme import SMALL
from dashboard.words.pictures import HIDDEN
from dashboard.words.wellness import (
    band_range,
    band_text,
    bands_note,
    bands_subtitle,
    bands_title,
    left_out,
    shares_spoken,
    shares_text,
    when_text,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.release.scores import ReleasedCourse
    from dashboard.drawing.canvas import Canvas


def _shown(course: ReleasedCourse) -> bool:
    return any(group.shares for group in course.groups)


def _applies(release: Release) -> bool:
    return course_of(View(release), _shown) is not None


def _course(view: View) -> ReleasedCourse:
    return required(view, _shown)


def _headline(view: View) -> str:
    course = _course(view)
    when, groups = last_shown(course, lambda group: bool(group.shares))
    worst = len(course.bands) - 1 if better_is_lower(view.release, course) else 0
    shares = [(view.release.arm_label(group.arm), round(group.shares[worst], 3)) for group in groups]
    label = label_of(view.release, course)
    return bands_title(label, when_text(course, when), band_text(course.bands[worst]), shares)


def _subtitle(view: View) -> str:
    return f"{bands_subtitle(_course(view))}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    course, release = _course(view), view.release
    y = legend(canvas, [band_range(band) for band in course.bands], top) + 12
    groups = [
        ShareGroup(
            when_text(course, when),
            tuple(ShareRow(release.arm_label(group.arm), group.shares) for group in at(course, when)),
        )
        for when in course.whens
    ]
    y = share_rows(canvas, groups, y, instead=say(HIDDEN))
    for line in (bands_note(course), left_out(course, clustered=clustered(release))):
        if line:
            muted = canvas.palette.muted
            y = canvas.text(line, canvas.left, y, size=SMALL, colour=muted, width=canvas.content) + 2
    return y


def _numbers(view: View) -> list[Numbers]:
    course = course_of(view, _shown)
    if course is None:
        return []
    return [row for group in course.groups for row in shares_of(view.release, course, group)]


def _words(view: View) -> str:
    course = _course(view)
    return shares_spoken(_headline(view), spoken_of(view.release, course, partial(shares_text, course)))


SCORE_BANDS = Chart(
    name="score-bands",
    title=later("Bands of the questionnaire"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=41,
)
