"""The page of one pilot: its parts in a reader's order, each reached from the list at its top, in each language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.language import LANGUAGES, say, speaking
from dashboard.views.study import SECTIONS

if TYPE_CHECKING:
    from pathlib import Path

PILOTS = ("honeypot-warnings-2022", "moderator-blur-sim", "blocked-upload-sim", "warning-chatbot-sim")


def show() -> None:
    """What AppTest runs; it sees only its own arguments."""
    from dashboard.app import main

    main(first="study")


def opened(store: Path, monkeypatch: pytest.MonkeyPatch, study: str, spoken: str = "en") -> AppTest:
    monkeypatch.setenv("WATCHKEEPER_STORE", str(store))
    app = AppTest.from_function(show, default_timeout=90)
    app.query_params["study"] = study
    app.query_params["lang"] = spoken
    return app.run()


def markup(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("study", PILOTS)
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_each_link_of_the_contents_leads_to_a_heading_of_the_page(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch, study: str, spoken: str
) -> None:
    app = opened(demo_store, monkeypatch, study, spoken)
    assert not app.exception
    links = re.findall(r'href="#([\w-]+)"', markup(app))
    anchors = re.findall(r'id="([\w-]+)" class="wk-anchor"', markup(app))
    assert links == anchors
    with speaking(spoken):
        titles = [say(section.title) for section in SECTIONS if section.anchor in anchors]
    assert [header.value for header in app.header] == titles
    assert len(titles) >= 8


def test_a_pilot_with_declared_groups_and_times_to_an_event_shows_both(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(demo_store, monkeypatch, "blocked-upload-sim")
    opening = {expander.label.split(":")[0] for expander in app.expander}
    assert {"How the study was done", "Still without the event", "The effect in declared groups"} <= opening


def test_what_cannot_be_told_holds_every_declared_limit(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.store import Store

    limits = Store(demo_store).study("moderator-blur-sim").limits
    page = markup(opened(demo_store, monkeypatch, "moderator-blur-sim"))
    assert limits
    for limit in limits:
        assert limit in page
