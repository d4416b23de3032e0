"""SVG: lines and text that stay sharp at any size, with the font, a title and a description inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.export import Export

if TYPE_CHECKING:
    from dashboard.export import ChartPicture


def _make(picture: ChartPicture) -> bytes:
    return picture.svg.encode()


SVG = Export("svg", "svg", "image/svg+xml", _make)
