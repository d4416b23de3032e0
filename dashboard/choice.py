"""The pilot that a page is about: chosen in the side bar or on the page, analysed if need be, or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import blocks, elements, words
from dashboard.interim import interim_text
from dashboard.language import say

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.session import Pilot, Session


def chosen_release(session: Session, *, question: str) -> Release | None:
    """The release of the chosen pilot, under its title and the page's question.

    None, with the reason drawn, where there is none.
    """
    if session.chosen is None:
        st.title(question, anchor=False)
        _offer(session)
        return None
    pilot = session.analysed(session.pilot(session.chosen))
    st.title(elements.plain(pilot.title), anchor=False)
    elements.says(question)
    if pilot.facts:
        blocks.data_banner(pilot.facts.data_are)
    if pilot.release is None:
        _say_why(pilot)
    elif pilot.release.closed:
        elements.banner(pilot.release.withheld[0])
    elif said := interim_text(pilot.release):
        elements.banner(said)
    return pilot.release


def _offer(session: Session) -> None:
    elements.says(say("Choose a pilot in the side bar, or start from the overview."))
    if not session.ids():
        elements.quiet(say("This store holds no pilot yet."))
    st.page_link(st.session_state["pages"]["overview"], label=say("Go to the overview"))


def _say_why(pilot: Pilot) -> None:
    mark = words.STATES[pilot.state]
    elements.says(pilot.fault or mark.means, before=elements.badge(mark))
    if pilot.state == "registered":
        elements.quiet(say("Load its events with: {command}", command=f"watchkeeper ingest {pilot.id} FILE"))
