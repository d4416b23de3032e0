"""Where counts of people are rounded, no mean, spread, interval or look gives them back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from analysis.finding import ArmFigures, Effect, Estimate, Subgroup
from analysis.policy import policy_for
from analysis.release.scores import ReleasedGroup, released_courses
from analysis.release.tens import t_near
from analysis.score_courses import AnsweredGroup, ScoreCourse
from analysis.supplement import Supplied
from analysis.verdict import judge
from tests.analysis.test_disclosure import evaluation
from tests.analysis.test_rounded_shares import rounded, tens


def half_of(n0, s0, n1, s1):
    """Half of Welch's 95 % interval, by this test's own formula."""
    a, b = s0**2 / n0, s1**2 / n1
    df = (a + b) ** 2 / (a**2 / (n0 - 1) + b**2 / (n1 - 1))
    return t.ppf(0.975, df) * np.sqrt(a + b), df


def of_scores(control, treatment):
    """An evaluation of two arms of a score: people, mean and standard deviation."""
    found = evaluation()
    outcome = replace(found.findings[0].outcome, kind="score", unit="points", better="lower")
    (n0, mean0, s0), (n1, mean1, s1) = control, treatment
    half, df = half_of(n0, s0, n1, s1)
    effect = Effect(
        mean1 - mean0, mean1 - mean0 - half, mean1 - mean0 + half, se=half / 2, df=df, p_value=0.03
    )
    arms = tuple(
        ArmFigures(arm, n, 0, {"mean": mean, "sd": sd, "value": mean}, (n,))
        for arm, (n, mean, sd) in (("control", control), ("warned", treatment))
    )
    planned = replace(
        found.findings[0],
        outcome=outcome,
        arms=arms,
        estimate=Estimate({"mean_difference": effect}, parameters={"t": 2.1234}),
        verdict=judge(outcome, effect),
    )
    return replace(
        found,
        findings=(planned,),
        plan=replace(found.plan, outcomes=(outcome,)),
        conduct=replace(found.conduct, flow=()),
        data=replace(found.data, units=n0 + n1),
        checks=(),
    )


def drawn(number=25):
    rng, made = np.random.default_rng(3), []
    for _ in range(number):
        n0, n1 = rng.integers(21, 250, 2)
        scores = [rng.binomial(40, 0.4 + 0.1 * rng.random(), n) for n in (n0, n1)]
        made.append(tuple((len(each), float(each.mean()), float(each.std(ddof=1))) for each in scores))
    return made


@pytest.mark.parametrize(("control", "treatment"), drawn())
def test_the_same_is_told_whichever_count_of_its_ten_an_arm_has(control, treatment):
    told = rounded(of_scores(control, treatment)).findings[0]
    for n0, n1 in zip(
        tens(control[0]), np.random.default_rng(1).permutation(tens(treatment[0])), strict=True
    ):
        other = rounded(of_scores((int(n0), *control[1:]), (int(n1), *treatment[1:]))).findings[0]
        assert (other.effect, other.arms) == (told.effect, told.arms)
    assert (told.effect.p_value, told.effect.se, told.finding.estimate.parameters) == (None, None, {})


@pytest.mark.parametrize(("control", "treatment"), drawn())
def test_an_interval_of_the_fewest_people_holds_that_of_all_and_its_verdict_is_its_own(control, treatment):
    found = of_scores(control, treatment)
    whole = found.findings[0].effect
    shown = rounded(found).findings[0]
    assert shown.effect.low <= whole.low <= whole.high <= shown.effect.high
    assert shown.effect.high - shown.effect.low < 1.4 * (whole.high - whole.low)
    assert shown.finding.verdict == judge(shown.finding.outcome, shown.effect)


def group(scores: np.ndarray, *, when: str = "week-4") -> AnsweredGroup:
    half = float(t.ppf(0.975, len(scores) - 1) * scores.std(ddof=1) / np.sqrt(len(scores)))
    mean = float(scores.mean())
    return AnsweredGroup(
        when,
        "control",
        len(scores),
        len(scores),
        None,
        mean,
        mean - half,
        mean + half,
        float(scores.std(ddof=1)),
    )


def told_of(*groups: AnsweredGroup, rounding: str = "midpoint-10") -> tuple[ReleasedGroup, ...]:
    course = ScoreCourse(
        "s", "S", "wave", 0.95, 0, 40, tuple(dict.fromkeys(g.when for g in groups)), (), groups
    )
    rules = policy_for(replace(evaluation().study, rounding=rounding), "public")
    return released_courses((course,), rules, ())[0].groups


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_the_mean_and_the_spread_of_whole_points_can_be_those_of_every_count_of_the_ten(share):
    rng = np.random.default_rng(int(share * 100))
    for _ in range(60):
        scores = rng.binomial(6, share, int(rng.integers(11, 120))).astype(float)
        if scores.std() == 0:
            continue
        told = told_of(group(scores))[0].figures
        steps = {name: step_of(told[name]) for name in ("mean", "sd")}
        assert all(n in counts_with(told, steps, n) for n in tens(len(scores)) if n > 1), told


def step_of(value):
    """The widest step of 1, 2 or 5 of a decimal place that a figure is a multiple of, and so may be told with."""
    steps = sorted((m * 10.0**-k for k in range(7) for m in (1, 2, 5)), reverse=True)
    return next(s for s in steps if abs(value / s - round(value / s)) < 1e-6)


def counts_with(told, steps, n):
    """Whether so many whole numbers can have the mean and the spread, from sums and sums of squares."""
    reach = np.arange(0, 6 * n + 1)
    sums = reach[np.abs(reach / n - told["mean"]) <= steps["mean"] / 2 + 1e-9]
    for total in sums:
        low, high = (
            max(told["sd"] + sign * steps["sd"] / 2, 0) ** 2 * (n - 1) + total**2 / n for sign in (-1, 1)
        )
        squares = np.arange(np.ceil(low - 1e-6), np.floor(high + 1e-6) + 1)
        if (squares % 2 == total % 2).any():
            return {n}
    return set()


def test_the_interval_of_a_group_is_made_of_what_is_told_and_holds_the_true_one():
    rng = np.random.default_rng(8)
    for _ in range(40):
        scores = rng.binomial(40, 0.5, int(rng.integers(21, 200))).astype(float)
        found = group(scores)
        told = told_of(found)[0].figures
        assert told["low"] <= found.low <= found.high <= told["high"]
        same = [told_of(replace(found, asked=n, answered=n))[0].figures for n in tens(len(scores))]
        assert all((each["low"], each["high"]) == (told["low"], told["high"]) for each in same)


def test_whole_counts_that_are_hidden_do_not_come_back_with_the_interval():
    """With 3 of 38 silent both counts are masked; half the interval over the spread would give 35."""
    scores = np.random.default_rng(1).binomial(40, 0.5, 35).astype(float)
    silent = replace(group(scores), asked=38)
    told = told_of(silent, rounding="none")[0]
    assert (told.asked.text, told.answered.text) == ("masked", "masked")
    assert told.figures == told_of(group(scores))[0].figures


def test_levels_of_an_attribute_show_no_means_whose_weighted_sum_is_everybodys():
    found = of_scores((95, 20.1, 4.0), (96, 18.2, 4.1))
    level = replace(found.findings[0], subgroup=Subgroup("country", "north"), default=False)
    made = rounded(replace(found, findings=(*found.findings, level)))
    assert [bool(each.arms[0].figures) for each in made.findings] == [True, False]


def test_of_a_look_only_its_place_and_whether_the_boundary_is_reached_is_told():
    found = of_scores((95, 20.1, 4.0), (96, 18.2, 4.1))
    planned = found.findings[0]
    says = (
        "At look 1 of 2 (52 % of the planned information) z for {treatment} against {control} is -3.21 and the "
        "boundary 2.92, which is reached: the plan lets the study stop."
    )
    figures = {
        "look": 1.0,
        "looks": 2.0,
        "information": 0.517,
        "z": -3.2123,
        "boundary_z": 2.917,
        "reached": 1.0,
    }
    look = Supplied("monitoring", planned.outcome.name, planned.contrast, says, parameters=figures)
    told = rounded(replace(found, supplied=(look,))).supplied[0]
    assert told.parameters == {"look": 1.0, "looks": 2.0, "information": 0.5, "reached": 1.0}
    assert told.says == (
        "At look 1 of 2 (50 % of the planned information) the boundary for {treatment} against {control} is "
        "reached: the plan lets the study stop."
    )


@pytest.mark.parametrize("df", [5, 9, 20, 60, 1_000])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_expansion_of_t_is_that_of_scipy_to_a_thousandth(df, level):
    assert t_near(df, level) == pytest.approx(t.ppf((1 + level) / 2, df), rel=1e-3)
