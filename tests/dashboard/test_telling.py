"""A release in words: what is said of masked arms, and who took part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.about import FlowStep
from analysis.disclosure import release
from analysis.finding import ArmFigures, Effect
from dashboard import telling, words
from tests.support import blurring, example_release, honeypot, peer_support

if TYPE_CHECKING:
    from analysis.disclosure import Release

TELLTALE = "No odds ratio: an arm has nobody with the event."


def with_few_events(*, descriptive: bool = False) -> Release:
    """The honeypot with 4 of 81 events in one arm, a ratio on two more scales, and a note on cells."""
    found = honeypot()
    first = found.findings[0]
    arms = (first.arms[0], ArmFigures("ip-trace", 81, 0, {"events": 4, "value": 4 / 81}, (81, 4, 77)))
    estimate = replace(first.estimate, notes=(TELLTALE,), descriptive=descriptive)
    return release(replace(found, findings=(replace(first, arms=arms, estimate=estimate),)))


def test_masked_arms_are_told_on_one_scale_alone_because_two_would_give_them_back() -> None:
    shown = with_few_events()
    said = telling.other_scales(shown.findings[0])
    assert "percentage points" in said
    assert "ratio" not in said
    assert "odds ratio 2.64" in telling.other_scales(example_release("honeypot").findings[0])


def test_a_note_on_cells_goes_with_them_but_one_on_a_descriptive_interval_stays() -> None:
    assert telling.notes(with_few_events().findings[0]) == ()
    assert telling.notes(with_few_events(descriptive=True).findings[0]) == (TELLTALE,)


def test_the_number_of_events_is_rough_where_it_would_help_to_find_what_is_withheld() -> None:
    assert telling.events_text(example_release("honeypot")) == "441"
    assert telling.events_text(example_release("peer-support")) == "about 9,800"


def test_who_took_part_names_clusters_and_the_end_of_the_data() -> None:
    said = telling.took_part(example_release("peer-support")).replace(words.figures.SPACE, " ")
    assert said == "274 moderators in 12 teams, in 2 arms. The data end on 5 Apr 2026."
    assert telling.took_part(example_release("honeypot")) == "280 visitors in 3 arms."


def test_invented_times_are_not_said_as_the_end_of_the_data() -> None:
    found = honeypot()
    invented = replace(found, data=replace(found.data, last="2000-01-01T06:00:00+00:00"))
    assert "2000" not in telling.took_part(release(invented))


def test_a_total_that_would_give_a_small_arm_away_is_not_said() -> None:
    found = peer_support()
    small = replace(found.conduct, flow=(FlowStep("assigned", {"control": 55, "peer": 5}),))
    said = telling.took_part(release(replace(found, conduct=small)))
    assert "60" not in said
    assert "too few in one arm to say how many" in said


def test_no_finding_of_an_example_shows_a_small_share() -> None:
    masked = next(f for f in blurring().findings if f.outcome.name == "searched_help")
    shown = next(
        f for f in example_release("blurring").findings if f.finding.outcome.name == masked.outcome.name
    )
    said = telling.sentence(example_release("blurring"), shown)
    assert isinstance(shown.effect, Effect)
    assert "6.08" not in said  # 9 of 148
    assert "rest on few people, or on counts that are rounded" in said
