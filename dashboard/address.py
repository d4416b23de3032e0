"""A page's choices, kept in the address so that they can be sent, reloaded and gone back to.

Streamlit forgets a page's widgets as soon as another page is shown, and their part of the address with them. So the
choices have a copy of their own here, and the address wins whenever somebody changed it by hand, a link, or Back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

Held = dict[str, tuple[str, ...]]

LONGEST = 80  # characters of a text


@dataclass(frozen=True, slots=True)
class Part:
    """One choice: some of `options`, just one of them (the first, if nothing is chosen), or a text."""

    name: str
    form: Literal["several", "one", "text"]
    options: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of its widget, and of what it holds."""
        return f"address-{self.name}"

    def known(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """What of `words` may be chosen."""
        if self.form == "text":
            return tuple(word[:LONGEST] for word in words[:1] if word.strip())
        found = tuple(dict.fromkeys(word for word in words if word in self.options))
        return found if self.form == "several" else found[:1]

    def put(self, words: tuple[str, ...]) -> None:
        """Show `words` in the widget."""
        value: Any = list(words) if self.form == "several" else next(iter(words), self._empty)
        st.session_state[self.key] = value

    def held(self) -> tuple[str, ...]:
        """What the widget shows; nothing for what is chosen without anybody choosing."""
        value = st.session_state[self.key]
        if self.form == "several":
            return tuple(value)
        text = (value or "").strip()
        return (text,) if text and text != self._empty else ()

    @property
    def _empty(self) -> str:
        return next(iter(self.options), "") if self.form == "one" else ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one page."""

    page: str
    parts: tuple[Part, ...]

    def settle(self) -> None:
        """Bring widgets, the kept choice and the address together, before anything is drawn."""
        there = self._address()
        if any(part.key not in st.session_state for part in self.parts):
            self._put(there or st.session_state.get(self._kept, {}))
        elif there != st.session_state.get(self._kept, {}):
            self._put(there)
        for part in self.parts:
            if (words := part.held()) != part.known(words):  # the options are others by now
                part.put(part.known(words))
        self.write()

    def write(self) -> None:
        """Put what was chosen into the address, and remember it."""
        there = self._address()
        held: Held = {part.name: words for part in self.parts if (words := part.held())}
        for part in self.parts:
            if part.name in held and held[part.name] != there.get(part.name):
                st.query_params[part.name] = list(held[part.name])
            elif part.name not in held and part.name in there:
                del st.query_params[part.name]
        st.session_state[self._kept] = held

    def clear(self) -> None:
        """Choose nothing."""
        self._put({})
        self.write()

    def held(self) -> Mapping[str, tuple[str, ...]]:
        """What was chosen, by part; parts without a choice are left out."""
        kept: Held = st.session_state[self._kept]
        return kept

    @property
    def _kept(self) -> str:
        return f"address of {self.page}"

    def _address(self) -> Held:
        named = {part.name: tuple(st.query_params.get_all(part.name)) for part in self.parts}
        return {name: words for name, words in named.items() if any(words)}

    def _put(self, found: Mapping[str, tuple[str, ...]]) -> None:
        for part in self.parts:
            part.put(part.known(tuple(found.get(part.name, ()))))
