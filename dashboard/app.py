"""The pages' entry: the menu, the choice of a language and of a pilot, and the page itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements
from dashboard.language import LANGUAGES, later, say, speak
from dashboard.page import FIRST, SECTIONS, Page, pages
from dashboard.session import open_session, store_folder
from dashboard.visitor import leave, visitor
from dashboard.visits import visit
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.page import Section
    from dashboard.session import Session

KEY = "study"  # of the choice, and its name in the address
LANGUAGE = "lang"  # the same for the language
SECTION_TITLES: Mapping[Section, str] = {
    "portfolio": later("All pilots"),
    "pilot": later("One pilot"),
    "reference": later("To look up"),
}


def main(*, first: str = FIRST) -> None:
    """Draw the menu and the page that the address names; the bare address shows the `first`.

    The choice of a pilot stands here and not in a page: only so does it survive a change of page.
    """
    with visit():
        _whole(first)


def _whole(first: str) -> None:
    _settle_language()
    st.set_page_config(page_title="watchkeeper", layout="wide")
    elements.style()
    elements.page_language()
    access = visitor()
    if access is None:
        return
    session = open_session(store_folder(), chosen=None, access=access)
    entries = {page.name: _entry(page, session, first=page.name == first) for page in pages()}
    st.session_state["pages"] = entries
    current = st.navigation(_menu(entries))
    st.set_page_config(page_title=_window_title(current.url_path or first))
    if _choose(session, current.url_path):
        elements.says(say("The address names a pilot that this store does not hold."))
    leave(access)
    try:
        current.run()
    except Fault as fault:
        elements.says(str(fault))
    elements.footer(say("Watchkeeper {version}", version=_version()))


def _settle_language() -> None:
    """Speak the language that the address names; a page without one is spoken as the last, and its address says so.

    Streamlit's own binding of the switch to the address knows languages by their labels, not by their keys.
    """
    named = st.query_params.get(LANGUAGE)
    wanted: str = named if named and named in LANGUAGES else st.session_state.get(LANGUAGE, "en")
    st.session_state[LANGUAGE] = wanted
    if named != wanted and not (named is None and wanted == "en"):
        st.query_params[LANGUAGE] = wanted
    speak(wanted)


def _menu(entries: Mapping[str, st.Page]) -> dict[str, list[st.Page]]:
    """The pages under the headings of the menu."""
    return {
        say(SECTION_TITLES[section]): [entries[page.name] for page in pages() if page.section == section]
        for section in SECTIONS
    }


def _entry(page: Page, session: Session, *, first: bool) -> st.Page:
    def draw() -> None:
        page.render(replace(session, chosen=st.session_state.get(KEY)))

    return st.Page(draw, title=f"{page.icon} {say(page.title)}", url_path=page.name, default=first)


def _window_title(name: str) -> str:
    """What the browser's tab and a screen reader call a page."""
    title = next((say(page.title) for page in pages() if page.name == name), "")
    return f"{title} – watchkeeper" if title else "watchkeeper"


def _choose(session: Session, page: str) -> bool:
    """The choices in the side bar. A link to another page names its pilot in the address: that one wins.

    Returns whether the address names a pilot that is not there.
    """
    try:
        ids = session.ids()
    except Fault:
        ids = ()
    wanted = st.query_params.get(KEY)
    if wanted in ids and st.session_state.get("page_before") != page:
        st.session_state[KEY] = wanted
    st.session_state["page_before"] = page
    with st.sidebar:
        st.selectbox(
            say("Pilot"),
            ids,
            index=None,
            key=KEY,
            bind="query-params",
            placeholder=say("Choose a pilot"),
        )
        st.selectbox(
            say("Language"),
            LANGUAGES,
            format_func=LANGUAGES.__getitem__,
            key=LANGUAGE,
            on_change=lambda: st.query_params.update({LANGUAGE: st.session_state[LANGUAGE]}),
        )
    return wanted is not None and wanted not in ids


@cache
def _version() -> str:
    try:
        return version("watchkeeper")
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
