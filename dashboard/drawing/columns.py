"""The columns of rows that stand beside their intervals, as wide as their texts need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.drawing.typography import text_height, text_width, wrap
from dashboard.theme import BODY, FIGURE, SMALL
from dashboard.words.pictures import estimate_heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.rows import Panel

GAP = 18  # between columns, in pixels
INDENT = 12  # of rows under a group's heading


@dataclass(frozen=True, slots=True)
class Headings:
    """What the columns of the arms' figures are called, and the level of the intervals."""

    treatment: str
    control: str
    level: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column's left edge and width in pixels."""

    left: float
    width: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of the wide layout, from left to right."""

    label: Column
    treatment: Column
    control: Column
    plot: Column
    estimate: Column


def columns_for(canvas: Canvas, panels: Sequence[Panel], headings: Headings) -> Columns:
    """Columns as wide as their texts need; the intervals take what is left."""
    rows = [row for panel in panels for row in panel.rows]
    estimate = max(
        *(text_width(row.text, BODY, bold=True) for row in rows),
        *(text_width(row.verdict, FIGURE) for row in rows),
        *(text_width(part, SMALL, bold=True) for part in estimate_heading(headings.level).split(" ")),
    )
    treated = _arm_width((row.treatment_figure for row in rows), headings.treatment)
    control = _arm_width((row.control_figure for row in rows), headings.control)
    label = min(_label_width(panels), 0.27 * canvas.content)
    plot = canvas.content - label - treated - control - estimate - 4 * GAP
    first = canvas.left + label + GAP
    return Columns(
        label=Column(canvas.left, label),
        treatment=Column(first, treated),
        control=Column(first + treated + GAP, control),
        plot=Column(first + treated + control + 2 * GAP, plot),
        estimate=Column(canvas.right - estimate, estimate),
    )


def _label_width(panels: Sequence[Panel]) -> float:
    """What headings, notes and labels would need on one line each."""
    groups = [group for panel in panels for group in panel.groups]
    return max(
        *(text_width(group.heading, BODY, bold=True) for group in groups),
        *(text_width(group.note, SMALL) for group in groups),
        *(text_width(row.label, BODY) + INDENT for group in groups for row in group.rows),
    )


def _arm_width(figures: Iterable[str], heading: str) -> float:
    """Wide enough for a figure on two lines and for the heading's longest word."""
    widest = max(text_width(figure, FIGURE) for figure in figures)
    longest_word = max(text_width(word, SMALL, bold=True) for word in heading.split(" "))
    return max(min(widest, 100), longest_word, 64)


def column_headings(canvas: Canvas, columns: Columns, headings: Headings, top: float) -> float:
    """Write what each column holds, over a line; returns where the rows may begin."""
    titles = (
        (columns.treatment, headings.treatment),
        (columns.control, headings.control),
        (columns.estimate, estimate_heading(headings.level)),
    )
    wrapped = [(column, wrap(title, column.width, size=SMALL, bold=True)) for column, title in titles]
    bottom = top + max(text_height(len(lines), SMALL) for _, lines in wrapped)
    for column, lines in wrapped:
        y = bottom - text_height(len(lines), SMALL)
        canvas.text(lines, column.left, y, size=SMALL, bold=True, colour=canvas.palette.muted)
    canvas.line((canvas.left, bottom + 5), (canvas.right, bottom + 5))
    return bottom + 10
