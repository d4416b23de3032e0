"""The planning page: what its fields ask, that it answers as the formulas do, and what cannot be asked."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.planning.answer import answer
from analysis.planning.curves import power_curve
from analysis.planning.question import Question
from dashboard import asking, planned
from dashboard.export import exports
from dashboard.language import LANGUAGES, speaking
from dashboard.planned import Planned
from experiments.faults import Fault
from tests.dashboard.test_charts import boxes
from tests.dashboard.test_pages import show, text

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
        placed = list(boxes(figure))
        for words, left, top, right, bottom in placed:
            assert left >= 0, words
            assert right <= width, words
            assert top >= 0, words
            assert bottom <= figure.layout.height, words
        for (one, *a), (other, *b) in combinations(placed, 2):
            apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
            assert apart, f"{one!r} and {other!r}"


@pytest.mark.parametrize("name", ["csv", "svg", "pptx"])
def test_the_files_of_a_plan_can_be_taken_away(name: str) -> None:
    content: Any = exports()[name].make(planned.picture(plan("cluster", "mean")))
    assert len(content) > 500
    if name == "csv":
        assert content.decode().splitlines()[0].startswith("size,icc,power,smallest_effect")
