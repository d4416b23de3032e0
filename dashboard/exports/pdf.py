"""PDF: one page of the chart's size, tagged, with embedded fonts and text that can be searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.rendering import render_pdf
from dashboard.export import Export

if TYPE_CHECKING:
    from dashboard.export import ChartPicture


def _make(picture: ChartPicture) -> bytes:
    return render_pdf(picture.svg, paper=picture.paper, title=picture.title, description=picture.description)


PDF = Export("pdf", "pdf", "application/pdf", _make)
