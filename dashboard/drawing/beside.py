"""Rows with their labels and figures beside the intervals: for wide pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.axes import axis
from dashboard.drawing.columns import GAP, INDENT
from dashboard.drawing.marks import TICKS, directions, interval, null_line
from dashboard.drawing.typography import text_height, wrap
from dashboard.theme import BODY, FIGURE, SMALL

if TYPE_CHECKING:
    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.columns import Columns
    from dashboard.drawing.rows import Group, Panel, Row

ROW_SPACE = 12  # above and below a row's text, together


def panel_beside(canvas: Canvas, panel: Panel, columns: Columns, top: float) -> float:
    """Draw a panel below `top`; returns where it ends."""
    y = top
    centres: list[tuple[Row, float, float]] = []
    for group in panel.groups:
        y = _group_heading(canvas, group, columns.plot.left - GAP - canvas.left, y)
        for row in group.rows:
            height = _row(canvas, group, row, columns, y)
            centres.append((row, y + height / 2 - top, height))
            y += height
        y += 4
    scale = axis(panel, columns.plot.width)
    name = canvas.panel(scale, left=columns.plot.left, right=columns.plot.right, top=top, bottom=y)
    null_line(canvas, name, panel, y - top)
    for row, centre, height in centres:
        interval(canvas, name, row, scale, centre=centre, height=height)
    return directions(canvas, panel, columns.plot, y + TICKS)


def _group_heading(canvas: Canvas, group: Group, width: float, top: float) -> float:
    """The outcome above its rows; where it has just one row, the row carries the outcome's name itself."""
    if not group.rows[0].label:
        return top
    y = canvas.text(group.heading, canvas.left, top + 4, bold=True, width=width)
    return canvas.text(group.note, canvas.left, y, size=SMALL, colour=canvas.palette.muted, width=width) + 2


def _row(canvas: Canvas, group: Group, row: Row, columns: Columns, top: float) -> float:
    """Write one row's texts, each centred on the row's height, which is returned."""
    palette = canvas.palette
    left = columns.label.left + (INDENT if row.label else 0)
    name = wrap(row.label or group.heading, columns.label.right - left, size=BODY, bold=not row.label)
    note = () if row.label else wrap(group.note, columns.label.width, size=SMALL)
    figures = [
        (column, wrap(figure, column.width, size=FIGURE))
        for column, figure in (
            (columns.treatment, row.treatment_figure),
            (columns.control, row.control_figure),
        )
    ]
    label_height = text_height(len(name), BODY) + text_height(len(note), SMALL)
    estimate_height = text_height(1, BODY) + text_height(1, FIGURE)
    figure_height = max(text_height(len(lines), FIGURE) for _, lines in figures)
    height = max(label_height, estimate_height, figure_height) + ROW_SPACE
    middle = top + height / 2
    y = canvas.text(name, left, middle - label_height / 2, bold=not row.label)
    if note:
        canvas.text(note, left, y, size=SMALL, colour=palette.muted)
    for column, lines in figures:
        canvas.text(lines, column.left, middle - text_height(len(lines), FIGURE) / 2, size=FIGURE)
    y = canvas.text(row.text, columns.estimate.left, middle - estimate_height / 2, bold=True)
    canvas.text(row.verdict, columns.estimate.left, y, size=FIGURE, colour=palette.verdicts[row.verdict_name])
    return height
