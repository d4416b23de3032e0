"""The checks on how a study ran: what each warns of, and how often it does so for nothing."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.about import Conduct, Halves, LogFacts, Reliability
from analysis.check import checks
from analysis.figures.reliability import alpha_interval, cronbach_alpha
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import PANEL, PARALLEL
from analysis.models.adoption import adoption
from analysis.models.common_trends import by_cohorts, of_one
from analysis.models.novelty import novelty
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.table import UnitTable

PLAN = Plan((Outcome("y", "Clicks", "count"),), (Contrast("b", "a"),), "parallel")
UNITS = UnitTable(
    pd.DataFrame({"arm": ["a", "b"] * 200, "y": np.zeros(400), "y.exposure": np.ones(400)}), PARALLEL
)


def run(name: str, *, units: UnitTable = UNITS, plan: Plan = PLAN, **conducted):
    how = Conduct({"a": 200, "b": 200}, {"a": 1.0, "b": 1.0}, **conducted)
    return checks()[name].run(plan, units, how)


def verdicts(name: str, **conducted) -> list[str]:
    return [result.verdict for result in run(name, **conducted)]


def halves_of(first: np.ndarray, last: np.ndarray) -> Halves:
    spread = [float(values.var(ddof=1)) for values in (first, last, last - first)]
    with_events = int((first > 0).sum()), int((last > 0).sum())
    return Halves(len(first), float(first.mean()), float(last.mean()), *spread, *with_events)


def test_strata_that_balance_each_other_are_found():
    strata = ({"a": 130, "b": 70}, {"a": 70, "b": 130})
    (found,) = run("sample_ratio_by_stratum", assigned_by_stratum=strata)
    assert found.verdict == "fail"
    assert found.p_value == pytest.approx(2 * stats.chisquare([130, 70]).pvalue)
    assert run("sample_ratio_by_stratum", assigned_by_stratum=({"a": 5, "b": 5},)) == ()


def test_strata_cry_wolf_no_more_often_than_the_whole():
    rng = np.random.default_rng(5)
    counts = rng.binomial(60, 0.5, (2000, 12))
    false = sum(
        verdicts(
            "sample_ratio_by_stratum", assigned_by_stratum=tuple({"a": int(n), "b": 60 - int(n)} for n in row)
        )
        != ["pass"]
        for row in counts
    )
    assert false <= stats.binom.ppf(0.999, 2000, 0.01)


@pytest.mark.parametrize(
    ("odd", "verdict"),
    [
        ({}, "pass"),
        ({"bursting": 2, "in_bursts": 200}, "warn"),
        ({"bursting": 2, "in_bursts": 600}, "fail"),
        ({"bursting": 300, "in_bursts": 9000}, "pass"),  # the pace of the log
        ({"crowded_minutes": 1}, "warn"),
    ],
)
def test_verdicts_on_bursts(odd, verdict):
    assert verdicts("log_bursts", log=LogFacts(10_000, 400, **odd)) == [verdict]


@pytest.mark.parametrize(
    ("odd", "verdict"),
    [
        ({}, "pass"),
        ({"early": 1}, "warn"),
        ({"lasting": 1}, "warn"),
        ({"crowded_instants": 1}, "warn"),
        ({"future": 1}, "fail"),
    ],
)
def test_verdicts_on_clocks(odd, verdict):
    (found,) = run("clocks", log=LogFacts(10_000, 400, **odd))
    assert found.verdict == verdict
    assert set(odd) - {"crowded_instants"} <= set(found.counts)


def test_small_counts_of_people_are_masked_in_both():
    (found,) = run("log_bursts", log=LogFacts(10_000, 400, bursting=3, in_bursts=200))
    assert "<10" in found.sentence(bursting="<10")
    assert "3" not in found.sentence(bursting="<10")


def test_units_not_yet_followed_are_counted_and_warned_of_once_the_study_is_over():
    assert verdicts("follow_up", not_followed={"y": 300}, ended=False) == ["pass"]
    (found,) = run("follow_up", not_followed={"y": 21})
    assert found.verdict == "warn"
    assert "21 of 400" in found.sentence()
    assert verdicts("follow_up", not_followed={"y": 20}) == ["pass"]
    assert run("follow_up") == ()


def test_an_alpha_is_warned_of_where_its_interval_lies_below_what_groups_need():
    assert verdicts("reliability", reliability={"y": Reliability(0.65, 30, 10)}) == ["pass"]
    assert verdicts("reliability", reliability={"y": Reliability(0.6, 300, 10)}) == ["warn"]
    assert verdicts("reliability", reliability={"y": Reliability(-0.2, 300, 10)}) == ["fail"]


def test_a_true_alpha_of_07_is_warned_of_in_one_of_forty_studies():
    rng, items, people = np.random.default_rng(3), 8, 120
    shared = 0.7 / (items - 0.7 * (items - 1))  # the correlation of items: Spearman and Brown
    answers = np.sqrt(shared) * rng.normal(size=(2000, people, 1))
    answers = answers + np.sqrt(1 - shared) * rng.normal(size=(2000, people, items))
    highs = [
        alpha_interval(cronbach_alpha(one), people=people, items=items, level=0.95)[1] for one in answers
    ]
    false = sum(high < 0.7 for high in highs)
    assert stats.binom.ppf(0.0005, 2000, 0.025) <= false <= stats.binom.ppf(0.9995, 2000, 0.025)


def test_the_change_of_an_effect_is_that_of_the_delta_method():
    """Against the jackknife of the logarithm of the ratio of ratios."""
    rng = np.random.default_rng(1)
    rates = rng.gamma(2, 1, 400)
    first, last = rng.poisson(rates), rng.poisson(0.8 * rates)
    arms = [(first[side], last[side]) for side in (slice(0, 200), slice(200, 400))]
    found = novelty(*(halves_of(*arm) for arm in arms))
    logs = [np.log(late.mean() / early.mean()) for early, late in arms]
    assert np.log(found.change.estimate) == pytest.approx(logs[0] - logs[1])
    squared = 0.0
    for early, late in arms:
        n = len(early)
        left = np.log((late.sum() - late) / (early.sum() - early))
        squared += (n - 1) / n * ((left - left.mean()) ** 2).sum()
    assert found.change.p_value == pytest.approx(
        2 * stats.t.sf(abs(logs[0] - logs[1]) / np.sqrt(squared), 398), abs=0.02
    )


def test_an_effect_that_fades_is_warned_of():
    rng = np.random.default_rng(2)
    control = halves_of(rng.poisson(1.0, 800), rng.poisson(0.5, 800))
    fading = halves_of(rng.poisson(0.5, 800), rng.poisson(0.5, 800))
    lasting = halves_of(rng.poisson(0.5, 800), rng.poisson(0.25, 800))
    (found,) = run("novelty", halves={"y": {"a": control, "b": fading}})
    assert found.verdict == "warn"
    assert "a smaller distance" in found.says
    assert verdicts("novelty", halves={"y": {"a": control, "b": lasting}}) == ["pass"]


def test_novelty_cries_wolf_in_one_of_a_hundred_comparisons():
    """Users differ, events get rarer in both arms, and the treatment has the same ratio all along."""
    rng, n, runs, false = np.random.default_rng(4), 150, 2000, 0
    for _ in range(runs):
        arms = {}
        for arm, effect in (("a", 1.0), ("b", 0.7)):
            rates = effect * rng.gamma(1, 1, n)
            arms[arm] = halves_of(rng.poisson(rates), rng.poisson(0.7 * rates))
        false += verdicts("novelty", halves={"y": arms}) != ["pass"]
    assert false <= stats.binom.ppf(0.999, runs, 0.012)


def test_novelty_is_silent_where_few_had_an_event():
    rare = halves_of(np.repeat([1, 0], [9, 91]), np.repeat([1, 0], [50, 50]))
    assert run("novelty", halves={"y": {"a": rare, "b": rare}}) == ()


def panel(rng, *, units: int, early: int, drift: float = 0.0, alone: bool = False) -> UnitTable:
    """AR(1) platforms; adopters drift apart by `drift` a period, before and after; the effect is large."""
    periods = early + 10
    adopted = np.full(units, periods)
    adopted[: units // 2] = early + np.arange(units // 2) % 4
    if alone:
        adopted[1:] = periods
    y = np.zeros((units, periods))
    for t in range(1, periods):
        y[:, t] = 0.5 * y[:, t - 1] + rng.normal(size=units)
    time = np.arange(periods)
    treated = time >= adopted[:, None]
    y = y + 5 * treated + drift * time * (adopted < periods)[:, None]
    frame = {
        "arm": np.where(treated, "b", "a").ravel(),
        "unit": np.repeat([f"p{u:02}" for u in range(units)], periods),
        "period": np.tile(time, units).astype(float),
        "y": y.ravel(),
    }
    return UnitTable(pd.DataFrame(frame), PANEL)


OF_PANEL = Plan((Outcome("y", "Rate", "mean"),), (Contrast("b", "a"),), "panel")


@pytest.mark.parametrize("alone", [False, True])
def test_platforms_that_drift_apart_before_are_found(alone):
    rng = np.random.default_rng(6)
    units = panel(rng, units=12, early=20, drift=0.4, alone=alone)
    assert run("pre_trends", units=units, plan=OF_PANEL)[0].verdict != "pass"
    calm = panel(rng, units=12, early=20, alone=alone)
    assert [result.verdict for result in run("pre_trends", units=calm, plan=OF_PANEL)] == ["pass"]


@pytest.mark.parametrize("alone", [False, True])
def test_trends_cry_wolf_in_one_of_twenty_panels(alone):
    """The effect after the adoption is large, and must not be taken for a trend before it."""
    rng, runs, false = np.random.default_rng(8), 300, 0
    for _ in range(runs):
        units = panel(rng, units=8, early=16, alone=alone)
        (found,) = run("pre_trends", units=units, plan=OF_PANEL)
        false += found.verdict != "pass"
    assert stats.binom.ppf(0.0005, runs, 0.05) <= false <= stats.binom.ppf(0.9995, runs, 0.05)


def test_the_test_of_cohorts_is_that_of_every_order():
    """Four platforms, two dates: six orders by hand."""
    rng = np.random.default_rng(9)
    units = panel(rng, units=4, early=5)
    evidence = gather(units, OF_PANEL.outcomes[0], OF_PANEL.contrasts[0])

    grid = adoption(evidence)
    early = grid.y[:, : grid.adopted.min()]
    moved = early - early.mean(axis=1, keepdims=True)
    moved = moved - moved.mean(axis=0)

    def apart(dates):
        return sum(
            (moved[np.array(dates) == d].sum(axis=0) ** 2).sum() / (np.array(dates) == d).sum()
            for d in set(dates)
        )

    orders = [apart(dates) for dates in permutations(grid.adopted)]
    found = by_cohorts(grid, seed=1)
    assert found.statistic == pytest.approx(apart(grid.adopted))
    assert found.p_value == pytest.approx(np.mean(np.array(orders) >= found.statistic - 1e-9))


def test_the_slope_of_the_gap_is_that_of_a_line_through_the_periods_before():
    units = panel(np.random.default_rng(10), units=3, early=20, drift=2.0, alone=True)
    evidence = gather(units, OF_PANEL.outcomes[0], OF_PANEL.contrasts[0])
    found = of_one(evidence)
    assert found.periods == 20
    assert found.p_value < 1e-6
