"""What can be taken away: how one chart is asked for, its preview, and the files that hold a whole pilot or all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.chart import available, charts
from dashboard.export import ChartPicture, exports, picture
from dashboard.language import language, later, speaking
from dashboard.session import made_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.disclosure import Release
    from dashboard.chart import Chart
    from dashboard.session import Session

FORMATS: Mapping[str, str] = {  # by their use, the most common first
    "png": later("PNG: picture for documents"),
    "svg": later("SVG: picture to enlarge"),
    "pdf": later("PDF: page to print"),
    "pptx": later("PPTX: slide to edit"),
    "csv": later("CSV: its numbers"),
}
WIDTHS: Mapping[str, int] = {"page": 960, "column": 640, "half": 480, "slide": 1280}  # in pixels
SIZES: Mapping[str, str] = {
    "page": later("Whole page, {width} cm wide"),
    "column": later("Column of text, {width} cm wide"),
    "half": later("Half a page, {width} cm wide"),
    "slide": later("Slide, {width} cm wide"),
}
CENTIMETRES = 2.54 / 96  # a pixel's
PICTURES = ("png", "svg", "pdf")
FINDINGS = "forest"  # of the charts


@dataclass(frozen=True, slots=True)
class Asked:
    """One chart as a file: of which outcome (None for all), in which format, how wide, in which language.

    `steward` says that it is asked for by the one who sees figures by arm even before a planned look.
    """

    chart: str
    outcome: str | None
    format: str
    size: str
    spoken: str
    steward: bool = False

    @property
    def width(self) -> int:
        """In pixels; a file that is no picture has no size."""
        return WIDTHS[self.size if self.format in PICTURES else "page"]

    def file_name(self, study: str) -> str:
        """What the file is called, such as honeypot-forest.png."""
        parts = [study, self.chart, *([self.outcome] if self.outcome else [])]
        return f"{'-'.join(parts)}.{exports()[self.format].extension}"

    def command(self, release: Release) -> str:
        """The command that writes the same file."""
        study = release.study.id
        words = ["watchkeeper export", study, "--chart", self.chart]
        words += ["--outcome", self.outcome] if self.outcome else []
        words += ["--width", str(self.width)] if self.width != WIDTHS["page"] else []
        words += ["--language", self.spoken] if self.spoken != "en" else []
        words += [] if release.policy.public else ["--policy", release.policy.name]
        words += ["--as-steward"] if self.steward and len(release.plan.looks) > 1 else []
        return " ".join([*words, "--out", self.file_name(study)])

    def picture(self, release: Release) -> ChartPicture:
        """The chart, drawn in light colours with its frame."""
        with speaking(self.spoken):
            return picture(release, charts()[self.chart], width=self.width, outcome=self.outcome)

    def file(self, release: Release) -> bytes:
        """The file's bytes."""
        with speaking(self.spoken):
            return exports()[self.format].make(self.picture(release))


def first_chart(release: Release) -> str | None:
    """The chart that is offered first, if the release has anything to draw."""
    return next((chart.name for chart in offered(release)), None)


def offered(release: Release) -> tuple[Chart, ...]:
    """The charts that can be taken away, the one with the findings first."""
    return tuple(sorted(available(release), key=lambda chart: chart.name != FINDINGS))


def preview(release: Release, asked: Asked) -> tuple[str, str]:
    """The picture that the file holds, as SVG, and its description; drawn once."""
    key = (*made_of(release), asked.chart, str(asked.outcome), str(asked.width), asked.spoken)
    return _drawn(release, asked, key)


@st.cache_data(show_spinner=False, max_entries=60)
def _drawn(_release: Release, _asked: Asked, key: tuple[str, ...]) -> tuple[str, str]:
    """The picture and its description; `key` says of what."""
    del key
    with speaking(_asked.spoken):  # the picture is made when its SVG is asked for
        drawn = _asked.picture(_release)
        return drawn.svg, drawn.description


def deck_file(release: Release, spoken: str) -> bytes:
    """The slides of a pilot."""
    from dashboard.slides.brand import PLAIN
    from dashboard.slides.deck import deck

    with speaking(spoken):
        return deck(release, PLAIN)


def archive_file(release: Release, spoken: str) -> bytes:
    """Every chart of a pilot in every format, as a ZIP."""
    from dashboard.archive import archive

    with speaking(spoken):
        return archive(release)


def report_file(release: Release, spoken: str, name: str) -> bytes:
    """The report of a pilot, as PDF or HTML as its `name` ends."""
    from dashboard.reports.files import maker
    from dashboard.reports.study import study_report

    with speaking(spoken):
        return maker(Path(name))(study_report(release))


def annual_file(session: Session, spoken: str, name: str) -> bytes:
    """The report over all pilots that the visitor may see, as PDF or HTML as its `name` ends."""
    from dashboard.reports.annual import annual_report
    from dashboard.reports.files import maker
    from dashboard.reports.gathering import year_of

    with speaking(spoken):
        return maker(Path(name))(annual_report(year_of(session.pilots())))


def page_language(chosen: str) -> str:
    """The language of a file: the one that was chosen, or that of the page."""
    return language() if chosen == "page" else chosen
