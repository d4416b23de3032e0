"""How pictures look: colours for light and dark, one font, sizes, and the shapes that verdicts are drawn with."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Mode = Literal["light", "dark"]

FONTS = Path(__file__).parent / "assets" / "fonts"
FONT_FILES: Mapping[bool, Path] = {False: FONTS / "Inter-Regular.otf", True: FONTS / "Inter-Bold.otf"}
FONT = "Inter, sans-serif"

TITLE, SUBTITLE, BODY, FIGURE, SMALL = 19, 13, 13, 12, 11  # sizes of text in pixels
LINE_HEIGHT = 1.3  # what plotly puts between two lines of text, in sizes
PADDING = 24  # around a picture, in pixels
NARROW = 640  # below this width names stand above their figures, not beside them


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for. All that is written in reaches a contrast of 4.5:1 on `paper`.

    Verdicts have the hues of the UK Government Analysis Function's chart colours, dark enough to write in;
    dark mode has lighter variants.
    """

    paper: str
    ink: str
    muted: str
    grid: str
    rule: str
    fill: str
    notice: str
    verdicts: Mapping[str, str]


LIGHT = Palette(
    paper="#FFFFFF",
    ink="#1C1F24",
    muted="#5A6068",
    grid="#E4E7EB",
    rule="#8A9099",
    fill="#F3F5F8",
    notice="#A8430B",
    verdicts={
        "benefit": "#18766D",
        "harm": "#A3195B",
        "non_inferior": "#12436D",
        "equivalent": "#12436D",
        "inconclusive": "#5A6068",
    },
)
DARK = Palette(
    paper="#0E1117",
    ink="#F2F4F7",
    muted="#A9B1BC",
    grid="#262C36",
    rule="#6F7884",
    fill="#181D26",
    notice="#FFA56B",
    verdicts={
        "benefit": "#3CC4B8",
        "harm": "#F07FB6",
        "non_inferior": "#7DB3E8",
        "equivalent": "#7DB3E8",
        "inconclusive": "#A9B1BC",
    },
)
PALETTES: Mapping[str, Palette] = {"light": LIGHT, "dark": DARK}

# The shapes of the verdicts' marks as plotly names them: a verdict is never told by its colour alone.
SYMBOLS: Mapping[str, str] = {
    "benefit": "triangle-up",
    "harm": "triangle-down",
    "non_inferior": "diamond",
    "equivalent": "square",
    "inconclusive": "circle",
}


@cache
def font_faces() -> str:
    """The rules of a style sheet that bring our font along, in its two weights."""
    return "".join(
        f"@font-face{{font-family:Inter;font-weight:{700 if bold else 400};"
        f"src:url(data:font/otf;base64,{b64encode(file.read_bytes()).decode()})}}"
        for bold, file in FONT_FILES.items()
    )
