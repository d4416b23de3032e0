"""Compare: what stands on one axis can be compared, what does not is kept apart, and files hold what pages show."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.disclosure import Release, release
from analysis.finding import Effect
from dashboard import comparing
from dashboard.comparison import Comparison, comparisons, on_scale
from dashboard.export import exports
from dashboard.language import speaking
from dashboard.session import Pilot, Session
from tests.support import EXAMPLES, example_release

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from analysis.outcome import Outcome

BURNOUT = {"a": -3.1, "b": -1.2, "c": -4.4}  # the effect that each pilot found


def pilot(name: str, effect: float, /, *, scale: float | None = None, **outcome: Any) -> Release:
    """The peer-support pilot under another name, with another effect on its main outcome.

    `outcome` changes how that outcome was measured; `scale` is its effect in standard deviations.
    """
    made = EXAMPLES["peer-support"]()
    first, *others = made.findings
    effects = {"mean_difference": Effect(effect, effect - 2.0, effect + 2.0, se=1.0)}
    if scale is not None:
        effects["standardised_difference"] = Effect(scale, scale - 0.2, scale + 0.2, se=0.1)
    changed: Outcome = replace(first.outcome, **outcome)
    estimate = replace(first.estimate, effects=effects)
    finding = replace(first, outcome=changed, estimate=estimate)
    plan = replace(made.plan, outcomes=(changed, *made.plan.outcomes[1:]))
    facts = replace(made.study, id=f"pilot-{name}", title=f"Pilot {name}") if made.study else None
    return release(replace(made, findings=(finding, *others), plan=plan, study=facts))


def three() -> list[Release]:
    return [pilot(name, effect) for name, effect in BURNOUT.items()]


def burnout(releases: list[Release]) -> Comparison:
    return next(one for one in comparisons(releases) if one.name == "burnout")


def test_pilots_with_the_same_outcome_on_the_same_scale_stand_on_one_axis() -> None:
    found = burnout(three())
    assert [answer.release.study.id for answer in found.answers] == ["pilot-a", "pilot-b", "pilot-c"]
    assert found.apart == ()


@pytest.mark.parametrize(
    "otherwise",
    [{"unit": "points (17–85)"}, {"better": "higher"}],
    ids=["another range", "another direction"],
)
def test_an_outcome_measured_otherwise_stands_apart(otherwise: Mapping[str, Any]) -> None:
    found = burnout([*three(), pilot("d", -8.0, **otherwise)])
    assert len(found.answers) == 3
    assert [answer.release.study.id for answer in found.apart] == ["pilot-d"]


def test_the_same_label_under_another_name_is_the_same_outcome() -> None:
    found = burnout([*three(), pilot("d", -2.0, name="cbi_work", label="burnout  AT three months")])
    assert len(found.answers) == 4


def test_another_label_under_the_same_name_is_the_same_outcome() -> None:
    found = burnout([*three(), pilot("d", -2.0, label="Work-related burnout")])
    assert len(found.answers) == 4
    assert found.label == "Burnout at three months"


def test_in_standard_deviations_instruments_with_other_ranges_stand_on_one_axis() -> None:
    releases = [pilot("a", -3.0, scale=-0.3), pilot("b", -9.0, scale=-0.25, unit="points (17–85)")]
    found = burnout(releases)
    assert len(found.answers) == 1
    assert [scale.name for scale in found.scales] == ["mean_difference", "standardised_difference"]
    moved = on_scale(found, "standardised_difference")
    assert [answer.finding.effect.estimate for answer in moved.answers] == [-0.3, -0.25]
    assert moved.apart == ()


def test_the_pooled_effect_of_three_pilots_lies_where_equal_weights_put_it() -> None:
    found = burnout(three())
    assert found.why_not is None
    effects = list(BURNOUT.values())
    pooled = found.pooled()
    assert pooled.effect.estimate == pytest.approx(sum(effects) / 3)  # all have one standard error
    mean = sum(effects) / 3
    se = (sum((y - mean) ** 2 for y in effects) / 2 / 3) ** 0.5  # Hartung and Knapp's, weights being equal
    assert pooled.effect.se == pytest.approx(se)


def test_two_arms_against_one_control_are_drawn_and_not_pooled() -> None:
    found = comparisons([example_release("honeypot")])[0]
    assert len(found.answers) == 2
    assert found.why_not == "few"


def test_a_company_that_holds_more_than_half_keeps_pilots_from_being_pooled() -> None:
    first, *others = three()
    facts = [replace(one.study, company=f"platform-{i}") for i, one in enumerate(others)]
    companies = [replace(one, study=study) for one, study in zip(others, facts, strict=True)]
    assert burnout([first, *companies]).why_not is None
    same = [replace(one, study=replace(one.study, company=facts[0].company)) for one in companies]
    assert burnout([first, *same]).why_not == "companies"


def test_the_picture_the_table_and_the_file_hold_the_same_figures() -> None:
    found = burnout(three())
    pooled = found.pooled()
    drawn = " ".join(note.text for note in comparing.draw(found, pooled).layout.annotations)
    rows = list(csv.DictReader(io.StringIO(exports()["csv"].make(comparing.picture(found, pooled)).decode())))
    assert [float(row["estimate"].replace("'", "")) for row in rows[:3]] == list(BURNOUT.values())
    assert len(rows) == 4
    for row in rows:
        assert row["pilot"] in drawn
        assert f"{abs(float(row['estimate']))}" in drawn
    assert {row["studies"] for row in rows} == {"pilot-a; pilot-b; pilot-c"}
    assert all("Simulated data" in row["notice"] for row in rows)


@pytest.mark.parametrize("width", [960, 320])
@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_nothing_that_is_drawn_is_cut_off(width: int, spoken: str) -> None:
    from dashboard.drawing.typography import text_width

    with speaking(spoken):
        found = burnout(three())
        figure = comparing.draw(found, found.pooled(), width=width)
    for note in figure.layout.annotations:
        left = note.x * width - {"left": 0.0, "center": 0.5, "right": 1.0}[note.xanchor] * max(
            text_width(line, note.font.size) for line in note.text.split("<br>")
        )
        assert left >= 0
        assert 0 <= note.y <= 1


def test_a_comparison_in_words_names_every_pilot_and_its_figures() -> None:
    said = comparing.describe(burnout(three()))
    for name in BURNOUT:
        assert f"Pilot {name}" in said


def show() -> None:
    """What AppTest runs."""
    from dashboard.app import main

    main(first="compare")


def opened(store: Path, monkeypatch: pytest.MonkeyPatch, **address: str) -> AppTest:
    monkeypatch.setenv("WATCHKEEPER_STORE", str(store))
    app = AppTest.from_function(show, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_page_says_where_there_is_nothing_to_compare(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch, spoken: str
) -> None:
    app = opened(demo_store, monkeypatch, lang=spoken)  # two analysed pilots on two topics
    assert not app.exception
    assert len(app.title) == 1
    said = {"en": "nothing to compare yet", "fr": "Rien à comparer"}
    assert any(said[spoken] in part.proto.body for part in app.get("html"))
    assert not [box for box in app.selectbox if box.key == "address-outcome"]


def test_the_page_pools_when_it_is_asked_to(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    releases = three()
    pilots = tuple(Pilot(one.study.id, "analysed", one.study, one) for one in releases)
    monkeypatch.setattr(Session, "pilots", lambda _: pilots)
    app = opened(demo_store, monkeypatch, outcome="burnout")
    assert not app.exception
    assert not any("sites" in part.proto.body for part in app.get("html"))
    app.toggle(key="pool").set_value(True).run()
    assert not app.exception
    assert any("−2.90 (" in part.proto.body for part in app.get("html"))
    app.selectbox(key="address-outcome").select("resigned").run()
    assert app.query_params["outcome"] == "resigned"
    assert any("one and the same effect" in part.proto.body for part in app.get("html"))
