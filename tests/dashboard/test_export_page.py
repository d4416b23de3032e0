"""The export page: what is seen there is what the file holds, by the rules that were asked for and allowed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from base64 import b64decode
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import taken
from dashboard.chart import available
from dashboard.cli import main
from dashboard.export import exports
from dashboard.session import Session, open_session
from dashboard.taken import FORMATS, Asked
from experiments.access import Access
from tests.dashboard.test_pages import HONEYPOT, show, text

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.disclosure import Release
    from analysis.policy import Role

BLUR = "moderator-blur-sim"
INSIDE = "For the research team: not for publication."


@pytest.fixture(autouse=True)
def _places(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's store and its keys, which what is for everybody is noted with."""
    monkeypatch.setenv("WATCHKEEPER_STORE", str(demo_store))
    monkeypatch.setenv("WATCHKEEPER_KEYS", str(demo_store.parent / "keys"))


def opened(study: str = HONEYPOT, **address: str) -> AppTest:
    app = AppTest.from_function(show, args=("export",), default_timeout=120)
    for name, value in {"study": study, **address}.items():
        app.query_params[name] = value
    return app.run()


def preview(app: AppTest) -> str:
    """The picture on the page, as SVG."""
    markup = "".join(element.proto.body for element in app.get("html"))
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', markup)
    return b64decode(found[1]).decode() if found else ""


def command(app: AppTest) -> list[str]:
    """The words after `watchkeeper` in the command that the page gives."""
    return str(app.code[0].value).split()[1:]


def released(store: Path, study: str = HONEYPOT, *, public: bool = True) -> Release:
    session = replace(open_session(store, chosen=study), for_everybody=public)
    release = session.pilot(study).release
    if release is None:
        raise LookupError(study)
    return release


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"chart": "design", "size": "column"},
        {"chart": "forest", "outcome": "turned_away", "size": "half", "in": "fr"},
        {"policy": "internal", "size": "slide"},
    ],
    ids=["as it opens", "narrow", "of one outcome in French", "for the research team"],
)
def test_the_preview_is_the_file_that_the_command_on_the_page_writes(
    address: dict[str, str], tmp_path: Path, demo_store: Path
) -> None:
    app = opened(format="svg", **address)
    out = tmp_path / "chart.svg"
    words = command(app)
    assert main([*words[:-1], str(out), "--store", str(demo_store), "--quiet"]) == 0
    assert preview(app) == out.read_text(encoding="utf-8")


def test_the_numbers_on_the_page_are_those_of_the_file(demo_store: Path) -> None:
    shown = text(opened(format="csv"))
    file = Asked("forest", None, "csv", "page", "en").file(released(demo_store))
    cells = {cell for row in csv.DictReader(io.StringIO(file.decode())) for cell in row.values() if cell}
    assert len(cells) > 10
    assert {cell for cell in cells if " ".join(cell.split()) not in " ".join(shown.split())} == set()


def test_files_are_for_everybody_unless_the_research_team_is_asked_for() -> None:
    assert INSIDE not in preview(opened())
    assert INSIDE in preview(opened(policy="internal"))


@pytest.mark.parametrize("role", ["programme-manager", "presenter"])
def test_who_may_not_see_the_figures_of_the_research_team_cannot_export_them(
    role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.app.visitor", lambda: Access(role))
    app = opened(policy="internal")
    assert INSIDE not in preview(app)
    assert "--policy" not in command(app)
    assert [box.label for box in app.selectbox if box.label == "For whom"] == []


def test_a_steward_gets_the_command_that_sees_what_the_steward_sees(demo_store: Path) -> None:
    inside = released(demo_store, public=False)
    looked_at = replace(inside, plan=replace(inside.plan, looks=(0.5, 1.0)))
    asked = Asked("forest", None, "svg", "page", "en", steward=True)
    assert "--as-steward" in asked.command(looked_at)
    assert "--as-steward" not in asked.command(inside)
    assert "--as-steward" not in replace(asked, steward=False).command(looked_at)


def test_the_file_speaks_another_language_than_the_page() -> None:
    app = opened(**{"in": "fr"})
    assert "What do you want to take away?" in text(app)
    assert "points de pourcentage" in preview(app)
    assert "percentage points" in preview(opened())


def test_what_is_withheld_is_said_and_rounded_counts_with_it() -> None:
    rounded = "Counts of people are rounded"
    assert rounded in text(opened(BLUR))
    assert rounded not in text(opened(BLUR, policy="internal"))


def test_the_page_says_what_each_file_says_of_itself(demo_store: Path) -> None:
    found = released(demo_store, BLUR)
    shown = text(opened(BLUR))
    assert found.registration.hash in shown
    assert found.data.hash in shown
    assert "Simulated data" in shown


def test_a_choice_that_is_not_there_is_left_out() -> None:
    app = opened(chart="no-such-chart", format="exe", size="<b>", outcome="nobody")
    assert not app.exception
    assert command(app)[-1] == f"{HONEYPOT}-forest.png"


def test_every_format_can_be_chosen_and_every_chart_drawn(demo_store: Path) -> None:
    assert set(FORMATS) == set(exports())
    for chart in available(released(demo_store)):
        assert preview(opened(chart=chart.name)).startswith("<svg")


def test_a_choice_made_on_the_page_stands_in_the_address() -> None:
    app = opened()
    next(box for box in app.selectbox if box.label == "Chart").select("design").run()
    next(box for box in app.selectbox if box.label == "Size").select("column").run()
    assert app.query_params["chart"] in ("design", ["design"])
    assert app.query_params["size"] in ("column", ["column"])
    assert preview(app) == preview(opened(chart="design", size="column"))


@pytest.mark.parametrize(("spoken", "harm"), [("en", "Did it harm?"), ("fr", "préjudice")])
def test_slides_report_and_charts_of_a_pilot_are_files_that_open(
    spoken: str, harm: str, demo_store: Path
) -> None:
    from pptx import Presentation

    found = released(demo_store)
    slides = Presentation(io.BytesIO(taken.deck_file(found, spoken))).slides
    said = " ".join(
        shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame
    )
    assert harm in said
    assert taken.report_file(found, spoken, "a.pdf").startswith(b"%PDF")
    page = taken.report_file(found, spoken, "a.html").decode()
    assert f'<html lang="{spoken}"' in page
    assert found.registration.hash in page


def test_the_archive_holds_every_chart_as_the_page_shows_it(demo_store: Path) -> None:
    found = released(demo_store)
    with zipfile.ZipFile(io.BytesIO(taken.archive_file(found, "en"))) as held:
        for chart in available(found):
            drawn = held.read(f"{chart.name}/{HONEYPOT}-{chart.name}.svg").decode()
            assert preview(opened(chart=chart.name)) == drawn


def test_the_annual_report_names_only_the_pilots_that_the_visitor_may_see(demo_store: Path) -> None:
    local = open_session(demo_store, chosen=None)
    company = released(demo_store).study.company
    one = Session(local.store, Access("presenter", frozenset({company})))
    everything = unescape(taken.annual_file(replace(local, for_everybody=True), "en", "a.html").decode())
    own = unescape(taken.annual_file(one, "en", "a.html").decode())
    blur = released(demo_store, BLUR).study.title
    assert blur in everything
    assert blur not in own
    assert released(demo_store).study.title in own
