"""A plane with values upwards and time (or places) to the right: for series and profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.drawing.axes import upright
from dashboard.drawing.typography import text_height, text_width
from dashboard.theme import FIGURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.drawing.canvas import Axis, Canvas

GAP = 8  # between the labels of the upright axis and the plane, in pixels
TICKS = 20  # height of the labels of the level axis


@dataclass(frozen=True, slots=True)
class Plane:
    """A panel whose upright axis holds values; `height` in pixels."""

    canvas: Canvas
    panel: str
    across: Axis
    up: Axis
    height: float

    def down(self, value: float) -> float:
        """How many pixels below the plane's top a value lies."""
        return _down(self.up, value, self.height)

    def draw(self, points: Sequence[tuple[float, float | None]], **style: Any) -> None:
        """A trace through the points; a missing value leaves a gap."""
        self.canvas.trace(
            self.panel,
            x=[x for x, _ in points],
            y=[None if value is None else self.down(value) for _, value in points],
            connectgaps=False,
            **{"hoverinfo": "skip", **style},
        )


def plane(
    canvas: Canvas,
    across: Axis,
    values: Sequence[float],
    *,
    top: float,
    height: float,
    gutter: float,
    ratio: bool = False,
) -> Plane:
    """Draw the axes of a plane below `top`; `gutter` pixels are left for the labels of the upright one."""
    up = upright(values, height, ratio=ratio)
    left = canvas.left + gutter
    for tick, words in zip(up.ticks, up.tick_texts, strict=True):
        at = top + _down(up, tick, height)
        canvas.line((left, at), (canvas.right, at), colour=canvas.palette.grid)
        place = at - text_height(1, FIGURE) / 2
        canvas.text(words, left - GAP, place, size=FIGURE, colour=canvas.palette.muted, anchor="right")
    name = canvas.panel(across, left=left, right=canvas.right, top=top, bottom=top + height, up=up)
    canvas.line((left, top + height), (canvas.right, top + height))
    return Plane(canvas, name, across, up, height)


def gutter_for(values: Sequence[float], height: float, *, ratio: bool = False) -> float:
    """Room for the labels of an upright axis."""
    texts = upright(values, height, ratio=ratio).tick_texts
    return max((text_width(text, FIGURE) for text in texts), default=0.0) + GAP


def _down(up: Axis, value: float, height: float) -> float:
    if up.logarithmic:
        from math import log

        return height * (log(up.high) - log(value)) / (log(up.high) - log(up.low))
    return height * (up.high - value) / (up.high - up.low)
