"""Estimators for clusters, against R (clubSandwich, t.test, coin), brute force, and what they must refuse."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.chance.distributions import t_quantile, two_sided_t
from analysis.chance.permutation import allocations
from analysis.estimator import Declaration, Settings, choose, estimators
from analysis.evaluate import fit
from analysis.figures.clusters import cluster_values, too_few
from analysis.figures.likeness import intraclass
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import CLUSTERED
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.table import UnitTable

REFERENCES = Path(__file__).parents[1] / "references"
CONTINUOUS = ("cluster_ratpup_8", "cluster_ratpup_high", "cluster_spruce_4chambers")
ALL = ("cluster_means", "cluster_robust", "cluster_permutation")


def case(name: str):
    folder = REFERENCES / name
    return pd.read_csv(folder / "data.csv"), json.loads((folder / "case.json").read_text())["expected"]


def evidence(frame: pd.DataFrame, *, kind: str = "mean", covariates: tuple[str, ...] = ()):
    arm = np.where(frame["arm"] == 1, "b", "a")
    table = UnitTable(frame.assign(arm=arm, cluster=frame["cluster"].astype(str)), CLUSTERED)
    return gather(table, Outcome("y", "Y", kind), Contrast("b", "a"), covariates=covariates)


def run(name: str, frame: pd.DataFrame, **named):
    return estimators()[name].fit(evidence(frame, **named), Settings())


def clustered(rng, *, clusters: int = 10, size: int = 12, effect: float = 0.0) -> pd.DataFrame:
    cluster = np.repeat(np.arange(clusters), size)
    arm = cluster % 2
    x = rng.normal(size=cluster.size) + rng.normal(size=clusters)[cluster]
    y = 5 + effect * arm + x + rng.normal(size=clusters)[cluster] + rng.normal(size=cluster.size)
    return pd.DataFrame({"cluster": cluster, "arm": arm, "y": y, "x": x})


@pytest.mark.parametrize("name", CONTINUOUS)
def test_cluster_robust_says_what_clubsandwich_says(name):
    frame, expected = case(name)
    found = run("cluster_robust", frame)
    effect = found.effects["mean_difference"]
    got = {
        "ols_est": effect.estimate,
        "cr2_se": effect.se,
        "cr2_satt_df": effect.df,
        "cr2_lower": effect.low,
        "cr2_upper": effect.high,
        "cr2_satt_p": two_sided_t(effect.estimate / effect.se, effect.df),
        "n_clusters": sum(found.clusters.values()),
        **{key: found.parameters[key] for key in ("cr0_se", "cr1_se_stata", "cr3_se", "cr3_satt_df")},
    }
    assert got == pytest.approx({key: expected[key] for key in got}, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_cluster_means_say_what_t_test_says(name):
    frame, expected = case(name)
    found = run("cluster_means", frame)
    effect = found.effects["mean_difference"]
    got = {
        "cluster_means_diff": effect.estimate,
        "cluster_t": effect.estimate / effect.se,
        "cluster_t_df": effect.df,
        "cluster_t_lower": effect.low,
        "cluster_t_upper": effect.high,
        "cluster_t_p": two_sided_t(effect.estimate / effect.se, effect.df),
        "cluster_welch_df": found.parameters["cluster_welch_df"],
    }
    assert got == pytest.approx({key: expected[key] for key in got}, rel=1e-6, abs=1e-8)
    if effect.p_value is not None:
        assert effect.p_value == pytest.approx(expected["cluster_t_p"], rel=1e-6)
        assert found.parameters["cluster_welch_p"] == pytest.approx(expected["cluster_welch_p"], rel=1e-6)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_the_intraclass_correlation_ignoring_arms_is_that_of_r(name):
    frame, expected = case(name)
    rows = evidence(frame).require_rows()
    found = intraclass(rows.y, rows.cluster, arm=np.ones(len(frame), dtype=bool), level=0.95)
    assert found.estimate == pytest.approx(expected["icc_anova_ignoring_arm"], rel=1e-6)


def test_the_intraclass_interval_covers_its_correlation():
    """Searle's interval is exact for normal data and clusters of one size: 95 % of 400, give or take 3.3 SE."""
    rng, covered = np.random.default_rng(8), 0
    cluster = np.repeat(np.arange(12), 10)
    for _ in range(400):
        y = np.sqrt(0.1) * rng.normal(size=12)[cluster] + np.sqrt(0.9) * rng.normal(size=120)
        found = intraclass(y, cluster, arm=cluster > 5, level=0.95)
        covered += found.low <= 0.1 <= found.high
    assert covered == pytest.approx(380, abs=3.3 * np.sqrt(400 * 0.95 * 0.05))


