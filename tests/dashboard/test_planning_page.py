"""The planning page: what its fields ask, that it answers as the formulas do, and what cannot be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.planning.answer import answer
from analysis.planning.curves import power_curve
from analysis.planning.question import Question
from analysis.policy import Count
from dashboard import asking, planned
from dashboard.export import exports
from dashboard.language import LANGUAGES, speaking
from dashboard.planned import Planned, picture
from dashboard.starting import start_of
from experiments.faults import Fault
from tests.dashboard.test_pages import HONEYPOT, show, text
from tests.pictures import misplaced
from tests.support import example_release

if TYPE_CHECKING:
    from pathlib import Path

CLOSED = [(design, kind) for design, kinds in asking.KINDS.items() for kind in kinds]
CLOSED = [(design, kind) for design, kind in CLOSED if design not in asking.SIMULATED]


def page(store: Path, monkeypatch: pytest.MonkeyPatch, **address: str) -> AppTest:
    monkeypatch.setenv("WATCHKEEPER_STORE", str(store))
    app = AppTest.from_function(show, args=("planning",), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def plan(design: str, kind: str, **given: str) -> Planned:
    found = answer(asking.question_from(design, kind, given))
    curve = power_curve(found)
    if curve is None:
        raise LookupError(design)
    return Planned(found, curve, 0.8, "0.1.0")


@pytest.mark.parametrize(("design", "kind"), CLOSED)
def test_every_design_answers_with_the_values_that_stand_in_empty_fields(design: str, kind: str) -> None:
    made = plan(design, kind)
    assert made.answer.power >= 0.8
    by_size = dict(made.curve.lines[0].points)
    assert by_size[made.answer.size] == pytest.approx(made.answer.power)
    powers = list(by_size.values())
    assert powers == sorted(powers)


@pytest.mark.parametrize(("design", "kind"), CLOSED)
def test_the_smallest_effect_at_a_size_is_found_with_the_power_aimed_at(design: str, kind: str) -> None:
    made = plan(design, kind)
    for size, effect in made.curve.smallest[5::5]:
        if effect is None:
            continue
        name = "margin" if design == "non-inferiority" else "effect"
        asked = asking.question_from(design, kind, {"size": f"{size:.0f}", name: f"{effect:.12g}"})
        assert answer(asked).power == pytest.approx(0.8, abs=1e-6)


def test_the_smallest_rate_ratio_is_found_although_none_at_all_cannot_be() -> None:
    found = answer(Question("individual", "count", base=1.5, size=238))
    assert found.effect == pytest.approx(0.8, abs=0.001)
    again = answer(Question("individual", "count", base=1.5, size=238, effect=found.effect))
    assert again.power == pytest.approx(0.8)


def test_power_of_a_t_test_is_that_of_r(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R 4.3: power.t.test(n = 20, delta = 1, sd = 1)$power is 0.8689528."""
    shown = text(page(demo_store, monkeypatch, measured="mean", sd="1", effect="-1", size="20"))
    assert "in 87 of 100 such studies" in shown
    rows = planned.table(plan("individual", "mean", sd="1", effect="-1", size="20"))
    assert [row["power"] for row in rows if row["size"] == 20] == [0.869]


def test_half_and_twice_the_likeness_inside_teams_stand_beside_the_plan() -> None:
    made = plan("cluster", "mean", icc="0.04")
    assert [line.icc for line in made.curve.lines] == pytest.approx([0.04, 0.02, 0.08])
    solid, half, twice = (dict(line.points)[made.answer.size] for line in made.curve.lines)
    assert half > solid > twice


@pytest.mark.parametrize(("written", "value"), [("0,12", 0.12), ("12 %", 0.12), ("\N{MINUS SIGN}2", -2.0)])
def test_a_number_may_be_written_as_people_write_it(written: str, value: float) -> None:
    assert asking.number_of(written, "base") == pytest.approx(value)


@pytest.mark.parametrize("written", ["x", "", "nan", "inf", "1,2,3", "<b>"])
def test_what_is_no_number_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(Fault) as refused:
        asking.number_of(written, "base")
    assert not written or f" {written}" not in str(refused.value)


