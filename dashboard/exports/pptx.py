"""PPTX: the chart on a slide, as native shapes and charts that can be edited, with its figures in a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.export import Export

if TYPE_CHECKING:
    from dashboard.export import ChartPicture


def _make(picture: ChartPicture) -> bytes:
    from dashboard.slides.brand import PLAIN
    from dashboard.slides.charts import scene_file

    return scene_file(picture.scenes(), picture.imprint, PLAIN)


PPTX = Export(
    "pptx", "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", _make
)
