"""Who had what when: one bar for each platform or cluster, the earliest to change first."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.typography import text_height, text_width, wrap
from dashboard.language import later, say
from dashboard.theme import BODY, SMALL
from dashboard.words.forms import day_text, said_of
from dashboard.words.over_time import adoption_spoken, adoption_subtitle, adoption_title

if TYPE_CHECKING:
    from analysis.about import Course
    from analysis.disclosure import Release
    from dashboard.drawing.canvas import Canvas

BAR, SPACE = 22, 6  # height of a bar and what lies between two, in pixels
GAP = 12


def _applies(release: Release) -> bool:
    return len(release.study.courses) > 2 and bool(_ends(release))


def _ends(release: Release) -> tuple[date, date] | None:
    """The first and the last day of the study, as declared or else as the log has them."""
    study, data = release.study, release.data
    first, last = study.start or data.first, study.end or data.last
    return (_day(first), _day(last)) if first and last else None


def _day(instant: str) -> date:
    return date.fromisoformat(instant[:10])


def _courses(view: View) -> list[Course]:
    """The earliest to change first, those that never do last."""
    return sorted(view.release.study.courses, key=lambda course: (_changed(course) or "9", course.name))


def _changed(course: Course) -> str | None:
    return course.steps[1][0] if len(course.steps) > 1 else None


def _labels(view: View) -> tuple[str, str]:
    """The control's and the treatment's label."""
    arms = view.release.study.arms
    control = next(arm.label for arm in arms if arm.control)
    return control, next(arm.label for arm in arms if not arm.control)


def _headline(view: View) -> str:
    days = [day and day_text(day) for day in map(_changed, _courses(view))]
    return adoption_title(view.release.study.cluster_name, _labels(view)[1], days)


def _subtitle(view: View) -> str:
    return f"{adoption_subtitle(view.release.study.cluster_name)}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    ends = _ends(view.release)
    if ends is None:
        raise ValueError("a study without days has no such chart")
    courses, labels = _courses(view), _labels(view)
    names = min(max(text_width(course.name, BODY) for course in courses), 0.3 * canvas.content)
    left = canvas.left + names + GAP
    y = _legend(canvas, labels, top) + 8
    for course in courses:
        lines = wrap(course.name, names, size=BODY)
        height = max(BAR, text_height(len(lines), BODY))
        canvas.text(lines, canvas.left, y + (height - text_height(len(lines), BODY)) / 2)
        _bar(canvas, course, ends, left=left, top=y + (height - BAR) / 2)
        y += height + SPACE
    first, last = (day_text(day.isoformat()) for day in ends)
    muted = canvas.palette.muted
    canvas.text(first, left, y, size=SMALL, colour=muted)
    return canvas.text(last, canvas.right, y, size=SMALL, colour=muted, anchor="right")


def _legend(canvas: Canvas, labels: tuple[str, str], top: float) -> float:
    """What the empty and the filled part of a bar are."""
    palette, y = canvas.palette, top
    for label, fill in zip(labels, (palette.fill, palette.verdicts["equivalent"]), strict=True):
        canvas.box((canvas.left, y + 3), (canvas.left + 20, y + 13), fill=fill, border=palette.rule)
        y = canvas.text(label, canvas.left + 28, y, size=SMALL, width=canvas.content - 28) + 2
    return y


def _bar(canvas: Canvas, course: Course, ends: tuple[date, date], *, left: float, top: float) -> None:
    """Without, then with; the day between them is written where there is room for it."""
    palette, changed = canvas.palette, _changed(course)
    bottom = top + BAR
    canvas.box((left, top), (canvas.right, bottom), fill=palette.fill, border=palette.rule)
    if changed is None:
        return
    share = (_day(changed) - ends[0]).days / max((ends[1] - ends[0]).days + 1, 1)
    at = left + min(max(share, 0.0), 1.0) * (canvas.right - left)
    canvas.box((at, top), (canvas.right, bottom), fill=palette.verdicts["equivalent"], border=palette.rule)
    words = day_text(changed)
    width, y = text_width(words, SMALL), top + (BAR - text_height(1, SMALL)) / 2
    if at - left > width + 8:
        canvas.text(words, at - 4, y, size=SMALL, anchor="right")
    elif canvas.right - at > width + 8:
        canvas.text(words, at + 4, y, size=SMALL, colour=palette.paper)


def _numbers(view: View) -> list[Numbers]:
    cluster, (control, treatment) = view.release.study.cluster_name, _labels(view)
    return [
        {cluster: course.name, "first": control, "then": treatment if day else None, "since": day}
        for course in _courses(view)
        for day in (_changed(course),)
    ]


def _words(view: View) -> str:
    rows = [
        said_of(course.name, day_text(day) if (day := _changed(course)) else say("never"))
        for course in _courses(view)
    ]
    return adoption_spoken(_headline(view), rows)


ADOPTION = Chart(
    name="adoption",
    title=later("Who had what when"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=18,
)
