"""One chart as one slide, or as several where one slide is too small to read it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.chart import View
from dashboard.language import say
from dashboard.slides.intervals import paged_findings, picture_of, spoken_of
from dashboard.slides.layouts import CONTENT
from dashboard.slides.pages import Slides
from dashboard.slides.sheet import fits_on_slide, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release
    from dashboard.chart import Chart
    from dashboard.slides.brand import Brand
    from dashboard.slides.sheet import Draw


def chart_file(release: Release, chart: Chart, brand: Brand, *, outcome: str | None = None) -> bytes:
    """The chart as a presentation of its own, in the language spoken."""
    slides = Slides(release, brand)
    chart_slides(slides, chart, outcome=outcome)
    return slides.saved()


def chart_slides(
    slides: Slides, chart: Chart, *, outcome: str | None = None, notes: Sequence[str] = (), before: str = ""
) -> None:
    """Add the chart to the presentation; `before` stands before its subtitle."""
    release = slides.release
    for view, draw, said in _pictures(release, chart, outcome):
        parts = (before, chart.subtitle(view))
        slide = slides.add(
            "Picture",
            title=chart.headline(view),
            subtitle=". ".join(part for part in parts if part),
            notes=notes or [say("Exact figures:"), said],
        )
        put(slide, draw, CONTENT, name=chart.title, description=said)


def _pictures(release: Release, chart: Chart, outcome: str | None) -> list[tuple[View, Draw, str]]:
    """What to draw on each slide, with its words: all at once if that can be read, else outcome by outcome."""
    whole = View(release, outcome)
    if fits_on_slide(_drawing(chart, whole), CONTENT):
        return [_picture(chart, whole)]
    if chart.name == "forest":
        pages = paged_findings(release, whole.planned, CONTENT)
        return [(whole, picture_of(release, part), spoken_of(release, part)) for part in pages]
    return [_picture(chart, view) for view in _by_outcome(chart, whole)]


def _by_outcome(chart: Chart, whole: View) -> list[View]:
    """A view an outcome, where that makes a difference to what the chart shows."""
    if whole.outcome is not None:
        return [whole]
    views = [View(whole.release, outcome.name) for outcome in whole.release.plan.outcomes]
    tables = {view.outcome: chart.numbers(view) for view in views}
    differing = [view for view in views if tables[view.outcome] and tables[view.outcome] != chart.numbers(whole)]
    return differing or [whole]


def _picture(chart: Chart, view: View) -> tuple[View, Draw, str]:
    return view, _drawing(chart, view), chart.words(view)


def _drawing(chart: Chart, view: View) -> Draw:
    return lambda canvas: chart.body(canvas, view, 0.0)
