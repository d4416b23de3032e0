"""Rank sums, permuted counts and strata, against scipy, statsmodels and counting everything out."""

from __future__ import annotations

from itertools import combinations
from math import log

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from analysis.chance.count_permutation import shuffled
from analysis.checks.sample_ratio import exact_binomial, exact_multinomial
from analysis.estimator import Settings, estimators
from analysis.evidence import Evidence
from analysis.figures.rank_sums import difference_at, median_difference, rank_sum
from analysis.finding import Contrast, Estimate
from analysis.gathering import gather
from analysis.layout import PARALLEL
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.table import UnitTable


def evidence(kind: str, treated, **columns) -> Evidence:
    frame = pd.DataFrame({"arm": np.where(treated, "b", "a"), **columns})
    return gather(UnitTable(frame, PARALLEL), Outcome("y", "Y", kind), Contrast("b", "a"))


def fit(name: str, held: Evidence, *, level: float = 0.95) -> Estimate:
    return estimators()[name].fit(held, Settings(level=level))


@pytest.mark.parametrize("sizes", [(1, 1), (7, 4), (30, 21)])
def test_differences_in_order_are_found_without_making_them_all(sizes):
    rng = np.random.default_rng(1)
    for decimals in (0, 1, 9):
        x, y = (rng.normal(size=size).round(decimals) for size in sizes)
        every = np.sort((x[:, None] - y).ravel())
        found = [difference_at(x, y, place) for place in range(1, every.size + 1)]
        assert found == pytest.approx(every.tolist(), abs=1e-12)
        assert median_difference(x, y) == pytest.approx(np.median(every), abs=1e-12)


@pytest.mark.parametrize("corrected", [False, True])
def test_the_rank_sum_is_scipys(corrected):
    rng = np.random.default_rng(2)
    x, y = rng.poisson(3, 40).astype(float), rng.poisson(4, 31).astype(float)
    theirs = stats.mannwhitneyu(x, y, use_continuity=corrected, method="asymptotic")
    ours = rank_sum(x, y)
    assert (ours.larger, ours.p_value(corrected=corrected)) == pytest.approx(
        (theirs.statistic, theirs.pvalue)
    )


def test_few_units_are_counted_out():
    rng = np.random.default_rng(3)
    y, treated = rng.normal(size=13).round(2), np.arange(13) < 6
    found = fit("rank_sum", evidence("mean", treated, y=y))
    theirs = stats.mannwhitneyu(y[treated], y[~treated], method="exact")
    assert found.effects["mean_difference"].p_value == pytest.approx(theirs.pvalue)


def test_the_interval_of_a_shift_holds_just_what_the_test_does_not_reject():
    rng = np.random.default_rng(4)
    y, treated = rng.normal(size=12), np.arange(12) < 6
    effect = fit("rank_sum", evidence("mean", treated, y=y)).effects["mean_difference"]
    for end, inwards in ((effect.low, 1), (effect.high, -1)):
        inside, outside = (
            stats.mannwhitneyu(y[treated] - end - step * inwards, y[~treated], method="exact").pvalue
            for step in (1e-6, -1e-6)
        )
        assert inside > 0.05 >= outside


def test_three_against_three_leave_the_interval_open():
    effect = fit("rank_sum", evidence("mean", np.arange(6) < 3, y=np.arange(6.0))).effects["mean_difference"]
    assert (effect.low, effect.high, effect.p_value) == (None, None, pytest.approx(0.1))


def test_every_allocation_of_counts_is_counted():
    y, exposure = np.array([9.0, 4, 7, 1, 3, 0, 2]), np.array([1.0, 2, 1, 1, 3, 1, 2])
    treated = np.arange(7) < 3
    ratios = []
    for chosen in combinations(range(7), 3):
        inside = np.isin(np.arange(7), chosen)
        ones, noes = (y[side].sum() / exposure[side].sum() for side in (inside, ~inside))
        ratios.append(abs(log(ones / noes)) if ones and noes else np.inf)
    first = log(20 / 4) - log(6 / 7)
    assert shuffled(y, exposure, treated, seed=1).p_value() == pytest.approx(
        np.mean(np.array(ratios) >= first - 1e-9)
    )


