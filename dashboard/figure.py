"""A chart on a page: its picture, with its table and its downloads."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

import streamlit as st

from dashboard import elements
from dashboard.chart import View, charts
from dashboard.language import language, say
from dashboard.readable import readable
from dashboard.session import drawn

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.chart import Chart
    from dashboard.theme import Mode


def chart_block(release: Release, name: str, *, told: bool = False, outcome: str | None = None) -> None:
    """The named chart (of one outcome) with all that belongs to it; nothing where it has nothing to draw.

    `told` writes above it what it shows: its title, and what was measured where and when.
    """
    chart = charts().get(name)
    if chart is None or not chart.applies(release):
        return
    rows = chart.table(release, outcome=outcome)
    if outcome is not None and not rows:
        return
    if told:
        view = View(release, outcome)
        elements.says(f"{chart.headline(view)}.")
        elements.quiet(chart.subtitle(view))
    elements.html(drawn(release, name, mode=mode(), outcome=outcome))
    title = _title(release, chart, outcome)
    with st.expander(say("{chart}: the numbers and downloads", chart=elements.plain(title))):
        elements.table(readable(rows), caption=say("{chart}: the numbers behind it", chart=title))
        _downloads(release, chart, outcome)


def _title(release: Release, chart: Chart, outcome: str | None) -> str:
    """What the chart's numbers are called: by the outcome, where a chart of all is asked for one alone."""
    labels = {each.name: each.label for each in release.plan.outcomes}
    return labels[outcome] if chart.name == "forest" and outcome is not None else say(chart.title)


def mode() -> Mode:
    """Light or dark, as the visitor sees the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _downloads(release: Release, chart: Chart, outcome: str | None) -> None:
    """A button a format; the picture is made when it is asked for, always in light colours with its title."""
    from dashboard.export import exports, picture_bytes

    name = f"{release.study.id}-{chart.name}{f'-{outcome}' if outcome else ''}"
    with st.container(horizontal=True):
        for export in exports().values():
            st.download_button(
                say("Download {format}", format=export.name.upper()),
                data=partial(picture_bytes, release, chart, export, outcome=outcome, spoken=language()),
                file_name=f"{name}.{export.extension}",
                on_click="ignore",
                key=f"{name}-{export.name}",
            )
    address = elements.address("export", study=release.study.id)
    asked = "".join(
        f"&amp;{key}={quote(value)}" for key, value in (("chart", chart.name), ("outcome", outcome)) if value
    )
    said = escape(say("Other size, language or rules"))
    elements.html(f'<p class="wk-quiet"><a href="{address}{asked}">{said}</a></p>')
