"""What slides a chart needs: one, or as many as it takes to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.chart import View
from dashboard.scene import Scene
from dashboard.slides.intervals import paged_findings, picture_of, spoken_of
from dashboard.slides.layouts import CONTENT
from dashboard.slides.sheet import fits_on_slide

if TYPE_CHECKING:
    from dashboard.chart import Chart
    from dashboard.slides.sheet import Draw


def chart_scenes(chart: Chart, whole: View) -> tuple[Scene, ...]:
    """The chart at once if it can be read on one slide, else in parts: rows after rows, or outcome by outcome."""
    if fits_on_slide(_drawing(chart, whole), CONTENT):
        return (_scene(chart, whole),)
    if chart.name == "forest":
        release = whole.release
        return tuple(
            _scene(chart, whole, picture_of(release, part), spoken_of(release, part))
            for part in paged_findings(release, whole.planned, CONTENT)
        )
    return tuple(_scene(chart, view) for view in _by_outcome(chart, whole))


def _by_outcome(chart: Chart, whole: View) -> list[View]:
    """A view an outcome, where that makes a difference to what the chart shows."""
    if whole.outcome is not None:
        return [whole]
    answered = dict.fromkeys(found.finding.outcome.name for found in whole.planned)
    views = [View(whole.release, name) for name in answered]
    tables = [chart.numbers(view) for view in views]
    if all(table in ([], tables[0]) for table in tables):
        return [whole]
    return [view for view, table in zip(views, tables, strict=True) if table]


def _scene(chart: Chart, view: View, draw: Draw | None = None, description: str = "") -> Scene:
    return Scene(
        name=chart.title,
        title=chart.headline(view),
        subtitle=chart.subtitle(view),
        description=description or chart.words(view),
        draw=draw or _drawing(chart, view),
    )


def _drawing(chart: Chart, view: View) -> Draw:
    return lambda canvas: chart.body(canvas, view, 0.0)
