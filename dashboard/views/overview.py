"""Overview: every pilot by topic, how far it is, what it found and whether it harmed, on one page."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements, words
from dashboard.cards import cards, reasons
from dashboard.filtering import filters
from dashboard.language import count_of, later, say
from dashboard.page import Page
from dashboard.portfolio import FOUND, UNREADABLE, entry, figures
from dashboard.words.forms import said_of
from dashboard.words.portfolio import FOUND_WORDS, invented_texts, stages_text, tally_notes, tally_text
from dashboard.words.stages import STAGE_MARKS
from experiments.progress import STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.portfolio import Entry, Figures, Wanted
    from dashboard.session import Session


def render(session: Session) -> None:
    """Draw the overview."""
    st.title(say("What works against child sexual abuse online?"), anchor=False)
    today = datetime.now(UTC).date()
    entries = sorted((entry(pilot, today=today) for pilot in session.pilots()), key=_order)
    if not entries:
        elements.says(say("No pilot is registered yet."))
        elements.quiet(say("Register one with: {command}", command="watchkeeper register STUDY.yaml"))
        return
    _first_of_all([each for each in entries if each.urgent])
    _portfolio(figures(entries))
    _invented(entries)
    wanted = _filters(entries)
    shown = [each for each in entries if wanted.fits(each)]
    _how_many(wanted, len(shown), len(entries))
    for topic, group in groupby(shown, key=lambda each: each.topic):
        _topic(topic, list(group))
    _explained()


def _explained() -> None:
    """How to read a line, and what the words for stages and verdicts mean."""
    marks = (*STAGE_MARKS.values(), *words.VERDICTS.values())
    with st.expander(say("What the words and lines mean")):
        elements.quiet(
            say(
                "A line is the interval, the mark in it the estimate. The interval holds the effects that the data "
                "agree with. Where it crosses the dashed line, the pilot cannot tell whether it worked."
            )
        )
        elements.bullets([said_of(mark.text, mark.means) for mark in marks])


def _order(each: Entry) -> tuple[str, bool, int, str]:
    """By topic; then what alarms, what runs, what is planned, and what is over."""
    return each.topic, not each.urgent, STAGES.index(each.progress.stage), each.pilot.title


def _portfolio(found: Figures) -> None:
    harm = len(found.harmful)
    tiles = (
        (say("Pilots"), words.number(found.pilots, decimals=0), stages_text(found.stages), ""),
        (say("People"), tally_text(found.people), tally_notes(found.people), ""),
        (say("Met a warning"), tally_text(found.warned), tally_notes(found.warned), ""),
        (say("Moderators"), tally_text(found.moderators), tally_notes(found.moderators), ""),
        (
            say("Pilots with harm"),
            f"▼ {words.number(harm, decimals=0)}" if harm else "0",
            say("of {count} analysed", count=words.number(found.analysed, decimals=0)),
            "wk-tile-alarm" if harm else "",
        ),
    )
    elements.html(
        '<dl class="wk-tiles">'
        + "".join(
            f'<div class="{kind}"><dt>{escape(label)}</dt><dd><strong>{escape(figure)}</strong>'
            f"<span>{escape(note)}</span></dd></div>"
            for label, figure, note, kind in tiles
        )
        + "</dl>"
    )


def _first_of_all(urgent: Sequence[Entry]) -> None:
    """Pilots that nobody may overlook, with the reason, whatever is filtered."""
    if not urgent:
        return
    items = "".join(
        f'<li><a href="{elements.address("study", study=each.pilot.id)}">{escape(each.pilot.title)}</a>: '
        f"<strong>{escape('; '.join(reasons(each)))}</strong></li>"
        for each in urgent
    )
    heading = escape(say("Look at this first"))
    elements.html(f'<div class="wk-alarm" role="note"><strong>▼ {heading}</strong><ul>{items}</ul></div>')


def _invented(entries: Sequence[Entry]) -> None:
    """Says once how many pilots rest on simulated or rebuilt data; each says so again by itself."""
    lines = invented_texts([each.pilot.facts.data_are for each in entries if each.pilot.facts])
    if lines:
        elements.banner(" ".join(lines))


def _filters(entries: Sequence[Entry]) -> Wanted:
    stages = {each.progress.stage for each in entries}
    found = {key for each in entries for key in each.found}
    return filters(
        {
            "topic": topic_text,
            "company": str,
            "status": lambda stage: STAGE_MARKS[stage].word,
            "found": lambda key: say(FOUND_WORDS[key]),
        },
        {
            "topic": sorted({each.topic for each in entries}),
            "company": sorted({each.company for each in entries if each.company}),
            "status": [stage for stage in STAGES if stage in stages],
            "found": [key for key in FOUND if key in found],
        },
    )


def _how_many(wanted: Wanted, shown: int, of: int) -> None:
    if not wanted.anything:
        return
    text = count_of("{count} of {of} pilots fits.", "{count} of {of} pilots fit.", shown, of=of)
    elements.html(f'<p class="wk-says" role="status">{escape(text)}</p>')


def _topic(topic: str, group: Sequence[Entry]) -> None:
    st.header(elements.plain(topic_text(topic)), anchor=False)
    found = figures(group)
    tallies = ((say("People"), found.people), (say("Met a warning"), found.warned))
    said = [stages_text(found.stages)]
    said += [
        say("{stage}: {count}", stage=label, count=tally_text(tally))
        for label, tally in tallies
        if tally.pilots
    ]
    elements.quiet(" · ".join(said))
    elements.html(cards(group))


def topic_text(topic: str) -> str:
    """What a topic is called; studies that cannot be read have none."""
    return say("Cannot be read") if topic == UNREADABLE else words.topic_word(topic)


PAGE = Page("overview", later("Overview"), "◎", 0, render, section="portfolio")
