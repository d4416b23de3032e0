"""Charts as pictures of a report, at the width of its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.chart import View, charts
from dashboard.language import say
from dashboard.readable import readable
from dashboard.reports.content import Drawing, grid

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from analysis.disclosure import Release
    from dashboard.chart import Numbers

WIDTH = 700  # pixels: set on A4, a chart's text is nearly as large as the report's


def drawings(release: Release, name: str, *, outcome: str | None = None) -> list[Drawing]:
    """The named chart (of one outcome); nothing where it has nothing to draw."""
    chart = charts().get(name)
    if chart is None or not chart.applies(release):
        return []
    rows = chart.table(release, outcome=outcome)
    if not rows:
        return []
    view = View(release, outcome)
    return [
        drawing(
            chart.draw(release, mode="light", width=WIDTH, framed=False, outcome=outcome),
            name=f"{name}-{outcome}" if outcome else name,
            title=chart.headline(view),
            subtitle=chart.subtitle(view),
            description=chart.describe(release, outcome=outcome),
            rows=rows,
            label=say(chart.title),
        )
    ]


def drawing(
    figure: Figure,
    *,
    name: str,
    title: str,
    subtitle: str,
    description: str,
    rows: list[Numbers],
    label: str,
) -> Drawing:
    """A drawn figure with its words and numbers."""
    from dashboard.drawing.rendering import render_svg

    numbers = grid(readable(rows), caption=say("{chart}: the numbers behind it", chart=label))
    return Drawing(
        name=name,
        title=title,
        subtitle=subtitle,
        description=description,
        svg=render_svg(figure, title=title, description=description),
        width=int(figure.layout.width),
        height=int(figure.layout.height),
        numbers=numbers[0] if numbers else None,
    )
