"""Where counts of people are rounded, no effect, check or supplement tells them after all, nor contradicts them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.about import FlowStep, Halves
from analysis.check import CheckResult
from analysis.disclosure import Release, release
from analysis.evaluation import Evaluation
from analysis.evidence import Evidence, Uncounted
from analysis.finding import ArmFigures, Effect, Estimate
from analysis.policy import policy_for
from analysis.release.scores import released_courses
from analysis.score_courses import AnsweredGroup, ScoreCourse
from analysis.supplement import Beside, Supplied, supplements
from analysis.verdict import judge
from tests.analysis.test_disclosure import evaluation

Z = 1.959963984540054
FEWEST_LEFT = 5


def newcombe(x0, n0, x1, n1):
    """Newcombe's hybrid score interval (1998, method 10), by this test's own formula."""
    centre0, half0 = wilson(x0, n0)
    centre1, half1 = wilson(x1, n1)
    p0, p1 = x0 / n0, x1 / n1
    below = np.hypot(p1 - (centre1 - half1), centre0 + half0 - p0)
    above = np.hypot(centre1 + half1 - p1, p0 - (centre0 - half0))
    return p1 - p0, p1 - p0 - below, p1 - p0 + above


def wilson(x, n):
    p = x / n
    half = Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return (p + Z**2 / (2 * n)) / (1 + Z**2 / n), half


def of_tables(control, treatment) -> Evaluation:
    """An evaluation of these people and events in two arms, its effect by Newcombe."""
    found = evaluation()
    (n0, x0), (n1, x1) = control, treatment
    effect = Effect(*(float(value) for value in newcombe(x0, n0, x1, n1)), se=0.05, p_value=0.0123)
    arms = tuple(
        ArmFigures(arm, n, 0, {"events": x, "value": x / n}, (n, x, n - x))
        for arm, (n, x) in (("control", control), ("warned", treatment))
    )
    planned = found.findings[0]
    estimate = Estimate({"risk_difference": effect, "risk_ratio": Effect(1.2345678, 1.0, 1.5)})
    verdict = judge(planned.outcome, effect)
    steps = {arm.arm: arm.n for arm in arms}
    return replace(
        found,
        findings=(replace(planned, estimate=estimate, arms=arms, verdict=verdict),),
        conduct=replace(found.conduct, flow=(FlowStep("assigned", steps), FlowStep("analysed", steps))),
        data=replace(found.data, units=n0 + n1),
        checks=(),
    )


def rounded(found: Evaluation) -> Release:
    study = replace(found.study, rounding="midpoint-10")
    return release(replace(found, study=study), policy_for(study, "public"))


def tables(seed=7, number=25):
    rng = np.random.default_rng(seed)
    people = rng.integers(41, 400, (number, 2))
    events = rng.binomial(people, rng.uniform(0.3, 0.6, (number, 2)))
    return [tuple(zip(n, x, strict=True)) for n, x in zip(people.tolist(), events.tolist(), strict=True)]


def tens(count):
    first = (count - 1) // 10 * 10 + 1
    return np.arange(first, first + 10)


@pytest.mark.parametrize(("control", "treatment"), tables())
def test_every_rounded_count_keeps_five_values_for_a_reader_who_tries_every_table(control, treatment):
    told = rounded(of_tables(control, treatment)).findings[0].effect
    n0, x0, n1, x1 = np.meshgrid(*(tens(c) for c in (*control, *treatment)), indexing="ij")
    made = newcombe(x0, n0, x1, n1)
    step = step_of((told.estimate, told.low, told.high))
    fits = np.abs(made[0] - told.estimate) <= step / 2 + 1e-9
    fits &= (made[1] >= told.low - 1e-9) & (made[1] <= told.low + step + 1e-9)
    fits &= (made[2] <= told.high + 1e-9) & (made[2] >= told.high - step - 1e-9)
    left = [len(np.unique(counts[fits])) for counts in (n0, x0, n1, x1)]
    assert min(left) >= FEWEST_LEFT, left


def step_of(figures):
    """The widest step of 1, 2 or 5 of a decimal place that all figures are multiples of: what a reader sees."""
    steps = sorted((m * 10.0**-k for k in range(6) for m in (1, 2, 5)), reverse=True)
    return next(s for s in steps if all(abs(f / s - round(f / s)) < 1e-6 for f in figures))


@pytest.mark.parametrize(("control", "treatment"), [*tables(), ((100, 4), (81, 40)), ((95, 3), (96, 12))])
def test_an_interval_told_coarsely_holds_the_whole_one_and_its_verdict_is_its_own(control, treatment):
    found = of_tables(control, treatment)
    whole = found.findings[0].effect
    for told in rounded(found).findings:
        assert told.effect.low <= whole.low <= whole.high <= told.effect.high
        assert told.finding.verdict == judge(told.finding.outcome, told.effect)


def test_a_benefit_whose_coarse_interval_reaches_no_effect_is_inconclusive():
    found = of_tables((95, 45), (96, 32))
    assert found.findings[0].verdict == "benefit"
    told = rounded(found).findings[0]
    assert told.effect.high >= 0
    assert told.finding.verdict == "inconclusive"


def test_arms_whose_rounded_shares_contradict_the_effect_are_not_shown():
    """20 of 41 and 11 of 50 both round to 15 of 45: equal shares beside a fall of 27 points."""
    arms = rounded(of_tables((41, 20), (50, 11))).findings[0].arms
    assert [(arm.figures, arm.events.form) for arm in arms] == [({}, "masked")] * 2
    arms = rounded(of_tables((95, 65), (95, 25))).findings[0].arms
    assert [arm.figures for arm in arms] == [{"value": 0.68}, {"value": 0.26}]


def test_other_methods_and_supplements_tell_no_more_of_rounded_shares():
    found = of_tables((95, 45), (96, 25))
    planned = found.findings[0]
    other = replace(planned, estimator="fisher_exact", default=False)
    bayes = Supplied(
        "bayesian", "entered", planned.contrast, "A chance of 97.3 %.", parameters={"chance": 0.973}
    )
    made = rounded(replace(found, findings=(planned, other), supplied=(bayes,)))
    assert [each.finding.default for each in made.findings] == [True]
    assert list(made.findings[0].finding.estimate.effects) == ["risk_difference"]
    assert made.findings[0].effect.p_value is None
    assert (made.supplied[0].parameters, "97" in made.supplied[0].says) == ({}, False)


def test_a_p_value_of_rounded_counts_is_told_within_limits():
    """With 3 of 41 and 9 of 45 missing, three decimals of the chi-square's p leave few pairs of small counts."""
    found = of_tables((95, 45), (96, 25))
    missing = CheckResult(
        "attrition", "warn", "Not measured: {lost} ({p}).", {"lost": 3}, {"p": "p = 0.085"}, p_value=0.085
    )
    made = rounded(replace(found, checks=(missing,)))
    assert made.checks[0].says == "Not measured: about 5 (p > 0.05)."


