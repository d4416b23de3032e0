"""Text for slides: what a file can hold, how large it is in the bundled font, and the size at which it fits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.drawing.typography import wrap
from dashboard.exports.csv import FORMULA_STARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LINE = 1.24  # height of a line in sizes: a little above the bundled font's own, for those that take its place
SAFETY = 0.97  # of a box's width is written in, as other programs measure text a little differently
BETWEEN = 0.45  # space between two paragraphs, in sizes
SMALLEST = 9.0  # points
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Paragraphs with the size in points at which they fit a box, and the height in points that they take there."""

    paragraphs: tuple[str, ...]
    size: float
    height: float


def clean(text: str) -> str:
    """`text` without what XML cannot hold: control characters, lone surrogates; tabs and breaks become spaces.

    >>> clean("a\x07b\tc")
    'ab c'
    """
    return " ".join(re.split("[\t\r\n]+", _UNFIT.sub("", text)))


def neutral(text: str) -> str:
    """`text` for a cell of an embedded workbook, where a leading sign would make a formula of it.

    >>> neutral("=cmd"), neutral("Warning")
    ("'=cmd", 'Warning')
    """
    plain = clean(text)
    return f"'{plain}" if plain.startswith(FORMULA_STARTS) else plain


def right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs to the left.

    >>> right_to_left("\N{HEBREW LETTER ALEF} 1"), right_to_left("1 a")
    (True, False)
    """
    ways = (unicodedata.bidirectional(letter) for letter in text)
    return next((way in ("R", "AL") for way in ways if way in ("L", "R", "AL")), False)


def height_of(
    paragraphs: Iterable[str], width: float, size: float, *, bold: bool = False, indent: float = 0.0
) -> float:
    """The height in points of paragraphs in a box `width` points wide; `indent` is taken off each line."""
    inner = (width - indent) * SAFETY
    lines = [len(wrap(text, inner, size=size, bold=bold)) for text in paragraphs]
    return sum(lines) * size * LINE + max(len(lines) - 1, 0) * size * BETWEEN


def fit(
    paragraphs: Sequence[str],
    width: float,
    height: float,
    *,
    largest: float,
    smallest: float = SMALLEST,
    bold: bool = False,
    indent: float = 0.0,
) -> Fitted:
    """Paragraphs at the largest size that lets them fit the box; what fits at no size is cut, which '…' says."""
    texts = tuple(clean(text) for text in paragraphs)
    size = largest
    while (taken := height_of(texts, width, size, bold=bold, indent=indent)) > height and size > smallest:
        size = max(size - 0.5, smallest)
    while taken > height and texts:
        texts = _shorter(texts)
        taken = height_of(texts, width, size, bold=bold, indent=indent)
    return Fitted(texts, size, taken)


def fits(paragraphs: Sequence[str], width: float, height: float, size: float, *, indent: float = 0.0) -> bool:
    """Whether paragraphs fit a box at a size, nothing cut."""
    return height_of([clean(text) for text in paragraphs], width, size, indent=indent) <= height


def paged(
    paragraphs: Sequence[str], width: float, height: float, *, size: float, indent: float = 0.0
) -> list[list[str]]:
    """Paragraphs in as many pages as they need at `size`; one that is longer than a page stands alone."""
    pages: list[list[str]] = [[]]
    for text in paragraphs:
        if pages[-1] and not fits([*pages[-1], text], width, height, size, indent=indent):
            pages.append([])
        pages[-1].append(text)
    return pages


def _shorter(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The same without the last word; a paragraph of one word goes, or loses half its letters if it is the last."""
    *before, last = texts
    words = last.removesuffix("…").split()
    if len(words) > 1:
        return (*before, f"{' '.join(words[:-1])}…")
    if before:
        return (*before[:-1], f"{before[-1].removesuffix('…')}…")
    return (f"{words[0][: len(words[0]) // 2]}…",) if words and len(words[0]) > 1 else ()
