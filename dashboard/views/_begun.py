"""Where the planning page starts: from the pilot that is chosen in the side bar, or from usual values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import blocks, elements
from dashboard.language import say
from dashboard.starting import start_of
from dashboard.words.plans import FIELDS, began_design, began_text, began_without, nothing_to_begin

if TYPE_CHECKING:
    from dashboard.session import Session
    from dashboard.starting import Start

BEGAN = "planning began with"  # the pilot that the fields were last filled from


def begun(session: Session) -> Start | None:
    """The start that the chosen pilot gives, under what is said of it; None without one.

    Another pilot begins anew: what was chosen and written for the one before is left behind.
    """
    if BEGAN in st.session_state and st.session_state[BEGAN] != session.chosen:
        _forget()
    st.session_state[BEGAN] = session.chosen
    if session.chosen is None:
        elements.quiet(
            say("Suppose something, change it, and see what follows. Nothing here rests on data of anybody."),
            say("Choose a pilot in the side bar to start from its design and from what it found."),
        )
        return None
    pilot = session.pilot(session.chosen)
    if pilot.release is None or pilot.release.closed:
        elements.quiet(began_without(pilot.title))
        return None
    start = start_of(pilot.release)
    if start is None:
        elements.quiet(nothing_to_begin(pilot.title))
        return None
    blocks.data_banner(start.data_are)
    elements.quiet(began_text(pilot.title, start.outcome) if start.found else began_design(pilot.title))
    return start


def put_first(options: tuple[str, ...], wanted: str | None) -> tuple[str, ...]:
    """The options with the wanted one first: that is the one which stands there unless another is chosen.

    >>> put_first(("a", "b", "c"), "b"), put_first(("a", "b"), None)
    (('b', 'a', 'c'), ('a', 'b'))
    """
    return tuple(sorted(options, key=lambda option: option != wanted))


def _forget() -> None:
    for name in ("design", "measured", *FIELDS):
        st.query_params.pop(name, None)
        st.session_state.pop(f"address-{name}", None)
    for key in [key for key in st.session_state if str(key).startswith("address of plan ")]:
        del st.session_state[key]
