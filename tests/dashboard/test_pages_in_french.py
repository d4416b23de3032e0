"""Every page in French: it draws, and none of the English texts that have a translation is left on it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.language import CATALOGUES, entries, say, speaking
from dashboard.page import pages
from tests.dashboard.test_pages import HONEYPOT, show, text

if TYPE_CHECKING:
    from pathlib import Path

LABELLED = ("expander", "download_button", "selectbox", "multiselect", "text_input", "tab", "page_link")
STUDIES = (None, HONEYPOT, "moderator-blur-sim", "search-warning-sim")


@cache
def english() -> tuple[str, ...]:
    """What cannot stand in French by chance: every stretch of three words of a translated English text."""
    found = set()
    for file in sorted((CATALOGUES / "fr").glob("*.po")):
        for told, said in entries(file).items():
            if told != said:
                found |= {part.strip(" .,;:()‘’") for part in re.split(r"{\w+}", told)}
    return tuple(sorted(part for part in found if len(part.split()) >= 3))


def shown(app: AppTest) -> str:
    """All that is written on the page, with what stands on folds, buttons and choices."""
    labels = [getattr(element.proto, "label", "") for kind in LABELLED for element in app.get(kind)]
    return " ".join([text(app), *map(str, labels)])


def opened(page: str, store: Path, monkeypatch: pytest.MonkeyPatch, study: str | None) -> AppTest:
    monkeypatch.setenv("WATCHKEEPER_STORE", str(store))
    app = AppTest.from_function(show, args=(page,), default_timeout=60)
    app.query_params["lang"] = "fr"
    if study:
        app.query_params["study"] = study
    return app.run()


@pytest.mark.parametrize("page", [page.name for page in pages()])
@pytest.mark.parametrize("study", STUDIES)
def test_a_page_in_french_holds_no_english_that_has_a_translation(
    page: str, study: str | None, demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(page, demo_store, monkeypatch, study)
    assert not app.exception
    assert app.title
    written = shown(app)
    assert [stretch for stretch in english() if stretch in written] == []


def test_the_stretches_would_be_found_on_an_english_page(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHKEEPER_STORE", str(demo_store))
    app = AppTest.from_function(show, args=("quality",), default_timeout=60)
    app.query_params["study"] = HONEYPOT
    written = shown(app.run())
    assert [stretch for stretch in english() if stretch in written]


def test_a_figure_on_a_french_page_has_its_french_form(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("study", demo_store, monkeypatch, HONEYPOT)
    assert "22,4 points de pourcentage" in shown(app)
    with speaking("fr"):
        assert say("Did it work?") in text(app)