def test_how_far_a_rounded_study_is_is_told_to_a_tenth_of_what_was_planned():
    """With 200 planned, 50.5 % are 101 people."""
    found = of_tables((95, 45), (96, 25))
    score = replace(found.findings[0].outcome, name="score", kind="mean")
    placed = Supplied(
        "monitoring",
        score.name,
        found.findings[0].contrast,
        "At look 1 of 2 (52 % of the planned information) z is 1.20.",
        parameters={"information": 0.517, "look": 1.0},
    )
    plan = replace(found.plan, outcomes=(*found.plan.outcomes, score))
    told = rounded(replace(found, supplied=(placed,), plan=plan)).supplied[0]
    assert told.says == "At look 1 of 2 (50 % of the planned information) z is 1.20."
    assert told.parameters == {"information": 0.5, "look": 1.0}


def test_a_public_check_has_few_digits_of_its_statistic():
    """A ratio of ratios of counts with all its digits is a fraction, 32/19, whose counts can be had back."""
    halves = CheckResult(
        "novelty", "pass", "Alike ({p}).", {}, {"p": "p = 0.302"}, 32 / 19, 0.3024998, "entered"
    )
    found = replace(of_tables((95, 45), (96, 25)), checks=(halves,))
    made = release(found, policy_for(found.study, "public")).checks[0]
    assert (made.statistic, made.p_value) == (1.68, 0.3)


def test_what_happened_early_and_late_is_not_told_where_few_had_the_event_in_one_half_alone():
    """Of 25 people 20 had it early and 21 late: 4 had it early alone, which both ratios would tell."""
    found = of_tables((95, 45), (96, 25))
    early, late = {"control": 30, "warned": 20}, {"control": 28, "warned": 21}
    halves = {
        arm: Halves(95, early[arm] / 95, late[arm] / 95, 0.2, 0.2, 0.3, early[arm], late[arm])
        for arm in early
    }
    planned = found.findings[0]
    (supplied,) = supplements()["novelty"].run(
        Beside(
            found.plan,
            evidence=Evidence(planned.outcome, planned.contrast, "parallel", Uncounted(), Uncounted()),
            finding=planned,
            conduct=replace(found.conduct, halves={"entered": halves}),
        )
    )
    assert sorted(supplied.cells) == [4, 5, 15, 17, 20, 21, 28, 30]
    told = release(replace(found, supplied=(supplied,)), policy_for(found.study, "public")).supplied[0]
    assert (told.effects, told.says) == ({}, "This rests on too few people to be shown.")


def test_a_group_whose_rounded_counts_are_equal_is_not_said_to_have_answered_whole():
    """33 of 38 who were asked answered: both are about 35, and that is not everybody."""
    group = AnsweredGroup("follow-up", "control", 38, 33, None, 25.0, 23.0, 27.0, 5.0, (16, 17))
    course = ScoreCourse("burnout", "proqol-5", "wave", 0.95, 10, 50, ("follow-up",), (), (group,))
    rules = policy_for(replace(evaluation().study, rounding="midpoint-10"), "public")
    (told,) = released_courses((course,), rules, ())[0].groups
    assert (told.answered.text, told.asked.text, told.answering) == ("about 35", "about 35", None)
