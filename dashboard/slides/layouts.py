"""The layouts of the slides: which places each has, where, and how large the text in them is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.slides.brand import Brand

WIDE, HIGH = 960.0, 540.0  # points: 13.33 by 7.5 inches, 16:9
HANGING = 0.9  # of a list's largest text size lies left of its lines, for the bullets
EDGE = 40.0  # left and right of what stands on a slide


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a slide, in points from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Place:
    """A placeholder: its number, type as the format names it, rectangle, largest text size and colour.

    `colour` is a word of the theme's colour scheme.
    """

    index: int
    kind: str
    name: str
    box: Box
    size: float
    colour: str = "tx1"
    bold: bool = False
    anchor: str = "t"
    bullets: bool = False
    ground: str = ""  # what fills it, a word of the colour scheme too


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: its name in the program's menu, and its places in the order in which they are read."""

    name: str
    places: tuple[Place, ...]
    dark: bool = False  # the title slide's coloured half

    def place(self, index: int) -> Place:
        """The place with this number."""
        return next(place for place in self.places if place.index == index)


TITLE, SUBTITLE, SOURCE, NOTICE, NUMBER = 0, 13, 16, 17, 12
BODY, SECOND, HEADING, SECOND_HEADING = 14, 15, 18, 19

_INNER = WIDE - 2 * EDGE
CONTENT = Box(EDGE, 132.0, _INNER, 356.0)  # where charts, tables and text stand
GUTTER = 40.0  # between two columns
_HALF = (_INNER - GUTTER) / 2
_RIGHT = EDGE + _HALF + GUTTER
_COLUMN_TOP = CONTENT.top + 34

_TITLE = Place(TITLE, "title", "Title", Box(EDGE, 32.0, _INNER, 68.0), 26, bold=True, anchor="b")
_SUBTITLE = Place(SUBTITLE, "body", "Subtitle", Box(EDGE, 102.0, _INNER, 26.0), 13, "tx2")
_NOTICE = Place(NOTICE, "body", "Notice", Box(0.0, 0.0, WIDE, 24.0), 11, "bg1", True, "ctr", ground="accent5")
_SOURCE = Place(SOURCE, "body", "Source", Box(EDGE, 497.0, _INNER - 60, 33.0), 9, "tx2", anchor="ctr")
_NUMBER = Place(NUMBER, "sldNum", "Slide number", Box(WIDE - EDGE - 50, 497.0, 50.0, 33.0), 9, "tx2")
_AROUND = (_SOURCE, _NOTICE, _NUMBER)

OPENING = Layout(
    "Opening",
    (
        Place(TITLE, "ctrTitle", "Title", Box(64.0, 150.0, 760.0, 150.0), 38, "bg1", bold=True, anchor="b"),
        Place(SUBTITLE, "subTitle", "Subtitle", Box(64.0, 312.0, 760.0, 62.0), 17, "bg1"),
        Place(BODY, "body", "Who and when", Box(64.0, 406.0, 600.0, 78.0), 14, "tx1", anchor="ctr"),
        *_AROUND,
    ),
    dark=True,
)
PICTURE = Layout("Picture", (_TITLE, _SUBTITLE, *_AROUND))
TEXT = Layout("Text", (_TITLE, _SUBTITLE, Place(BODY, "body", "Text", CONTENT, 22), *_AROUND))
COLUMNS = Layout(
    "Two columns",
    (
        _TITLE,
        _SUBTITLE,
        Place(HEADING, "body", "Left heading", Box(EDGE, CONTENT.top, _HALF, 28.0), 16, "accent1", bold=True),
        Place(
            BODY,
            "body",
            "Left",
            Box(EDGE, _COLUMN_TOP, _HALF, CONTENT.bottom - _COLUMN_TOP),
            18,
            bullets=True,
        ),
        Place(
            SECOND_HEADING,
            "body",
            "Right heading",
            Box(_RIGHT, CONTENT.top, _HALF, 28.0),
            16,
            "accent1",
            bold=True,
        ),
        Place(
            SECOND,
            "body",
            "Right",
            Box(_RIGHT, _COLUMN_TOP, _HALF, CONTENT.bottom - _COLUMN_TOP),
            18,
            bullets=True,
        ),
        *_AROUND,
    ),
)
LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in (OPENING, PICTURE, TEXT, COLUMNS)}

LOGO = Box(WIDE - EDGE - 116, 34.0, 116.0, 44.0)  # beside a title
OPENING_LOGO = Box(WIDE - 64.0 - 190, 412.0, 190.0, 66.0)


def layouts(brand: Brand) -> Mapping[str, Layout]:
    """The layouts by name; titles are narrower where a logo stands beside them."""
    if brand.logo is None:
        return LAYOUTS
    return {name: layout if layout.dark else _beside_logo(layout) for name, layout in LAYOUTS.items()}


def _beside_logo(layout: Layout) -> Layout:
    title = layout.place(TITLE)
    narrow = replace(title, box=replace(title.box, width=LOGO.left - 20 - title.box.left))
    return replace(layout, places=tuple(narrow if place is title else place for place in layout.places))
