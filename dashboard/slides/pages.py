"""A presentation being made: slides of our layouts, each with its source, its notice, its number and its notes."""

from __future__ import annotations

import io
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from dashboard.language import language
from dashboard.slides.layouts import HANGING, NOTICE, NUMBER, SOURCE, SUBTITLE, TITLE, layouts
from dashboard.slides.package import steady
from dashboard.slides.template import template
from dashboard.slides.text import SMALLEST, clean, fit, right_to_left

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.scene import Imprint
    from dashboard.slides.brand import Brand
    from dashboard.slides.layouts import Layout, Place

TONGUES = {"en": "en-GB", "fr": "fr-FR"}
SMALLEST_TITLE = 14.0  # points
LONGEST_PROPERTY = 255  # letters


class Slides:
    """Slides in an organisation's colours, each with the same imprint; `saved()` gives the file."""

    def __init__(self, imprint: Imprint, brand: Brand) -> None:
        from pptx import Presentation

        self.imprint = imprint
        self.brand = brand
        self._layouts = layouts(brand)
        self._file = Presentation(io.BytesIO(template(brand)))

    def layout(self, name: str) -> Layout:
        """The layout of that name, its places as this organisation's logo lets them be."""
        return self._layouts[name]

    def add(self, name: str, *, title: str, subtitle: str = "", notes: Sequence[str] = ()) -> Any:
        """A new slide of the layout `name`. Places that get no text are taken away by `saved`."""
        layout = self.layout(name)
        slide = self._file.slides.add_slide(self._file.slide_layouts.get_by_name(name))
        for shape in slide.placeholders:
            shape.name = layout.place(shape.placeholder_format.idx).name
        self.write(slide, layout.place(TITLE), [title], smallest=SMALLEST_TITLE)
        self.write(slide, layout.place(SUBTITLE), [subtitle])
        self.write(slide, layout.place(SOURCE), [self.imprint.source], smallest=7.0)
        self.write(slide, layout.place(NOTICE), [self.imprint.notice])
        self._number(slide, layout.place(NUMBER))
        parts = (*notes, self.imprint.notice, self.imprint.source)
        slide.notes_slide.notes_text_frame.text = "\n".join(clean(part) for part in parts if part)
        return slide

    def write(
        self, slide: Any, place: Place, paragraphs: Sequence[str], *, smallest: float = SMALLEST
    ) -> None:
        """Fill a place with paragraphs, at the largest size up to the place's own at which they fit."""
        from pptx.util import Pt

        texts = [text for text in paragraphs if text]
        if not texts:
            return
        frame = slide.placeholders[place.index].text_frame
        alone = place.bullets and len(texts) == 1  # one sentence is no list
        hanging = (
            self.layout(slide.slide_layout.name).place(place.index).size * HANGING
            if place.bullets and not alone
            else 0.0
        )
        fitted = fit(
            texts, place.box.width, place.box.height,
            largest=place.size, smallest=smallest, bold=place.bold, indent=hanging,
        )  # fmt: skip
        for n, text in enumerate(fitted.paragraphs):
            paragraph = frame.paragraphs[0] if not n else frame.add_paragraph()
            run = paragraph.add_run()
            run.text = text
            run.font.size = Pt(fitted.size)
            if alone:
                _without_bullet(paragraph)
            if n:
                paragraph.space_before = Pt(fitted.size * 0.45)
            if right_to_left(text):
                paragraph._p.get_or_add_pPr().set("rtl", "1")

    def saved(self) -> bytes:
        """The file; the same bytes for the same content."""
        for slide in self._file.slides:
            for shape in list(slide.placeholders):
                if not shape.text_frame.text:
                    shape._element.getparent().remove(shape._element)
            _speak(slide)
        core = self._file.core_properties
        core.title = clean(self.imprint.title)[:LONGEST_PROPERTY]
        core.author = clean(self.brand.organisation) or "Watchkeeper"
        core.subject = clean(self.imprint.source)[-LONGEST_PROPERTY:]
        core.comments = clean(self.imprint.notice)[:LONGEST_PROPERTY]
        core.language = TONGUES.get(language(), language())
        core.last_modified_by = "Watchkeeper"
        core.revision = 1
        written = io.BytesIO()
        self._file.save(written)
        return steady(written.getvalue(), made_at=self.imprint.made_at)

    def _number(self, slide: Any, place: Place) -> None:
        """The slide's number, which the library leaves out of a new slide."""
        held = next(
            shape._element for shape in slide.slide_layout.placeholders
            if shape.placeholder_format.idx == place.index
        )  # fmt: skip
        number = deepcopy(held)
        number.xpath(".//p:cNvPr")[0].set("id", str(max(shape.shape_id for shape in slide.shapes) + 1))
        slide.shapes._spTree.append(number)


def _without_bullet(paragraph: Any) -> None:
    from pptx.oxml.ns import qn

    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", "0")
    properties.set("indent", "0")
    properties.append(properties.makeelement(qn("a:buNone"), {}))


def _speak(slide: Any) -> None:
    """Say in which language each text is, for spelling and for voices."""
    tongue = TONGUES.get(language(), language())
    for part in (slide._element, slide.notes_slide._element):
        for run in part.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}r"):
            run.get_or_add_rPr().set("lang", tongue)
