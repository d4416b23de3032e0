"""Scores over time: the figures of each wave and arm, and who must never be seen in them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from analysis.disclosure import release
from analysis.policy import INTERNAL, PUBLIC
from analysis.release.scores import joined_bands, released_courses
from analysis.score_courses import AnsweredGroup, ScoreBand, ScoreCourse, answered_group
from experiments.pilot import evaluation
from experiments.releasing import released
from experiments.store import Store
from tests.support import blurring

if TYPE_CHECKING:
    from pathlib import Path

BANDS = tuple(ScoreBand(name, low, low + 9) for name, low in (("low", 0), ("middle", 10), ("high", 20)))
ROUNDED = replace(PUBLIC, rounding="midpoint-10", change_group=20)


def group(
    answered: int = 40, *, arm: str = "a", when: str = "end", bands: tuple[int, ...] = (), **more: Any
) -> AnsweredGroup:
    known = {"asked": answered, "mean": 12.3456, "low": 10.0, "high": 14.0, "sd": 3.0, **more}
    return AnsweredGroup(when, arm, answered=answered, in_bands=bands, **known)


def course(*groups: AnsweredGroup, whens: tuple[str, ...] = ("end",), bands: Any = ()) -> ScoreCourse:
    return ScoreCourse("burnout", "Test", "wave", 0.95, 0, 29, whens, bands, groups)


def test_the_interval_of_people_one_by_one_is_the_t_interval_of_scipy() -> None:
    from scipy import stats

    scores = np.array([3.0, 9, 4, 7, np.nan, 12, 5])
    found = answered_group(scores, None, when="w", arm="a", level=0.9, bands=())
    known = scores[~np.isnan(scores)]
    low, high = stats.t.interval(0.9, len(known) - 1, known.mean(), stats.sem(known))
    assert (found.asked, found.answered) == (7, 6)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_the_interval_of_clusters_is_that_of_a_regression_on_a_constant_with_clusters() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    clusters = np.repeat([f"c{i}" for i in range(7)], [5, 9, 4, 11, 6, 8, 3])
    scores = rng.normal(20, 5, clusters.size) + np.repeat(rng.normal(0, 3, 7), [5, 9, 4, 11, 6, 8, 3])
    found = answered_group(scores, clusters, when="w", arm="a", level=0.95, bands=())
    fitted = sm.OLS(scores, np.ones(scores.size)).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.unique(clusters, return_inverse=True)[1], "use_correction": False},
    )
    from scipy import stats

    se = float(fitted.bse[0]) * math.sqrt(7 / 6)
    half = stats.t.ppf(0.975, 6) * se
    assert found.clusters == 7
    assert (found.low, found.high) == pytest.approx((scores.mean() - half, scores.mean() + half))


def test_the_bands_count_both_of_their_ends() -> None:
    scores = np.array([0.0, 9, 10, 19, 20, 29, np.nan])
    found = answered_group(scores, None, when="w", arm="a", level=0.95, bands=BANDS)
    assert found.in_bands == (2, 2, 2)


def test_a_group_of_fewer_than_ten_is_not_shown_nor_counted() -> None:
    (told,) = released_courses([course(group(9), group(10, arm="b"))], INTERNAL, set())
    small, enough = told.groups
    assert (small.figures, small.shares, small.answered.value, small.asked.value) == ({}, (), None, None)
    assert enough.figures["mean"] == 12.3456
    assert told.few == 1


def test_where_waves_tell_of_a_change_the_public_sees_no_group_below_twenty() -> None:
    two = course(group(19, when="start"), group(21), whens=("start", "end"))
    (told,) = released_courses([two], replace(PUBLIC, change_group=20), set())
    assert [bool(each.figures) for each in told.groups] == [False, True]
    one = course(group(19))
    assert released_courses([one], replace(PUBLIC, change_group=20), set())[0].groups[0].figures


@pytest.mark.parametrize(("teams", "shown"), [(1, False), (2, False), (3, True), (None, True)])
def test_the_figures_of_one_or_two_teams_are_not_shown(teams: int | None, shown: bool) -> None:
    (told,) = released_courses([course(group(60, clusters=teams))], INTERNAL, set())
    assert bool(told.groups[0].figures) is shown


def test_people_who_are_all_alike_are_not_shown() -> None:
    (told,) = released_courses([course(group(60, sd=0.0))], INTERNAL, set())
    assert told.groups[0].figures == {}


def test_bands_are_joined_in_all_groups_alike_until_each_holds_ten() -> None:
    held = course(group(63, bands=(40, 21, 2)), group(60, arm="b", bands=(15, 30, 15)), bands=BANDS)
    assert joined_bands(held, INTERNAL) == ((0,), (1, 2))
    (told,) = released_courses([held], INTERNAL, set())
    assert [band.label for band in told.bands] == ["low", "middle|high"]
    assert (told.bands[1].low, told.bands[1].high) == (10, 29)
    assert told.groups[0].shares == pytest.approx((40 / 63, 23 / 63))
    assert told.joined


def test_bands_that_cannot_be_parted_are_not_shown_at_all() -> None:
    held = course(group(40, bands=(36, 3, 1)), bands=BANDS)
    assert joined_bands(held, INTERNAL) == ()
    assert released_courses([held], INTERNAL, set())[0].groups[0].shares == ()


@pytest.mark.parametrize("policy", [INTERNAL, PUBLIC, ROUNDED])
def test_no_drawn_course_ever_shows_a_part_of_fewer_than_ten(policy: Any) -> None:
    rng = np.random.default_rng(11)
    shown = 0
    for _ in range(400):
        groups = []
        for arm in ("a", "b"):
            bands = tuple(int(n) for n in rng.poisson(rng.choice([2, 8, 30], size=3)))
            asked = sum(bands) + int(rng.integers(0, 14))
            groups.append(group(sum(bands), arm=arm, asked=asked, bands=bands))
        held = course(*groups, bands=BANDS)
        for told, true in zip(released_courses([held], policy, set())[0].groups, groups, strict=True):
            assert not told.figures or true.answered >= 10
            for part, share in zip(joined_bands(held, policy), told.shares, strict=bool(told.shares)):
                shown += 1
                people = sum(true.in_bands[place] for place in part)
                assert people >= 10
                assert true.answered - people >= 10
                assert 0 < share < 1
            if policy is PUBLIC and told.asked.value is not None and told.answered.value is not None:
                assert not 0 < told.asked.value - told.answered.value < 10
    assert shown > 100


def test_in_public_figures_have_three_digits() -> None:
    (told,) = released_courses([course(group(40))], PUBLIC, set())
    assert told.groups[0].figures["mean"] == 12.3


def test_a_release_leaves_out_the_course_of_an_outcome_that_is_withheld() -> None:
    assert released_courses([course(group(40))], PUBLIC, {"burnout"}) == ()


def test_while_a_study_is_closed_no_score_is_told() -> None:
    running = replace(blurring(), scores=(replace(course(group(40)), outcome="distress"),))
    assert release(running).scores
    assert running.study is not None
    closed = replace(
        running,
        study=replace(running.study, data_are="observed", end="2030-01-01"),
        conduct=replace(running.conduct, ended=False),
    )
    assert release(closed).closed
    assert release(closed).scores == ()


@pytest.mark.parametrize("study", ["moderator-blur-sim", "moderator-crossover-sim", "moderator-rollout-sim"])
@pytest.mark.parametrize("policy", ["internal", "public"])
def test_the_bundled_pilots_scores_can_be_released(demo_store: Path, study: str, policy: str) -> None:
    store = Store(demo_store)
    found = evaluation(store, study)
    told = released(store, study, found, policy)
    assert told.scores
    for each in told.scores:
        for left, right in pairwise(each.bands):
            assert left.high < right.low
        means = [shown.figures["mean"] for shown in each.groups if shown.figures]
        assert all(each.least < mean < each.most for mean in means)


def test_the_mean_at_the_last_wave_is_that_of_the_finding(demo_store: Path) -> None:
    found = evaluation(Store(demo_store), "moderator-blur-sim")
    for each in found.scores:
        planned = next(f for f in found.findings if f.default and f.outcome.name == each.outcome)
        arms = {arm.arm: arm for arm in planned.arms}
        for told in each.groups:
            if told.when == each.whens[-1]:
                assert told.answered == arms[told.arm].n
                assert told.asked - told.answered == arms[told.arm].missing
                assert told.mean == pytest.approx(arms[told.arm].figures["mean"])
