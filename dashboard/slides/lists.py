"""Slides of sentences: one list or two beside each other, going on on another slide where they are too long."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from math import ceil
from typing import TYPE_CHECKING

from dashboard.language import say
from dashboard.slides.layouts import BODY, HANGING, HEADING, SECOND, SECOND_HEADING
from dashboard.slides.text import fit, fits, paged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.slides.layouts import Place
    from dashboard.slides.pages import Slides

SMALLEST = 14.0  # points; below this a list goes on on another slide
CUT_AT = 10.0  # points; one sentence that does not fit a slide at this size is cut


def list_slides(
    slides: Slides, *, title: str, subtitle: str, texts: Sequence[str], notes: Sequence[str] = ()
) -> None:
    """Sentences one under the other."""
    place = slides.layout("Text").place(BODY)
    for page in paged(texts, place.box.width, place.box.height, size=SMALLEST):
        slide = slides.add("Text", title=title, subtitle=subtitle, notes=notes or texts)
        slides.write(slide, place, page, smallest=CUT_AT)


def column_slides(
    slides: Slides,
    *,
    title: str,
    subtitle: str,
    left: tuple[str, Sequence[str]],
    right: tuple[str, Sequence[str]],
    notes: Sequence[str] = (),
) -> None:
    """Two lists with their headings, in one size; what does not fit stands on further slides, in its own column."""
    layout = slides.layout("Two columns")
    columns = ((HEADING, BODY, *left), (SECOND_HEADING, SECOND, *right))
    pages = [_pages(layout.place(body), texts) for _, body, _, texts in columns]
    for number, parts in enumerate(zip_longest(*pages, fillvalue=[])):
        filled = [(words, part) for (_, _, words, _), part in zip(columns, parts, strict=True) if part]
        if number and len(filled) == 1:
            ((words, part),) = filled
            again = say("{subtitle} (continued)", subtitle=words)
            list_slides(slides, title=again, subtitle=subtitle, texts=part, notes=notes)
            continue
        again = say("{subtitle} (continued)", subtitle=subtitle) if number else subtitle
        slide = slides.add("Two columns", title=title, subtitle=again, notes=notes)
        size = min(
            _size(layout.place(body), part) for (_, body, _, _), part in zip(columns, parts, strict=True)
        )
        for (heading, body, words, _), part in zip(columns, parts, strict=True):
            if part:
                slides.write(slide, layout.place(heading), [words])
                slides.write(slide, replace(layout.place(body), size=size), part, smallest=CUT_AT)


def _pages(place: Place, texts: Sequence[str]) -> list[list[str]]:
    """The list in as many parts as it needs at the smallest size, each about as long as the others."""
    box, indent = place.box, place.size * HANGING
    found = paged(texts, box.width, box.height, size=SMALLEST, indent=indent)
    each = ceil(len(texts) / len(found))
    even = [list(texts[at : at + each]) for at in range(0, len(texts), each)]
    fitting = all(fits(part, box.width, box.height, SMALLEST, indent=indent) for part in even)
    return even if even and fitting else found


def _size(place: Place, part: Sequence[str]) -> float:
    """The size at which the part fits its place."""
    indent = place.size * HANGING
    box = place.box
    return fit(part, box.width, box.height, largest=place.size, smallest=CUT_AT, indent=indent).size
