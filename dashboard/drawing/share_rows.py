"""Level bars of shares in groups of rows: each bar from 0 to 100 per cent, in one part or several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.drawing.arms import SWATCH, swatch
from dashboard.drawing.typography import text_height, text_width, wrap
from dashboard.theme import BODY, FIGURE, NARROW, SMALL
from dashboard.words.wellness import share_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.drawing.canvas import Canvas
    from dashboard.theme import Mode

BAR = 20  # height of a bar in pixels
GAP = 10  # between two rows
INSIDE = 6  # on each side of a figure in a part
BLACK, WHITE = "#000000", "#FFFFFF"
ENDS: dict[Mode, tuple[str, str]] = {  # the lightest and the strongest part
    "light": ("#D3DFEC", "#12436D"),
    "dark": ("#223A54", "#9CC8F2"),
}


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One bar: its label, the shares of its parts (0 to 1) and what stands beside it; no parts where withheld."""

    label: str
    shares: tuple[float, ...]
    beside: str = ""


@dataclass(frozen=True, slots=True)
class ShareGroup:
    """Rows under one heading."""

    heading: str
    rows: tuple[ShareRow, ...]


def shades(mode: Mode, many: int) -> tuple[str, ...]:
    """Fills for so many parts, from the lightest to the strongest.

    >>> shades("light", 3)
    ('#D3DFEC', '#7291AC', '#12436D')
    """
    light, strong = ([int(end[i : i + 2], 16) for i in (1, 3, 5)] for end in ENDS[mode])
    steps = [place / max(many - 1, 1) for place in range(many)] if many > 1 else [1.0]
    mixed = ([round(a + (b - a) * step) for a, b in zip(light, strong, strict=True)] for step in steps)
    return tuple("#" + "".join(f"{part:02X}" for part in colour) for colour in mixed)


def ink_on(fill: str) -> str:
    """Black or white, whichever is read better on a fill (WCAG 2.2, relative luminance).

    >>> ink_on("#12436D"), ink_on("#D3DFEC")
    ('#FFFFFF', '#000000')
    """
    parts = (int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return BLACK if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else WHITE


def legend(canvas: Canvas, names: Sequence[str], top: float) -> float:
    """Each part's fill and name, side by side as far as they fit; returns where they end."""
    x, y, bottom = canvas.left, top, top
    for fill, name in zip(shades(canvas.mode, len(names)), names, strict=True):
        lines = wrap(name, canvas.content - SWATCH - 8, size=SMALL)
        wide = SWATCH + 8 + max(text_width(line, SMALL) for line in lines)
        if x > canvas.left and x + wide > canvas.right:
            x, y = canvas.left, bottom + 4
        swatch(canvas, fill, left=x, top=y)
        bottom = max(bottom, canvas.text(lines, x + SWATCH + 8, y, size=SMALL))
        x += wide + 18
    return bottom


def share_rows(canvas: Canvas, groups: Sequence[ShareGroup], top: float, *, instead: str) -> float:
    """Draw the groups below `top`; `instead` stands where a bar is withheld. Returns where they end."""
    rows = [row for group in groups for row in group.rows]
    names = max(text_width(row.label, BODY) for row in rows) + 14
    besides = max((text_width(row.beside, FIGURE) for row in rows if row.beside), default=0.0)
    beside_names = canvas.width >= NARROW
    left = canvas.left + (min(names, 0.36 * canvas.content) if beside_names else 0.0)
    right = canvas.right - (besides + 12 if besides and beside_names else 0.0)
    y = top
    for group in groups:
        heading = group.heading[:1].upper() + group.heading[1:]
        y = canvas.text(heading, canvas.left, y, bold=True, width=canvas.content) + 6
        for row in group.rows:
            y = _row(canvas, row, y, ends=(left, right), instead=instead) + GAP
        y += 4
    return y + 2


def _row(canvas: Canvas, row: ShareRow, top: float, *, ends: tuple[float, float], instead: str) -> float:
    """One row: name and bar side by side, or one above the other where the sheet is narrow."""
    left, right = ends
    if canvas.width >= NARROW:
        lines = wrap(row.label, left - canvas.left - 14, size=BODY)
        high = max(BAR, text_height(len(lines), BODY))
        canvas.text(lines, canvas.left, top + (high - text_height(len(lines), BODY)) / 2)
        at = top + (high - BAR) / 2
        if row.beside and row.shares:
            canvas.text(row.beside, right + 12, at + (BAR - text_height(1, FIGURE)) / 2, size=FIGURE)
        _bar(canvas, row, at, ends=ends, instead=instead)
        return top + high
    y = canvas.text(row.label, canvas.left, top, width=canvas.content) + 2
    if row.beside and row.shares:
        y = canvas.text(row.beside, canvas.left, y, size=FIGURE, width=canvas.content) + 2
    _bar(canvas, row, y, ends=ends, instead=instead)
    return y + BAR


def _bar(canvas: Canvas, row: ShareRow, top: float, *, ends: tuple[float, float], instead: str) -> None:
    left, right = ends
    if not row.shares:
        place = top + (BAR - text_height(1, FIGURE)) / 2
        canvas.text(instead, left, place, size=FIGURE, colour=canvas.palette.muted)
        return
    canvas.box((left, top), (right, top + BAR), fill=canvas.palette.fill, border=canvas.palette.grid)
    x = left
    for fill, share in zip(shades(canvas.mode, len(row.shares)), row.shares, strict=True):
        end = min(x + share * (right - left), right)
        canvas.box((x, top), (end, top + BAR), fill=fill)
        words = share_text(share)
        if not row.beside and text_width(words, FIGURE) + 2 * INSIDE <= end - x:
            place = top + (BAR - text_height(1, FIGURE)) / 2
            canvas.text(words, (x + end) / 2, place, size=FIGURE, colour=ink_on(fill), anchor="center")
        x = end
