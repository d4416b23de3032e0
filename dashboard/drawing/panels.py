"""A chart of intervals: panels one under the other, beside their labels or below them as the width allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.below import panel_below
from dashboard.drawing.beside import panel_beside
from dashboard.drawing.columns import column_headings, columns_for
from dashboard.drawing.rows import margins
from dashboard.language import say
from dashboard.theme import SMALL
from dashboard.words.pictures import HIDDEN, legend_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.columns import Headings
    from dashboard.drawing.rows import Panel

NARROWEST_PLOT = 180  # pixels; with less room the labels stand above the intervals
GAP = 16  # between panels


def intervals(canvas: Canvas, panels: Sequence[Panel], headings: Headings, top: float) -> float:
    """Draw the panels below `top`; returns where they end."""
    columns = columns_for(canvas, panels, headings)
    if columns.plot.width >= NARROWEST_PLOT:
        top = column_headings(canvas, columns, headings, top)
        for panel in panels:
            top = panel_beside(canvas, panel, columns, top) + GAP
    else:
        for panel in panels:
            top = panel_below(canvas, panel, headings, top) + GAP
    rows = [row for panel in panels for row in panel.rows]
    legend = legend_text(
        headings.level,
        margins=any(margins(row) for row in rows),
        hidden=any(row.control_figure == say(HIDDEN) for row in rows),
    )
    return canvas.text(
        legend,
        canvas.left,
        top,
        size=SMALL,
        colour=canvas.palette.muted,
        width=canvas.content,
    )
