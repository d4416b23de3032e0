"""The boundaries of planned looks over the information, for benefit and for harm, with the results held to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.canvas import Axis
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.named import Named, place_names
from dashboard.drawing.plane import gutter_for, plane
from dashboard.drawing.typography import text_height, text_width
from dashboard.interim import share_measured
from dashboard.language import later
from dashboard.monitored import held
from dashboard.theme import FIGURE, NARROW, SMALL
from dashboard.words.forms import said_of
from dashboard.words.looks import (
    look_label,
    look_sentence,
    looks_axis,
    looks_legend,
    looks_spoken,
    looks_subtitle,
    looks_title,
    looks_zones,
    result_text,
    share_of_information,
    so_far_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release
    from analysis.looks.planned import PlannedLook
    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.plane import Plane

TALL, SHORT = 300, 240  # height of the plane in pixels, on a wide and on a narrow sheet
BEYOND = 0.8  # how much z is shown beyond the furthest boundary
SEE_THROUGH = "22"  # of a zone: two hexadecimal digits after its colour


@dataclass(frozen=True, slots=True)
class Result:
    """A result held to a boundary: of what and which arm, the share of the information, z (more is better).

    `main` says that it is of a primary outcome.
    """

    outcome: str
    arm: str
    share: float
    z: float
    main: bool


def _applies(release: Release) -> bool:
    return bool(release.looks)


def results(view: View) -> list[Result]:
    """Every result that was held to a boundary, of all outcomes or of the one asked for."""
    found = []
    for each in held(view.release):
        about, z, share = each.finding.finding, each.z, each.share
        if z is not None and share is not None and view.outcome in (None, about.outcome.name):
            arm = view.release.arm_label(about.contrast.treatment)
            found.append(Result(about.outcome.label, arm, share, z, each.main))
    return found


def _headline(view: View) -> str:
    return looks_title(view.release.looks)


def _subtitle(view: View) -> str:
    return f"{looks_subtitle(view.release.plan.spending)}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    looks, taken, muted = view.release.looks, results(view), canvas.palette.muted
    y = canvas.text(looks_axis(), canvas.left, top, size=SMALL, colour=muted, width=canvas.content) + 8
    height = TALL if canvas.width >= NARROW else SHORT
    reach = max([look.z or 0.0 for look in looks] + [abs(result.z) for result in taken]) + BEYOND
    low = max([look.harm_z for look in looks] + [-result.z for result in taken]) + BEYOND
    values = [-low, reach]
    gutter = gutter_for(values, height)
    across = Axis(0.0, max([1.0, *(result.share for result in taken)]) + 0.06, (), ())
    drawn = plane(canvas, across, values, top=y, height=height, gutter=gutter)
    _zones(drawn, looks, top=y, left=canvas.left + gutter)
    _results(drawn, taken)
    if taken:
        place_names(_named(taken, arms=len(view.release.plan.contrasts) > 1), drawn, top=y, gutter=gutter)
    elif share := share_measured(view.release):
        _so_far(drawn, share, top=y, gutter=gutter)
    y = _names(canvas, looks, across, left=canvas.left + gutter, top=y + height + 6) + 8
    return canvas.text(
        looks_legend(taken=bool(taken)), canvas.left, y, size=SMALL, colour=muted, width=canvas.content
    )


def _zones(drawn: Plane, looks: Sequence[PlannedLook], *, top: float, left: float) -> None:
    """The two lines, what lies beyond them, and what it means to be there."""
    canvas, verdicts = drawn.canvas, drawn.canvas.palette.verdicts
    upper = [(look.share, look.z) for look in looks if look.z is not None]
    lower = [(look.share, -look.harm_z) for look in looks]
    words = looks_zones()
    for points, end, verdict, mark in (
        (upper, drawn.up.high, "benefit", "triangle-up"),
        (lower, drawn.up.low, "harm", "triangle-down"),
    ):
        if not points:
            continue
        colour = verdicts[verdict]
        zone = [(points[0][0], end), *points, (points[-1][0], end)]
        drawn.draw(zone, mode="lines", fill="toself", fillcolor=f"{colour}{SEE_THROUGH}", line={"width": 0})
        marker = {"symbol": mark, "size": 10, "color": colour}
        drawn.draw(points, mode="lines+markers", line={"color": colour, "width": 2}, marker=marker)
    room = text_height(1, FIGURE)
    places = (top + 4, top + drawn.height - room - 4)
    for text, place, verdict in zip(words, places, ("benefit", "harm"), strict=True):
        canvas.text(text, left + 6, place, size=FIGURE, bold=True, colour=verdicts[verdict])


def _results(drawn: Plane, taken: Sequence[Result]) -> None:
    ink = drawn.canvas.palette.ink
    for result in taken:
        drawn.draw(
            [(result.share, result.z)],
            mode="markers",
            marker={"symbol": "diamond" if result.main else "circle", "size": 11, "color": ink},
            hoverinfo="text",
            text=[_said(result)],
        )


def _named(taken: Sequence[Result], *, arms: bool) -> list[Named]:
    """What is written beside each result: its outcome, and its arm where there are several."""
    return [
        Named(result.share, result.z, said_of(result.outcome, result.arm) if arms else result.outcome)
        for result in taken
    ]


def _so_far(drawn: Plane, share: float, *, top: float, gutter: float) -> None:
    """Where the study is on its way, while nothing is told of its results."""
    canvas = drawn.canvas
    ends = [(share, drawn.up.low), (share, drawn.up.high)]
    drawn.draw(ends, mode="lines", line={"color": canvas.palette.ink, "width": 1.5, "dash": "4px,4px"})
    place_names([Named(share, 0.0, so_far_text(share))], drawn, top=top, gutter=gutter)


def _said(result: Result) -> str:
    return result_text(result.outcome, result.arm, result.share, result.z)


def _names(canvas: Canvas, looks: Sequence[PlannedLook], across: Axis, *, left: float, top: float) -> float:
    """Each look's place and share under its points; one that would lie on the one before is left out."""
    taken, bottom = left - 10.0, top
    for place, look in enumerate(looks, start=1):
        lines = (look_label(place), share_of_information(look.share))
        half = max(text_width(line, FIGURE) for line in lines) / 2
        at = left + (look.share - across.low) / (across.high - across.low) * (canvas.right - left)
        middle = min(max(at, left + half), canvas.right - half)
        if middle - half >= taken + 10:
            bottom = max(bottom, canvas.text(lines, middle, top, size=FIGURE, anchor="center"))
            taken = middle + half
    return bottom


def _numbers(view: View) -> list[Numbers]:
    return [
        {
            "look": place,
            "information": look.share,
            "boundary_z": None if look.z is None else round(look.z, 4),
            "boundary_p": round(look.nominal, 6),
            "alpha_spent": round(look.spent, 6),
            "harm_boundary_z": round(look.harm_z, 4),
            "harm_boundary_p": round(look.harm_nominal, 6),
        }
        for place, look in enumerate(view.release.looks, start=1)
    ]


def _words(view: View) -> str:
    looks = view.release.looks
    rows = [look_sentence(place, look, last=place == len(looks)) for place, look in enumerate(looks, start=1)]
    rows += [_said(result) for result in results(view)]
    return looks_spoken(rows)


LOOKS = Chart(
    name="looks",
    title=later("Planned looks"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=43,
)
