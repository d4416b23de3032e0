"""Every page, run as Streamlit runs it, on a store with pilots at every stage."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from analysis.calibration.table import kept
from analysis.estimator import estimators
from analysis.refused import refused
from dashboard import words
from dashboard.page import pages

if TYPE_CHECKING:
    from pathlib import Path

HONEYPOT = "honeypot-warnings-2022"


def show(first: str) -> None:
    """What AppTest runs; it sees only its own arguments."""
    from dashboard.app import main

    main(first=first)


def open_page(
    name: str, store: Path, monkeypatch: pytest.MonkeyPatch, *, study: str | None = None
) -> AppTest:
    monkeypatch.setenv("WATCHKEEPER_STORE", str(store))
    app = AppTest.from_function(show, args=(name,), default_timeout=60)
    if study:
        app.query_params["study"] = study
    return app.run()


def text(app: AppTest) -> str:
    """All that is written on the page, without its markup."""
    parts = [
        element.value for kind in ("title", "header", "subheader", "markdown") for element in app.get(kind)
    ]
    parts += [re.sub("<[^>]+>", " ", element.proto.body) for element in app.get("html")]
    return unescape(" ".join(parts)).replace(words.figures.SPACE, " ").replace("\\", "")


@pytest.mark.parametrize("page", [page.name for page in pages()])
@pytest.mark.parametrize("study", [None, HONEYPOT, "moderator-blur-sim", "search-warning-sim"])
def test_every_page_draws_for_pilots_at_every_stage(
    page: str, study: str | None, demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(page, demo_store, monkeypatch, study=study)
    assert not app.exception
    assert app.title
    assert "None" not in text(app)


def test_the_overview_shows_every_pilot_with_its_answer(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(open_page("overview", demo_store, monkeypatch))
    assert "Deterrence" in shown
    assert "Moderator wellness" in shown
    assert shown.count("Did it work?") >= 2
    assert "22.4 percentage points" in shown
    assert "Was to begin on 12 Jan 2026; no data yet" in shown
    assert "Simulated data" in shown
    assert "Reconstructed data" in shown


def test_the_study_page_shows_the_published_odds_ratios(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(open_page("study", demo_store, monkeypatch, study=HONEYPOT))
    assert "odds ratio 2.64" in shown
    assert "odds ratio 2.99" in shown
    assert "Reconstructed data" in shown


def test_a_loaded_pilot_is_analysed_when_its_page_is_opened(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(open_page("study", demo_store, monkeypatch, study="honeypot-warnings-2024"))
    assert "Did it work?" in shown
    assert "Approximate data" in shown


def test_without_a_choice_the_pages_of_a_pilot_ask_for_one(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in ("study", "quality"):
        assert "Choose a pilot" in text(open_page(page, demo_store, monkeypatch))


def test_the_quality_page_says_what_each_check_found(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(open_page("quality", demo_store, monkeypatch, study="moderator-blur-sim"))
    assert "Sample ratio" in shown
    assert "What a failure would mean" in shown


def test_the_methods_page_holds_the_card_of_every_estimator(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(open_page("methods", demo_store, monkeypatch))
    for estimator in estimators().values():
        assert f"Method card: {estimator.label}" in shown


def test_the_methods_page_shows_how_often_each_estimator_errs_and_what_is_refused(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(open_page("methods", demo_store, monkeypatch))
    for name in {row.estimator for row in kept()}:
        assert f"How often it errs: {estimators()[name].label}" in shown
    for method in refused().values():
        assert method.label in unescape(shown)


def test_an_address_with_an_unknown_pilot_says_so(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page("study", demo_store, monkeypatch, study="no-such-pilot")
    assert not app.exception
    assert "The address names a pilot that this store does not hold." in text(app)
    assert "does not hold" not in text(open_page("study", demo_store, monkeypatch, study=HONEYPOT))


def test_the_study_page_says_at_a_glance_whether_how_sure_and_how_many(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = text(open_page("study", demo_store, monkeypatch, study="moderator-blur-sim"))
    short = shown[shown.index("Did it work?") : shown.index("Who took part?") + 120]
    assert "Yes." in short
    assert re.search(r"fell by [\d.]+ points \(95 % interval", short)
    assert "180 moderators in 12 teams, in 2 arms. The data end on 3 May 2026." in short
    assert "No check found a problem." in short


def in_short(name: str) -> None:
    """What AppTest runs: the short answers of an example."""
    from dashboard import blocks
    from tests.support import example_release

    blocks.short_answers(example_release(name), with_figures=True)


@pytest.mark.parametrize(("name", "links"), [("honeypot", 0), ("peer-support", 1)])
def test_a_check_that_found_something_is_linked_to(name: str, links: int) -> None:
    app = AppTest.from_function(in_short, args=(name,)).run()
    assert not app.exception
    drawn = "".join(part.proto.body for part in app.get("html"))
    assert drawn.count('<a href="quality?study=peer-support') == links


def test_an_empty_store_says_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "watchkeeper register" in text(open_page("overview", tmp_path / "none", monkeypatch))


def test_a_damaged_study_is_a_sentence_not_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "registration.json").write_text("{}", encoding="utf-8")
    for page in ("overview", "study"):
        app = open_page(page, tmp_path, monkeypatch, study="broken")
        assert not app.exception
        assert words.STATES["broken"].word in text(app)


def test_pages_import_no_statistics_package() -> None:
    program = (
        "import sys, dashboard.app, dashboard.page; dashboard.page.pages();"
        "heavy = [m for m in ('statsmodels', 'scipy.stats', 'pandas', 'duckdb') if m in sys.modules];"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
