"""How a running study fills up: what is told of it by day tells of nobody, and is true to five."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from analysis.about import Conduct
from analysis.disclosure import release
from analysis.policy import INTERNAL, PUBLIC, Count
from analysis.release.accrual import MOST, accrual, told_days
from analysis.release.closing import as_seen
from analysis.release.parts import ReleasedStep
from analysis.release.published import published
from dashboard.chart import charts
from tests.support import blurring

if TYPE_CHECKING:
    from analysis.evaluation import Evaluation
    from analysis.policy import Policy


def conduct(by_day: list[int], *, ended: bool = False) -> Conduct:
    """A study to which so many came on each day, first to one arm and then to the other."""
    days = tuple(f"2026-{1 + place // 28:02}-{1 + place % 28:02}" for place in range(len(by_day)))
    arms = tuple({"a": came // 2, "b": came - came // 2} for came in by_day)
    return Conduct({}, {"a": 1.0, "b": 1.0}, ended=ended, assigned_by_day=arms, assignment_days=days)


def flow(total: Count) -> list[ReleasedStep]:
    return [ReleasedStep("assigned", {}, total)]


@pytest.mark.parametrize("seed", range(40))
def test_ten_or_more_come_between_days_that_are_told_and_the_last_holds_everybody(seed: int) -> None:
    rng = random.Random(seed)
    by_day = [rng.choice((0, 1, 2, 5, 40)) for _ in range(rng.randint(1, 300))]
    by_day[0] += 1
    told = told_days(conduct(by_day))
    sums = [count for _, count in told]
    assert sums[-1] == sum(by_day)
    assert all(later - earlier >= 10 for earlier, later in pairwise([0, *sums][: len(sums)]))
    assert len(sums) == 1 or sums[-1] - sums[-2] >= 10
    assert len(told) <= MOST + 1
    whole = dict(zip(conduct(by_day).assignment_days, by_day, strict=True))
    for day, count in told:
        assert count == sum(came for when, came in whole.items() if when <= day)


@pytest.mark.parametrize("policy", [INTERNAL, PUBLIC])
def test_each_sum_is_told_as_the_middle_of_its_ten(policy: Policy) -> None:
    ran = conduct([12, 31, 17, 3, 40])
    shown = accrual(ran, policy, flow(Count(103, "103")))
    for (day, count), told in zip(told_days(ran), shown, strict=True):
        assert told.day == day
        assert told.count.form == "rounded"
        low, high = told.count.bounds
        assert low <= count <= (high or 0)
        assert (high or 0) - low == 9


@pytest.mark.parametrize("policy", [INTERNAL, PUBLIC])
def test_nothing_is_told_once_a_study_is_over_or_where_its_total_is_hidden(policy: Policy) -> None:
    by_day = [20, 30]
    assert accrual(conduct(by_day, ended=True), policy, flow(Count(50, "50"))) == ()
    assert accrual(conduct(by_day), policy, flow(Count.masked())) == ()
    assert accrual(conduct(by_day), policy, []) == ()
    assert accrual(Conduct({}, {}, ended=False), policy, flow(Count(50, "50"))) == ()


def running() -> Evaluation:
    """The peer support example as a closed study, to which as many came on each of three days."""
    found = blurring()
    assigned = found.conduct.flow[0].by_arm
    days = tuple({arm: count // 3 for arm, count in assigned.items()} for _ in range(2))
    rest = {arm: count - 2 * (count // 3) for arm, count in assigned.items()}
    ran = replace(
        found.conduct,
        ended=False,
        assigned_by_day=(*days, rest),
        assignment_days=("2026-03-02", "2026-03-03", "2026-03-05"),
    )
    study = replace(found.study, data_are="observed", end="2099-01-31") if found.study else None
    return replace(found, conduct=ran, study=study)


def test_a_closed_study_shows_how_it_fills_up_and_no_arm() -> None:
    found = running()
    made = release(found, PUBLIC)
    assert made.closed
    total = found.conduct.flow[0].total
    assert [told.day for told in made.accrual] == ["2026-03-02", "2026-03-03", "2026-03-05"]
    assert abs((made.accrual[-1].count.value or 0) - total) <= 5
    chart = charts()["accrual"]
    assert [row["assigned"] for row in chart.table(made)] == [told.count.value for told in made.accrual]
    figure = chart.draw(made, width=720)
    [line] = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert list(line.x) == [1.0, 2.0, 4.0]
    assert list(line.y) == sorted(line.y, reverse=True)  # pixels grow downwards
    for arm in made.study.arms:
        assert arm.label not in figure.to_json()
        assert arm.label not in chart.describe(made)


def test_what_is_told_is_in_the_ledger_with_the_bounds_that_a_reader_knows() -> None:
    found = running()
    made = release(found, PUBLIC)
    seen, why = as_seen(found, steward=False)
    assert why
    cells = published(seen, made).cells
    for told in made.accrual:
        assert cells[f"assigned by {told.day}"] == told.count.bounds


def test_a_study_that_is_over_has_no_such_picture() -> None:
    assert not charts()["accrual"].applies(release(blurring()))
