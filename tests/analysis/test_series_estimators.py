"""Interrupted series against dense matrices, statsmodels and known truths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from analysis.estimator import Settings, estimators
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import SERIES
from analysis.models.autoregression import START, autoregression
from analysis.models.segmented import LEVEL, segmented
from analysis.models.small_series import kenward_roger
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.table import UnitTable
from analysis.worlds.series import autocorrelated

OUTCOME = Outcome("y", "Searches", "series")
CHANGE = Contrast("b", "a")


def model_of(periods, *, change):
    return segmented(periods, np.empty((periods.size, 0)), changes=(change,), asked=change)


def dense(x, y, periods, rho, *, restricted):
    """-2 log likelihood from the whole covariance matrix."""
    correlation = rho ** np.abs(np.subtract.outer(periods, periods))
    inverse = np.linalg.inv(correlation)
    inner = x.T @ inverse @ x
    e = y - x @ np.linalg.solve(inner, x.T @ inverse @ y)
    free = y.size - (x.shape[1] if restricted else 0)
    variance = e @ inverse @ e / free
    value = free * (np.log(2 * np.pi * variance) + 1) + np.linalg.slogdet(correlation)[1]
    return value + (np.linalg.slogdet(inner)[1] if restricted else 0)


def table(y, *, before, periods=None, **columns):
    time = np.arange(y.size) + 1.0 if periods is None else periods
    arm = np.where(np.arange(y.size) < before, "a", "b")
    return UnitTable(pd.DataFrame({"arm": arm, "period": time, "y": y, **columns}), SERIES)


def run(name, held, *, covariates=(), contrast=CHANGE, outcome=OUTCOME):
    return estimators()[name].fit(gather(held, outcome, contrast, covariates=covariates), Settings())


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_likelihood_and_autocorrelation_are_those_of_the_whole_covariance_matrix_also_across_gaps(
    seed, restricted
):
    rng = np.random.default_rng(seed)
    periods = np.sort(rng.choice(60, 40, replace=False)).astype(float)
    y = autocorrelated(rng, 60, rho=(-0.4, 0.3, 0.8)[seed - 1])[periods.astype(int)]
    model = model_of(periods, change=float(periods[20]))
    fit = autoregression(model.x, y, lags=model.lags, restricted=restricted)
    best = minimize_scalar(
        lambda rho: dense(model.x, y, periods, rho, restricted=restricted),
        bounds=(max(fit.rho - 0.2, -0.99), min(fit.rho + 0.2, 0.99)), method="bounded", options={"xatol": 1e-9},
    )  # fmt: skip
    assert fit.rho == pytest.approx(best.x, abs=1e-6)
    assert -2 * fit.log_likelihood == pytest.approx(best.fun, rel=1e-10)
    others = [dense(model.x, y, periods, rho, restricted=restricted) for rho in np.linspace(-0.95, 0.95, 39)]
    assert best.fun <= min(others) + 1e-9


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.6])
def test_kenward_and_rogers_figures_are_those_of_the_whole_matrices_also_across_gaps(rho):
    rng = np.random.default_rng(5)
    periods = np.sort(rng.choice(45, 30, replace=False)).astype(float)
    y = autocorrelated(rng, 45, rho=rho)[periods.astype(int)]
    model = model_of(periods, change=float(periods[14]))
    fit = autoregression(model.x, y, lags=model.lags)
    contrast = model.contrast(LEVEL)
    x, distance, s2 = model.x, np.abs(np.subtract.outer(periods, periods)), fit.variance
    r = fit.rho**distance
    first = distance * fit.rho ** np.maximum(distance - 1, 0)
    second = np.where(distance > 1, distance * (distance - 1) * fit.rho ** np.maximum(distance - 2, 0), 0)
    inverse = np.linalg.inv(s2 * r)
    derivatives, twice = [r, s2 * first], [[0 * r, first], [first, s2 * second]]
    phi = np.linalg.inv(x.T @ inverse @ x)
    p = [-x.T @ inverse @ g @ inverse @ x for g in derivatives]
    trace = np.trace
    both = range(2)
    q = [[x.T @ inverse @ g @ inverse @ h @ inverse @ x for h in derivatives] for g in derivatives]
    information = np.array([
        [trace(inverse @ derivatives[i] @ inverse @ derivatives[j]) - 2 * trace(phi @ q[i][j])
         + trace(phi @ p[i] @ phi @ p[j]) for j in both] for i in both
    ])  # fmt: skip
    w = 2 * np.linalg.inv(information)
    inner = sum(
        w[i, j] * (q[i][j] - p[i] @ phi @ p[j] - x.T @ inverse @ twice[i][j] @ inverse @ x / 4)
        for i in both for j in both
    )  # fmt: skip
    adjusted = phi + 2 * phi @ inner @ phi
    slope = np.array([-(contrast @ phi @ each @ phi @ contrast) for each in p])
    variance = contrast @ phi @ contrast
    se, df = kenward_roger(fit).of(contrast)
    assert se == pytest.approx(np.sqrt(max(variance, contrast @ adjusted @ contrast)), rel=1e-8)
    assert df == pytest.approx(2 * variance**2 / (slope @ w @ slope), rel=1e-7)


def test_without_errors_a_step_and_a_bend_are_found_exactly():
    time = np.arange(40.0)
    noise = 1e-6 * np.random.default_rng(1).normal(size=40)
    y = 10 + 0.5 * time - 4 * (time >= 20) + 0.25 * np.maximum(time - 20, 0) + noise
    found = run("segmented_series", table(y, before=20))
    assert found.effects["level_change"].estimate == pytest.approx(-4, abs=1e-5)
    assert found.effects["slope_change"].estimate == pytest.approx(0.25, abs=1e-6)


def test_each_of_two_changes_is_measured_against_the_segment_before_it():
    time = np.arange(60.0)
    noise = 1e-6 * np.random.default_rng(2).normal(size=60)
    y = 10 - 4 * (time >= 20) + 7 * (time >= 40) - 0.5 * np.maximum(time - 40, 0) + noise
    held = table(y, before=20)
    held.frame.loc[40:, "arm"] = "c"
    first, second = (run("segmented_series", held, contrast=Contrast(arm, "a")) for arm in "bc")
    assert [found.effects["level_change"].estimate for found in (first, second)] == pytest.approx(
        [-4, 7], abs=1e-5
    )
    assert second.effects["slope_change"].estimate == pytest.approx(-0.5, abs=1e-6)


def test_periods_without_a_value_are_told_and_keep_their_place():
    rng = np.random.default_rng(3)
    y = 50 + autocorrelated(rng, 60, rho=0.5)
    y[[7, 8, 40]] = np.nan
    found = run("segmented_series", table(y, before=30))
    assert any("3 of 60 periods" in note for note in found.notes)
    assert "durbin_watson" not in found.parameters


def test_a_period_may_be_numbered_in_steps_of_any_size():
    y = 50 + autocorrelated(np.random.default_rng(4), 40, rho=0.5)
    once, stretched = (
        run("segmented_series", table(y, before=20, periods=step * np.arange(40.0))) for step in (1, 0.25)
    )
    assert once.effects["level_change"].p_value == pytest.approx(stretched.effects["level_change"].p_value)
    assert once.parameters["rho"] == pytest.approx(stretched.parameters["rho"])


@pytest.mark.parametrize("name", ["segmented_series", "segmented_poisson"])
def test_a_random_walk_leaves_no_interval_and_says_so(name):
    """Seed chosen so that REML runs to the edge, where Kenward and Roger's adjustment has no bound."""
    walk = np.round(1000 + np.cumsum(20 * np.random.default_rng(3).normal(size=40)))
    found = run(name, table(walk, before=20))
    effect = found.effects["rate_ratio" if name == "segmented_poisson" else "level_change"]
    assert found.parameters["rho"] > 0.999
    assert (effect.low, effect.high, effect.p_value) == (None, None, None)
    assert any("random walk" in note for note in found.notes)


