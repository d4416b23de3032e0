"""What everybody may see of an evaluation: whole counts or tens, few digits, nothing that gives a count back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from analysis.about import FlowStep
from analysis.check import CheckResult
from analysis.disclosure import release
from analysis.finding import ArmFigures, Subgroup
from analysis.policy import PUBLIC, Count, policy_for
from analysis.release.audit import recovered
from analysis.release.guessing import LEFT, coarse
from analysis.release.people import CHECK_HIDDEN
from analysis.release.published import published
from analysis.release.reasons import FEW_NONE_ALL, GROUPS, OUTCOMES, RESTS, WITH_WITHHELD
from analysis.release.shown import significant
from analysis.release.tables import Published, Sum
from analysis.release.withheld import Withheld
from analysis.supplement import Supplied
from tests.analysis.test_disclosure import evaluation

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.evaluation import Evaluation


def public(found: Evaluation, rounding: str = "none") -> Release:
    study = replace(found.study, rounding=rounding)
    return release(replace(found, study=study), policy_for(study, "public"))


def with_arms(found: Evaluation, *cells: tuple[int, int]) -> Evaluation:
    """The evaluation with these people and events, control first."""
    arms = tuple(
        ArmFigures(arm, n, 0, {"events": events, "value": events / n}, (n, events, n - events))
        for arm, (n, events) in zip(("control", "warned"), cells, strict=True)
    )
    steps = {arm.arm: arm.n for arm in arms}
    flow = (FlowStep("assigned", steps), FlowStep("analysed", steps))
    return replace(
        found,
        findings=tuple(replace(finding, arms=arms) for finding in found.findings),
        conduct=replace(found.conduct, flow=flow),
        data=replace(found.data, units=sum(steps.values())),
        checks=(),
    )


def test_wellness_is_rounded_and_the_rest_is_not_unless_the_study_says_so():
    study = evaluation().study
    assert policy_for(study, "public").rounding == "none"
    wellness = replace(study, topic="moderator-wellness")
    assert policy_for(wellness, "public").rounding == "midpoint-10"
    assert policy_for(replace(wellness, rounding="none"), "public").rounding == "none"
    assert policy_for(wellness, "internal").rounding == "none"


def test_rounded_counts_say_their_ten_and_nothing_of_where_in_it_they_lie():
    rounded = replace(PUBLIC, rounding="midpoint-10")
    for first in range(1, 2_000, 10):
        told = {Count.shown(count, rounded) for count in range(first, first + 10)}
        assert len(told) == 1
        assert told.pop().bounds == (first, first + 9)


def test_a_share_of_a_rounded_release_is_that_of_the_rounded_counts():
    arm = public(with_arms(evaluation(), (100, 47), (100, 26)), "midpoint-10").findings[0].arms[1]
    assert (arm.n.value, arm.events.value, arm.figures) == (95, 25, {"value": 0.26})


def several(*cells: tuple[tuple[int, int], tuple[int, int]], adjusted: float = 0.05) -> Evaluation:
    """One outcome after the other with these people and events, each with a p-value adjusted by Holm."""
    found = evaluation()
    made = []
    for place, arms in enumerate(cells):
        finding = with_arms(found, *arms).findings[0]
        outcome = replace(finding.outcome, name=f"outcome-{place}", label=f"Outcome {place}")
        made.append(replace(finding, outcome=outcome, p_adjusted=adjusted, adjusted_by="holm"))
    whole = with_arms(found, *cells[0])
    return replace(
        whole,
        findings=tuple(made),
        plan=replace(found.plan, outcomes=tuple(finding.outcome for finding in made)),
    )


def test_a_p_value_adjusted_with_that_of_a_withheld_outcome_is_not_shown():
    """By Holm, p = 0.03 beside 0.05 adjusted says that the other p-value is 0.025."""
    both = public(several(((100, 27), (81, 40)), ((100, 27), (81, 41))))
    assert [found.finding.p_adjusted for found in both.findings] == [0.05, 0.05]
    (shown,) = public(several(((100, 27), (81, 40)), ((100, 4), (81, 40)))).findings
    assert (shown.finding.p_adjusted, shown.finding.adjusted_by) == (None, "holm")
    assert shown.finding.estimate.notes[-1] == WITH_WITHHELD
    assert shown.finding.verdict == both.findings[0].finding.verdict


@pytest.mark.parametrize("events", [0, 4, 97, 100])
def test_that_nobody_or_everybody_is_counted_is_told_no_more_than_that_few_are(events):
    made = public(with_arms(evaluation(), (100, events), (81, 40)))
    assert (made.withheld[-1], made.not_estimable[0].reason) == (OUTCOMES["told"], FEW_NONE_ALL)


def all_alike():
    """An evaluation of one mean, of people who all have the same value."""
    found = with_arms(evaluation(), (100, 27), (81, 40))
    alike = tuple(
        ArmFigures(arm.arm, arm.n, 0, {"mean": 3.0, "sd": 0.0, "value": 3.0}, (arm.n,))
        for arm in found.findings[0].arms
    )
    outcome = replace(found.findings[0].outcome, kind="mean")
    estimate = replace(found.findings[0].estimate, effects={"mean_difference": found.findings[0].effect})
    finding = replace(found.findings[0], outcome=outcome, arms=alike, estimate=estimate)
    return replace(found, findings=(finding,), plan=replace(found.plan, outcomes=(outcome,)))


def test_an_outcome_of_people_all_alike_is_not_said_to_be_of_fewer_than_ten():
    made = public(all_alike())
    assert (made.withheld[-1], made.not_estimable[0].reason) == (OUTCOMES["rests"], RESTS)
    assert not any("fewer than 10" in said for said in made.withheld)


def test_groups_are_withheld_for_the_reason_that_holds():
    whole = with_arms(evaluation(), (100, 27), (81, 40))
    thin = (levels(whole, "north", (95, 23), (76, 37)), levels(whole, "south", (5, 4), (5, 3)))
    made = public(replace(whole, findings=(*whole.findings, *thin)))
    assert made.withheld[-2:] == ("Groups with fewer than 10 people in an arm are not shown.", GROUPS["told"])
    large = (levels(whole, "north", (50, 23), (40, 20)), levels(whole, "south", (50, 4), (41, 20)))
    made = public(replace(whole, findings=(*whole.findings, *large)))
    assert made.withheld[-1] == GROUPS["told"]
    assert not any("in an arm" in said for said in made.withheld)


def test_an_exact_release_withholds_an_outcome_whose_effect_would_give_a_small_count_back():
    made = public(with_arms(evaluation(), (100, 4), (81, 40)))
    assert made.findings == ()
    assert [(refused.outcome, refused.estimator) for refused in made.not_estimable] == [("entered", None)]
    assert any("fewer than 10 people" in sentence for sentence in made.withheld)


@pytest.mark.parametrize("events", [0, 100])
def test_nobody_and_everybody_are_no_share_to_be_shown(events):
    assert public(with_arms(evaluation(), (100, events), (81, 40))).findings == ()


def test_a_rounded_release_tells_such_an_effect_coarsely_and_without_the_arms():
    found = public(with_arms(evaluation(), (100, 4), (81, 40)), "midpoint-10").findings[0]
    assert [(arm.events.form, arm.figures) for arm in found.arms] == [("masked", {})] * 2
    assert found.effect.p_value is None
    assert set(found.finding.estimate.effects) == {"risk_difference"}


def test_enough_small_counts_remain_when_every_table_is_tried():
    """Newcombe's interval for every table of every size in the two tens, by this test's own formula."""
    effect = newcombe(4, 95, 30, 88)
    whole = replace(
        evaluation().findings[0].effect, estimate=effect[0], low=effect[1], high=effect[2], p_value=None
    )
    told = coarse(whole, [(95, 4), (88, 30)], of_shares=True)
    assert told is not None
    assert len(possible(whole, 1e-3)) < LEFT <= len(possible(told, step(told)))


def possible(told, width):
    """The control arm's events that some table leads to what is told."""
    found = set()
    for n0 in range(91, 101, 3):
        for n1 in range(81, 91, 3):
            for x0 in range(30):
                made = newcombe(x0, n0, np.arange(n1 + 1), n1)
                near = [
                    abs(m - t) <= width / 2
                    for m, t in zip(made, (told.estimate, told.low, told.high), strict=True)
                ]
                if np.logical_and.reduce(near).any():
                    found.add(x0)
    return found