@pytest.mark.parametrize("design", asking.KINDS)
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_the_page_draws_for_every_design(
    design: str, spoken: str, demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page(demo_store, monkeypatch, design=design, lang=spoken)
    assert not app.exception
    said = {"en": "What this design can and cannot show", "fr": "Ce que ce plan d’étude peut montrer"}[spoken]
    assert said in text(app)
    if design not in asking.SIMULATED:
        assert {"en": " of 100 such studies", "fr": " études de ce type sur 100"}[spoken] in text(app)


@pytest.mark.parametrize(
    "address",
    [
        {"base": "x"},
        {"base": "1.2"},
        {"effect": "0"},
        {"power": "2"},
        {"level": "5"},
        {"size": "1"},
        {"design": "cluster", "size": "2"},
        {"design": "stepped-wedge", "periods": "1"},
        {"design": "cluster", "icc": "-3"},
        {"size": "1e300"},
        {"design": "no-such", "measured": "none"},
    ],
)
def test_what_cannot_be_asked_is_a_sentence(
    address: dict[str, str], demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page(demo_store, monkeypatch, **address)
    assert not app.exception
    assert app.title
    assert "Traceback" not in text(app)


def test_a_design_without_a_formula_is_drawn_only_when_asked(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page(demo_store, monkeypatch, design="repeated")
    assert "There is no formula for this design" in text(app)
    assert "such studies" not in text(app)
    app.toggle(key="draw-studies").set_value(True).run()
    assert "such studies" in text(app)


@pytest.mark.parametrize("width", [320, 390, 720, 960])
@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_no_text_of_the_picture_is_clipped(width: int, framed: bool, spoken: str) -> None:
    for design, kind in (("cluster", "mean"), ("individual", "proportion")):
        with speaking(spoken):
            figure = planned.draw(plan(design, kind), width=width, framed=framed)
        assert figure.layout.width == width
        assert misplaced(figure) == []


@pytest.mark.parametrize("name", ["csv", "svg", "pptx"])
def test_the_files_of_a_plan_can_be_taken_away(name: str) -> None:
    content: Any = exports()[name].make(planned.picture(plan("cluster", "mean")))
    assert len(content) > 500
    if name == "csv":
        assert content.decode().splitlines()[0].startswith("size,icc,power,smallest_effect")


def test_a_pilot_gives_its_design_its_control_arms_figures_and_its_size_as_the_start() -> None:
    start = start_of(example_release("peer-support"))
    assert start is not None
    assert (start.design, start.kind, start.size) == ("cluster", "mean", 6)
    assert start.values["sd"] == 19.8
    assert start.values["icc"] == 0.06
    assert start.values["cluster_size"] == pytest.approx((131 + 127) / 12, abs=0.05)
    assert start.values["level"] == 0.95
    assert start.values["effect"] == pytest.approx(-19.8 / 3, abs=0.01)
    assert start.values_for("individual", "mean") == {"base": 48.3, "sd": 19.8, "effect": -6.6, "level": 0.95}
    assert start.values_for("cluster", "proportion") == {}
    assert start.size_for("individual", "mean") is None


def test_the_effect_goes_towards_better_and_is_the_plans_margin_where_there_is_one() -> None:
    shown = example_release("honeypot")  # more who stay away are better; 27 % of the control arm did
    start = start_of(shown)
    assert start is not None
    assert start.values["base"] == 0.27
    assert start.values["effect"] == pytest.approx(0.27 / 4, abs=0.001)
    assert start.size == 100
    findings = tuple(
        replace(f, finding=replace(f.finding, outcome=replace(f.finding.outcome, margin=0.04)))
        for f in shown.findings
    )
    with_margin = start_of(replace(shown, findings=findings))
    assert with_margin is not None
    assert with_margin.values["effect"] == 0.04


def test_a_mean_whose_spread_is_not_shown_gives_the_design_alone() -> None:
    shown = example_release("peer-support")
    findings = tuple(
        replace(f, arms=tuple(replace(arm, figures={"mean": 48.3, "value": 48.3}) for arm in f.arms))
        for f in shown.findings
    )
    start = start_of(replace(shown, findings=findings))
    assert start is not None
    assert (start.design, start.found) == ("cluster", False)
    assert not {"base", "sd", "effect"} & set(start.values)


def test_a_masked_control_arm_leaves_its_fields_at_the_usual_values() -> None:
    shown = example_release("honeypot")
    findings = tuple(
        replace(f, arms=tuple(replace(arm, figures={}, n=Count(None, "masked", "masked")) for arm in f.arms))
        for f in shown.findings
    )
    start = start_of(replace(shown, findings=findings))
    assert start is not None
    assert start.values == {"level": 0.95}
    assert start.size is None


def test_the_page_starts_from_the_pilot_that_its_address_names(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page(demo_store, monkeypatch, study=HONEYPOT)
    assert app.selectbox(key="address-design").value == "individual"
    assert app.text_input(key="address-base").placeholder == "0.27"
    shown = text(app)
    assert "This starts from the pilot" in shown
    assert "Reconstructed data." in shown
    assert "Nothing here rests on data of anybody." not in shown
    app.text_input(key="address-base").set_value("0.5").run()
    assert app.query_params["base"] == "0.5"
    app.selectbox(key="study").set_value(None).run()
    assert "base" not in app.query_params
    assert app.text_input(key="address-base").placeholder == "0.12"
    assert "Nothing here rests on data of anybody." in text(app)


def test_a_file_of_a_plan_names_the_pilot_that_it_started_from_and_that_its_data_are_invented() -> None:
    start = start_of(example_release("blurring"))
    assert start is not None
    made = picture(replace(plan("individual", "mean", sd="11", effect="-3"), start=start))
    assert made.facts["started_from"] == start.study
    assert made.facts["data_are"] == start.data_are
    assert start.study in made.imprint.source
    assert start.study in made.svg
