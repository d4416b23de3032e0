"""The share of each arm still without the event at fixed times, over how many were still followed."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.arms import DASHES, MARKS, colours
from dashboard.drawing.canvas import Axis
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.plane import TICKS, gutter_for, plane
from dashboard.drawing.typography import text_height, text_width, wrap
from dashboard.language import later
from dashboard.theme import FIGURE, NARROW, SMALL
from dashboard.words import level_text
from dashboard.words.figures import number
from dashboard.words.surviving import (
    at_risk_heading,
    curve_spoken,
    survival_axes,
    survival_legend,
    survival_spoken,
    survival_subtitle,
    survival_title,
    until_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.finding import Survived
    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.plane import Plane

TALL, SHORT = 280, 220  # height of the plane in pixels, on a wide and on a narrow sheet
APART = 12  # between two counts under the curves
BESIDE = 52  # of an arm's name: its line's sample before it, and half a count after it, in pixels
FLOOR = 1.0  # of the upright axis, in per cent: it begins at 0 where the curves fall below half
SEE_THROUGH = "28"  # of a band: two hexadecimal digits after its colour


def _applies(release: Release) -> bool:
    return bool(_curves(View(release)))


def _chosen(view: View) -> tuple[ReleasedFinding, ...]:
    """The planned findings of the outcome asked for, or of the first that has curves."""
    held = [found for found in view.planned if found.finding.estimate.curves]
    return tuple(f for f in held if f.finding.outcome.name == held[0].finding.outcome.name)


def _curves(view: View) -> dict[str, Survived]:
    """Each arm's curve by its name, the control's first: it is the same beside every other arm."""
    found = {curve.arm: curve for each in _chosen(view) for curve in each.finding.estimate.curves}
    return {arm.name: found[arm.name] for arm in view.release.study.arms if arm.name in found}


def _outcome(view: View) -> str:
    return _chosen(view)[0].finding.outcome.label


def _headline(view: View) -> str:
    curves = _curves(view)
    last = max(set.intersection(*(set(curve.times) for curve in curves.values())))
    ends = [
        (view.release.arm_label(arm), curve.share[curve.times.index(last)]) for arm, curve in curves.items()
    ]
    return survival_title(_outcome(view), ends, until=until_text(last))


def _subtitle(view: View) -> str:
    return f"{survival_subtitle(_outcome(view))}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    curves, muted = _curves(view), canvas.palette.muted
    up, across = survival_axes()
    y = canvas.text(up, canvas.left, top, size=SMALL, colour=muted, width=canvas.content) + 8
    height = TALL if canvas.width >= NARROW else SHORT
    lowest = min(100 * low for curve in curves.values() for low in curve.low)
    values = [0.0 if lowest < 50 else lowest - FLOOR, 100.0]
    gutter = gutter_for(values, height)
    names = _names(canvas, view, curves)
    left = max(gutter, names)
    axis = _across(curves, canvas.content - left)
    drawn = plane(canvas, axis, values, top=y, height=height, gutter=left)
    shade = colours(canvas, view.release.study.arms)
    for place, (arm, curve) in enumerate(curves.items()):
        _draw(drawn, curve, shade[arm], place=place)
    y = canvas.text(across, canvas.right, y + height + TICKS, size=SMALL, colour=muted, anchor="right") + 6
    y = _at_risk(canvas, view, axis, left=left, top=y) + 8
    cut = any(curve.times != _longest(curves) for curve in curves.values())
    legend = survival_legend(level_text(_chosen(view)[0].effect.level), cut=cut)
    return canvas.text(legend, canvas.left, y, size=SMALL, colour=muted, width=canvas.content)


def _longest(curves: dict[str, Survived]) -> tuple[float, ...]:
    return max((curve.times for curve in curves.values()), key=len)


def _names(canvas: Canvas, view: View, curves: dict[str, Survived]) -> float:
    """Room for the arms' names beside their counts; on a narrow sheet they stand above them."""
    if canvas.width < NARROW:
        return 0.0
    widest = max(text_width(view.release.arm_label(arm), FIGURE) for arm in curves)
    return min(widest, 0.26 * canvas.content) + BESIDE


