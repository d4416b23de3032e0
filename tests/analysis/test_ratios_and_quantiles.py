"""Ratios of totals and quantiles, against brute force: leaving units out, resampling them, counting them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.estimator import Declaration, Settings, choose, estimators
from analysis.evidence import Evidence
from analysis.figures.quantiles import order_interval, resampled_quantiles
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import PARALLEL
from analysis.outcome import Outcome, kinds
from analysis.refusal import Refusal
from analysis.table import UnitTable

RATIO = Outcome("y", "Y", "ratio", margin=0.1)


def evidence(outcome: Outcome, treatment, control) -> Evidence:
    """The evidence of two arms, each given by the parts of its kind."""
    frames = [
        pd.DataFrame({"arm": arm, **{outcome.column(part): values for part, values in parts.items()}})
        for arm, parts in (("b", treatment), ("a", control))
    ]
    return gather(UnitTable(pd.concat(frames, ignore_index=True), PARALLEL), outcome, Contrast("b", "a"))


def fit(name: str, held: Evidence):
    return estimators()[name].fit(held, Settings())


@pytest.fixture
def arms():
    rng = np.random.default_rng(4)
    return [kinds()["ratio"].draw(rng, n, effect) for n, effect in ((60, 0.2), (45, 0.0))]


def test_the_delta_method_is_the_mean_of_linearised_units(arms):
    found = fit("delta_ratio", evidence(RATIO, *arms)).effects["ratio_difference"]
    linear = []
    for arm in arms:
        ratio = arm["numerator"].sum() / arm["denominator"].sum()
        linear.append(ratio + (arm["numerator"] - ratio * arm["denominator"]) / arm["denominator"].mean())
    welch = stats.ttest_ind(*linear, equal_var=False)
    interval = welch.confidence_interval()
    got = (found.estimate, found.p_value, found.df, found.low, found.high)
    expected = (linear[0].mean() - linear[1].mean(), welch.pvalue, welch.df, interval.low, interval.high)
    assert got == pytest.approx(expected, rel=1e-9)


def test_the_jackknife_leaves_out_one_unit_after_the_other(arms):
    found = fit("jackknife_ratio", evidence(RATIO, *arms)).effects["ratio_difference"]
    variance = 0.0
    for arm in arms:
        n = arm["numerator"].size
        without = [
            np.delete(arm["numerator"], i).sum() / np.delete(arm["denominator"], i).sum() for i in range(n)
        ]
        variance += (n - 1) / n * np.sum((without - np.mean(without)) ** 2)
    assert found.se == pytest.approx(variance**0.5, rel=1e-9)


def test_the_mean_of_units_ratios_is_another_figure(arms):
    arms[0]["denominator"][0] = arms[0]["numerator"][0] = 0.0
    found = fit("unit_rates", evidence(RATIO, *arms))
    own = [
        arm["numerator"][arm["denominator"] > 0] / arm["denominator"][arm["denominator"] > 0] for arm in arms
    ]
    assert found.effects["ratio_difference"].p_value == pytest.approx(
        stats.ttest_ind(*own, equal_var=False).pvalue, rel=1e-9
    )
    assert any("left out" in note for note in found.notes)


def test_below_100_units_the_delta_method_points_at_the_jackknife(arms):
    assert any("jackknife_ratio" in note for note in fit("delta_ratio", evidence(RATIO, *arms)).notes)
    assert choose(Declaration("parallel", "ratio", covariates=True)).name == "delta_ratio"


@pytest.mark.parametrize("name", ["delta_ratio", "jackknife_ratio"])
def test_one_ratio_in_every_unit_leaves_nothing_to_judge_by(name):
    arm = {"numerator": np.array([1.0, 2.0, 7.0]), "denominator": np.array([3.0, 6.0, 21.0])}
    with pytest.raises(Refusal, match="same ratio"):
        fit(name, evidence(RATIO, arm, arm))


def test_an_arm_without_a_denominator_is_refused():
    none = {"numerator": np.zeros(3), "denominator": np.zeros(3)}
    some = {"numerator": np.ones(3), "denominator": np.array([1.0, 2.0, 3.0])}
    for name in ("delta_ratio", "jackknife_ratio", "unit_rates"):
        with pytest.raises(Refusal, match="denominator"):
            fit(name, evidence(RATIO, none, some))


def test_order_statistics_are_resampled_as_units_would_be():
    rng, values = np.random.default_rng(5), np.sort(np.random.default_rng(6).normal(size=13))
    for q in (0.5, 0.9, 0.3):
        quick = resampled_quantiles(values, q, draws=40_000, rng=rng)
        slow = np.quantile(rng.choice(values, (40_000, 13)), q, axis=1)
        assert stats.ks_2samp(quick.round(9), slow.round(9)).pvalue > 0.001


@pytest.mark.parametrize(("n", "q"), [(6, 0.5), (30, 0.5), (77, 0.9), (400, 0.1)])
def test_order_statistics_cover_the_quantile_and_the_next_ones_would_not(n, q):
    low, high = order_interval(np.arange(1.0, n + 1), q, level=0.95)
    assert low is not None
    assert high is not None
    below = stats.binom(n, q)
    for missed, closer in ((below.cdf(low - 1), below.cdf(low)), (below.sf(high - 1), below.sf(high - 2))):
        assert missed <= 0.025 < closer


def test_too_few_units_for_a_quantile_leave_the_interval_open():
    outcome = Outcome("y", "Y", "quantile", options={"q": 0.9})
    few, many = {"value": np.arange(20.0)}, {"value": np.arange(200.0)}
    assert 0.9**20 > 0.025  # all values may well lie below the quantile
    for treatment, control, ends in ((few, many, "low"), (many, few, "high"), (few, few, "")):
        found = fit("quantile_bootstrap", evidence(outcome, treatment, control))
        effect = found.effects["quantile_difference"]
        upper = [np.quantile(arm["value"], 0.9) for arm in (treatment, control)]
        assert effect.estimate == pytest.approx(upper[0] - upper[1])
        assert {"low": effect.low is not None, "high": effect.high is not None} == {
            end: end == ends for end in ("low", "high")
        }
        assert effect.p_value is None
        assert any("too few units" in note for note in found.notes)


def test_a_quantile_of_many_alike_values_is_refused():
    outcome = Outcome("y", "Y", "quantile")
    arm = {"value": np.r_[np.zeros(20), np.ones(200), np.full(20, 2.0)]}
    with pytest.raises(Refusal, match="same value"):
        fit("quantile_bootstrap", evidence(outcome, arm, arm))


def test_a_margin_of_a_quantile_is_tested_from_its_bad_end():
    rng = np.random.default_rng(7)
    outcome = Outcome("y", "Y", "quantile", better="lower", margin=5.0)
    found = fit("quantile_bootstrap", evidence(outcome, *({"value": rng.normal(size=200)} for _ in range(2))))
    assert found.parameters["margin_p_one_sided"] < 0.001
    assert found.parameters["equivalence_p"] < 0.001
