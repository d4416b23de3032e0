"""Stepped wedges, the wild bootstrap, pairs and estimating equations, against brute force and what they refuse."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest

from analysis.chance.wild import wild
from analysis.estimator import Declaration, Settings, choose, estimators
from analysis.figures.summarised import times_without_event
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import CLUSTERED, STEPPED
from analysis.models.linear import cr2, least_squares
from analysis.models.survival import kaplan_meier
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.table import UnitTable

SWITCH = np.array([2, 2, 3, 3, 4, 4])


def run(name: str, frame: pd.DataFrame, *, kind: str = "mean", layout=STEPPED):
    held = gather(UnitTable(frame, layout), Outcome("y", "Y", kind), Contrast("b", "a"))
    return estimators()[name].fit(held, Settings())


def stepped(rng, *, switch=SWITCH, periods: int = 4, size: int = 3, effect: float = 0.0) -> pd.DataFrame:
    rows = pd.DataFrame(list(product(range(len(switch)), range(1, periods + 1), range(size))))
    rows.columns = pd.Index(["cluster", "period", "unit"])
    treated = rows["period"].to_numpy() >= switch[rows["cluster"]]
    level = rng.normal(size=len(switch))[rows["cluster"]]
    y = 10 + level + 0.3 * rows["period"] + effect * treated + rng.normal(size=len(rows))
    return rows.assign(arm=np.where(treated, "b", "a"), cluster=rows["cluster"].astype(str), y=y)


def clustered(rng, *, clusters: int, size: int = 9) -> pd.DataFrame:
    cluster = np.repeat(np.arange(clusters), size)
    arm = np.where(cluster % 2 == 1, "b", "a")
    y = rng.normal(size=clusters)[cluster] + rng.normal(size=cluster.size)
    return pd.DataFrame(
        {"cluster": cluster.astype(str), "arm": arm, "y": y, "stratum": (cluster // 2).astype(str)}
    )


def test_absorbing_clusters_gives_the_standard_error_of_a_column_a_cluster():
    frame = stepped(np.random.default_rng(1)).drop(index=[0, 1, 2, 20])
    effect = run("stepped_robust", frame).effects["mean_difference"]
    columns = pd.get_dummies(frame[["cluster", "period"]].astype(str)).drop(columns="period_1")
    x = np.column_stack([frame["arm"] == "b", columns]).astype(float)
    whole = least_squares(x, frame["y"].to_numpy())
    robust = cr2(whole, pd.factorize(frame["cluster"])[0], contrast=np.eye(x.shape[1])[0])
    assert (effect.estimate, effect.se, effect.df) == pytest.approx(
        (whole.coefficients[0], robust.se, robust.df), rel=1e-8
    )


def test_the_permutation_of_sequences_counts_every_order():
    frame = stepped(np.random.default_rng(2), effect=1.0)
    found = run("stepped_permutation", frame)
    values = frame.groupby(["cluster", "period"])["y"].mean().to_numpy().reshape(6, 4)
    centred = values - values.mean(axis=0) - values.mean(axis=1)[:, None] + values.mean()

    def estimate(switch) -> float:
        arm = np.arange(1, 5) >= np.array(switch)[:, None]
        left = arm - arm.mean(axis=0) - arm.mean(axis=1)[:, None] + arm.mean()
        return float((left * centred).sum() / (left**2).sum())

    every = np.array([estimate(order) for order in set(permutations(SWITCH))])
    effect = found.effects["mean_difference"]
    assert found.parameters["allocations"] == every.size == 90
    assert effect.estimate == pytest.approx(estimate(SWITCH))
    assert effect.p_value == pytest.approx((np.abs(every) >= abs(estimate(SWITCH)) - 1e-9).mean())


def test_the_interval_of_the_permutation_holds_the_effects_that_it_does_not_reject():
    frame = stepped(np.random.default_rng(3), effect=1.0)
    effect = run("stepped_permutation", frame).effects["mean_difference"]
    for end, side in ((effect.low, -1), (effect.high, 1)):
        for away, rejected in ((-0.01, False), (0.01, True)):
            moved = frame.assign(y=frame["y"] - (end + side * away) * (frame["arm"] == "b"))
            assert (run("stepped_permutation", moved).effects["mean_difference"].p_value <= 0.05) == rejected


@pytest.mark.parametrize(
    "name", ["stepped_robust", "stepped_mixed", "stepped_exposure_time", "stepped_permutation"]
)
@pytest.mark.parametrize(
    ("switch", "match"),
    [(np.full(6, 3), "tell the arm exactly"), (np.array([1, 1, 1, 9, 9, 9]), "under both arms")],
)
def test_clusters_that_all_switch_at_once_or_never_are_refused(name, switch, match):
    with pytest.raises(Refusal, match=match):
        run(name, stepped(np.random.default_rng(4), switch=switch))


@pytest.mark.parametrize("name", ["stepped_exposure_time", "stepped_permutation"])
def test_a_cluster_that_goes_back_is_refused_where_its_switch_matters(name):
    frame = stepped(np.random.default_rng(5))
    frame.loc[(frame["cluster"] == "0") & (frame["period"] == 4), "arm"] = "a"
    with pytest.raises(Refusal, match="went back"):
        run(name, frame)


@pytest.mark.parametrize("name", ["stepped_robust", "stepped_mixed", "stepped_exposure_time"])
def test_five_clusters_or_fewer_of_a_wedge_give_no_p_value(name):
    found = run(name, stepped(np.random.default_rng(6), switch=SWITCH[:4]))
    assert found.descriptive
    assert found.effects["mean_difference"].p_value is None


def test_an_effect_that_grows_is_seen_by_exposure_time():
    frame = stepped(np.random.default_rng(7), size=400)
    since = frame["period"] - SWITCH[frame["cluster"].astype(int)] + 1
    found = run("stepped_exposure_time", frame.assign(y=frame["y"] + np.maximum(since, 0)))
    grown = [effect.estimate for effect in found.profile.values()]
    assert grown == pytest.approx([1, 2, 3], abs=0.3)
    assert found.effects["mean_difference"].estimate == pytest.approx(np.mean(grown))
    assert found.parameters["long_term_effect"] == pytest.approx(grown[-1])


def test_the_wild_bootstrap_is_that_of_refitting_every_sample():
    rng = np.random.default_rng(8)
    cluster = rng.permutation(np.repeat(np.arange(7), [3, 5, 4, 6, 2, 7, 3]))
    x = np.column_stack([np.ones(30), cluster % 2, rng.normal(size=30)])
    y = rng.normal(size=7)[cluster] + rng.normal(size=30) + 0.8 * x[:, 1]

    def t(values, less: float) -> float:
        fit = least_squares(x, values)
        share = np.bincount(cluster, (x @ fit.inverse[1]) * fit.residuals)
        return abs(fit.coefficients[1] - less) / np.sqrt(share @ share)

    for effect in (0.0, 0.5):
        rest = (
            x[:, [0, 2]] @ least_squares(x[:, [0, 2]], y - effect * x[:, 1]).coefficients + effect * x[:, 1]
        )
        drawn = [t(rest + (y - rest) * np.array(w)[cluster], effect) for w in product((-1, 1), repeat=7)]
        expected = np.mean(np.array(drawn) >= t(y, effect) - 1e-9)
        assert wild(x, y, cluster, seed=1).p_value(effect) == pytest.approx(expected)


def test_ends_of_the_wild_interval_are_where_the_p_value_falls_to_alpha():
    rng = np.random.default_rng(9)
    cluster = np.repeat(np.arange(10), 8)
    x = np.column_stack([np.ones(80), cluster % 2])
    found = wild(x, rng.normal(size=10)[cluster] + rng.normal(size=80), cluster, seed=1)
    low, high = found.interval(0.05)
    assert [found.p_value(low - 1e-6) <= 0.05, found.p_value(high + 1e-6) <= 0.05] == [True, True]
    assert [found.p_value(low + 1e-6) > 0.05, found.p_value(high - 1e-6) > 0.05] == [True, True]


def test_matched_pairs_are_the_default_and_a_lone_cluster_is_left_out():
    frame = clustered(np.random.default_rng(10), clusters=13)
    found = run("cluster_pairs", frame, layout=CLUSTERED)
    means = frame.groupby("cluster")["y"].mean()
    differences = np.array([means[str(c + 1)] - means[str(c)] for c in range(0, 12, 2)])
    effect = found.effects["mean_difference"]
    assert (effect.estimate, effect.df) == (pytest.approx(differences.mean()), 5)
    assert effect.se == pytest.approx(differences.std(ddof=1) / np.sqrt(6))
    assert any("partner" in note for note in found.notes)
    assert choose(Declaration("clustered", "count", strata=True, matched=True)).name == "cluster_pairs"


def test_estimating_equations_refuse_few_clusters_of_unlike_arms():
    frame = clustered(np.random.default_rng(11), clusters=12)
    frame["arm"] = np.where(frame["cluster"].astype(int) < 3, "b", "a")
    with pytest.raises(Refusal, match="7 to 9 %"):
        run(
            "cluster_gee", frame.assign(y=(frame["y"] > 0).astype(float)), kind="proportion", layout=CLUSTERED
        )


def test_pseudo_values_of_times_are_the_jackknifes_and_average_to_the_curve():
    rng = np.random.default_rng(12)
    times, lost = rng.exponential(10, 800).round(1) + 0.1, rng.uniform(0, 20, 800).round(1) + 0.1
    seen, event = np.minimum(times, lost), (times <= lost).astype(float)
    values = times_without_event(seen, event, tau=8.0)
    whole = kaplan_meier(seen, event).restricted_mean(8.0)[0]
    assert values.mean() == pytest.approx(whole, abs=1e-9)
    for unit in range(5):
        others = np.arange(800) != unit
        without = kaplan_meier(seen[others], event[others]).restricted_mean(8.0)[0]
        assert values[unit] == pytest.approx(800 * whole - 799 * without, abs=0.02)


def test_proportions_in_eight_clusters_are_refused_with_what_was_measured() -> None:
    frame = pd.DataFrame({"arm": ["a", "b"] * 40, "cluster": [f"team {i % 8}" for i in range(80)]})
    frame["y"] = (np.arange(80) % 3 == 0).astype(float)
    evidence = gather(UnitTable(frame, CLUSTERED), Outcome("y", "Y", "proportion"), Contrast("b", "a"))
    with pytest.raises(Refusal, match="7 % false positives"):
        estimators()["cluster_bootstrap"].fit(evidence, Settings())