def _draw(drawn: Plane, curve: Survived, colour: str, *, place: int) -> None:
    """A band between the ends of the intervals, and points joined by a line above it."""

    def along(values: Sequence[float]) -> list[tuple[float, float | None]]:
        return [(time, 100 * value) for time, value in zip(curve.times, values, strict=True)]

    outline = [*along(curve.high), *reversed(along(curve.low))]
    drawn.draw(outline, mode="lines", fill="toself", fillcolor=f"{colour}{SEE_THROUGH}", line={"width": 0})
    drawn.draw(
        along(curve.share),
        mode="lines+markers",
        line={"color": colour, "width": 2.5, "dash": DASHES[place % len(DASHES)]},
        marker={"symbol": MARKS[place % len(MARKS)], "size": 8, "color": colour},
    )


def _across(curves: dict[str, Survived], width: float) -> Axis:
    """An axis from 0 to the last time, with as many of the fixed times as stand apart."""
    times = _longest(curves)
    room = 0.02 * times[-1]
    texts = [number(time, decimals=0) if time == int(time) else number(time) for time in times]
    widest = max(text_width(text, FIGURE) for text in texts)
    each = width / max(len(times) - 1, 1)
    step = next(step for step in range(1, len(times) + 1) if step * each >= widest + APART)
    return Axis(-room, times[-1] + room, tuple(times[::step]), tuple(texts[::step]))


def _at_risk(canvas: Canvas, view: View, axis: Axis, *, left: float, top: float) -> float:
    """How many of each arm were still followed, under the times of the axis."""
    palette = canvas.palette
    y = (
        canvas.text(
            at_risk_heading(),
            canvas.left,
            top,
            size=SMALL,
            bold=True,
            colour=palette.muted,
            width=canvas.content,
        )
        + 4
    )
    shade, curves = colours(canvas, view.release.study.arms), _curves(view)
    step = _step(curves, canvas.content - left)
    for place, (arm, curve) in enumerate(curves.items()):
        beside = canvas.width >= NARROW
        room = (left - BESIDE) if beside else canvas.content - 26
        lines = wrap(view.release.arm_label(arm), room, size=FIGURE)
        _sample(canvas, shade[arm], place, top=y + text_height(1, FIGURE) / 2)
        bottom = canvas.text(lines, canvas.left + 26, y, size=FIGURE)
        at = y if beside else bottom
        _counts(canvas, curve, axis, left=canvas.left + left, top=at, step=step)
        y = max(bottom, at + text_height(1, FIGURE)) + 4
    return y


def _sample(canvas: Canvas, colour: str, place: int, *, top: float) -> None:
    """A short piece of the arm's line."""
    solid = DASHES[place % len(DASHES)] == "solid"
    parts = (
        ((0, 20),) if solid else ((0, 8), (12, 20)) if place == 1 else ((0, 3), (6, 9), (12, 15), (18, 21))
    )
    for start, end in parts:
        canvas.line((canvas.left + start, top), (canvas.left + end, top), colour=colour, width=2.5)


def _step(curves: dict[str, Survived], width: float) -> int:
    """Of how many times one has its count, the same for every arm, so that all stand apart."""
    counts = [number(count, decimals=0) for curve in curves.values() for count in curve.at_risk]
    widest = max(text_width(words, FIGURE) for words in counts) + APART
    each = width / max(len(_longest(curves)) - 1, 1)
    return max(ceil(widest / each), 1)


def _counts(canvas: Canvas, curve: Survived, axis: Axis, *, left: float, top: float, step: int) -> None:
    """The counts at every so many of the times."""
    for time, count in list(zip(curve.times, curve.at_risk, strict=True))[::step]:
        words = number(count, decimals=0)
        half = text_width(words, FIGURE) / 2
        at = left + (time - axis.low) / (axis.high - axis.low) * (canvas.right - left)
        middle = min(max(at, canvas.left + half), canvas.right - half)
        canvas.text(words, middle, top, size=FIGURE, colour=canvas.palette.muted, anchor="center")


def _numbers(view: View) -> list[Numbers]:
    return [
        {
            "arm": view.release.arm_label(arm),
            "day": time,
            "share": round(share, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "level": _chosen(view)[0].effect.level,
            "at_risk": at_risk,
        }
        for arm, curve in _curves(view).items()
        for time, share, low, high, at_risk in zip(
            curve.times, curve.share, curve.low, curve.high, curve.at_risk, strict=True
        )
    ]


def _words(view: View) -> str:
    rows = [curve_spoken(view.release.arm_label(arm), curve) for arm, curve in _curves(view).items()]
    return survival_spoken(_headline(view), rows)


SURVIVAL = Chart(
    name="survival",
    title=later("Still without the event"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=16,
)
