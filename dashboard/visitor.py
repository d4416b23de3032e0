"""Who opens the pages: the person of the login with what the claims allow, or the local researcher without one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements
from dashboard.language import later, say
from experiments.access import LOCAL, Access, configured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.policy import Role

ROLE_WORDS: Mapping[Role, str] = {
    "researcher": later("researcher"),
    "steward": later("steward"),
    "programme-manager": later("programme manager"),
    "presenter": later("presenter"),
}


def visitor() -> Access | None:
    """What the visitor may see; None, with the reason and a way to log in drawn, where that is nothing."""
    login = configured()
    if login is None:
        return LOCAL
    if not st.user.is_logged_in:
        _turned_away(say("Log in to see the pilots."))
        return None
    claims = st.user.to_dict()
    if login.is_over(claims, now=time.time()):
        _turned_away(say("Your login is over. Log in again."))
        return None
    access = login.access(claims)
    if access is None:
        _turned_away(
            say("You are logged in, but no role was given to you here. Ask whoever runs this server.")
        )
    return access


def leave(access: Access) -> None:
    """In the side bar, as what the visitor is logged in, and a button to log out; nothing without a login."""
    if configured() is None:
        return
    with st.sidebar:
        elements.quiet(say("You are logged in as: {role}", role=say(ROLE_WORDS[access.role])))
        st.button(say("Log out"), on_click=st.logout, key="log-out")


def _turned_away(reason: str) -> None:
    st.title("watchkeeper", anchor=False)
    elements.says(reason)
    if st.user.is_logged_in:
        st.button(say("Log out"), on_click=st.logout, key="log-out")
    st.button(say("Log in"), on_click=st.login, type="primary", key="log-in")