def step(told):
    """The widest step that all three figures are multiples of."""
    figures = (told.estimate, told.low, told.high)
    steps = [m * 10.0**-k for k in range(4) for m in (5, 2, 1)]
    return next(s for s in steps if all(abs(f / s - round(f / s)) < 1e-9 for f in figures))


def newcombe(x0, n0, x1, n1):
    (low0, high0), (low1, high1) = wilson(x0, n0), wilson(x1, n1)
    p0, p1 = x0 / n0, x1 / n1
    return p1 - p0, p1 - p0 - np.hypot(p1 - low1, high0 - p0), p1 - p0 + np.hypot(high1 - p1, p0 - low0)


def wilson(x, n, z=1.959964):
    centre, half = (x + z * z / 2) / (n + z * z), z * np.sqrt(x * (n - x) / n + z * z / 4) / (n + z * z)
    return centre - half, centre + half


def test_the_flow_keeps_its_ends_where_a_step_between_would_tell_of_few():
    found = evaluation()
    arms = tuple(replace(arm, n=80, missing=8, cells=(80, 40, 40)) for arm in found.findings[0].arms)
    flow = tuple(
        FlowStep(key, {"control": n, "warned": n})
        for key, n in (("assigned", 95), ("exposed", 88), ("analysed", 80))
    )
    made = public(
        replace(
            found,
            findings=(replace(found.findings[0], arms=arms),),
            conduct=replace(found.conduct, flow=flow),
            data=replace(found.data, units=190),
            checks=(),
        )
    )
    assert [step.by_arm["warned"].text for step in made.flow] == ["95", "masked", "80"]
    assert {arm.missing.text for arm in made.findings[0].arms} == {"masked"}
    assert made.data.units.text == "190"


