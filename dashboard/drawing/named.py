"""Names beside points of a plane: left of them where there is room, moved apart where they would overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.drawing.typography import text_height, wrap
from dashboard.theme import FIGURE, SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.drawing.plane import Plane

NARROWEST = 84  # room that a name takes at least, in pixels: the longest words
BESIDE = 12  # between a point and its name, in pixels
EDGE = (
    text_height(1, FIGURE) + 8
)  # at the top and at the bottom of the plane, which words of its own may need


@dataclass(frozen=True, slots=True)
class Named:
    """A point of a plane by its values, and what it is called."""

    across: float
    up: float
    name: str


@dataclass(frozen=True, slots=True)
class _Label:
    """The lines of a name with the pixels where they begin, right of the point or left of it."""

    lines: tuple[str, ...]
    x: float
    y: float
    rightwards: bool

    @property
    def height(self) -> float:
        return text_height(len(self.lines), SMALL)


def place_names(points: Sequence[Named], plane: Plane, *, top: float, gutter: float) -> None:
    """Write each name beside its point, in order from above; none where they do not fit under each other."""
    labels = sorted((_label(point, plane, top, gutter) for point in points), key=lambda label: label.y)
    high, low = top + EDGE, top + plane.height - EDGE
    if sum(label.height for label in labels) > low - high:
        return
    for label, y in zip(labels, _apart(labels, high, low), strict=True):
        plane.canvas.text(label.lines, label.x, y, size=SMALL, anchor="left" if label.rightwards else "right")


def _label(point: Named, plane: Plane, top: float, gutter: float) -> _Label:
    left, right = plane.canvas.left + gutter, plane.canvas.right
    axis = plane.across
    at = left + (point.across - axis.low) / (axis.high - axis.low) * (right - left)
    before, after = at - left - BESIDE, right - at - BESIDE
    rightwards = before < NARROWEST
    lines = tuple(wrap(point.name, after if rightwards else before, size=SMALL))
    y = top + plane.down(point.up) - text_height(len(lines), SMALL) / 2
    return _Label(lines, at + BESIDE if rightwards else at - BESIDE, y, rightwards)


def _apart(labels: Sequence[_Label], high: float, low: float) -> list[float]:
    """Where each label begins, none on another: pushed down from the top, then up from the bottom."""
    places, free = [], high
    for label in labels:
        places.append(max(label.y, free))
        free = places[-1] + label.height
    for place in reversed(range(len(labels))):
        places[place] = min(places[place], low - labels[place].height)
        low = places[place]
    return places
