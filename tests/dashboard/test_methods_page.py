"""The methods page: each card is found by design, outcome, words and address, and its rules are those that hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from analysis.calibration.table import kept
from analysis.estimator import estimators
from analysis.layout import LAYOUTS
from analysis.policy import PUBLIC, Count
from analysis.release.shown import figures_for
from dashboard.glossary import LAYOUT_WORDS, rules
from dashboard.language import speaking
from tests.dashboard.test_pages import HONEYPOT, show, text

if TYPE_CHECKING:
    from pathlib import Path


def opened(**address: str) -> AppTest:
    app = AppTest.from_function(show, args=(address.pop("page", "methods"),), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


@pytest.fixture(autouse=True)
def _store(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_STORE", str(demo_store))


def markup(app: AppTest) -> str:
    return "".join(element.proto.body for element in app.get("html"))


def cards(app: AppTest) -> list[str]:
    """The names of the folded cards, in order."""
    return re.findall(r"<summary><strong>(.*?)</strong>", markup(app))


def rule(about: str) -> tuple[str, str]:
    """What a rule says for the research team, and for everybody."""
    row = next(row for row in rules() if about in str(row["What"]))
    return str(row["For the research team"]), str(row["For everybody"])


def test_every_layout_of_data_has_words() -> None:
    assert set(LAYOUT_WORDS) == set(LAYOUTS)


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_each_card_stands_once(spoken: str) -> None:
    found = cards(opened(lang=spoken))
    assert len(found) == len(set(found)) == len(estimators())


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_design_leaves_the_methods_that_answer_for_it(layout: str) -> None:
    wanted = [each for each in estimators().values() if layout in each.layouts]
    shown = opened(layout=layout)
    assert len(cards(shown)) == len(wanted)
    tries = len([row for row in kept() if row.estimator in {each.name for each in wanted}])
    assert [fold.label for fold in shown.expander] == [f"The table: {tries} tries"]


def test_design_outcome_and_words_narrow_down_together() -> None:
    assert cards(opened(layout="clustered", kind="mean", find="kenward")) == ["Mixed model, Kenward-Roger"]
    nothing = opened(find="no card says this")
    assert cards(nothing) == []
    assert "No estimator answers to that." in text(nothing)


def test_everything_is_shown_again_by_one_button() -> None:
    app = opened(layout="series", find="autocorrelated")
    next(button for button in app.button if button.label == "Show all estimators").click().run()
    assert len(cards(app)) == len(estimators())
    assert "layout" not in app.query_params


@pytest.mark.parametrize("name", ["newcombe", "cluster_mixed"])
def test_the_address_of_a_method_opens_its_card_before_all_others(name: str) -> None:
    app = opened(method=name)
    label = estimators()[name].label
    assert app.header[0].value.replace("\\", "") == label
    assert text(app).count(f"Method card: {label}") == 2
    next(button for button in app.button if button.label == "Close this card").click().run()
    assert text(app).count(f"Method card: {label}") == 1


def test_findings_link_to_the_cards_of_their_methods() -> None:
    study = opened(page="study", study=HONEYPOT)
    named = set(re.findall(r'href="methods\?study=[^"]*&amp;method=(\w+)"', markup(study)))
    assert named
    for name in named:
        assert opened(method=name).header[0].value.replace("\\", "") == estimators()[name].label


def test_a_method_that_is_not_there_is_left_out() -> None:
    app = opened(method="magic")
    assert not app.exception
    assert app.header[0].value == "What the words mean"


def test_the_rules_say_which_counts_are_hidden() -> None:
    about = next(str(row["What"]) for row in rules() if "Counts of" in str(row["What"]))
    most = int(re.findall(r"\d+", about)[-1])
    assert Count.shown(most, PUBLIC).value is None
    assert Count.shown(most + 1, PUBLIC).value == most + 1


def test_the_rules_say_how_many_digits_effects_have() -> None:
    few, many, people = (int(n.replace(",", "")) for n in re.findall(r"[\d,]+", rule("Digits")[1]))
    assert figures_for(people - 1) == few
    assert figures_for(people) == many


def test_the_rules_say_whom_a_share_of_everybody_is_shown() -> None:
    inside, outside = rule("Shares of nobody")
    assert inside == "Shown"
    assert outside.startswith("Not shown")


def test_the_rules_stand_on_the_page_in_french() -> None:
    with speaking("fr"):
        said = [cell for row in rules() for cell in row.values()]
    shown = " ".join(text(opened(lang="fr")).split())
    assert [cell for cell in said if " ".join(str(cell).split()) not in shown] == []
