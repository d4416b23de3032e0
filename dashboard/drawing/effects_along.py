"""Effects one after the other on a plane: dots with upright intervals, and no effect as a level line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.axes import counted
from dashboard.drawing.canvas import Axis
from dashboard.drawing.plane import TICKS, gutter_for, plane
from dashboard.drawing.typography import plain, text_height, wrap
from dashboard.language import say
from dashboard.theme import NARROW, SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.finding import Effect
    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.plane import Plane

HEIGHT, SHORT = 240, 200  # pixels
MANY = 20  # effects; with more their dots are smaller


def effects_along(
    canvas: Canvas,
    effects: Sequence[tuple[str, Effect]],
    *,
    top: float,
    factor: float,
    null: float,
    ratio: bool,
    says: Sequence[str],
) -> float:
    """Draw the labelled effects below `top`; numbers are placed as such, other labels evenly. Returns the end.

    `says` is what hovering over each tells.
    """
    values = [null] + [v for _, e in effects for v in (e.estimate, e.low, e.high) if v is not None]
    scaled = [value if value == null else factor * value for value in values]
    height = HEIGHT if canvas.width >= NARROW else SHORT
    gutter = gutter_for(scaled, height, ratio=ratio)
    places, across = _across([label for label, _ in effects], canvas.content - gutter)
    drawn = plane(canvas, across, scaled, top=top, height=height, gutter=gutter, ratio=ratio)
    ends = [(across.low, null), (across.high, null)]
    line = {"color": canvas.palette.rule, "width": 1.5}
    drawn.draw(ends, mode="lines", line=line, name=say("No effect"))
    _marks(drawn, [effect for _, effect in effects], places, factor=factor, says=says)
    return top + height + _level_labels(canvas, effects, across, top=top + height, gutter=gutter)


def _marks(
    drawn: Plane, effects: Sequence[Effect], places: Sequence[float], *, factor: float, says: Sequence[str]
) -> None:
    """Each interval as an upright bar, open ends to the plane's edge, and each estimate as a dot."""
    colour = drawn.canvas.palette.verdicts["equivalent"]
    for at, effect in zip(places, effects, strict=True):
        low = drawn.up.low if effect.low is None else factor * effect.low
        high = drawn.up.high if effect.high is None else factor * effect.high
        if effect.low is not None or effect.high is not None:
            line = {"color": colour, "width": 2}
            drawn.draw([(at, low), (at, high)], mode="lines", line=line, name=say("Interval"))
    drawn.draw(
        [(at, factor * effect.estimate) for at, effect in zip(places, effects, strict=True)],
        mode="markers",
        marker={"symbol": "circle", "size": 8 if len(effects) <= MANY else 6, "color": colour},
        name=say("Estimate"),
        hoverinfo="text",
        hovertext=[plain(text) for text in says],
    )


def numbered(labels: Sequence[str]) -> bool:
    """Whether every label is a number.

    >>> numbered(["-1", "0", "2.5"]), numbered(["week-4"])
    (True, False)
    """
    try:
        return bool([float(label) for label in labels])
    except ValueError:
        return False


def _across(labels: Sequence[str], width: float) -> tuple[list[float], Axis]:
    if numbered(labels):
        places = [float(label) for label in labels]
        return places, counted(min(places), max(places), width, whole=True)
    return [float(n) for n in range(len(labels))], Axis(-0.5, len(labels) - 0.5, (), ())


def _level_labels(
    canvas: Canvas, effects: Sequence[tuple[str, Effect]], across: Axis, *, top: float, gutter: float
) -> float:
    """The names under places that are no numbers, wrapped into what each place has; returns their height."""
    if across.ticks:
        return TICKS
    slot = (canvas.content - gutter) / len(effects)
    wrapped = [wrap(label, slot - 6, size=SMALL) for label, _ in effects]
    for place, lines in enumerate(wrapped):
        middle = canvas.left + gutter + (place + 0.5) * slot
        canvas.text(lines, middle, top + 4, size=SMALL, colour=canvas.palette.muted, anchor="center")
    return 4 + text_height(max(len(lines) for lines in wrapped), SMALL) + 2