def test_drawn_allocations_come_near_to_all_of_them():
    rng = np.random.default_rng(5)
    y, treated = rng.poisson(2, 60).astype(float), np.arange(60) < 30
    y[:30] += rng.random(30) < 0.5
    found = fit("count_permutation", evidence("count", treated, y=y))
    chance = stats.permutation_test(
        (y[treated], y[~treated]), lambda a, b, axis: a.mean(axis) - b.mean(axis), vectorized=True, rng=6
    )
    assert found.effects["rate_ratio"].p_value == pytest.approx(chance.pvalue, abs=0.02)
    assert found.parameters["allocations"] == 10_000


def test_the_interval_of_a_rate_ratio_ends_where_the_test_begins_to_reject():
    rng = np.random.default_rng(6)
    y, treated = rng.poisson(3, 40).astype(float), np.arange(40) < 20
    found = shuffled(y, rng.uniform(1, 2, 40), treated, seed=1)
    low, high = found.interval(0.05)
    assert found.p_value(low + 1e-6) > 0.05 >= found.p_value(low - 1e-6)
    assert found.p_value(high - 1e-6) > 0.05 >= found.p_value(high + 1e-6)


@pytest.fixture
def strata():
    rng = np.random.default_rng(7)
    stratum = rng.integers(0, 4, 400)
    treated = rng.random(400) < 0.3 + 0.1 * stratum
    y = (rng.random(400) < 0.1 + 0.1 * stratum + 0.15 * treated).astype(float)
    return stratum, treated, y


def test_strata_are_put_together_as_statsmodels_does(strata):
    stratum, treated, y = strata
    cells = [
        [[((stratum == s) & (treated == arm) & (y == had)).sum() for had in (1, 0)] for arm in (True, False)]
        for s in range(4)
    ]
    theirs = StratifiedTable(np.array(cells, dtype=float).transpose(1, 2, 0))
    found = fit("mantel_haenszel", evidence("proportion", treated, y=y, stratum=stratum))
    odds = found.effects["odds_ratio"]
    assert (odds.estimate, odds.low, odds.high) == pytest.approx(
        (theirs.oddsratio_pooled, *theirs.oddsratio_pooled_confint())
    )
    assert found.effects["risk_ratio"].estimate == pytest.approx(theirs.riskratio_pooled)
    assert odds.p_value == pytest.approx(theirs.test_null_odds(correction=False).pvalue)
    alike = theirs.test_equal_odds(adjust=True)
    assert found.parameters["breslow_day_tarone"] == pytest.approx(alike.statistic)
    assert found.parameters["breslow_day_tarone_p"] == pytest.approx(alike.pvalue)


def test_a_stratum_of_one_arm_is_left_out_and_said(strata):
    stratum, treated, y = strata
    whole = fit("mantel_haenszel", evidence("proportion", treated, y=y, stratum=stratum))
    more = {"y": np.r_[y, 1, 0], "stratum": np.r_[stratum, 9, 9]}
    found = fit("mantel_haenszel", evidence("proportion", np.r_[treated, True, True], **more))
    assert found.effects["risk_difference"].estimate == pytest.approx(
        whole.effects["risk_difference"].estimate
    )
    assert any("left out" in note for note in found.notes)
    with pytest.raises(Refusal, match="No stratum"):
        fit("mantel_haenszel", evidence("proportion", treated, y=y, stratum=treated))


def test_one_stratum_gives_the_plain_difference(strata):
    _, treated, y = strata
    found = fit("mantel_haenszel", evidence("proportion", treated, y=y, stratum=np.zeros(400)))
    effect = found.effects["risk_difference"]
    p1, p0 = y[treated].mean(), y[~treated].mean()
    wald = (p1 * (1 - p1) / treated.sum() + p0 * (1 - p0) / (~treated).sum()) ** 0.5
    assert (effect.estimate, effect.se) == pytest.approx((p1 - p0, wald))


@pytest.mark.parametrize(
    ("events", "n", "share"), [(3, 20, 0.4), (17, 20, 0.4), (8, 20, 0.4), (0, 5, 0.9), (5, 5, 0.5)]
)
def test_the_exact_split_of_two_arms_is_scipys(events, n, share):
    assert exact_binomial(events, n, share) == pytest.approx(
        stats.binomtest(events, n, share).pvalue, rel=1e-9
    )
    assert exact_multinomial([events, n - events], [share, 1 - share]) == pytest.approx(
        stats.binomtest(events, n, share).pvalue, rel=1e-9
    )
