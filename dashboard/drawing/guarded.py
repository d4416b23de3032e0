"""Rows of intervals beside their own margins: all on one axis that counts margins, low figures at its left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from analysis.verdict import bounds
from dashboard.drawing.canvas import Axis
from dashboard.drawing.rows import row
from dashboard.drawing.typography import plain, text_height, text_width, wrap
from dashboard.theme import BODY, FIGURE, NARROW, SMALL, SYMBOLS
from dashboard.words import effect_text
from dashboard.words.forms import said_of
from dashboard.words.guarding import places_words
from dashboard.words.pictures import direction_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from analysis.disclosure import ReleasedFinding
    from analysis.outcome import Outcome
    from dashboard.drawing.canvas import Canvas

ROOM = 0.25  # of the margin's distance, free at each end
FURTHEST = 4.0  # margins from no effect; an interval that reaches further ends in an arrow
GAP, LINE = 18, 26  # between names and plot, and the height of an interval's row, in pixels
BETWEEN = 10  # between two blocks, in pixels


@dataclass(frozen=True, slots=True)
class Guarded:
    """One outcome under one arm: its name, what stands below it, and the finding."""

    name: str
    note: str
    finding: ReleasedFinding

    @property
    def outcome(self) -> Outcome:
        """The outcome that was watched."""
        return self.finding.finding.outcome

    @property
    def worse(self) -> float:
        """Where the margin lies on the axis: 1 where more is worse, -1 where less is; 0 without a margin."""
        if bounds(self.outcome).worse is None:
            return 0.0
        return 1.0 if self.outcome.better == "lower" else -1.0

    @property
    def ends(self) -> tuple[float, float, float]:
        """The interval's low end, the estimate and the high end, in margins; an open end lies beyond all."""
        effect = self.finding.effect
        low, high = (
            -math.inf if effect.low is None else self._place(effect.low),
            math.inf if effect.high is None else self._place(effect.high),
        )
        return low, self._place(effect.estimate), high

    def _place(self, value: float) -> float:
        """A value in margins from no effect, larger values further right; ratios by their logarithms."""
        at = bounds(self.outcome)
        if at.worse is None:
            raise ValueError("An outcome without a margin has no place here.")
        if not self.outcome.scale.is_ratio:
            return (value - at.null) / abs(at.worse - at.null)
        return math.log(value) / abs(math.log(at.worse)) if value > 0 else -math.inf


@dataclass(frozen=True, slots=True)
class Columns:
    """Where names, intervals and figures stand; `names` is 0 where names stand above the intervals."""

    names: float
    left: float
    right: float
    axis: Axis

    def at(self, value: float) -> float:
        """The pixel of a value on the axis."""
        share = (value - self.axis.low) / (self.axis.high - self.axis.low)
        return self.left + share * (self.right - self.left)


def guarded_rows(canvas: Canvas, rows: Sequence[Guarded], top: float) -> float:
    """Draw the rows below `top`, those together for which the same way is worse; returns where they end.

    Those without a margin come last, and only in words: there is nothing to draw them against.
    """
    drawn, said = [each for each in rows if each.worse], [each for each in rows if not each.worse]
    columns, y = _columns(canvas, rows), top
    for block in _blocks(drawn):
        y = _block(canvas, block, columns, y) + BETWEEN
    for each in said:
        high = _height(canvas, each, columns)
        _texts(canvas, each, columns, top=y, high=high)
        y += high
    return y


def _blocks(rows: Iterable[Guarded]) -> Iterator[list[Guarded]]:
    """First those for which more is worse, then those for which less is; in their order."""
    ordered = sorted(rows, key=lambda each: -each.worse)
    for _, block in groupby(ordered, key=lambda each: each.worse):
        yield list(block)


def _columns(canvas: Canvas, rows: Sequence[Guarded]) -> Columns:
    places = [0.0]
    for each in rows:
        places += [each.worse, *each.ends] if each.worse else []
    inside = [min(max(place, -FURTHEST), FURTHEST) for place in places]
    axis = Axis(min(inside) - ROOM, max(inside) + ROOM, (), ())
    if canvas.width < NARROW:
        return Columns(0.0, canvas.left, canvas.right, axis)
    names = 0.34 * canvas.content
    figures = max(text_width(words, size, bold=bold) for each in rows for words, size, bold in _figures(each))
    return Columns(names, canvas.left + names + GAP, canvas.right - figures - GAP, axis)


def _figures(each: Guarded) -> tuple[tuple[str, float, bool], ...]:
    """Estimate and interval, and the verdict: the words, their size, and whether they are bold."""
    found = row(each.finding, "")
    return (found.text, BODY, True), (found.verdict, FIGURE, False)