def test_binary_outcomes_of_eight_teams_say_what_r_says():
    frame, expected = case("cluster_binary_8")
    robust = run("cluster_robust", frame, kind="proportion").effects["risk_difference"]
    means = run("cluster_means", frame, kind="proportion").effects["risk_difference"]
    permuted = run("cluster_permutation", frame, kind="proportion").effects["risk_difference"]
    got = {
        "rd_individual_weighted": robust.estimate,
        "rd_cr2_se": robust.se,
        "rd_cr2_df": robust.df,
        "rd_cr2_p": robust.p_value,
        "rd_cr2_lower": robust.low,
        "rd_cr2_upper": robust.high,
        "rd_cluster_weighted": means.estimate,
        "cluster_t_p": means.p_value,
        "cluster_t_lower": means.low,
        "cluster_t_upper": means.high,
        "ri_exact_p": permuted.p_value,
    }
    assert got == pytest.approx({key: expected[key] for key in got}, rel=1e-6, abs=1e-8)


def test_the_odds_ratio_is_that_of_a_logistic_regression():
    frame, expected = case("cluster_binary_8")
    odds = run("cluster_robust", frame, kind="proportion").effects["odds_ratio"]
    assert np.log(odds.estimate) == pytest.approx(expected["logit_logor"], rel=1e-6)
    # R adjusts the residuals of the logistic fit, we those of the linear one: alike, not the same
    assert odds.se == pytest.approx(expected["logit_cr2_se"], rel=0.02)


def test_the_change_in_per_cent_is_that_of_cluster_sums_by_the_delta_method():
    """Taylor's variance of a ratio of two means, with clusters as primary units, is CR0's; CR2 lies above it."""
    frame, _ = case("cluster_ratpup_high")
    effect = run("cluster_robust", frame).effects["percent_change"]
    means = frame.groupby("arm")["y"].mean()
    assert effect.estimate == pytest.approx(100 * (means[1] / means[0] - 1))
    residual = frame["y"] - frame["arm"].map(means)
    sums = residual.groupby([frame["arm"], frame["cluster"]]).sum()
    sizes = frame.groupby("arm").size()
    plain = np.sqrt(sum((sums[arm] ** 2).sum() / (sizes[arm] * means[arm]) ** 2 for arm in (0, 1)))
    half = np.log1p(effect.high / 100) - np.log1p(effect.estimate / 100)
    assert 1.0 < half / (t_quantile(0.975, effect.df) * plain) < 1.2


@pytest.mark.parametrize("name", ["wild_ri_6", "wild_ri_ratpup8"])
def test_the_permutation_test_says_what_coin_says(name):
    frame, expected = case(name)
    found = run("cluster_permutation", frame)
    effect = found.effects["mean_difference"]
    assert effect.estimate == pytest.approx(expected["ri_diff_cluster_means"])
    assert effect.p_value == pytest.approx(expected["ri_exact_p"])
    assert found.parameters["allocations"] == expected["n_allocations"]


@pytest.mark.parametrize(("treated", "control", "smallest"), [(3, 3, 0.1), (4, 4, 2 / 70), (2, 6, 1 / 28)])
def test_the_smallest_possible_p_value_is_told(treated, control, smallest):
    """Complete separation is the most extreme data that there are."""
    values = np.arange(treated + control, dtype=float) ** 2
    found = allocations(values, values >= values[control], stratum=None, seed=1)
    assert found.smallest_p == pytest.approx(smallest)
    assert found.p_value() == pytest.approx(smallest)


