"""A release in another language: the study's own words are its author's, and every figure stays."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from analysis.disclosure import Release, release
from dashboard.spoken import in_language, released_for, study_in_language
from experiments.pilot import stored_evaluation
from experiments.plan import study_facts
from experiments.store import Store
from tests import over_time, support

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def examples() -> list[Release]:
    """The releases of every small evaluation that the tests make."""
    makers = (*support.EXAMPLES.values(), over_time.interrupted, over_time.rolled_out, over_time.split)
    return [release(make()) for make in makers]


@pytest.fixture(scope="module")
def bundled(demo_store: Path) -> list[Release]:
    """The releases of the bundled pilots that are analysed."""
    store = Store(demo_store)
    kept = (stored_evaluation(store, study) for study in store.studies())
    return [release(evaluation) for evaluation in kept if evaluation]


def texts(value: object) -> Iterator[str]:
    """Every text inside a release's plain values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from texts(key)
            yield from texts(held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from texts(held)


def test_a_release_in_french_holds_no_word_of_its_study_in_english(bundled: list[Release]) -> None:
    for found in bundled:
        spoken = in_language(found, "fr")
        written = asdict(spoken)
        del written["study"]["translations"]
        held = "\n".join(texts(written))
        own = found.study.translations["fr"]
        assert len(own) > 5
        assert [text for text, said in own.items() if " " in text and text != said and text in held] == []
        assert spoken.study.title == own[found.study.title]
        assert replace(spoken.plan, outcomes=(), covariate_labels={}) == replace(
            found.plan, outcomes=(), covariate_labels={}
        )


def test_a_release_in_another_language_holds_the_same_figures(bundled: list[Release]) -> None:
    for found in (*examples(), *bundled):
        spoken = in_language(found, "fr")
        assert in_language(found, "en") is found
        for one, other in zip(found.findings, spoken.findings, strict=True):
            assert (one.arms, one.finding.verdict) == (other.arms, other.finding.verdict)
            assert one.finding.estimate.effects == other.finding.estimate.effects
        assert [list(each.effects.values()) for each in found.supplied] == [
            list(each.effects.values()) for each in spoken.supplied
        ]


def test_the_levels_of_a_subgroup_are_named_alike_where_they_are_drawn_together() -> None:
    found = release(over_time.split(fewest=400))
    french = {"fr": {"night": "nuit"}}
    spoken = in_language(replace(found, study=replace(found.study, translations=french)), "fr")
    levels = {f.finding.subgroup.level for f in spoken.findings if f.finding.subgroup}
    drawn = {label for each in spoken.supplied if each.name == "subgroups" for label in each.effects}
    assert "nuit" in drawn
    assert drawn == levels


def test_a_pilot_that_nobody_analysed_is_named_in_french_as_well(demo_store: Path) -> None:
    store = Store(demo_store)
    facts = study_facts(store.study("search-warning-sim"))
    assert study_in_language(facts, "fr").title == facts.translations["fr"][facts.title]
    assert study_in_language(facts, "en") is facts


def test_pages_and_exports_take_their_release_in_a_language_from_one_place(demo_store: Path) -> None:
    store = Store(demo_store)
    french = released_for(store, "honeypot-warnings-2022", policy="internal", spoken="fr")
    english = released_for(store, "honeypot-warnings-2022", policy="internal", spoken="en")
    assert french.arm_label("control") == "Sans avertissement"
    assert english.arm_label("control") == "No warning"
    assert french.registration == english.registration
