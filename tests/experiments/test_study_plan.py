"""From a study file to the analysis plan and the facts for pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.estimator import Declaration
from analysis.finding import Contrast
from analysis.layout import LAYOUTS
from experiments.design import designs
from experiments.plan import analysis_plan, plan_notes, study_facts
from experiments.study import DeclaredOutcome, Source, Window
from experiments.study_file import read_study

STUDY = read_study(Path(__file__).parent / "example.yaml")


def test_the_plan_says_what_the_file_declares():
    plan = analysis_plan(STUDY)
    assert plan.contrasts == (Contrast("ip-trace", "control"),)
    assert (plan.layout, plan.alpha, plan.adjust, plan.randomised) == ("parallel", 0.05, "holm", True)
    assert plan.covariates == ("prior_searches", "age_band")
    [outcome] = plan.outcomes
    assert (outcome.name, outcome.margin, outcome.column("value")) == ("entered_site", 0.05, "entered_site")
    assert plan.declaration(outcome) == Declaration("parallel", "proportion", covariates=True, strata=True)


def test_a_cluster_design_yields_the_clustered_layout_and_keeps_its_estimand():
    clustered = replace(
        STUDY,
        design=replace(STUDY.design, kind="cluster", strata=()),
        plan=replace(STUDY.plan, estimand="cluster-average"),
    )
    plan = analysis_plan(clustered)
    assert (plan.layout, plan.estimand, plan.stratified) == ("clustered", "cluster-average", False)


def test_every_arm_is_set_against_the_control_in_the_order_of_the_file():
    control, treated = STUDY.design.arms
    arms = (replace(treated, name="b"), control, replace(treated, name="a"))
    plan = analysis_plan(replace(STUDY, design=replace(STUDY.design, arms=arms)))
    assert plan.contrasts == (Contrast("b", "control"), Contrast("a", "control"))


@pytest.mark.parametrize(
    ("outcome", "exposure", "measure", "unit"),
    [
        ({"source": Source("click", window=Window(7 * 86_400))}, "shown", "click within 7 days after exposure", ""),
        ({"source": Source("click", window=Window(86_400))}, "assigned", "click within 1 day after assignment", ""),
        ({"source": Source("click", window=Window(5_400))}, "shown", "click within 90 minutes after exposure", ""),
        ({"source": Source("click", window=Window(session=True))}, "shown", "click in the session of exposure", ""),
        ({"source": Source("click"), "per": "day"}, "shown", "click per day after exposure", ""),
        ({"source": Source("t", "max"), "unit": "seconds"}, "shown", "largest t after exposure", "seconds"),
        (
            {"source": Source(instrument="proqol-5", subscale="burnout", wave="week 8")},
            "shown",
            "ProQOL-5 burnout at week 8",
            "points (10–50)",
        ),
        ({"source": Source("click"), "measure": "who went on"}, "shown", "who went on", ""),
    ],
)  # fmt: skip
def test_an_outcome_without_a_phrase_gets_one(outcome, exposure, measure, unit):
    declared = DeclaredOutcome(
        id="x", label="X", role="primary", kind="count", better="lower", **outcome
    )  # fmt: skip
    [planned] = analysis_plan(replace(STUDY, exposure=exposure, outcomes=(declared,))).outcomes
    assert (planned.measure, planned.unit) == (measure, unit)


def test_the_facts_for_pages_are_those_of_the_file():
    facts = study_facts(replace(STUDY, data_are="simulated", limits=("One site.",)))
    assert (facts.id, facts.design, facts.start, facts.end) == (
        "ip-warning-2026",
        "individual",
        "2026-03-01",
        "2026-05-31",
    )
    assert facts.simulated
    assert facts.limits == ("One site.",)
    assert [arm.label for arm in facts.arms] == ["No warning", "Address can be traced"]


def test_looks_without_a_planned_number_of_units_are_noted():
    assert [note.split()[0] for note in plan_notes(STUDY)] == ["plan.looks"]
    assert plan_notes(replace(STUDY, plan=replace(STUDY.plan, planned_units=4_000))) == ()
    assert plan_notes(replace(STUDY, plan=replace(STUDY.plan, looks=()))) == ()


def test_looks_subgroups_and_prior_go_into_the_analysis():
    declared = replace(STUDY.plan, planned_units=4_000, prior=(1.0, 1.0), prior_sd=0.05)
    plan = analysis_plan(replace(STUDY, plan=declared))
    assert (plan.looks, plan.spending, plan.planned_units) == ((0.5, 1.0), "obrien-fleming", 4_000)
    assert (plan.subgroups, plan.prior, plan.prior_sd) == (("country",), (1.0, 1.0), 0.05)


@pytest.mark.parametrize("name", sorted(designs()))
def test_a_design_yields_a_layout_that_exists_and_explains_itself(name):
    design = designs()[name]
    assert LAYOUTS[design.layout.name] is design.layout
    says = design.says.format(unit="moderator", cluster="team")
    assert "moderator" in says or "team" in says or not design.layout.people
    assert set(design.required) <= set(design.properties)