def test_the_number_of_units_goes_where_it_would_tell_of_those_assigned_twice():
    found = with_arms(evaluation(), (100, 27), (81, 40))
    twice = replace(found, conduct=replace(found.conduct, in_two_arms=4), data=replace(found.data, units=185))
    assert public(twice).data.units.form == "masked"
    assert public(found).data.units.value == 181


def test_a_check_that_counts_few_says_only_that():
    check = CheckResult("follow_up", "warn", "{short} of {units}.", {"short": 4, "units": 181}, statistic=3.0)
    made = public(replace(with_arms(evaluation(), (100, 27), (81, 40)), checks=(check,)))
    assert made.checks[0].says == CHECK_HIDDEN
    assert made.checks[0].statistic is None


def test_effects_have_three_figures_and_four_from_a_thousand_people_on():
    found = with_arms(evaluation(), (100, 27), (81, 40))
    long = replace(
        found.findings[0].effect, estimate=-0.223356, low=-0.353356, high=-0.081234, p_value=0.0019876
    )
    estimate = replace(found.findings[0].estimate, effects={"risk_difference": long})
    finding = replace(found.findings[0], estimate=estimate)
    told = public(replace(found, findings=(finding,))).findings[0].effect
    assert (told.estimate, told.low, told.high, told.p_value) == (-0.223, -0.353, -0.0812, 0.002)
    large = with_arms(replace(found, findings=(finding,)), (1_000, 270), (810, 400))
    assert public(large).findings[0].effect.estimate == significant(-0.223356, 4) == -0.2234


def test_instants_become_days():
    found = with_arms(evaluation(), (100, 27), (81, 40))
    data = replace(found.data, first="2026-03-02T08:11:09+00:00", last="2026-03-09T22:41:00+00:00")
    made = public(replace(found, data=data))
    assert (made.data.first, made.data.last) == ("2026-03-02", "2026-03-09")


def test_an_average_of_people_all_alike_is_withheld():
    assert public(all_alike()).findings == ()


def test_all_levels_of_an_attribute_go_where_one_is_small_and_counts_are_exact():
    whole = with_arms(evaluation(), (100, 27), (81, 40))
    north = levels(whole, "north", (95, 23), (76, 37))
    south = levels(whole, "south", (5, 4), (5, 3))
    made = public(replace(whole, findings=(*whole.findings, north, south)))
    assert [f.finding.subgroup for f in made.findings] == [None]
    rounded = public(replace(whole, findings=(*whole.findings, north, south)), "midpoint-10")
    assert [f.finding.subgroup.level for f in rounded.findings if f.finding.subgroup] == []


