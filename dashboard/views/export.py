"""Export: pick a chart, see it as the file will hold it, and take it or the whole pilot away."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from dataclasses import replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements, taken, words
from dashboard.address import Choices, Part
from dashboard.chart import available, charts
from dashboard.choice import chosen_release
from dashboard.export import exports
from dashboard.interim import notice_text
from dashboard.language import LANGUAGES, count_of, later, say, speaking
from dashboard.page import Page
from dashboard.taken import FORMATS, PICTURES, SIZES, WIDTHS, Asked
from dashboard.told import told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.disclosure import Release
    from dashboard.session import Session

WHOM: Mapping[str, str] = {"public": later("Everybody"), "internal": later("The research team")}
FOR_WHOM = Part("policy", "one", tuple(WHOM))
SPOKEN = Part("in", "one", ("page", *LANGUAGES))
MOST_ROWS = 12  # of a file of numbers that the page shows


def render(session: Session) -> None:
    """Draw what can be taken away of the chosen pilot; files hold what everybody may see unless asked otherwise."""
    whom = Choices("export", (FOR_WHOM, SPOKEN))
    whom.settle()
    held = whom.held()
    public = session.policy.public or "policy" not in held
    spoken = taken.page_language(next(iter(held.get("in", ())), "page"))
    seen = replace(session, for_everybody=public)
    with st.spinner(say("Checking what may be let out. The first time this takes some seconds.")):
        found = chosen_release(seen, question=say("What do you want to take away?"))
    if session.chosen is None:
        return
    _whom(session, whom, public=public)
    if found is None:
        return
    with speaking(spoken):
        release = seen.pilot(session.chosen).release or found
    _one_chart(release, spoken, steward=session.access.steward and not public)
    _everything(seen, release, spoken)
    _withheld(found)
    _imprint(found)


def _whom(session: Session, choices: Choices, *, public: bool) -> None:
    """For whom the files are, and in which language."""
    with st.container(horizontal=True, key="export-whom"):
        if not session.policy.public:
            st.selectbox(
                say("For whom"),
                FOR_WHOM.options,
                format_func={name: say(text) for name, text in WHOM.items()}.__getitem__,
                key=FOR_WHOM.key,
                on_change=choices.write,
            )
        st.selectbox(
            say("Language of the files"),
            SPOKEN.options,
            format_func={"page": say("As this page"), **LANGUAGES}.__getitem__,
            key=SPOKEN.key,
            on_change=choices.write,
        )
    if public:
        elements.quiet(
            say("Files hold what everybody may see. They were checked against all that was let out before.")
        )
    else:
        elements.banner(
            say("These files are for the research team. Each says that it is not for publication.")
        )


def _one_chart(release: Release, spoken: str, *, steward: bool) -> None:
    elements.heading(say("One chart"), anchor="chart")
    if not available(release):
        elements.says(say("This pilot has nothing to draw yet."))
        return
    asked = _picked(release, spoken, steward=steward)
    _preview(release, asked)
    st.download_button(
        say("Download this {format}", format=asked.format.upper()),
        data=partial(asked.file, release),
        file_name=asked.file_name(release.study.id),
        mime=exports()[asked.format].media_type,
        on_click="ignore",
        key="export-chart",
    )
    elements.quiet(say("The same file from the command line:"))
    st.code(asked.command(release), language=None, wrap_lines=True)


def _picked(release: Release, spoken: str, *, steward: bool) -> Asked:
    """The choices of one chart, in the address."""
    named = {chart.name: say(chart.title) for chart in taken.offered(release)}
    sizes = {name: say(text, width=_centimetres(WIDTHS[name])) for name, text in SIZES.items()}
    with st.container(horizontal=True, key="export-picked"):
        chart = _select(say("Chart"), Part("chart", "one", tuple(named)), named.__getitem__)
        outcomes = {"": say("All that it shows"), **_outcomes(release, chart)}
        outcome = ""
        if len(outcomes) > 1:
            outcome = _select(say("Outcome"), Part("outcome", "one", tuple(outcomes)), outcomes.__getitem__)
        formats = {name: say(text) for name, text in FORMATS.items()}
        file_format = _select(say("Format"), Part("format", "one", tuple(formats)), formats.__getitem__)
        size = "page"
        if file_format in PICTURES:
            size = _select(say("Size"), Part("size", "one", tuple(SIZES)), sizes.__getitem__)
    return Asked(chart, outcome or None, file_format, size, spoken, steward)


def _select(label: str, part: Part, said: Callable[[str], str]) -> str:
    choices = Choices(f"export {part.name}", (part,))
    choices.settle()
    st.selectbox(label, part.options, format_func=said, key=part.key, on_change=choices.write)
    return next(iter(choices.held().get(part.name, ())), part.options[0])


def _outcomes(release: Release, chart: str) -> dict[str, str]:
    """The outcomes that a chart can be drawn of alone, by their labels."""
    drawn = charts()[chart]
    everything = drawn.table(release)
    labels = {found.finding.outcome.name: found.finding.outcome.label for found in release.default_findings()}
    alone = {name: drawn.table(release, outcome=name) for name in labels}
    return {name: labels[name] for name, rows in alone.items() if rows and rows != everything}


def _centimetres(pixels: int) -> str:
    return words.number(pixels * taken.CENTIMETRES, decimals=0)


def _preview(release: Release, asked: Asked) -> None:
    """What the file holds."""
    if asked.format == "csv":
        _numbers(release, asked)
        return
    with st.spinner(say("Drawing")):
        drawn, description = taken.preview(release, asked)
    source = f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
    elements.html(
        f'<img class="wk-preview" lang="{asked.spoken}" alt="{escape(description)}" src="{source}" '
        f'style="width:{asked.width}px">'
    )
    if asked.format == "pptx":
        elements.quiet(
            say(
                "On slides, the same picture has its title and source as texts; a long one takes several slides."
            )
        )


def _numbers(release: Release, asked: Asked) -> None:
    """The first rows of the file, as they stand in it."""
    rows = list(csv.DictReader(io.StringIO(asked.file(release).decode())))
    caption = count_of("The file, of {count} row", "The first rows of the file, of {count}", len(rows))
    elements.table(rows[:MOST_ROWS], caption=caption)


def _everything(session: Session, release: Release, spoken: str) -> None:
    """The files that hold more than one chart."""
    elements.heading(say("The whole pilot"), anchor="pilot")
    with st.container(horizontal=True, key="export-offers"):
        _whole_pilot(release, spoken)
    elements.heading(say("All pilots"), anchor="all")
    _offer(
        say("Annual report"),
        say("What all pilots add up to, and a page for each, by topic."),
        {name: partial(taken.annual_file, session, spoken, name) for name in ("annual.pdf", "annual.html")},
    )


def _whole_pilot(release: Release, spoken: str) -> None:
    study = release.study.id
    _offer(
        say("Slides for a talk"),
        say("Question, design, main finding, harm, limits and methods; charts to edit, notes to speak from."),
        {f"{study}.pptx": partial(taken.deck_file, release, spoken)},
    )
    _offer(
        say("Study report"),
        say("What was planned, done and found, item by item, with every table, method and limit."),
        {
            name: partial(taken.report_file, release, spoken, name)
            for name in (f"{study}.pdf", f"{study}.html")
        },
    )
    _offer(
        say("All charts"),
        say("Every chart as PNG, SVG, PDF, PPTX and CSV, with a page that shows them."),
        {f"{study}-charts.zip": partial(taken.archive_file, release, spoken)},
    )


def _offer(title: str, holds: str, files: Mapping[str, Callable[[], bytes]]) -> None:
    """One thing to take away, with a button for each file; made when it is asked for."""
    with st.container(border=True):
        st.subheader(title, anchor=False)
        elements.quiet(holds)
        with st.container(horizontal=True):
            for name, make in files.items():
                st.download_button(
                    say("Download {format}", format=name.rsplit(".", 1)[1].upper()),
                    data=make,
                    file_name=name,
                    on_click="ignore",
                    key=f"export-{name}",
                )


def _withheld(release: Release) -> None:
    elements.heading(say("What stays withheld"), anchor="withheld")
    if release.withheld:
        elements.bullets([told(sentence) for sentence in release.withheld])
    else:
        elements.says(say("Nothing: every planned figure may be shown under these rules."))


def _imprint(release: Release) -> None:
    """What every file says of itself."""
    from dashboard.slides.facts import provenance_rows

    elements.heading(say("What each file says of itself"), anchor="provenance")
    if notice := notice_text(release):
        elements.says(notice)
    what, value = say("What"), say("Value")
    elements.table(
        [{what: name, value: text} for name, text in provenance_rows(release)],
        caption=say("Where these figures come from"),
    )


PAGE = Page("export", later("Export"), "⇩", 40, render)