def broken(kind):
    y = 50 + np.random.default_rng(5).normal(size=40)
    held = table(y, before=20).frame
    if kind == "short":
        return held.iloc[13:]
    if kind == "twice":
        return held.assign(period=[*range(39), 38])
    if kind == "uneven":
        return held.assign(period=np.cumsum(np.random.default_rng(6).uniform(1, 2, 40)))
    return held.assign(arm=np.where(np.arange(40) % 20 < 10, "a", "b"))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("short", "fewer than 8 periods"), ("twice", "several rows"), ("uneven", "evenly"), ("back", "goes back")],
)  # fmt: skip
def test_a_series_that_cannot_answer_is_refused_with_its_reason(kind, reason):
    with pytest.raises(Refusal, match=reason):
        run("segmented_series", UnitTable(broken(kind), SERIES))


def test_counts_without_autocorrelation_have_the_estimates_of_a_log_linear_model():
    """Where rho is 0 the model is quasi-Poisson regression: statsmodels' coefficients, Pearson's dispersion."""
    import statsmodels.api as sm

    from analysis.estimators.segmented_poisson import _fitted

    rng = np.random.default_rng(11)
    model = model_of(np.arange(60.0), change=30.0)
    exposure = rng.uniform(500, 1500, 60)
    counts = rng.poisson(exposure * np.exp(-2 + 0.004 * np.arange(60) - 0.3 * (np.arange(60) >= 30))).astype(
        float
    )
    apart = replace(model, lags=np.full(60, START))  # every period begins its own series: no autocorrelation
    found = _fitted(apart, counts, np.log(exposure))
    theirs = sm.GLM(counts, model.x, family=sm.families.Poisson(), offset=np.log(exposure)).fit(scale="X2")
    assert found.coefficients == pytest.approx(theirs.params, rel=1e-7)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(theirs.bse, rel=1e-6)


def test_the_rate_ratio_solves_the_quasi_score_equations_with_autocorrelated_residuals():
    """X' W^(1/2) R^-1 W^(-1/2) (y - mean) = 0 (Zeger 1988)."""
    from analysis.estimators.segmented_poisson import _fitted

    rng = np.random.default_rng(12)
    model = model_of(np.arange(50.0), change=25.0)
    counts = rng.poisson(80 * np.exp(0.1 * autocorrelated(rng, 50, rho=0.6))).astype(float)
    found = _fitted(model, counts, np.zeros(50))
    mean = np.exp(model.x @ found.coefficients)
    r = found.rho ** np.abs(np.subtract.outer(np.arange(50), np.arange(50)))
    score = (model.x * np.sqrt(mean)[:, None]).T @ np.linalg.solve(r, (counts - mean) / np.sqrt(mean))
    assert np.abs(score / np.sqrt(np.diag(np.linalg.inv(found.covariance)))).max() < 1e-5


@pytest.mark.parametrize(
    ("y", "reason"), [(np.full(40, 1.5), "no counts"), (np.r_[np.zeros(20), np.ones(20)], "no event")]
)
def test_a_ratio_is_refused_where_there_are_no_counts_or_no_events(y, reason):
    with pytest.raises(Refusal, match=reason):
        run("segmented_poisson", table(y, before=20))
