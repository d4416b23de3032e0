"""Measuring and wrapping text in the bundled font, so that no picture clips a word."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING

from dashboard.theme import FONT_FILES, LINE_HEIGHT

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

BOX = "□"
UNKNOWN = "\uffff"  # no font has a letter for it
_MEASURED_AT = 200  # pixels; large, so that hinting does not round the widths


@cache
def _font(bold: bool) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT_FILES[bold]), _MEASURED_AT)


@cache
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line of text in pixels at `size` pixels.

    >>> 20 < text_width("moderator", 10) < text_width("moderator", 10, bold=True) < 60
    True
    """
    return float(_font(bold).getlength(text)) * size / _MEASURED_AT


def text_height(lines: int, size: float) -> float:
    """The height in pixels of some lines of text.

    >>> text_height(2, 10)
    26.0
    """
    return lines * size * LINE_HEIGHT


def wrap(text: str, width: float, *, size: float, bold: bool = False) -> tuple[str, ...]:
    """`text` in lines no wider than `width` pixels; it breaks at spaces, and inside a word only if it must.

    It does so after a hyphen, where there is one.

    >>> wrap("one two three", text_width("one two", 10) + 1, size=10)
    ('one two', 'three')
    >>> wrap("person-periods)", text_width("person-peri", 10) + 1, size=10)
    ('person-', 'periods)')
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, width, size=size, bold=bold)
        lines += whole
    return (*lines, line)


def plain(text: str) -> str:
    """`text` for plotly, which else reads tags, $formulas$ and %{fields} in it.

    >>> plain("5 < 6 & $x$")
    '5 &lt; 6 &amp; &#36;x&#36;'
    """
    return escape(text, quote=False).replace("$", "&#36;").replace("%{", "&#37;{")


def drawable(text: str) -> str:
    """`text` with a box for every character that the bundled font lacks: a page set without other fonts needs it.

    >>> drawable("é ’ − ▲ ß"), drawable("\N{GRINNING FACE} \N{CJK UNIFIED IDEOGRAPH-4E2D}")
    ('é ’ − ▲ ß', '□ □')
    """
    missing = {ord(letter): BOX for letter in set(text) if not letter.isascii() and not _has(letter)}
    return text.translate(missing)


@cache
def _has(letter: str) -> bool:
    """Whether both weights of the bundled font draw `letter`: an unknown one looks like any other unknown one."""
    fonts = (_font(bold) for bold in (False, True))
    return all(bytes(font.getmask(letter)) != bytes(font.getmask(UNKNOWN)) for font in fonts)


def balance(text: str, width: float, *, size: float, bold: bool = False) -> tuple[str, ...]:
    """`text` in as few lines as `wrap` needs, but of nearly the same length: for titles.

    >>> balance("one two three four", text_width("one two three", 10) + 1, size=10)
    ('one two', 'three four')
    """
    lines = wrap(text, width, size=size, bold=bold)
    narrower = width
    while narrower > width / 2:
        narrower -= size
        shorter = wrap(text, narrower, size=size, bold=bold)
        if len(shorter) > len(lines):
            break
        lines = shorter
    return lines


def _pieces(word: str, width: float, *, size: float, bold: bool) -> list[str]:
    """A word cut into pieces that fit, after its hyphens if it has any; mostly one piece, itself."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, bold=bold) > width:
            begun, hyphen, rest = pieces[-1].rpartition("-")
            pieces[-1:] = [f"{begun}-", rest] if hyphen and rest else [pieces[-1], ""]
        pieces[-1] += letter
    return pieces
