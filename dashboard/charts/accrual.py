"""How a study that still runs fills up: assigned by when, and measured so far, against how many were planned."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.axes import dated
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.named import Named, place_names
from dashboard.drawing.plane import TICKS, gutter_for, plane
from dashboard.language import later
from dashboard.theme import SMALL
from dashboard.words.accruing import (
    accrual_legend,
    accrual_spoken,
    accrual_subtitle,
    accrual_title,
    assigned_label,
    measured_label,
    planned_label,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.policy import Count
    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.plane import Plane

HEIGHT = 220  # of the plane, in pixels
OFF = 14  # pixels that a name stands above or below its point, so that no line runs through it


def _applies(release: Release) -> bool:
    return len(release.accrual) > 1


def _headline(view: View) -> str:
    last = view.release.accrual[-1]
    return accrual_title(last.count, last.day, unit=view.release.study.unit_name)


def _subtitle(view: View) -> str:
    return f"{accrual_subtitle()}. {place_and_time(view.release)}."


def _points(release: Release) -> list[tuple[float, float]]:
    """Each told day's number, from 1, and how many had been assigned by its end."""
    first = date.fromisoformat(release.accrual[0].day)
    return [
        ((date.fromisoformat(told.day) - first).days + 1.0, float(told.count.value or 0))
        for told in release.accrual
    ]


def _measured(release: Release) -> Count | None:
    """How many are measured on the main question, where that may be told."""
    count = next((step.total for step in release.flow if step.key == "analysed"), None)
    return count if count is not None and count.value is not None else None


def _body(canvas: Canvas, view: View, top: float) -> float:
    release, points = view.release, _points(view.release)
    first = date.fromisoformat(release.accrual[0].day)
    days = [(first + timedelta(days=n)).isoformat() for n in range(int(points[-1][0]))]
    planned = release.plan.planned_units
    values = [0.0, *(count for _, count in points), float(planned)]
    gutter = gutter_for(values, HEIGHT)
    across = dated(days, canvas.content - gutter)
    drawn = plane(canvas, across, values, top=top, height=HEIGHT, gutter=gutter)
    line = {"color": canvas.palette.verdicts["equivalent"], "width": 2.5}
    drawn.draw(
        points,
        mode="lines+markers",
        line=line,
        marker={"symbol": "circle", "size": 5, "color": line["color"]},
    )
    names = [_name(drawn, *points[-1], assigned_label(release.accrual[-1].count), lift=OFF)]
    if planned:
        names.append(_plan(drawn, planned, at=points[-1][0]))
    if (measured := _measured(release)) is not None:
        names.append(_diamond(drawn, measured, at=points[-1][0]))
    place_names(names, drawn, top=top, gutter=gutter)
    muted = canvas.palette.muted
    return canvas.text(
        accrual_legend(),
        canvas.left,
        top + HEIGHT + TICKS + 8,
        size=SMALL,
        colour=muted,
        width=canvas.content,
    )


def _plan(drawn: Plane, planned: int, *, at: float) -> Named:
    """A dashed line at the number that is planned; its name stands above it."""
    ends = [(drawn.across.low, float(planned)), (drawn.across.high, float(planned))]
    rule = {"color": drawn.canvas.palette.muted, "width": 1.5, "dash": "4px,4px"}
    drawn.draw(ends, mode="lines", line=rule)
    return _name(drawn, at, planned, planned_label(planned), lift=OFF)


def _diamond(drawn: Plane, measured: Count, *, at: float) -> Named:
    value = float(measured.value or 0)
    drawn.draw(
        [(at, value)],
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": drawn.canvas.palette.ink},
    )
    return _name(drawn, at, value, measured_label(measured), lift=-OFF)


def _name(drawn: Plane, at: float, value: float, words: str, *, lift: float) -> Named:
    """A name some pixels above its point."""
    return Named(at, value + lift * (drawn.up.high - drawn.up.low) / drawn.height, words)


def _numbers(view: View) -> list[Numbers]:
    return [{"day": told.day, "assigned": told.count.value} for told in view.release.accrual]


def _words(view: View) -> str:
    release = view.release
    rows = [_headline(view)]
    if (measured := _measured(release)) is not None:
        rows.append(measured_label(measured))
    if release.plan.planned_units:
        rows.append(planned_label(release.plan.planned_units))
    return accrual_spoken([f"{row}." for row in rows])


ACCRUAL = Chart(
    name="accrual",
    title=later("How the study fills up"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=62,
)
