"""A chart on a page: drawn for three widths of the page, with its table and its downloads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements
from dashboard.chart import charts
from dashboard.session import drawn

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.chart import Chart
    from dashboard.theme import Mode

WIDTHS = {"wide": 860, "middle": 600, "narrow": 288}  # page.css shows the widest that fits
CONFIG = {"displayModeBar": False, "scrollZoom": False}


def chart_block(release: Release, name: str) -> None:
    """The named chart with all that belongs to it; nothing where it has nothing to draw."""
    chart = charts().get(name)
    if chart is None or not chart.applies(release):
        return
    described = chart.describe(release)
    for size, width in WIDTHS.items():
        with st.container(key=f"{size}-{name}"):
            st.plotly_chart(
                drawn(release, name, mode=_mode(), width=width),
                width="content",
                theme=None,
                config=CONFIG,
                key=f"{release.study.id}-{name}-{size}",
                alt=described,
            )
    with st.expander(f"{chart.title}: the numbers and downloads"):
        elements.table(chart.table(release), caption=f"{chart.title}: the numbers behind it")
        _downloads(release, chart)


def _mode() -> Mode:
    return "dark" if st.context.theme.type == "dark" else "light"


def _downloads(release: Release, chart: Chart) -> None:
    """A button a format; the picture is made when it is asked for, always in light colours with its title."""
    from dashboard.export import exports, picture_bytes

    with st.container(horizontal=True):
        for export in exports().values():
            st.download_button(
                f"Download {export.name.upper()}",
                data=partial(picture_bytes, release, chart, export),
                file_name=f"{release.study.id}-{chart.name}.{export.extension}",
                on_click="ignore",
                key=f"{release.study.id}-{chart.name}-{export.name}",
            )
