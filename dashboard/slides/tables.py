"""A native table of names and texts, its rows as high as their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.slides.inks import paint
from dashboard.slides.sheet import described
from dashboard.slides.text import clean, height_of, right_to_left
from dashboard.theme import LIGHT
from dashboard.words.forms import said_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.slides.layouts import Box

    Rows = Sequence[tuple[str, str]]

LARGEST, SMALLEST = 13.0, 8.0  # points
SHARE = 0.2  # of the width that the names have
MARGIN = 4.0  # above and below a cell's text, in points


def add_table(slide: Any, rows: Rows, box: Box, *, name: str) -> Any:
    """Names on the left, texts on the right, at the largest size at which all rows fit `box`. Returns its frame."""
    from pptx.util import Pt

    held = [(clean(left), clean(right)) for left, right in rows]
    size = LARGEST
    while sum(_heights(held, box, size)) > box.height and size > SMALLEST:
        size -= 0.5
    frame = slide.shapes.add_table(len(held), 2, Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height))
    table = frame.table
    _plain(frame)
    table.columns[0].width = Pt(box.width * SHARE)
    table.columns[1].width = Pt(box.width * (1 - SHARE))
    for n, (high, texts) in enumerate(zip(_heights(held, box, size), held, strict=True)):
        table.rows[n].height = Pt(high)
        for at, text in enumerate(texts):
            _fill(table.cell(n, at), text, size, name=not at, shaded=not n % 2)
    frame.height = sum(table.rows[n].height for n in range(len(held)))
    described(frame, name, ". ".join(said_of(left, right) for left, right in held))
    return frame


def _heights(rows: Rows, box: Box, size: float) -> list[float]:
    wide = (box.width * SHARE - 12, box.width * (1 - SHARE) - 12)
    return [
        max(
            height_of([text], width, size, bold=not at)
            for at, (text, width) in enumerate(zip(texts, wide, strict=True))
        )
        + 2 * MARGIN
        for texts in rows
    ]


def _plain(frame: Any) -> None:
    """Without the program's own style; the first column names the rows."""
    properties = frame.table._tbl.tblPr
    for flag in ("firstRow", "bandRow"):
        properties.set(flag, "0")
    properties.set("firstCol", "1")
    for style in properties.findall("{*}tableStyleId"):
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid


def _fill(cell: Any, text: str, size: float, *, name: bool, shaded: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Pt

    cell.margin_left = cell.margin_right = Pt(6)
    cell.margin_top = cell.margin_bottom = Pt(MARGIN - 1)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paint(cell.fill, LIGHT.fill if shaded else LIGHT.paper)
    paragraph = cell.text_frame.paragraphs[0]
    if right_to_left(text):
        paragraph._p.get_or_add_pPr().set("rtl", "1")
    run = paragraph.add_run()
    run.text = text
    run.font.size = Pt(size)
    run.font.bold = name
    paint(run.font.fill, LIGHT.ink)