def _block(canvas: Canvas, rows: Sequence[Guarded], columns: Columns, top: float) -> float:
    heights = [_height(canvas, each, columns) for each in rows]
    panel = canvas.panel(
        columns.axis, left=columns.left, right=columns.right, top=top, bottom=top + sum(heights)
    )
    y = top
    for each, high in zip(rows, heights, strict=True):
        centre = _texts(canvas, each, columns, top=y, high=high)
        half = high / 2 if columns.names else LINE / 2
        edge = columns.right if each.worse > 0 else columns.left
        near, far = sorted((columns.at(each.worse), edge))
        canvas.box((near, centre - half), (far, centre + half), fill=canvas.palette.grid)
        _upright(canvas, panel, each, centre - half - top, centre + half - top)
        _interval(canvas, panel, each, columns.axis, centre - top)
        y += high
    return _under(canvas, rows[0], columns, y + (4 if columns.names else -6))


def _height(canvas: Canvas, each: Guarded, columns: Columns) -> float:
    width = columns.names or canvas.content
    name, note = wrap(each.name, width, size=BODY, bold=True), wrap(each.note, width, size=SMALL)
    text = text_height(len(name), BODY) + text_height(len(note), SMALL)
    figures = text_height(1, BODY) + text_height(1, FIGURE)
    return max(text, figures) + 14 if columns.names else text + figures + (LINE if each.worse else 0) + 12


def _texts(canvas: Canvas, each: Guarded, columns: Columns, *, top: float, high: float) -> float:
    """The row's name, note and figures; returns the middle of its interval."""
    palette, width = canvas.palette, columns.names or canvas.content
    y = canvas.text(each.name, canvas.left, top + (6 if columns.names else 0), bold=True, width=width)
    y = canvas.text(each.note, canvas.left, y, size=SMALL, colour=palette.muted, width=width)
    colour = palette.verdicts[each.finding.finding.verdict]
    if columns.names:
        at = top + (high - text_height(1, BODY) - text_height(1, FIGURE)) / 2
        for words, size, bold in _figures(each):
            at = canvas.text(words, canvas.right, at, size=size, bold=bold, colour=colour, anchor="right")
        return top + high / 2
    for words, size, bold in _figures(each):
        y = canvas.text(words, canvas.left, y, size=size, bold=bold, colour=colour)
    return y + LINE / 2


def _upright(canvas: Canvas, panel: str, each: Guarded, top: float, bottom: float) -> None:
    """No effect and the margin, beside one interval."""
    lines = ((0.0, canvas.palette.rule, "solid"), (each.worse, canvas.palette.notice, "4px,3px"))
    for at, colour, dash in lines:
        line = {"color": colour, "width": 1.5, "dash": dash}
        canvas.trace(panel, x=[at, at], y=[top, bottom], mode="lines", line=line, hoverinfo="skip")


def _interval(canvas: Canvas, panel: str, each: Guarded, axis: Axis, centre: float) -> None:
    palette, verdict = canvas.palette, each.finding.finding.verdict
    colour, hollow = palette.verdicts[verdict], verdict == "inconclusive"
    low, middle, high = (min(max(end, axis.low), axis.high) for end in each.ends)
    line = {"color": colour, "width": 2.5}
    canvas.trace(panel, x=[low, high], y=[centre] * 2, mode="lines", line=line, hoverinfo="skip")
    for end, at, symbol in ((each.ends[0], low, "arrow-left"), (each.ends[2], high, "arrow-right")):
        if end != at:
            arrow = {"symbol": symbol, "size": 11, "color": colour}
            canvas.trace(panel, x=[at], y=[centre], mode="markers", marker=arrow, hoverinfo="skip")
    canvas.trace(
        panel,
        x=[middle],
        y=[centre],
        mode="markers",
        marker={
            "symbol": SYMBOLS[verdict],
            "size": 12,
            "color": palette.paper if hollow else colour,
            "line": {"color": colour if hollow else palette.paper, "width": 2 if hollow else 1.5},
        },
        hovertemplate=f"{plain(_hover(each))}<extra></extra>",
    )


def _hover(each: Guarded) -> str:
    outcome = each.outcome
    return said_of(outcome.label, effect_text(each.finding.effect, scale=outcome.scale, outcome=outcome))


def _under(canvas: Canvas, each: Guarded, columns: Columns, top: float) -> float:
    """What the two upright lines are, and under them which end is which."""
    null, margin = places_words()
    muted, notice = canvas.palette.muted, canvas.palette.notice
    drawn: list[tuple[float, float]] = []
    for words, at, colour in ((margin, each.worse, notice), (null, 0.0, muted)):
        wide = text_width(words, FIGURE)
        start = min(max(columns.at(at) - wide / 2, columns.left), columns.right - wide)
        if all(start + wide + 8 <= first or last + 8 <= start for first, last in drawn):
            canvas.text(words, start, top, size=FIGURE, colour=colour)
            drawn.append((start, start + wide))
    low, high = direction_words(each.outcome.better)
    y = top + text_height(1, FIGURE)
    canvas.text(low, columns.left, y, size=FIGURE, colour=muted)
    return canvas.text(high, columns.right, y, size=FIGURE, colour=muted, anchor="right")
