"""The filters of the method cards: by design, by kind of outcome, and by words, kept in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.estimator import estimators
from analysis.outcome import kinds
from dashboard.address import LONGEST, Choices, Part
from dashboard.glossary import LAYOUT_WORDS
from dashboard.language import say
from dashboard.told import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.estimator import Estimator

EVERY = "every"
FIND = Part("find", "text")
LAYOUT = Part("layout", "one", (EVERY, *LAYOUT_WORDS))


def filtered() -> tuple[str, tuple[Estimator, ...]]:
    """Draw the filters; returns the layout that was chosen, and the estimators that all of them leave."""
    kind = Part("kind", "one", (EVERY, *kinds()))
    choices = Choices("methods", (LAYOUT, kind, FIND))
    choices.settle()
    with st.container(horizontal=True, key="methods-filters", vertical_alignment="bottom"):
        _select(say("Design"), LAYOUT, choices, _layouts())
        _select(say("Outcome"), kind, choices, _kinds())
        st.text_input(
            say("Search"),
            key=FIND.key,
            placeholder=say("Words of the card"),
            on_change=choices.write,
            max_chars=LONGEST,
        )
    held = {name: chosen[0] for name, chosen in choices.held().items()}
    if held:
        st.button(say("Show all estimators"), on_click=choices.clear)
    layout = held.get("layout", EVERY)
    return layout, tuple(each for each in estimators().values() if _fits(each, held))


def _select(label: str, part: Part, choices: Choices, names: Mapping[str, str]) -> None:
    st.selectbox(label, part.options, format_func=names.__getitem__, key=part.key, on_change=choices.write)


def _layouts() -> dict[str, str]:
    return {EVERY: say("Any design"), **{name: say(text) for name, (text, _) in LAYOUT_WORDS.items()}}


def _kinds() -> dict[str, str]:
    return {EVERY: say("Any outcome"), **{name: str(told(kind.label)) for name, kind in kinds().items()}}


def _fits(estimator: Estimator, held: Mapping[str, str]) -> bool:
    return (
        held.get("layout", EVERY) in (EVERY, *estimator.layouts)
        and held.get("kind", EVERY) in (EVERY, *estimator.kinds)
        and _speaks_of(estimator, held.get("find", ""))
    )


def _speaks_of(estimator: Estimator, search: str) -> bool:
    """Whether every word that is searched stands on the card."""
    if not search:
        return True
    texts = [estimator.name, told(estimator.label), *map(told, estimator.card().values())]
    written = " ".join(texts).casefold()
    return all(word in written for word in search.casefold().split())
