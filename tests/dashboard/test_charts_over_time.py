"""Charts and sentences of designs in time, of subgroups and of supplements: what they say and what they hide."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from analysis.disclosure import release
from dashboard import telling
from dashboard.chart import available, charts
from dashboard.language import LANGUAGES, speaking
from experiments.durable import sealed, unsealed
from experiments.results import from_document, to_document
from tests.over_time import WEEKS, day, interrupted, rolled_out, split
from tests.pictures import misplaced, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.evaluation import Evaluation

MADE: dict[str, Callable[[], Evaluation]] = {
    "series": interrupted,
    "profile": rolled_out,
    "design": rolled_out,
    "subgroups": split,
}


@pytest.mark.parametrize("chart", sorted(MADE))
@pytest.mark.parametrize("width", [320, 390, 720, 960])
@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_no_text_is_clipped_and_none_lies_on_another(
    chart: str, width: int, framed: bool, spoken: str
) -> None:
    shown = release(MADE[chart]())
    assert chart in [each.name for each in available(shown)]
    with speaking(spoken):
        figure = charts()[chart].draw(shown, width=width, framed=framed)
    assert figure.layout.width == width
    assert misplaced(figure) == []


def test_every_change_is_named_with_its_effect_in_the_order_of_time() -> None:
    said = texts(charts()["series"].draw(release(interrupted())))
    assert said[0].startswith(
        "‘Flagged searches’: 0.100 percentage points lower than foretold after ‘Warning put up’; "
        "whether it moved after ‘Chatbot added’ is unclear"
    )
    named = [words for words in said if words.startswith(("Warning put up:", "Chatbot added:", "New terms"))]
    assert named == [
        "Warning put up: −0.100 (−0.140 to −0.060) percentage points",
        "New terms on the list",
        "Chatbot added: −0.050 (−0.110 to 0.010) percentage points",
    ]


def test_the_story_holds_what_was_foretold_beside_what_came() -> None:
    shown = release(interrupted())
    level, slope = (
        text.replace("\N{NO-BREAK SPACE}", " ") for text in telling.story(shown, shown.findings[0])
    )
    assert level == (
        "In the first week after ‘Warning put up’, ‘Flagged searches’ stood at 0.400 %, where its course before "
        "foretold 0.500 %: 0.100 percentage points lower (95 % interval 0.060 to 0.140)."
    )
    assert slope.startswith("Whether its slope changed as well is unclear (95 % interval −0.00200 to 0.00400")


def test_the_table_of_a_series_has_the_first_day_of_each_period() -> None:
    rows = charts()["series"].table(release(interrupted()))
    assert [row["period"] for row in rows] == [day(week) for week in range(WEEKS)]
    assert rows[25]["foretold"] == pytest.approx(0.5)
    assert rows[5]["foretold"] is None


def test_a_period_with_few_events_is_hidden_and_another_one_with_it() -> None:
    shown = release(interrupted(counts={7: 4}))
    rows = charts()["series"].table(shown)
    assert len(rows) == WEEKS - 2  # the one with 4, and one more between the same changes
    said = " ".join(texts(charts()["series"].draw(shown)))
    assert "A week that rests on too few events is not shown" in said
    assert day(7) not in [row["period"] for row in rows]
    assert all(not line.cells for found in shown.findings for line in found.finding.estimate.trace)


def test_the_profile_comes_from_the_method_that_has_one() -> None:
    shown = release(rolled_out())
    rows = charts()["profile"].table(shown)
    assert [(row["at"], row["estimate"], row["low"]) for row in rows] == [
        ("1", -1, -4),
        ("2", -2, -5),
        ("3", -3, -6),
    ]
    assert "Method: Effect by time since the switch" in texts(charts()["profile"].draw(shown))[1]


def test_who_switches_first_stands_first_and_who_never_does_last() -> None:
    rows = charts()["design"].table(release(rolled_out()))
    assert [(row["team"], row.get("Blurred until clicked")) for row in rows] == [
        ("team-b", day(4)),
        ("team-a", day(8)),
        ("team-c", None),
    ]


def test_levels_have_no_verdict_and_are_no_other_method() -> None:
    shown = release(split())
    words = texts(charts()["subgroups"].draw(shown))
    assert words.count("shrunk: −2.40 (−4.00 to −0.80) points") == 3
    assert not [text for text in words if "Unclear" in text]
    assert not shown.sensitivity(shown.default_findings()[0])


def test_a_level_with_few_people_is_withheld_whole() -> None:
    shown = release(split(fewest=9))
    everything = json.dumps(
        [charts()["subgroups"].table(shown), charts()["subgroups"].describe(shown)], default=str
    )
    assert "night" in everything
    assert "late" not in everything
    assert all("late" not in supplied.effects for supplied in shown.supplied)
    assert "Groups with fewer than 10 people in an arm are not shown." in shown.withheld


def test_nothing_of_a_supplement_is_shown_where_a_small_cell_stands_behind_it() -> None:
    found = split()
    hidden = release(replace(found, supplied=(replace(found.supplied[0], cells=(3, 40)),)))
    assert hidden.supplied[0].parameters == {}
    assert hidden.supplied[0].effects == {}
    assert "too few people" in hidden.supplied[0].says


def test_the_order_of_a_profile_survives_being_stored() -> None:
    stored = unsealed(sealed(to_document(rolled_out())))
    assert stored is not None
    other = from_document(stored).findings[1]
    assert list(other.estimate.profile) == list(rolled_out().findings[1].estimate.profile)
    assert list(unsealed(sealed({"9": 1, "10": 2})) or {}) == ["9", "10"]
