"""Rows with their intervals below the labels: for narrow pictures, down to 320 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.axes import axis
from dashboard.drawing.columns import GAP, Column
from dashboard.drawing.marks import TICKS, directions, interval, null_line
from dashboard.drawing.typography import text_height, text_width
from dashboard.theme import BODY, FIGURE, SMALL
from dashboard.words.pictures import figures_text

if TYPE_CHECKING:
    from dashboard.drawing.canvas import Axis, Canvas
    from dashboard.drawing.columns import Headings
    from dashboard.drawing.rows import Panel, Row

STRIP = 26  # height of an interval's strip


def panel_below(canvas: Canvas, panel: Panel, headings: Headings, top: float) -> float:
    """Draw a panel below `top`, row by row; only the last strip carries the axis. Returns where it ends."""
    scale = axis(panel, canvas.content)
    column = Column(canvas.left, canvas.content)
    y = top
    for group in panel.groups:
        y = canvas.text(group.heading, canvas.left, y, bold=True, width=column.width)
        y = _small(canvas, group.note, y) + 4
        for row in group.rows:
            y = _texts(canvas, row, headings, y) + 3
            last = row is panel.rows[-1]
            y = _strip(canvas, panel, row, scale if last else scale.without_ticks(), top=y)
            y = directions(canvas, panel, column, y + TICKS) if last else y + 12
    return y


def _texts(canvas: Canvas, row: Row, headings: Headings, top: float) -> float:
    """The row's label, estimate, verdict and the arms' figures."""
    y = canvas.text(row.label, canvas.left, top, width=canvas.content) if row.label else top
    canvas.text(row.text, canvas.left, y, bold=True)
    y = _beside_or_below(canvas, row, y)
    if not row.finding.arms:
        return y
    figures = figures_text((headings.treatment, row.treatment_figure), (headings.control, row.control_figure))
    return _small(canvas, figures, y)


def _strip(canvas: Canvas, panel: Panel, row: Row, scale: Axis, *, top: float) -> float:
    """One interval on a strip of its own; returns where the strip ends."""
    bottom = top + STRIP
    canvas.box((canvas.left, top), (canvas.right, bottom), fill=canvas.palette.fill)
    name = canvas.panel(scale, left=canvas.left, right=canvas.right, top=top, bottom=bottom)
    null_line(canvas, name, panel, STRIP)
    interval(canvas, name, row, scale, centre=STRIP / 2, height=STRIP)
    return bottom


def _small(canvas: Canvas, words: str, top: float) -> float:
    return canvas.text(words, canvas.left, top, size=SMALL, colour=canvas.palette.muted, width=canvas.content)


def _beside_or_below(canvas: Canvas, row: Row, y: float) -> float:
    """The verdict at the right of the estimate if both fit, else under it; returns where they end."""
    colour = canvas.palette.verdicts[row.verdict_name]
    taken = text_width(row.text, BODY, bold=True) + text_width(row.verdict, FIGURE) + GAP
    if taken <= canvas.content:
        canvas.text(row.verdict, canvas.right, y, size=FIGURE, colour=colour, anchor="right")
        return y + text_height(1, BODY)
    return canvas.text(row.verdict, canvas.left, y + text_height(1, BODY), size=FIGURE, colour=colour)
