"""Draws who had what when: one bar a cluster or platform, cut where the arm changes, over the study's days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.drawing.typography import text_height, text_width, wrap
from dashboard.theme import BODY, FIGURE, SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.drawing.canvas import Canvas

SPACE, GAP = 4, 12  # between two bars, and between names and bars, in pixels
EDGE = 4  # between a text and the end of its stretch
NUMBER = 16  # width and height of a numbered mark


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a bar from `first` (a share of the whole time) on, and what is written in it where it fits."""

    first: float
    fill: str
    ink: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A bar: its name and its stretches in order."""

    name: str
    stretches: tuple[Stretch, ...]


def names_width(canvas: Canvas, courses: Sequence[Course]) -> float:
    """Room for the bars' names and the gap beside them; none where they have no names."""
    widest = max(text_width(course.name, BODY) for course in courses)
    return min(widest, 0.3 * canvas.content) + GAP if widest else 0.0


def calendar(
    canvas: Canvas, courses: Sequence[Course], top: float, *, bar: float, cuts: Sequence[float] = ()
) -> float:
    """The bars below `top`, each `bar` pixels high and cut at `cuts` (shares of the whole time)."""
    names, y = names_width(canvas, courses), top
    left = canvas.left + names
    for course in courses:
        lines = wrap(course.name, names - GAP, size=BODY) if names else ()
        high = max(bar, text_height(len(lines), BODY))
        if lines:
            canvas.text(lines, canvas.left, y + (high - text_height(len(lines), BODY)) / 2)
        _bar(canvas, course, left=left, top=y + (high - bar) / 2, high=bar)
        y += high + SPACE
    for cut in cuts:
        at = left + cut * (canvas.right - left)
        canvas.line((at, top), (at, y - SPACE), colour=canvas.palette.paper, width=2)
    return y


def days_below(
    canvas: Canvas, days: Sequence[tuple[float, str]], top: float, *, left: float, centred: bool = True
) -> float:
    """Days at their places under the bars, as many as stand apart; the first and the last come before others.

    They stand around their places or, not `centred`, begin there.
    """
    taken: list[tuple[float, float]] = []
    order = [0, len(days) - 1, *range(1, len(days) - 1)] if len(days) > 1 else [0]
    for share, words in (days[place] for place in order):
        wide = text_width(words, SMALL)
        place = left + share * (canvas.right - left) - (wide / 2 if centred else 0)
        x = min(max(place, left), canvas.right - wide)
        if all(x + wide + GAP <= start or end + GAP <= x for start, end in taken):
            taken.append((x, x + wide))
            canvas.text(words, x, top, size=SMALL, colour=canvas.palette.muted)
    return top + text_height(1, SMALL)


def numbered(canvas: Canvas, shares: Sequence[float], top: float, *, left: float) -> float:
    """A numbered mark under the bars at each share of the time; those that would touch stand one row lower."""
    rows: list[float] = []
    for number, share in enumerate(shares, start=1):
        x = min(max(left + share * (canvas.right - left), left + NUMBER / 2), canvas.right - NUMBER / 2)
        row = next((place for place, end in enumerate(rows) if end + 2 <= x - NUMBER / 2), len(rows))
        rows[row : row + 1] = [x + NUMBER / 2]
        y = top + 5 + row * NUMBER
        canvas.line((x, top - SPACE), (x, y))
        canvas.text(str(number), x, y, size=FIGURE, bold=True, anchor="center")
    return top + 5 + len(rows) * NUMBER


def _bar(canvas: Canvas, course: Course, *, left: float, top: float, high: float) -> None:
    """The stretches; a text that does not fit into its own stands at the end of the one before, or nowhere."""
    wide, parts = canvas.right - left, course.stretches
    edges = [left + min(max(part.first, 0.0), 1.0) * wide for part in parts] + [canvas.right]
    y = top + (high - text_height(1, SMALL)) / 2
    for part, start, end in zip(parts, edges, edges[1:], strict=False):
        canvas.box((start, top), (end, top + high), fill=part.fill, border=canvas.palette.rule)
    for place, part in enumerate(parts):
        needs = text_width(part.text, SMALL) + 2 * EDGE
        if not part.text:
            continue
        if edges[place + 1] - edges[place] >= needs:
            canvas.text(part.text, edges[place] + EDGE, y, size=SMALL, colour=part.ink)
        elif place and not parts[place - 1].text and edges[place] - edges[place - 1] >= needs:
            canvas.text(
                part.text, edges[place] - EDGE, y, size=SMALL, colour=parts[place - 1].ink, anchor="right"
            )
