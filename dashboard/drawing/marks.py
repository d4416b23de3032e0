"""What is drawn on a panel: no effect, the margin, the interval, the estimate, and which way is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.columns import GAP
from dashboard.drawing.rows import margins
from dashboard.drawing.typography import plain, text_width
from dashboard.language import say
from dashboard.theme import SMALL, SYMBOLS
from dashboard.words.pictures import direction_words

if TYPE_CHECKING:
    from dashboard.drawing.canvas import Axis, Canvas
    from dashboard.drawing.columns import Column
    from dashboard.drawing.rows import Panel, Row

TICKS = 22  # height of the tick labels, in pixels


def null_line(canvas: Canvas, name: str, panel: Panel, height: float) -> None:
    """Draw no effect over the panel's height."""
    line = {"color": canvas.palette.rule, "width": 1.5}
    ends = {"x": [panel.null] * 2, "y": [0, height]}
    canvas.trace(name, **ends, mode="lines", line=line, hoverinfo="skip", name=say("No effect"))


def interval(canvas: Canvas, name: str, row: Row, scale: Axis, *, centre: float, height: float) -> None:
    """The margin, the interval and the estimate; an end that is open becomes an arrow at the axis's end."""
    finding, palette = row.finding, canvas.palette
    if at := margins(row):
        line = {"color": palette.notice, "width": 1.5, "dash": "4px,3px"}
        ends = {"x": [at.worse] * 2, "y": [centre - height / 2 + 2, centre + height / 2 - 2]}
        canvas.trace(name, **ends, mode="lines", line=line, hoverinfo="skip", name=say("Margin"))
    estimate = row.scaled(finding.effect.estimate)
    low, high = row.scaled(finding.effect.low), row.scaled(finding.effect.high)
    colour = palette.verdicts[row.verdict_name]
    xs = [scale.low if low is None else low, scale.high if high is None else high]
    line, called = {"color": colour, "width": 2.5}, plain(row.label or row.outcome.label)
    canvas.trace(name, x=xs, y=[centre] * 2, mode="lines", line=line, hoverinfo="skip", name=called)
    for end, symbol in ((low, "arrow-left"), (high, "arrow-right")):
        if end is None:
            at_end = scale.low if symbol == "arrow-left" else scale.high
            arrow = {"symbol": symbol, "size": 11, "color": colour}
            end_at = {"x": [at_end], "y": [centre], "name": called}
            canvas.trace(name, **end_at, mode="markers", marker=arrow, hoverinfo="skip")
    hollow = row.verdict_name == "inconclusive"
    says = (row.label or row.outcome.label, row.text, row.verdict)
    canvas.trace(
        name,
        x=[estimate],
        y=[centre],
        name=called,
        mode="markers",
        marker={
            "symbol": SYMBOLS[row.verdict_name],
            "size": 12,
            "color": palette.paper if hollow else colour,
            "line": {"color": colour if hollow else palette.paper, "width": 2 if hollow else 1.5},
        },
        hovertemplate="<br>".join(plain(line) for line in says) + "<extra></extra>",
    )


def directions(canvas: Canvas, panel: Panel, column: Column, top: float) -> float:
    """Which way is better, and what the axis counts."""
    left, right = direction_words(panel.better)
    muted = canvas.palette.muted
    canvas.text(left, column.left, top, size=SMALL, colour=muted)
    y = canvas.text(right, column.right, top, size=SMALL, colour=muted, anchor="right")
    middle = column.left + column.width / 2
    used = text_width(left, SMALL) + text_width(right, SMALL) + 2 * GAP
    fits = text_width(panel.title, SMALL) + used <= column.width
    return canvas.text(
        panel.title,
        middle,
        top if fits else y,
        size=SMALL,
        colour=muted,
        anchor="center",
        width=None if fits else column.width,
    )