def test_three_against_three_have_no_interval_at_95_per_cent():
    frame, _ = case("wild_ri_6")
    found = run("cluster_permutation", frame)
    effect = found.effects["mean_difference"]
    assert (effect.low, effect.high) == (None, None)
    assert any("too few ways" in note for note in found.notes)


def test_the_permutation_interval_holds_what_the_test_does_not_reject():
    """Brute force: shift the treated clusters, test again by enumerating."""
    rng = np.random.default_rng(3)
    values, treated = rng.normal(size=9), np.arange(9) < 4
    low, high = allocations(values, treated, stratum=None, seed=1).interval(0.1)
    picks = [np.isin(np.arange(9), pick) for pick in combinations(range(9), 4)]

    def p_value(effect):
        moved = values - effect * treated
        statistics = [moved[pick].mean() - moved[~pick].mean() for pick in picks]
        seen = moved[treated].mean() - moved[~treated].mean()
        return np.mean(np.abs(statistics) >= abs(seen) - 1e-9)

    for end, outwards in ((low, -1), (high, 1)):
        assert p_value(end - outwards * 1e-6) > 0.1
        assert p_value(end + outwards * 1e-6) <= 0.1


def test_strata_restrict_the_allocations():
    """Two strata of 4 with 2 treated each: 6 x 6 allocations, not 70."""
    values = np.array([1.0, 2, 3, 4, 11, 12, 13, 14])
    treated, stratum = np.array([0, 0, 1, 1, 0, 0, 1, 1], dtype=bool), np.repeat([0, 1], 4)
    found = allocations(values, treated, stratum=stratum, seed=1)
    assert found.of_values.size == 36
    assert found.p_value() == pytest.approx(2 / 36)


def test_a_stratum_whose_clusters_all_had_one_arm_adds_nothing():
    values, treated = np.array([1.0, 2, 3, 4, 11, 12]), np.array([0, 0, 1, 1, 0, 0], dtype=bool)
    found = allocations(values, treated, stratum=np.repeat([0, 1], [4, 2]), seed=1)
    assert found.of_values.size == 6


def test_many_clusters_are_drawn_with_the_seed_and_agree_with_the_t_test():
    frame = clustered(np.random.default_rng(4), clusters=40, effect=0.8)
    once, again = (run("cluster_permutation", frame).effects["mean_difference"] for _ in range(2))
    t_test = run("cluster_means", frame).effects["mean_difference"]
    assert once == again
    assert once.p_value == pytest.approx(t_test.p_value, abs=0.01)
    assert (once.low, once.high) == pytest.approx((t_test.low, t_test.high), abs=0.1)


@pytest.mark.parametrize("clusters", [16, 60])
def test_a_permutation_takes_less_than_a_second(clusters):
    from time import process_time

    frame = clustered(np.random.default_rng(4), clusters=clusters)
    seen = evidence(frame)
    began = process_time()
    estimators()["cluster_permutation"].fit(seen, Settings())
    assert process_time() - began < 1


def test_adjusting_for_a_covariate_inside_clusters_takes_up_none_of_the_effect():
    """The slope of x is 1 and y has no other noise inside clusters: the effect is left whole."""
    rng = np.random.default_rng(6)
    frame = clustered(rng, clusters=8)
    means = rng.normal(size=8)[frame["cluster"]]
    frame["y"] = 2.5 * frame["arm"] + frame["x"] + 1e-9 * means
    effect = run("cluster_means", frame, covariates=("x",)).effects["mean_difference"]
    assert effect.estimate == pytest.approx(2.5, abs=1e-6)
    assert effect.df == 6


