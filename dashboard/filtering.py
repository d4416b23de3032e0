"""The overview's filters: by topic, company, status, what was found, and words of the title."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.address import LONGEST, Choices, Part
from dashboard.language import say
from dashboard.portfolio import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SEARCH = Part("search", "text")


def filters(labels: Mapping[str, Callable[[str], str]], options: Mapping[str, Sequence[str]]) -> Wanted:
    """Draw the filters in a row, and return what they let through; a button lets everything through again.

    `options` are the keys to choose from, by part; `labels` say each in words. What the address names and `options`
    do not hold is left out.
    """
    lists = {name: Part(name, "several", tuple(keys)) for name, keys in options.items()}
    choices = Choices("overview", (*lists.values(), SEARCH))
    choices.settle()
    with st.container(horizontal=True, key="filters", vertical_alignment="bottom"):
        for name, (heading, anything) in _headings().items():
            st.multiselect(
                heading,
                lists[name].options,
                format_func=labels[name],
                key=lists[name].key,
                placeholder=anything,
                on_change=choices.write,
            )
        st.text_input(
            say("Search"),
            key=SEARCH.key,
            placeholder=say("Words of the title"),
            on_change=choices.write,
            max_chars=LONGEST,
        )
    held = choices.held()
    wanted = Wanted(
        topic=held.get("topic", ()),
        company=held.get("company", ()),
        status=held.get("status", ()),
        found=held.get("found", ()),
        search=next(iter(held.get(SEARCH.name, ())), ""),
    )
    if wanted.anything:
        st.button(say("Show all pilots"), on_click=choices.clear)
    return wanted


def _headings() -> dict[str, tuple[str, str]]:
    return {
        "topic": (say("Topic"), say("All topics")),
        "company": (say("Company"), say("All companies")),
        "status": (say("Status"), say("Any status")),
        "found": (say("Found"), say("Anything")),
    }