def test_levels_go_where_few_people_are_in_none_of_them():
    """A level of which nobody is in the other arm has no finding: everybody less the others would tell of it."""
    whole = with_arms(evaluation(), (231, 64), (135, 40))
    north = levels(whole, "north", (230, 64), (135, 40))
    both = replace(whole, findings=(*whole.findings, north))
    assert [f.finding.subgroup for f in public(both).findings] == [None]
    assert [f.finding.subgroup is None for f in public(both, "midpoint-10").findings] == [True, False]
    complete = replace(whole, findings=(*whole.findings, levels(whole, "north", (231, 64), (135, 40))))
    assert len(public(complete).findings) == 2


def levels(whole, level, *cells):
    one = with_arms(whole, *cells).findings[0]
    return replace(one, subgroup=Subgroup("country", level), default=False)


def test_a_supplement_that_counts_people_says_no_figure_where_counts_are_rounded():
    found = with_arms(evaluation(), (100, 27), (81, 40))
    contrast = found.findings[0].contrast
    counted = Supplied(
        "score_cutoffs", "entered", contrast, "27 of 100.", parameters={"reached": 27.0}, cells=(27, 40)
    )
    told = public(replace(found, supplied=(counted,)), "midpoint-10").supplied[0]
    assert "27" not in told.says
    assert told.parameters == {}
    assert public(replace(found, supplied=(counted,))).supplied[0].says == "27 of 100."


def test_two_releases_of_which_fewer_than_ten_people_changed_are_not_both_made():
    found = with_arms(evaluation(), (100, 27), (81, 40))
    study = replace(found.study, rounding="none")
    found = replace(found, study=study)
    policy = policy_for(study, "public")
    before = published(found, release(found, policy))
    release(found, policy, [before])
    fewer = replace(with_arms(found, (96, 26), (81, 40)), data=replace(found.data, hash="other", units=177))
    with pytest.raises(Withheld, match="Rule 4") as refused:
        release(fewer, policy, [before])
    assert refused.value.rule == 4
    many = replace(with_arms(found, (80, 20), (61, 30)), data=replace(found.data, hash="other", units=141))
    with pytest.raises(Withheld, match="Rule 2"):  # seven events fewer
        release(many, policy, [before])
    other = replace(with_arms(found, (80, 15), (61, 30)), data=replace(found.data, hash="other", units=141))
    assert release(other, policy, [before]).findings


def brute_force(said: Published, key: str, most: int = 12) -> int:
    """How many values a cell has over every table of whole numbers up to `most` that fits what is said."""
    keys = list(said.cells)
    grid = np.stack(np.meshgrid(*[np.arange(most + 1)] * len(keys), indexing="ij"), -1).reshape(-1, len(keys))
    fits = np.ones(len(grid), bool)
    for place, (low, high) in enumerate(said.cells.values()):
        fits &= (grid[:, place] >= low) & (grid[:, place] <= (most if high is None else high))
    for each in said.sums:
        total = sum(by * grid[:, keys.index(name)] for name, by in each.terms)
        fits &= (total >= each.low) & (total <= each.high)
    return len(np.unique(grid[fits][:, keys.index(key)]))


def test_the_audit_finds_what_trying_every_table_finds():
    rng = np.random.default_rng(5)
    verdicts = set()
    for _ in range(60):
        parts = dict(zip("abc", rng.integers(0, 5, 3).tolist(), strict=True))
        whole = sum(parts.values())
        masks = rng.random(3) < 0.6
        cells = {
            key: (0, 12) if hide else (count, count)
            for (key, count), hide in zip(parts.items(), masks, strict=True)
        }
        cells["all"] = (whole, whole) if rng.random() < 0.6 else (max(whole - 4, 0), min(whole + 5, 12))
        small = tuple(key for key, count in parts.items() if count and cells[key] == (0, 12))
        total = Sum((("all", 1.0), ("a", -1.0), ("b", -1.0), ("c", -1.0)), 0.0, 0.0)
        said = Published("d", "p", "public", False, {"units": whole}, cells, small, (total,))
        expected = [key for key in small if brute_force(said, key) < LEFT]
        assert recovered([said]) == expected
        verdicts.add(bool(expected))
    assert verdicts == {True, False}
