"""What a drawn picture says, and whether each of its texts stands on the paper and beside the others."""

from __future__ import annotations

import html
from itertools import combinations
from typing import TYPE_CHECKING, Any

from dashboard.drawing.typography import text_height, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator


def lines_of(annotation: Any) -> list[str]:
    """The lines of one text of a figure."""
    bare = annotation.text.removeprefix("<b>").removesuffix("</b>")
    return [html.unescape(line) for line in bare.split("<br>")]


def texts(figure: Any) -> list[str]:
    """Every text of a figure, its lines joined."""
    return [" ".join(lines_of(annotation)) for annotation in figure.layout.annotations]


def boxes(figure: Any) -> Iterator[tuple[str, float, float, float, float]]:
    """Each text with the box it covers in pixels: left, top, right, bottom."""
    wide, high = figure.layout.width, figure.layout.height
    for annotation in figure.layout.annotations:
        lines, size = lines_of(annotation), annotation.font.size
        width = max(text_width(line, size, bold=annotation.text.startswith("<b>")) for line in lines)
        height = text_height(len(lines), size)
        left = annotation.x * wide - {"left": 0.0, "center": 0.5, "right": 1.0}[annotation.xanchor] * width
        middle = (1 - annotation.y) * high
        yield " ".join(lines), left, middle - height / 2, left + width, middle + height / 2


def misplaced(figure: Any) -> list[tuple[str, ...]]:
    """The texts that the paper cuts off, and the pairs of which one lies on the other.

    Raises ValueError where a figure has no text: then nothing was looked at.
    """
    placed = list(boxes(figure))
    if not placed:
        raise ValueError("the picture has no text")
    wide, high = figure.layout.width, figure.layout.height
    clipped = [
        (words,)
        for words, left, top, right, bottom in placed
        if left < 0 or top < 0 or right > wide or bottom > high
    ]
    return clipped + [
        (one, other)
        for (one, *a), (other, *b) in combinations(placed, 2)
        if not (a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1)
    ]