def test_a_covariate_of_whole_clusters_costs_a_degree_of_freedom():
    from statsmodels.regression.linear_model import OLS

    rng = np.random.default_rng(7)
    frame = clustered(rng, clusters=9)
    frame["z"] = rng.normal(size=9)[frame["cluster"]]
    effect = run("cluster_means", frame, covariates=("z",)).effects["mean_difference"]
    by_cluster = frame.groupby("cluster").mean()
    theirs = OLS(by_cluster["y"], by_cluster[["arm", "z"]].assign(one=1)).fit()
    assert effect.df == 6
    assert effect.p_value == pytest.approx(theirs.pvalues["arm"])


def test_covariates_make_both_estimators_more_precise():
    frame = clustered(np.random.default_rng(9), clusters=16)
    for name in ("cluster_means", "cluster_robust"):
        plain, adjusted = (run(name, frame, covariates=c).effects["mean_difference"] for c in ((), ("x",)))
        assert adjusted.se < plain.se


def counts(rng, *, clusters: int = 10, ratio: float = 0.5) -> pd.DataFrame:
    cluster = np.repeat(np.arange(clusters), 15)
    arm, exposure = cluster % 2, rng.uniform(1, 3, cluster.size)
    rate = 2 * np.exp(0.2 * rng.normal(size=clusters))[cluster] * ratio**arm
    frame = pd.DataFrame({"cluster": cluster, "arm": arm, "y": rng.poisson(rate * exposure)})
    return frame.assign(**{"y.exposure": exposure})


def test_counts_are_compared_by_the_ratio_of_geometric_means_of_cluster_rates():
    from scipy.stats import ttest_ind

    frame = counts(np.random.default_rng(2))
    found = run("cluster_means", frame, kind="count")
    sums = frame.groupby("cluster").agg({"arm": "first", "y": "sum", "y.exposure": "sum"})
    logs = np.log(sums["y"] / sums["y.exposure"])
    theirs = ttest_ind(logs[sums["arm"] == 1], logs[sums["arm"] == 0])
    effect = found.effects["rate_ratio"]
    assert effect.p_value == pytest.approx(theirs.pvalue)
    interval = theirs.confidence_interval()
    assert (effect.low, effect.high) == pytest.approx(tuple(np.exp([interval.low, interval.high])))
    assert run("cluster_permutation", frame, kind="count").effects["rate_ratio"].estimate == pytest.approx(
        effect.estimate
    )


def test_a_cluster_without_events_gets_half_an_event_and_the_finding_says_so():
    frame = counts(np.random.default_rng(2))
    frame.loc[frame["cluster"] == 3, "y"] = 0
    found = run("cluster_means", frame, kind="count")
    assert any("half an event" in note for note in found.notes)
    sums = frame.groupby("cluster").agg({"arm": "first", "y": "sum", "y.exposure": "sum"})
    logs = np.log((sums["y"] + 0.5) / sums["y.exposure"])
    by_hand = logs[sums["arm"] == 1].mean() - logs[sums["arm"] == 0].mean()
    assert np.log(found.effects["rate_ratio"].estimate) == pytest.approx(by_hand)


def test_counts_adjust_the_exposure_for_covariates_inside_clusters():
    """Expected counts as data: the adjusted ratio is exact whatever the covariate's clusters."""
    rng = np.random.default_rng(12)
    frame = clustered(rng, clusters=8)
    rate = np.round(
        1e6 * np.exp(0.3 * frame["x"]) * 0.5 ** frame["arm"] * (1 + 0.01 * (frame["cluster"] % 3))
    )
    adjusted = run("cluster_means", frame.assign(y=rate), kind="count", covariates=("x",))
    assert adjusted.effects["rate_ratio"].estimate == pytest.approx(0.5, rel=0.01)
    plain = run("cluster_means", frame.assign(y=rate), kind="count")
    assert abs(plain.effects["rate_ratio"].estimate - 0.5) > 0.02


