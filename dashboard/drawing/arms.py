"""The colours of a study's arms in its pictures: the control quiet, the others strong, each beside its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.typography import text_height, text_width, wrap
from dashboard.theme import SMALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.about import ArmLabel
    from dashboard.drawing.canvas import Canvas
    from dashboard.theme import Mode

# Beside the control: the hues of the UK Government Analysis Function, as dark (or light) as writing on paper asks.
STRONG: Mapping[Mode, tuple[str, ...]] = {
    "light": ("#12436D", "#A8430B", "#6B4C9A", "#18766D", "#801650"),
    "dark": ("#7DB3E8", "#FFA56B", "#C3A9EE", "#3CC4B8", "#F07FB6"),
}
MARKS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")  # of arms' points, in order
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # of their lines
SWATCH = 14  # width and height of a colour's sample, in pixels
GAP = 8


def colours(canvas: Canvas, arms: Sequence[ArmLabel]) -> dict[str, str]:
    """The colour of each arm by its name; from the sixth treatment on they come again."""
    strong = STRONG[canvas.mode]
    treated = [arm.name for arm in arms if not arm.control]
    found = {name: strong[place % len(strong)] for place, name in enumerate(treated)}
    return {arm.name: found.get(arm.name, canvas.palette.muted) for arm in arms}


def fills(canvas: Canvas, arms: Sequence[ArmLabel]) -> dict[str, str]:
    """The same as grounds for boxes: the control's is nearly paper."""
    strong = colours(canvas, arms)
    return {arm.name: canvas.palette.fill if arm.control else strong[arm.name] for arm in arms}


def swatch(canvas: Canvas, fill: str, *, left: float, top: float) -> None:
    """A sample of a colour beside a line of small text that begins at `top`."""
    middle = top + text_height(1, SMALL) / 2
    corner = (left + SWATCH, middle + SWATCH / 2)
    canvas.box((left, middle - SWATCH / 2), corner, fill=fill, border=canvas.palette.rule)


def legend(canvas: Canvas, arms: Sequence[ArmLabel], top: float) -> float:
    """Every arm's colour and name, side by side as far as they fit; returns where they end."""
    return _legend(canvas, arms, top, fills(canvas, arms))


def marked_legend(canvas: Canvas, arms: Sequence[ArmLabel], top: float) -> float:
    """The same with the colours of lines and marks."""
    return _legend(canvas, arms, top, colours(canvas, arms))


def _legend(canvas: Canvas, arms: Sequence[ArmLabel], top: float, shade: Mapping[str, str]) -> float:
    x, y, line = canvas.left, top, text_height(1, SMALL)
    bottom = y
    for arm in arms:
        room = canvas.content - SWATCH - GAP
        lines = wrap(arm.label, room, size=SMALL)
        wide = SWATCH + GAP + max(text_width(each, SMALL) for each in lines)
        if x > canvas.left and x + wide > canvas.right:
            x, y = canvas.left, bottom + 4
        swatch(canvas, shade[arm.name], left=x, top=y)
        bottom = max(bottom, canvas.text(lines, x + SWATCH + GAP, y, size=SMALL))
        x += wide + 2 * GAP
    return max(bottom, y + line)
