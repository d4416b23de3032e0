"""Figures at a planned look: every page, file and slide says that they are, and what they allow."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from analysis.disclosure import release
from analysis.looks.planned import planned_looks
from analysis.policy import INTERNAL, PUBLIC
from analysis.supplement import Supplied
from dashboard.chart import charts
from dashboard.interim import interim_text, notice_text, share_measured, where_it_stands
from dashboard.language import LANGUAGES, say, speaking
from dashboard.monitored import result_rows, standing
from dashboard.words import harmed_text, worked_text
from dashboard.words.looks import may_it_stop
from experiments.bundled import pilots
from tests.dashboard.test_pages import open_page, text
from tests.support import blurring

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.disclosure import Release

NAME = "helpline-banner-sim"
AT_SECOND = {"look": 2.0, "looks": 3.0, "information": 0.5, "boundary_z": 2.95, "harm_boundary_z": 2.07}
INTERIM = {
    "en": "Interim figures, at look 2 of 3: the study still runs, and they can change.",
    "fr": "Chiffres provisoires, à l’analyse 2 sur 3 : l’étude est en cours, et ils peuvent changer.",
}


def looked_at(z: float = 1.0, *, policy: Any = INTERNAL, closed: bool = False, **figures: float) -> Release:
    """The three-armed example at the second of three looks, with one z for every finding."""
    found = blurring()
    plan = replace(found.plan, looks=(0.25, 0.5, 1.0), spending="obrien-fleming", planned_units=1000)
    told = {**AT_SECOND, "z": z, "reached": 0.0, "harm_reached": 0.0, **figures}
    supplied = tuple(
        Supplied("monitoring", f.outcome.name, f.contrast, "At look 2.", parameters=told)
        for f in found.findings
        if f.default and f.subgroup is None
    )
    study = replace(found.study, data_are="observed", end=None) if found.study else None
    running = replace(
        found,
        plan=plan,
        study=study,
        looks=planned_looks(plan),
        supplied=() if closed else supplied,
        conduct=replace(found.conduct, ended=False),
    )
    return release(running, policy)


@pytest.mark.parametrize(
    ("figures", "stands", "word"),
    [
        ({}, "going on", "No: no boundary is reached"),
        ({"harm_reached": 1.0}, "harm", "It has to"),
        ({"look": 0.0}, "closed", "Not to be seen yet"),
        ({"look": 3.0}, "over", "This was the last look"),
    ],
)
def test_the_page_says_first_whether_the_study_may_stop(
    figures: dict[str, float], stands: Any, word: str
) -> None:
    made = looked_at(**figures)
    assert standing(made) == stands
    assert may_it_stop(standing(made)).startswith(word)


def test_only_a_gain_on_the_main_question_lets_a_study_stop_for_benefit() -> None:
    for z in (-3.1, 3.1):
        made = looked_at(z, reached=1.0)
        main = next(f for f in made.default_findings() if f.finding.outcome.role == "primary")
        gain = (z < 0) is (main.finding.outcome.better == "lower")
        assert standing(made) == ("benefit" if gain else "going on")


def test_a_closed_study_says_that_it_runs_and_how_far_it_is_and_nothing_else() -> None:
    made = looked_at(closed=True)
    assert made.closed
    assert standing(made) == "closed"
    assert result_rows(made) == []
    assert notice_text(made).startswith("This study still runs")
    assert where_it_stands(made) == "over"
    share = share_measured(made)
    assert share == pytest.approx((made.flow[-1].total.value or 0) / 1000)
    drawn = charts()["looks"].draw(made)
    assert any(annotation.text.startswith("so far: ") for annotation in drawn.layout.annotations)
    assert not [trace for trace in drawn.data if trace.marker.symbol in ("diamond", "circle")]


def test_each_result_stands_between_its_boundaries_in_the_direction_that_is_better() -> None:
    made, rows = looked_at(-1.25), 0
    better = {outcome.label: outcome.better for outcome in made.plan.outcomes}
    for row in result_rows(made):
        assert (row["Benefit from"], row["Harm from"]) == ("2.95", "−2.07")
        lower = better[str(row["Outcome"])] == "lower"
        assert row["z, upwards is better"] == ("1.25" if lower else "−1.25")
        rows += 1
    assert rows > 4
    assert "Asked for support" not in {row["Outcome"] for row in result_rows(made)}  # too few people


def test_the_short_answers_decide_nothing_before_the_last_look() -> None:
    made = looked_at()
    assert where_it_stands(made) == "going on"
    told: dict[str, Any] = {"stands": "going on"}
    assert worked_text(["inconclusive"], randomised=True, failed=False, **told).startswith("Not decided yet")
    assert harmed_text(["inconclusive"], elsewhere=False, declared=True, **told).startswith("Not decided yet")
    reached = harmed_text(["inconclusive"], elsewhere=False, declared=True, stands="harm")
    assert reached == "It seems so: the boundary for harm is reached."
    assert worked_text(["inconclusive"], randomised=True, failed=False) == "Unclear."


@pytest.mark.parametrize("policy", [INTERNAL, PUBLIC])
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_file_of_a_look_says_that_its_figures_can_change(policy: Any, spoken: str) -> None:
    from dashboard.reports.study import study_report
    from dashboard.scene import imprint
    from dashboard.slides.brand import Brand
    from dashboard.slides.deck import deck

    made = looked_at(policy=policy)
    with speaking(spoken):
        told = interim_text(made)
        assert told.replace("\xa0", " ") == INTERIM[spoken]
        assert told in imprint(made).notice
        report = study_report(made)
        assert told in report.notice
        assert say("Looks before the end") in [section.title for section in report.sections]
        framed = " ".join(a.text for a in charts()["forest"].draw(made).layout.annotations)
        slides = zipfile.ZipFile(BytesIO(deck(made, Brand())))
    first_word = told.split(",")[0]
    assert first_word in framed.replace("<br>", " ")
    shown = [name for name in slides.namelist() if name.startswith("ppt/slides/slide")]
    assert shown
    for name in shown:
        assert first_word in slides.read(name).decode("utf-8"), name


def test_figures_of_the_last_look_say_nothing_of_the_kind() -> None:
    assert interim_text(looked_at(look=3.0)) == ""


@pytest.fixture(scope="module")
def running_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the bundled pilot that still runs, analysed."""
    from experiments.pilot import evaluation, ingest, register
    from experiments.store import Store

    filled = Store(tmp_path_factory.mktemp("running") / "store")
    pilot = next(pilot for pilot in pilots() if pilot.name == NAME)
    register(filled, pilot.study_file, reason=None)
    ingest(filled, NAME, pilot.logs)
    evaluation(filled, NAME)
    return filled.path


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("page", ["study", "monitoring", "quality", "export"])
def test_every_page_of_a_running_pilot_says_so(
    page: str, spoken: str, running_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = _page(page, running_store, monkeypatch, spoken)
    assert INTERIM[spoken] in shown
    if page == "monitoring":
        first = {"en": "No: no boundary is reached", "fr": "Non : aucun seuil n’est atteint"}
        assert first[spoken] in shown
        for figure in ("2.68", "2.95", "−2.07"):
            assert (figure if spoken == "en" else figure.replace(".", ",")) in shown


@pytest.mark.parametrize(
    ("spoken", "stage"), [("en", "At planned look 2 of 3"), ("fr", "analyse prévue 2 sur 3")]
)
def test_the_overview_shows_at_which_look_a_pilot_is(
    spoken: str, stage: str, running_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stage in _page("overview", running_store, monkeypatch, spoken)


def _page(page: str, store: Path, monkeypatch: pytest.MonkeyPatch, spoken: str) -> str:
    """What stands on a page, in a language."""
    from streamlit.testing.v1 import AppTest

    from tests.dashboard.test_pages import show

    study = None if page == "overview" else NAME
    if spoken == "en":
        return text(open_page(page, store, monkeypatch, study=study))
    monkeypatch.setenv("WATCHKEEPER_STORE", str(store))
    app = AppTest.from_function(show, args=(page,), default_timeout=60)
    app.query_params["lang"] = spoken
    if study:
        app.query_params["study"] = study
    return text(app.run())
