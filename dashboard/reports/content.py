"""What a report is made of: sections of paragraphs, lists, tables and pictures, before any format is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Words:
    """Text that looks or does something: `tone` is a verdict's or check's colour, `to` the anchor it links to."""

    text: str
    tone: str = ""
    to: str = ""
    strong: bool = False


Line = str | Words
Cell = Line | tuple[Line, ...]  # one line, or several below each other


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or more; `look` is "lead" for what matters most, "quiet" for what explains, "small" for a source,
    "heading" for a few words over what follows.
    """

    text: Cell
    look: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, and what is said of each."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Questions with a short answer, and under it the lines that it follows from."""

    rows: tuple[tuple[str, str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Tiles:
    """A few large figures: each one's name, the figure, and a note."""

    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lists beside each other, each under its heading."""

    left: tuple[str, tuple[Cell, ...]]
    right: tuple[str, tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `widths` are the columns' shares of the width; the first column names its row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture in light colours as SVG; `width` and `height` in pixels, `description` it in words."""

    name: str
    title: str
    subtitle: str
    description: str
    svg: str
    width: int
    height: int
    numbers: Grid | None = None
    tallest: float = 1.28  # its height on a page, in widths of the column; what is taller is set narrower


@dataclass(frozen=True, slots=True)
class Notice:
    """What must not be overlooked."""

    text: str


Block = Paragraph | Bullets | Facts | Answers | Tiles | Pair | Grid | Drawing | Notice


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. `fresh` begins a new page; `anchor` is unique in its report, of lower-case letters.

    One that is `whole` is set on a single page where smaller pictures make that possible; it has no parts.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    parts: tuple[Section, ...] = ()
    fresh: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `kind` stands above the title, `opening` on the first page, `imprint` at each page's foot."""

    kind: str
    title: str
    lead: str
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
    notice: str
    imprint: str
    about: Mapping[str, str]  # what the file says of itself to programs
    made_at: str  # ISO 8601
    language: str


def grid(rows: Sequence[Mapping[str, object]], *, caption: str, widths: tuple[float, ...] = ()) -> list[Grid]:
    """Rows as a table under the columns of the first one; nothing for none."""
    if not rows:
        return []
    columns = tuple(rows[0])
    body = tuple(tuple(_cell(row.get(column)) for column in columns) for row in rows)
    return [Grid(caption, columns, body, widths)]


def lines(cell: Cell) -> tuple[Line, ...]:
    """A cell's lines, without empty ones.

    >>> lines(("one", "", "two")), lines("three")
    (('one', 'two'), ('three',))
    """
    held = cell if isinstance(cell, tuple) else (cell,)
    return tuple(line for line in held if (line.text if isinstance(line, Words) else line))


def numbered(sections: Iterable[Section], before: str = "") -> Iterator[tuple[str, Section]]:
    """Each section with its number, parts after the section that they belong to.

    >>> [number for number, _ in numbered([Section("a", "A", (), (Section("b", "B", ()),)), Section("c", "C", ())])]
    ['1', '1.1', '2']
    """
    for place, section in enumerate(sections, start=1):
        number = f"{before}{place}"
        yield number, section
        yield from numbered(section.parts, f"{number}.")


def capital(text: str) -> str:
    """The text with a capital letter first."""
    return f"{text[:1].upper()}{text[1:]}"


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    return value if isinstance(value, str | Words | tuple) else str(value)
