"""A design in time as a picture: orders of a crossover, steps of a wedge, platforms that adopt, one series."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from analysis.layout import STEPPED
from dashboard.drawing.arms import fills, legend
from dashboard.drawing.calendar import Course, Stretch, calendar, days_below, names_width, numbered
from dashboard.theme import FIGURE
from dashboard.words.designs import clusters_given, order_text, others_text, period_text, since_text
from dashboard.words.forms import day_text, short_day

if TYPE_CHECKING:
    from analysis.about import Course as Given
    from analysis.disclosure import Release
    from dashboard.drawing.canvas import Canvas

ROWS = 16  # bars; with more, those that changed on the same day are put into one
TALL, LOW = 34, 22  # height of a bar: of a few, of many, in pixels


def ends_of(release: Release) -> tuple[date, date] | None:
    """The first and the last day of the study, as declared or else as the log has them."""
    study, data = release.study, release.data
    first, last = study.start or data.first, study.end or data.last
    return (date.fromisoformat(first[:10]), date.fromisoformat(last[:10])) if first and last else None


def orders(canvas: Canvas, release: Release, top: float) -> float:
    """A crossover: a bar for each order, cut into its periods; returns the end."""
    arms, shade = release.study.arms, fills(canvas, release.study.arms)
    rows = []
    for number, first in enumerate(arms, start=1):
        rest = [arm for arm in arms if arm is not first] if len(arms) == 2 else []
        held = [(arm.label, shade[arm.name], arm.control) for arm in (first, *rest)]
        held += [] if rest else [(others_text(), canvas.palette.paper, True)]
        rows.append(
            Course(
                order_text(number),
                tuple(
                    Stretch(place / len(held), fill, _ink(canvas, quiet=quiet), label)
                    for place, (label, fill, quiet) in enumerate(held)
                ),
            )
        )
    y = legend(canvas, arms, top) + 10
    cuts = [place / len(arms) for place in range(len(arms))]
    bottom = calendar(canvas, rows, y, bar=TALL, cuts=cuts[1:] if len(arms) == 2 else ())
    days = [(cut, period_text(place, _period(release, place))) for place, cut in enumerate(cuts, start=1)]
    left = canvas.left + names_width(canvas, rows)
    return days_below(canvas, days if len(arms) == 2 else days[:1], bottom + 2, left=left, centred=False)


def _period(release: Release, number: int) -> str | None:
    """The first day of a crossover's period, where the file gives start and length."""
    start, days = release.study.start, release.study.period_days
    if not start or not days:
        return None
    return (date.fromisoformat(start) + timedelta(days=(number - 1) * days)).isoformat()


def _ink(canvas: Canvas, *, quiet: bool) -> str:
    return canvas.palette.ink if quiet else canvas.palette.paper


def over_time(canvas: Canvas, release: Release, top: float) -> float:
    """Clusters, platforms or one series over the study's days; returns the end."""
    study = release.study
    y = legend(canvas, study.arms, top) + 10
    one = len(study.courses) == 1
    rows = [_row(canvas, release, name, course) for name, course in rows_of(release)]
    left = canvas.left + names_width(canvas, rows)
    days = _days(release)
    cuts = [share for share, _ in days[1:]] if release.plan.layout == STEPPED.name else ()
    y = calendar(canvas, rows, y, bar=TALL if len(rows) < 4 else LOW, cuts=cuts)
    if not one or not study.meanwhile:
        return days_below(canvas, days, y, left=left)
    y = numbered(canvas, [_share_of(release, day) for _, day in _meanwhile(release)], y, left=left)
    y = days_below(canvas, days, y, left=left) + 6
    for number, (label, day) in enumerate(_meanwhile(release), start=1):
        words = f"{number}  {since_text(label, day)}"
        y = canvas.text(words, canvas.left, y, size=FIGURE, colour=canvas.palette.muted, width=canvas.content)
    return y


def _meanwhile(release: Release) -> list[tuple[str, str]]:
    return sorted(release.study.meanwhile, key=lambda event: event[1])


def rows_of(release: Release) -> list[tuple[str, Given]]:
    """The courses under their names, the earliest to change first; alike ones together where there are many."""
    courses = sorted(release.study.courses, key=lambda course: (changed(course) or "9", course.name))
    if len(courses) <= ROWS:
        return [(course.name, course) for course in courses]
    alike = [(steps, list(group)) for steps, group in groupby(courses, key=lambda course: course.steps)]
    cluster = release.study.cluster_name
    return [(clusters_given(len(group), cluster), group[0]) for _, group in alike]


def changed(course: Given) -> str | None:
    return course.steps[1][0] if len(course.steps) > 1 else None


def _row(canvas: Canvas, release: Release, name: str, course: Given) -> Course:
    arms = {arm.name: arm for arm in release.study.arms}
    shade = fills(canvas, release.study.arms)
    one = len(release.study.courses) == 1
    return Course(
        name,
        tuple(
            Stretch(
                _share_of(release, day),
                shade[arm],
                _ink(canvas, quiet=arms[arm].control),
                _written(release, arms[arm].label, day) if place or one else "",
            )
            for place, (day, arm) in enumerate(course.steps)
        ),
    )


def _written(release: Release, label: str, day: str) -> str:
    """What stands in a stretch: its arm where there is just one bar, else its first day."""
    if len(release.study.courses) == 1:
        return label
    return short_day(day) if release.plan.layout == STEPPED.name else day_text(day)


def _share_of(release: Release, day: str) -> float:
    """Where a day lies between the study's first and last."""
    ends = ends_of(release)
    if ends is None:
        return 0.0
    return (date.fromisoformat(day[:10]) - ends[0]).days / max((ends[1] - ends[0]).days + 1, 1)


def _days(release: Release) -> list[tuple[float, str]]:
    """The days to write under the bars: the periods' first ones, or the changes of a series, or the ends."""
    ends, study = ends_of(release), release.study
    if ends is None:
        return []
    if release.plan.layout == STEPPED.name and study.period_days:
        long = (ends[1] - ends[0]).days + 1
        starts = [ends[0] + timedelta(days=at) for at in range(0, long, study.period_days)]
        return [(_share_of(release, day.isoformat()), short_day(day.isoformat())) for day in starts]
    if len(study.courses) == 1:
        return [(_share_of(release, day), day_text(day)) for day, _ in study.courses[0].steps]
    return [(0.0, day_text(ends[0].isoformat())), (1.0, day_text(ends[1].isoformat()))]
