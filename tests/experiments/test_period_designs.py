"""Designs with periods, pairs and waves: what a study file may say of them, and the plan that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from experiments.plan import analysis_plan
from experiments.study_file import StudyFaults, read_study

if TYPE_CHECKING:
    from pathlib import Path

    from experiments.study import Study

HEAD = "study: small\ntitle: A small pilot\ntopic: moderator-wellness\ncompany: platform-a\n"
OUTCOMES = "outcomes:\n  - {id: items, role: primary, kind: count, event: decided, better: higher}\n"
WEDGE = (
    HEAD
    + """\
design:
  kind: stepped-wedge
  arms: {usual: {control: true}, blur: {label: Blurred}}
  start: 2026-03-01
  end: 2026-03-12
  period: {days: 4}
  steps: {north: 2026-03-05, south: 2026-03-09}
"""
    + OUTCOMES
)
CROSSOVER = (
    HEAD
    + """\
design:
  kind: crossover
  arms: {grey: {control: true}, blur: {}}
  start: 2026-03-01
  end: 2026-03-28
  period: {days: 14}
"""
    + OUTCOMES
)
PAIRS = (
    HEAD
    + "design: {kind: cluster, pairs: pair, arms: {usual: {control: true}, blur: {}}}\n"
    + OUTCOMES
    + "log: {attributes: [pair, site]}\n"
)
SURVEY = (
    HEAD
    + "design: {kind: individual, arms: {usual: {control: true}, blur: {}}}\n"
    + "outcomes:\n"
    + "  - {id: low, role: primary, kind: score, instrument: k6, subscale: total, better: lower, "
    + "waves: [week-4, week-8]}\n"
)


def read(folder: Path, declared: str) -> Study:
    path = folder / "study.yaml"
    path.write_text(declared)
    return read_study(path)


def faults(folder: Path, declared: str) -> list[str]:
    """The faults of a study file, without where they stand."""
    with pytest.raises(StudyFaults) as caught:
        read(folder, declared)
    return [f"{problem.path}: {problem.says}" for problem in caught.value.problems]


def test_a_stepped_wedge_names_each_clusters_first_day_under_the_treatment(tmp_path: Path) -> None:
    study = read(tmp_path, WEDGE)
    assert study.design.steps == {"north": "2026-03-05", "south": "2026-03-09"}
    assert study.design.period_days == 4
    plan = analysis_plan(study)
    assert (plan.layout, plan.stratified, plan.matched) == ("stepped", False, False)
    assert [(c.treatment, c.control) for c in plan.contrasts] == [("blur", "usual")]


def test_a_stepped_wedge_earns_causal_words_only_where_a_lot_drew_the_order(tmp_path: Path) -> None:
    assert not analysis_plan(read(tmp_path, WEDGE)).randomised
    drawn = WEDGE.replace("  steps:", "  randomised: true\n  steps:")
    assert analysis_plan(read(tmp_path, drawn)).randomised
    assert read(tmp_path, drawn).plan_hash != read(tmp_path, WEDGE).plan_hash


def test_every_arm_of_a_crossover_is_compared_with_the_control(tmp_path: Path) -> None:
    plan = analysis_plan(read(tmp_path, CROSSOVER.replace("blur: {}", "blur: {}, mute: {}")))
    assert (plan.layout, plan.randomised) == ("crossover", True)
    assert [c.treatment for c in plan.contrasts] == ["blur", "mute"]


def test_pairs_of_clusters_are_the_strata_of_a_matched_plan(tmp_path: Path) -> None:
    plan = analysis_plan(read(tmp_path, PAIRS))
    assert (plan.layout, plan.stratified, plan.matched) == ("clustered", True, True)


def test_an_outcome_with_waves_is_analysed_as_a_repeated_survey_about_its_last_wave(tmp_path: Path) -> None:
    study = read(tmp_path, SURVEY)
    assert study.outcomes[0].source.wave == "week-8"
    plan = analysis_plan(study)
    assert plan.outcomes[0].waves == ("week-4", "week-8")
    assert plan.layout_of(plan.outcomes[0]) == "repeated"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "north: 2026-03-05, south: 2026-03-09",
            "north: 2026-03-05, south: 2026-03-05",
            (
                "design.steps: all clusters change on one day, which cannot be told from the calendar, "
                "expected days apart"
            ),
        ),
        (
            "north: 2026-03-05, south: 2026-03-09",
            "north: never, south: never",
            "design.steps: no cluster ever changes, expected a first day for some of them",
        ),
        (
            "north: 2026-03-05, south: 2026-03-09",
            "north: 2026-02-01, south: 2026-03-01",
            "design.steps: every cluster has the treatment from the start on, expected some that change later",
        ),
        (
            "south: 2026-03-09",
            "south: 2026-03-13",
            "design.steps.south: 2026-03-13 is after the end, expected 2026-03-12 or an earlier day, or never",
        ),
        (
            "south: 2026-03-09",
            "south: 2026-02-31",
            'design.steps.south: found "2026-02-31", expected a day that exists, as in 2026-03-01, or never',
        ),
        (
            "days: 4",
            "days: 12",
            (
                "design.period.days: a period of 12 days leaves one period between start and end, "
                "expected two at least"
            ),
        ),
        (
            "  start: 2026-03-01\n",
            "",
            "design.start: missing, expected the first day, a day that exists, as in 2026-03-01",
        ),
        (
            "blur: {label: Blurred}}",
            "blur: {}, mute: {}}",
            (
                "design.arms: found 3 entries, expected two arms, such as {usual: {control: true}, "
                "blurred: {label: Blurred}}"
            ),
        ),
    ],
)
def test_a_wedge_that_contradicts_itself_is_told_so(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert WEDGE.count(old) == 1
    assert faults(tmp_path, WEDGE.replace(old, new)) == [expected]


@pytest.mark.parametrize(
    ("declared", "old", "new", "expected"),
    [
        (
            CROSSOVER,
            "days: 14",
            "days: 28",
            (
                "design.period.days: a period of 28 days leaves one period between start and end, "
                "expected two at least"
            ),
        ),
        (
            PAIRS,
            "pairs: pair",
            "pairs: team",
            'design.pairs: "team" is no attribute of the log, expected one of those in log.attributes',
        ),
        (
            PAIRS,
            "pairs: pair",
            "pairs: pair, strata: [site]",
            "design.strata: matched pairs are the strata already, expected either pairs or strata",
        ),
        (
            PAIRS,
            "blur: {}",
            "blur: {}, mute: {}",
            "design.pairs: a pair has one cluster in each of two arms, found 3 arms, expected two",
        ),
        (
            SURVEY,
            "waves: [week-4, week-8]",
            "waves: [week-4, week-8], wave: week-4",
            'outcomes[0].wave: found "week-4", expected the last of the waves, "week-8", or no wave',
        ),
        (
            SURVEY,
            "waves: [week-4, week-8]",
            "label: Distress",
            (
                "outcomes[0].wave: missing, expected the wave of the survey, as the log has it: at most 63 "
                "letters, digits and _ - . + < > =, but no date, address, long number or hash"
            ),
        ),
        (
            SURVEY + "covariates: [{id: b, instrument: k6, subscale: total, wave: before}]\n",
            "wave: before",
            "wave: week-4",
            'covariates[0].wave: the wave "week-4" is an outcome\'s, expected a wave before exposure',
        ),
        (
            WEDGE.replace(
                "kind: count, event: decided",
                "kind: score, instrument: k6, subscale: total, waves: [a, b, c]",
            ),
            "[a, b, c]",
            "[a, b]",
            "outcomes[0].waves: found 2 waves, expected one for each of the 3 periods, or one wave",
        ),
    ],
)
def test_periods_pairs_and_waves_that_contradict_each_other_are_named(
    tmp_path: Path, declared: str, old: str, new: str, expected: str
) -> None:
    read(tmp_path, declared)
    assert declared.count(old) == 1
    assert faults(tmp_path, declared.replace(old, new)) == [expected]
