"""A chart on a page: drawn for three widths of the page, with its table and its downloads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements, telling, words
from dashboard.chart import View, charts
from dashboard.session import drawn

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.chart import Chart, Numbers
    from dashboard.theme import Mode

WIDTHS = {"wide": 860, "middle": 600, "narrow": 288}  # page.css shows the widest that fits
CONFIG = {"displayModeBar": False, "scrollZoom": False}


def chart_block(release: Release, name: str, *, told: bool = False) -> None:
    """The named chart with all that belongs to it; nothing where it has nothing to draw.

    `told` writes above it what it shows: its title, and what was measured where and when.
    """
    chart = charts().get(name)
    if chart is None or not chart.applies(release):
        return
    if told:
        view = View(release)
        elements.says(f"{chart.headline(view)}.")
        elements.quiet(chart.subtitle(view))
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
        elements.table(_readable(chart.table(release)), caption=f"{chart.title}: the numbers behind it")
        _downloads(release, chart)


def _readable(rows: list[Numbers]) -> list[dict[str, object]]:
    """The numbers with headings and words for people; files keep the names that programs know."""
    return [
        {
            words.spaced(name) if name.isidentifier() and name.islower() else name: _word(name, value)
            for name, value in row.items()
        }
        for row in rows
    ]


def _word(name: str, value: str | float | None) -> object:
    if name == "role":
        return words.ROLES.get(str(value), value)
    return telling.estimator_label(str(value)) if name == "estimator" else value


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
