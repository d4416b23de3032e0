"""Overview: every pilot by topic, how far it is, and what it found, on one page."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import blocks, elements, telling, words
from dashboard.page import Page

if TYPE_CHECKING:
    from dashboard.session import Pilot, Session


def render(session: Session) -> None:
    """Draw the overview."""
    st.title("What works against child sexual abuse online?", anchor=False)
    pilots = session.pilots()
    if not pilots:
        elements.says("No pilot is registered yet.")
        elements.quiet("Register one with: watchkeeper register STUDY.yaml")
        return
    elements.quiet(
        "Every pilot in this store, with the answer to its main question. "
        "A line shows the interval: where it crosses the dashed mark, the study cannot tell."
    )
    for topic, group in groupby(sorted(pilots, key=_topic), key=_topic):
        st.header(words.topic_word(topic), anchor=False)
        for pilot in group:
            with st.container(border=True):
                _card(pilot)


def _topic(pilot: Pilot) -> str:
    return pilot.facts.topic if pilot.facts else "unreadable"


def _card(pilot: Pilot) -> None:
    st.subheader(elements.plain(pilot.title), anchor=False)
    if pilot.facts:
        blocks.data_banner(pilot.facts.data_are)
    if pilot.release is None:
        mark = words.STATES[pilot.state]
        elements.says(pilot.fault or mark.means, before=elements.badge(mark))
    else:
        blocks.short_answers(pilot.release)
        for finding in telling.of_role(pilot.release, "primary"):
            blocks.finding_drawn(pilot.release, finding)
    if pilot.facts:
        elements.link(f"See all of “{pilot.title}”", page="study", study=pilot.id)


PAGE = Page("overview", "Overview", "◎", 0, render)
