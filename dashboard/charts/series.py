"""One outcome period by period: what was observed, the fitted course, and what the course before foretold."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.axes import counted, dated
from dashboard.drawing.course import Event, event_lines, lines_of, marks, marks_of, panel_values, thinned
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.plane import TICKS, gutter_for, plane
from dashboard.language import later
from dashboard.theme import NARROW, SMALL
from dashboard.words import level_text, part_word
from dashboard.words.pictures import axis_title
from dashboard.words.pieces import Telling
from dashboard.words.series import (
    brackets_text,
    change_text,
    gap_text,
    level_unit,
    series_legend,
    series_spoken,
    series_subtitle,
    series_title,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.finding import Traced
    from dashboard.drawing.canvas import Axis, Canvas

TALL, SHORT, LOW = 260, 210, 130  # heights in pixels: of the series, of a narrow one, of the gap below it


def _applies(release: Release) -> bool:
    return any(found.finding.estimate.trace for found in release.default_findings())


def _chosen(view: View) -> tuple[ReleasedFinding, ...]:
    """The planned findings of the outcome asked for, or of the first that has a series, in the order of changes."""
    held = [found for found in view.planned if found.finding.estimate.trace]
    names = [found.finding.outcome.name for found in held][:1]
    of_one = (found for found in held if found.finding.outcome.name in names)
    return tuple(sorted(of_one, key=_begins))


def _begins(found: ReleasedFinding) -> float:
    """The first period after the finding's change."""
    line = found.finding.estimate.trace[0]
    both = zip(line.periods, line.expected, strict=True)
    return next((period for period, value in both if value is not None), 0.0)


def _lines(view: View) -> dict[str, list[Traced]]:
    """Each part's lines, one a change; what was observed is the same in all of them."""
    found: dict[str, list[Traced]] = {}
    for finding in _chosen(view):
        for line in finding.finding.estimate.trace:
            found.setdefault(line.part, []).append(line)
    return found


def _headline(view: View) -> str:
    return series_title([Telling(found, view.release.plan, view.labels) for found in _chosen(view)])


def _subtitle(view: View) -> str:
    outcome = _chosen(view)[0].finding.outcome
    return f"{series_subtitle(outcome, interval=_interval(view))}. {place_and_time(view.release)}."


def _interval(view: View) -> str:
    return view.release.study.unit_name


def _axis(view: View, width: float) -> Axis:
    line = next(iter(_lines(view).values()))[0]
    days = view.release.periods
    return dated(days, width) if days else counted(line.periods[0], line.periods[-1], width, whole=True)


def _body(canvas: Canvas, view: View, top: float) -> float:
    lines, outcome = _lines(view), _chosen(view)[0].finding.outcome
    factor, unit = level_unit(outcome)
    block = thinned(next(iter(lines.values()))[0])
    upper = {part: held for part, held in lines.items() if part != "gap"}
    panels = [(outcome.label, upper, TALL if canvas.width >= NARROW else SHORT)]
    if "gap" in lines:
        panels.append((gap_text(outcome.label), {"gap": lines["gap"]}, LOW))
    values = [panel_values(parts, factor=factor, block=block) for _, parts, _ in panels]
    gutter = max(gutter_for(each, height) for each, (_, _, height) in zip(values, panels, strict=True))
    across = _axis(view, canvas.content - gutter)
    events = _events(view)
    y = top
    for (label, parts, height), each in zip(panels, values, strict=True):
        told = parts is upper
        y = canvas.text(
            axis_title(label, unit),
            canvas.left,
            y,
            size=SMALL,
            colour=canvas.palette.muted,
            width=canvas.content,
        )
        y = event_lines(canvas, across, events, gutter=gutter, top=y + 6, height=height, told=told)
        drawn = plane(canvas, across, each, top=y, height=height, gutter=gutter)
        marks_of(drawn, parts, factor=factor, block=block)
        lines_of(drawn, parts, factor=factor)
        y += height + TICKS + 4
    return canvas.text(
        _legend(view, lines, block),
        canvas.left,
        y,
        size=SMALL,
        colour=canvas.palette.muted,
        width=canvas.content,
    )


def _events(view: View) -> list[Event]:
    """The changes with their effects, and what else happened, in the order of time."""
    found = [
        Event(
            _begins(each),
            change_text(view.labels[each.finding.contrast.treatment], each.effect, each.finding.outcome),
        )
        for each in _chosen(view)
    ]
    days = view.release.periods
    found += [
        Event(bisect_left(days, day) + 1.0, label, change=False)
        for label, day in view.release.study.meanwhile
        if days and days[0] < day <= days[-1]
    ]
    return sorted(found, key=lambda each: each.period)


def _legend(view: View, lines: dict[str, list[Traced]], block: int) -> str:
    first = next(iter(lines.values()))[0]
    names = [lines[part][0].label for part in ("treated", "control") if part in lines]
    hidden = any(value is None for value in first.observed)
    said = series_legend(
        tuple(lines),
        interval=_interval(view),
        block=block,
        names=names,
        hidden=hidden,
        meanwhile=any(not each.change for each in _events(view)),
    )
    return f"{said} {brackets_text(level_text(_chosen(view)[0].effect.level))}"


def _numbers(view: View) -> list[Numbers]:
    """One row a mark: what was observed there, and what was fitted and foretold for the middle of it."""
    rows: list[Numbers] = []
    chosen = _chosen(view)
    factor, unit = level_unit(chosen[0].finding.outcome) if chosen else (1.0, "")
    for part, held in _lines(view).items():
        block = thinned(held[0])
        for period, value in marks(held[0], block):
            at = _nearest(held[0].periods, period)
            foretold = next((line.expected[at] for line in held if line.expected[at] is not None), None)
            rows.append(
                {
                    "part": held[0].label or part_word(part),
                    "period": _day(view, held[0].periods[at]),
                    "periods": block,
                    "unit": unit,
                    "observed": _rounded(value, factor),
                    "fitted": _rounded(held[0].fitted[at], factor),
                    "foretold": _rounded(foretold, factor),
                }
            )
    return rows


def _nearest(periods: Sequence[float], period: float) -> int:
    """The place of the period that lies nearest, the earlier one of two.

    >>> _nearest((1.0, 2.0, 3.0), 2.5), _nearest((1.0, 2.0, 3.0), 9.0), _nearest((1.0,), 0.0)
    (1, 2, 0)
    """
    after = min(bisect_left(periods, period), len(periods) - 1)
    before = max(after - 1, 0)
    return before if period - periods[before] <= periods[after] - period else after


def _day(view: View, period: float) -> str:
    days = view.release.periods
    return days[int(period) - 1] if days else f"{period:g}"


def _rounded(value: float | None, factor: float) -> float | None:
    """Four figures, as many as a line is drawn with."""
    return None if value is None else float(f"{factor * value:.4g}")


def _words(view: View) -> str:
    first = next(iter(_lines(view).values()))[0]
    return series_spoken(_headline(view), len(first.periods), interval=_interval(view))


SERIES = Chart(
    name="series",
    title=later("Period by period"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=15,
)
