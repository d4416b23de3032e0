"""A study's own instruments: what is declared of them, what is refused, and what the plan's hash covers."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.plan import analysis_plan
from experiments.study_file import StudyFaults, read_study
from tests.spec.test_odd_logs import STRAINED


def read(folder, text):
    path = folder / "study.yaml"
    path.write_text(text)
    return read_study(path)


def test_the_plan_has_the_cut_offs_the_step_and_the_baseline_of_a_score(tmp_path):
    [outcome] = analysis_plan(read(tmp_path, STRAINED)).outcomes
    assert [(cutoff.label, cutoff.at, cutoff.above) for cutoff in outcome.cutoffs] == [
        ("high strain", 12, True)
    ]
    assert (outcome.step, outcome.baseline, outcome.alpha) == (2, "strain_before", None)
    assert outcome.unit == "points (0–18)"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reversed: [4]", "reversed: [1]"),
        ("fewest: 2", "fewest: 3"),
        ("at: 12", "at: 10"),
        ("highest: 6", "highest: 8"),
    ],
)
def test_the_plans_hash_covers_the_key(tmp_path, old, new):
    assert read(tmp_path, STRAINED).plan_hash != read(tmp_path, STRAINED.replace(old, new)).plan_hash


def test_the_plans_hash_leaves_words_out(tmp_path):
    renamed = STRAINED.replace("Strain, local form", "Strain").replace("high strain", "strained")
    assert read(tmp_path, STRAINED).plan_hash == read(tmp_path, renamed).plan_hash


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("items: [1, 2, 4]", "items: [1, 2, 5]", "an item is above 4, expected numbers of the"),
        ("reversed: [4]", "reversed: [9]", "an item is above 4, expected numbers of the questionnaire's items"),
        ("highest: 6", "highest: 0", "found 0, expected more than the lowest answer, 0"),
        ("step: 2", "step: 4", "found 4, expected steps that lead from 0 to 6"),
        ("fewest: 2", "fewest: 4", "found 4, expected at most the subscale's number of items, 3"),
        ("at: 12", "at: 19", "found 19, expected a score from 0 to 18"),
        ("  strain-local:", "  phq-9:", '"phq-9" is an instrument of this version, expected a name of its own'),
        ("    items: 4", "    items: 4\n    text: [How are you?]", "unknown key"),
        ("        label: Strain\n", "        label: Strain\n        wording: How are you?\n", "unknown key"),
        ("total, wave: after", "sum, wave: after", '"sum" is no subscale of Strain, local form'),
        ("    licence: Free for all.\n", "", "missing, expected who may use the questionnaire, on one line"),
        ("subscales:\n      total:", "subscales: 3\n    other:\n      total:", "found 3, expected scores by name"),
    ],
)  # fmt: skip
def test_a_fault_of_an_own_instrument_is_named(tmp_path, old, new, fault):
    assert old in STRAINED
    with pytest.raises(StudyFaults) as found:
        read(tmp_path, STRAINED.replace(old, new))
    assert fault in str(found.value)


def test_answers_are_drawn_in_the_instruments_steps(tmp_path):
    from experiments.simulation.answers import expectation, propensity

    key = read(tmp_path, STRAINED).outcomes[0].source.key
    subscale = key.subscale("total")
    chances = propensity(key, subscale, mean=7.0, sd=3.0)
    assert expectation(key, subscale, chances) == pytest.approx(7.0)
    assert np.isclose(key.steps, 3)
