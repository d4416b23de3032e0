"""Text of a study file reaches a page as text, whatever it holds."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

HOSTILE = '<img src=x onerror=alert(1)> ![a](http://a.b/c) **x** "'


def show(hostile: str) -> None:
    """What AppTest runs; it sees only its own arguments."""
    import streamlit as st

    from dashboard import elements

    elements.says(hostile)
    elements.quiet(hostile)
    elements.banner(hostile)
    elements.bullets([hostile])
    elements.table([{hostile: hostile}], caption=hostile)
    elements.quiet("")
    st.subheader(elements.plain(hostile))


def test_markup_in_a_study_file_is_shown_and_not_run() -> None:
    app = AppTest.from_function(show, args=(HOSTILE,)).run()
    assert not app.exception
    bodies = [element.proto.body for element in app.get("html")]
    assert len(bodies) == 5  # an empty line draws nothing
    assert not any("<img" in body for body in bodies)
    assert all("&lt;img" in body for body in bodies)


def test_markdown_in_a_study_file_is_taken_literally() -> None:
    app = AppTest.from_function(show, args=(HOSTILE,)).run()
    heading = app.subheader[0].value
    assert not re.search(r"(?<!\\)[\[\]*!<>]", heading)
    assert not re.search(r"https?\\?:", heading)  # not even a bare address becomes a link