@pytest.mark.parametrize("name", ["cluster_means", "cluster_robust"])
def test_four_clusters_are_described_without_a_p_value_or_a_verdict(name):
    frame, _ = case("cluster_spruce_4chambers")
    finding = fit(estimators()[name], evidence(frame), Settings(), default=True)
    assert finding.effect.p_value is None
    assert finding.effect.high < 0  # the interval leaves out no effect, and still nothing is claimed
    assert finding.verdict == "inconclusive"
    assert not any("_p" in parameter for parameter in finding.estimate.parameters)
    assert any("cannot support inference" in note for note in finding.estimate.notes)


@pytest.mark.parametrize(
    ("control", "treatment", "few"), [(3, 3, False), (2, 3, True), (2, 9, True), (9, 2, True), (3, 20, False)]
)
def test_what_counts_as_too_few_clusters(control, treatment, few):
    assert too_few({"control": control, "treatment": treatment}) is few


@pytest.mark.parametrize("name", ALL)
def test_one_cluster_in_an_arm_is_refused(name):
    frame = clustered(np.random.default_rng(1), clusters=6)
    with pytest.raises(Refusal, match="only one cluster"):
        run(name, frame[(frame["arm"] == 0) | (frame["cluster"] == 1)])


@pytest.mark.parametrize("name", ALL)
def test_a_cluster_in_both_arms_is_refused(name):
    frame = clustered(np.random.default_rng(1), clusters=6)
    frame.loc[0, "arm"] = 1
    with pytest.raises(Refusal, match="units of both arms"):
        run(name, frame)


@pytest.mark.parametrize("name", ["cluster_means", "cluster_permutation"])
def test_counts_without_an_event_in_an_arm_are_refused(name):
    frame = counts(np.random.default_rng(2))
    frame.loc[frame["arm"] == 1, "y"] = 0
    with pytest.raises(Refusal, match="no event"):
        run(name, frame, kind="count")


def test_the_declared_estimand_chooses_the_default():
    def default(kind, estimand):
        return choose(Declaration("clustered", kind, estimand=estimand)).name

    assert default("mean", "individual-average") == "cluster_robust"
    assert default("proportion", "individual-average") == "cluster_robust"
    assert default("score", "cluster-average") == "cluster_means"
    assert default("count", "individual-average") == "cluster_means"


def test_cluster_values_are_plain_means_without_covariates():
    frame = clustered(np.random.default_rng(1))
    held = evidence(frame)
    found = cluster_values(held, held.require_rows().cluster, log=False)
    assert found.values == pytest.approx(frame.groupby(frame["cluster"].astype(str))["y"].mean().to_numpy())


def test_clusters_that_all_have_the_same_share_give_no_interval_of_width_zero():
    cluster = np.repeat(np.arange(12), 9)
    frame = pd.DataFrame({"cluster": cluster, "arm": cluster % 2, "y": (np.arange(108) + cluster) % 3 > 0})
    with pytest.raises(Refusal, match="do not differ"):
        run("cluster_robust", frame.astype({"y": float}), kind="proportion")


def test_thousands_of_clusters_are_drawn_less_often():
    values = np.random.default_rng(10).normal(size=2_600)
    found = allocations(values, np.arange(2_600) % 2 == 0, stratum=None, seed=1)
    assert (found.of_values.size, found.smallest_p) == (1_000, 1 / 1_000)


def test_three_against_three_say_the_smallest_p_that_they_could_have_given() -> None:
    frame = pd.DataFrame({"arm": list("aaabbb") * 2, "cluster": list("uvwxyz") * 2})
    frame["y"] = [1.0, 2.0, 3.0, 7.0, 8.0, 9.0, 1.5, 2.5, 3.5, 7.5, 8.5, 9.5]
    evidence = gather(UnitTable(frame, CLUSTERED), Outcome("y", "Y", "mean"), Contrast("b", "a"))
    finding = fit(estimators()["cluster_permutation"], evidence, Settings(), default=False)
    assert finding.effect.p_value == pytest.approx(0.1)  # 2 of the 20 allocations are as extreme
    assert any("could have given is 0.1:" in note for note in finding.estimate.notes)
