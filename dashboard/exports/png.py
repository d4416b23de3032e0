"""PNG: a picture of 300 dots an inch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.rendering import render_png
from dashboard.export import Export

if TYPE_CHECKING:
    from dashboard.export import ChartPicture


def _make(picture: ChartPicture) -> bytes:
    return render_png(picture.svg, paper=picture.paper)


PNG = Export("png", "png", "image/png", _make)
