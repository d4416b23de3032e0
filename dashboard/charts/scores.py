"""Mean scores at each wave, arm by arm, with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.charts._courses import (
    at,
    better_is_lower,
    clustered,
    course_of,
    label_of,
    last_shown,
    numbers_of,
    required,
    spoken_of,
)
from dashboard.drawing.arms import DASHES, MARKS, colours, marked_legend
from dashboard.drawing.canvas import Axis
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.plane import gutter_for, plane
from dashboard.drawing.typography import text_width, wrap
from dashboard.language import later
from dashboard.theme import FIGURE, NARROW, SMALL
from dashboard.words.columns import column_word
from dashboard.words.forms import said_of
from dashboard.words.wellness import (
    left_out,
    mean_text,
    scores_axis,
    scores_legend,
    scores_spoken,
    scores_subtitle,
    scores_title,
    when_text,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.release.scores import ReleasedCourse
    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.plane import Plane

TALL, SHORT = 260, 210  # height of the plane in pixels, on a wide and on a narrow sheet
APART = 0.13  # between the points of two arms at one wave, in steps from wave to wave


def _shown(course: ReleasedCourse) -> bool:
    return any("mean" in group.figures for group in course.groups)


def _applies(release: Release) -> bool:
    return course_of(View(release), _shown) is not None


def _course(view: View) -> ReleasedCourse:
    return required(view, _shown)


def _headline(view: View) -> str:
    course = _course(view)
    when, groups = last_shown(course, lambda group: "mean" in group.figures)
    means = [(view.release.arm_label(group.arm), group.figures["mean"]) for group in groups]
    return scores_title(label_of(view.release, course), when_text(course, when), means)


def _subtitle(view: View) -> str:
    return f"{scores_subtitle(_course(view))}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    course, release = _course(view), view.release
    muted, by_team = canvas.palette.muted, clustered(release)
    axis = scores_axis(lower_is_better=better_is_lower(release, course))
    y = canvas.text(axis, canvas.left, top, size=SMALL, colour=muted, width=canvas.content) + 8
    y = marked_legend(canvas, release.study.arms, y) + 12
    height = TALL if canvas.width >= NARROW else SHORT
    values = [
        group.figures[name]
        for group in course.groups
        for name in ("mean", "low", "high")
        if name in group.figures
    ]
    gutter = gutter_for(values, height)
    across = Axis(0.5, len(course.whens) + 0.5, (), ())
    drawn = plane(canvas, across, values, top=y, height=height, gutter=gutter)
    _arms(drawn, course, release)
    y = _names(canvas, course, canvas.left + gutter, y + height + 6) + 8
    for line in (scores_legend(course, clustered=by_team), left_out(course, clustered=by_team)):
        if line:
            y = canvas.text(line, canvas.left, y, size=SMALL, colour=muted, width=canvas.content) + 2
    return y


def _arms(drawn: Plane, course: ReleasedCourse, release: Release) -> None:
    """Each arm's points beside those of the others, joined over the waves, each with its interval."""
    shade = colours(drawn.canvas, release.study.arms)
    arms = [arm.name for arm in release.study.arms]
    for place, arm in enumerate(arms):
        aside = APART * (place - (len(arms) - 1) / 2)
        points: list[tuple[float, float | None]] = []
        for x, when in enumerate(course.whens, start=1):
            group = next((group for group in at(course, when) if group.arm == arm), None)
            figures = group.figures if group else {}
            points.append((x + aside, figures.get("mean")))
            if group and "low" in figures and "high" in figures:
                bar: list[tuple[float, float | None]] = [
                    (x + aside, figures["low"]),
                    (x + aside, figures["high"]),
                ]
                drawn.draw(bar, mode="lines", line={"color": shade[arm], "width": 2})
        drawn.draw(
            points,
            mode="lines+markers",
            line={"color": shade[arm], "width": 1.5, "dash": DASHES[place % len(DASHES)]},
            marker={"symbol": MARKS[place % len(MARKS)], "size": 9, "color": shade[arm]},
            hoverinfo="text",
            text=[_hover(course, release, arm, when) for when in course.whens],
        )


def _hover(course: ReleasedCourse, release: Release, arm: str, when: str) -> str:
    groups = [group for group in at(course, when) if group.arm == arm]
    label = release.arm_label(arm)
    return said_of(f"{when_text(course, when)}, {label}", mean_text(groups[0])) if groups else ""


def _names(canvas: Canvas, course: ReleasedCourse, left: float, top: float) -> float:
    """The waves under their points; each keeps to its own share of the width."""
    step = (canvas.right - left) / len(course.whens)
    names = [when_text(course, when) for when in course.whens]
    numbered = course.by == "period" and max(text_width(name, FIGURE) for name in names) > step - 8
    bottom = top
    for place, name in enumerate(course.whens if numbered else names):
        lines = wrap(name, step - 8, size=FIGURE)
        middle = left + (place + 0.5) * step
        bottom = max(bottom, canvas.text(lines, middle, top, size=FIGURE, anchor="center"))
    if not numbered:
        return bottom
    muted = canvas.palette.muted
    return canvas.text(column_word("period"), canvas.right, bottom, size=SMALL, colour=muted, anchor="right")


def _numbers(view: View) -> list[Numbers]:
    course = course_of(view, _shown)
    return [] if course is None else [numbers_of(view.release, course, group) for group in course.groups]


def _words(view: View) -> str:
    return scores_spoken(_headline(view), spoken_of(view.release, _course(view), mean_text))


SCORES = Chart(
    name="scores",
    title=later("Scores over time"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=40,
)
