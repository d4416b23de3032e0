"""Nothing leaves the room but through `release()`, and small counts stay inside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.about import (
    ArmLabel,
    Conduct,
    DataFacts,
    FlowStep,
    Provenance,
    Registration,
    StudyFacts,
)
from analysis.check import CheckResult
from analysis.disclosure import Release, release
from analysis.evaluation import Evaluation
from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.policy import INTERNAL, Count, Policy


def evaluation(*, events=40, n=81, missing=0, exposed=81):
    entered = Outcome("entered", "Tried to enter", "proportion")
    contrast = Contrast("warned", "control")
    effect = Effect(-0.22, -0.35, -0.08, p_value=0.002)
    arms = tuple(
        ArmFigures(arm, n, missing, {"events": events, "value": events / n}, (n, events, n - events))
        for arm in ("control", "warned")
    )
    finding = Finding(
        entered, contrast, "score_interval", True, Estimate({"risk_difference": effect}), arms, "benefit"
    )
    assigned = FlowStep("assigned", {"control": 100, "warned": 81})
    reached = FlowStep("exposed", {"control": 100, "warned": exposed})
    return Evaluation(
        plan=Plan((entered,), (contrast,), "parallel"),
        conduct=Conduct(
            {"control": 100, "warned": 81}, {"control": 1, "warned": 1}, flow=(assigned, reached)
        ),
        checks=(
            CheckResult(
                "contamination", "warn", "{n} visitors saw two arms.", {"n": 4}, statistic=3.2, p_value=0.07
            ),
        ),
        findings=(finding,),
        not_estimable=(),
        data=DataFacts("abc", 362, 181),
        provenance=Provenance("0.1.0", "3.11", {}, 1, "2026-01-01T00:00:00Z"),
        study=StudyFacts(
            "honeypot",
            "Title",
            "deterrence",
            "a",
            "individual",
            (ArmLabel("control", "No warning", True, 1), ArmLabel("warned", "Warned", False, 1)),
        ),
        registration=Registration("f00d", "2026-01-01T00:00:00Z"),
    )


def test_only_release_can_make_a_release():
    made = release(evaluation())
    with pytest.raises(TypeError, match=r"made by analysis\.disclosure\.release"):
        Release(**{name: getattr(made, name) for name in Release.__slots__ if name != "made_by"})


def test_a_bare_table_cannot_be_released():
    with pytest.raises(ValueError, match="registered study"):
        release(replace(evaluation(), study=None))


@pytest.mark.parametrize(
    ("count", "text", "value"), [(0, "0", 0), (1, "<10", None), (9, "<10", None), (10, "10", 10)]
)
def test_counts_of_one_to_nine_are_masked(count, text, value):
    assert (lambda c: (c.value, c.text))(Count.shown(count, INTERNAL)) == (value, text)


def test_large_cells_are_shown_in_full():
    arm = release(evaluation()).findings[0].arms[0]
    assert (arm.n.text, arm.events.text, arm.figures["value"]) == ("81", "40", 40 / 81)
    assert release(evaluation()).withheld == ()


@pytest.mark.parametrize("events", [4, 77])
def test_a_small_cell_hides_the_percentage_and_its_complement(events):
    made = release(evaluation(events=events))
    arm = made.findings[0].arms[0]
    assert arm.events.value is None
    assert arm.figures == {}
    assert str(events) not in arm.events.text
    assert made.withheld


def test_a_small_cell_in_one_arm_hides_the_other_arms_of_the_outcome_too():
    whole = evaluation()
    small = evaluation(events=4).findings[0].arms[1]
    one_sided = replace(whole.findings[0], arms=(whole.findings[0].arms[0], small))
    other_contrast = replace(whole.findings[0], contrast=Contrast("other", "control"))
    made = release(replace(whole, findings=(one_sided, other_contrast)))
    assert [arm.figures for finding in made.findings for arm in finding.arms] == [{}] * 4
    assert {arm.events.text for finding in made.findings for arm in finding.arms} == {"masked", "<10"}


def test_the_unmasked_figures_are_nowhere_in_a_release():
    made = release(evaluation(events=4))
    assert all(finding.finding.arms == () for finding in made.findings)
    assert "'events': 4" not in repr(made)


def test_the_sentence_of_a_check_is_written_from_masked_counts():
    assert release(evaluation()).checks[0].says == "<10 visitors saw two arms."


def test_a_statistic_that_would_give_a_masked_count_back_is_withheld_with_it():
    check = release(evaluation()).checks[0]
    assert (check.statistic, check.p_value) == (None, None)


def test_a_masked_step_of_the_flow_hides_its_total():
    step = release(evaluation(exposed=3)).flow[1]
    assert step.by_arm["warned"].text == "<10"
    assert step.total.value is None


def test_a_policy_states_its_own_threshold():
    assert Count.shown(15, Policy("stricter", threshold=20)).text == "<20"


def test_periods_of_a_series_are_no_people_and_few_of_them_are_shown():
    held = evaluation(n=8)
    arms = tuple(replace(arm, figures={"value": 3.5}, cells=()) for arm in held.findings[0].arms)
    series = replace(
        held,
        plan=replace(held.plan, layout="series"),
        findings=(replace(held.findings[0], arms=arms),),
        conduct=replace(held.conduct, flow=(FlowStep("observed", {"control": 100, "warned": 8}),)),
    )
    shown = release(series)
    assert [arm.n.text for arm in shown.findings[0].arms] == ["8", "8"]
    assert shown.flow[0].by_arm["warned"].text == "8"
    assert shown.withheld == ()
