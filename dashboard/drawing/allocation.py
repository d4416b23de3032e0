"""Draws an allocation: one box for all that was given out, a branch for each arm, and the spans that count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.drawing.arms import STRONG
from dashboard.drawing.axes import counted
from dashboard.drawing.typography import text_height, text_width, wrap
from dashboard.theme import BODY, FIGURE, NARROW, SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.drawing.canvas import Axis, Canvas

ROOT, FORK = 190, 56  # width of the box for all, and of the fork beside it, in pixels
STRIPE, INSIDE, APART = 6, 12, 10  # of a branch's box: its stripe, its padding; what lies between two
MARK, BETWEEN, MOST_MARKS = 9, 4, 60  # squares, one for each cluster
BAR, ROW = 14, 12  # height of a span's bar, and what lies between two


@dataclass(frozen=True, slots=True)
class Branch:
    """An arm's box: its name, its colour, what stands under the name, and a square for each of `marks` clusters."""

    name: str
    colour: str
    note: str
    marks: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in days from the start of a clock, `known` ones before it; one that is not `drawn` has only a text."""

    name: str
    first: float
    last: float
    text: str
    known: bool = False
    drawn: bool = True


def tree(canvas: Canvas, root: Sequence[str], branches: Sequence[Branch], top: float) -> float:
    """The box for all (its first line is bold), and the branches right of it or, on a narrow sheet, below it."""
    if canvas.width < NARROW:
        bottom = _root(canvas, root, top, canvas.content)
        y, ends = bottom + APART, []
        for branch in branches:
            end = _branch(canvas, branch, y, canvas.left + 24)
            ends.append((y + end) / 2)
            y = end + APART
        for middle in ends:
            canvas.line((canvas.left + 10, middle), (canvas.left + 24, middle), width=1.5)
        canvas.line((canvas.left + 10, bottom), (canvas.left + 10, ends[-1]), width=1.5)
        return y - APART
    left, y, ends = canvas.left + ROOT + FORK, top, []
    for branch in branches:
        end = _branch(canvas, branch, y, left)
        ends.append((y + end) / 2)
        y = end + APART
    bottom = y - APART
    high = _root_height(root, ROOT)
    middle = (ends[0] + ends[-1]) / 2
    _root(canvas, root, middle - high / 2, ROOT)
    fork = canvas.left + ROOT + FORK / 2
    canvas.line((canvas.left + ROOT, middle), (fork, middle), width=1.5)
    canvas.line((fork, ends[0]), (fork, ends[-1]), width=1.5)
    for end in ends:
        canvas.line((fork, end), (left, end), width=1.5)
    return max(bottom, middle + high / 2)


def spans(canvas: Canvas, title: str, bars: Sequence[Bar], top: float) -> float:
    """One row a span over a common axis of days; names stand beside the bars, or above them on a narrow sheet."""
    muted = canvas.palette.muted
    y = canvas.text(title, canvas.left, top, size=SMALL, bold=True, colour=muted, width=canvas.content) + 6
    beside = canvas.width >= NARROW
    names = min(max(text_width(bar.name, FIGURE) for bar in bars), 0.36 * canvas.content) if beside else 0.0
    left = canvas.left + names + (INSIDE if beside else 0)
    ends = min(0.0, *(bar.first for bar in bars)), max(1.0, *(bar.last for bar in bars))
    across = counted(*ends, canvas.right - left, whole=True)
    first = y
    for bar in bars:
        y = _span(canvas, bar, across, left=left, top=y, names=names) + ROW
    for tick, words in zip(across.ticks, across.tick_texts, strict=True):
        canvas.text(words, _place(canvas, across, left, tick), y, size=FIGURE, colour=muted, anchor="center")
    canvas.line((left, y - 4), (canvas.right, y - 4))
    if beside:
        zero = _place(canvas, across, left, 0.0)
        canvas.line((zero, first), (zero, y - 4), width=1.5)
    return y + text_height(1, FIGURE)


def _root_height(root: Sequence[str], width: float) -> float:
    return text_height(len(_root_lines(root, width)), BODY) + 2 * INSIDE


def _root_lines(root: Sequence[str], width: float) -> tuple[str, ...]:
    return tuple(line for part in root for line in wrap(part, width - 2 * INSIDE, size=BODY))


def _root(canvas: Canvas, root: Sequence[str], top: float, width: float) -> float:
    bottom = top + _root_height(root, width)
    canvas.box(
        (canvas.left, top),
        (canvas.left + width, bottom),
        fill=canvas.palette.paper,
        border=canvas.palette.rule,
    )
    lines = _root_lines(root, width)
    canvas.text(lines, canvas.left + width / 2, top + INSIDE, anchor="center")
    return bottom


def _branch(canvas: Canvas, branch: Branch, top: float, left: float) -> float:
    """One arm's box; returns where it ends."""
    x = left + STRIPE + INSIDE
    room = canvas.right - x - INSIDE
    name = wrap(branch.name, room, size=BODY, bold=True)
    note = wrap(branch.note, room, size=FIGURE)
    a_row = max(int((room + BETWEEN) // (MARK + BETWEEN)), 1)
    marks = branch.marks if branch.marks <= MOST_MARKS else 0
    squares = -(-marks // a_row) * (MARK + BETWEEN) + (4 if marks else 0)
    bottom = top + text_height(len(name), BODY) + text_height(len(note), FIGURE) + squares + 2 * 9
    canvas.box((left, top), (canvas.right, bottom), fill=canvas.palette.fill, border=canvas.palette.grid)
    canvas.box((left, top), (left + STRIPE, bottom), fill=branch.colour)
    y = canvas.text(name, x, top + 9, bold=True)
    y = canvas.text(note, x, y, size=FIGURE, colour=canvas.palette.muted) + 4
    for place in range(marks):
        across, down = place % a_row * (MARK + BETWEEN), place // a_row * (MARK + BETWEEN)
        canvas.box((x + across, y + down), (x + across + MARK, y + down + MARK), fill=branch.colour)
    return bottom


def _place(canvas: Canvas, across: Axis, left: float, day: float) -> float:
    return left + (day - across.low) / (across.high - across.low) * (canvas.right - left)


def _span(canvas: Canvas, bar: Bar, across: Axis, *, left: float, top: float, names: float) -> float:
    """One bar with its name; returns where the row ends."""
    palette = canvas.palette
    name = wrap(bar.name, names or canvas.content, size=FIGURE)
    high = text_height(len(name), FIGURE)
    canvas.text(name, canvas.left, top, size=FIGURE)
    y = top if names else top + high + 2
    middle = y + (max(high, BAR) if names else BAR) / 2
    start, end = (_place(canvas, across, left, day) for day in (bar.first, bar.last))
    end = max(end, start + 4)
    corners = (start, middle - BAR / 2), (end, middle + BAR / 2)
    if bar.drawn:
        strong = palette.fill if bar.known else STRONG[canvas.mode][0]
        canvas.box(*corners, fill=strong, border=palette.rule if bar.known else strong)
    wide, at = text_width(bar.text, SMALL), middle - text_height(1, SMALL) / 2
    if end + 6 + wide <= canvas.right and not bar.known:
        canvas.text(bar.text, end + 6, at, size=SMALL, colour=palette.muted)
    elif end - start >= wide + 12:
        ink = palette.ink if bar.known else palette.paper
        canvas.text(bar.text, end - 6, at, size=SMALL, colour=ink, anchor="right")
    elif start - 6 - wide >= left:
        canvas.text(bar.text, start - 6, at, size=SMALL, colour=palette.muted, anchor="right")
    return middle + max(high if names else 0, BAR) / 2
