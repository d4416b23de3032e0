"""Pooling of sites against likelihoods maximised on their own, and in cases known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from analysis.estimator import Declaration, estimators
from analysis.models.pooling import heterogeneity, paule_mandel_tau2, pooled, reml_tau2, tau2_interval
from tests.laws.worlds import World


@pytest.mark.parametrize("seed", range(12))
def test_reml_maximises_the_restricted_likelihood(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 30))
    v = rng.uniform(0.01, 0.2, k)
    y = rng.normal(0.3, rng.uniform(0, 0.6), k) + np.sqrt(v) * rng.normal(size=k)

    def loss(tau2: float) -> float:
        covariance = np.diag(v + tau2)
        contrasts = np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, 1:]]))[0][:, 1:]  # orthogonal to 1
        return -stats.multivariate_normal(cov=contrasts.T @ covariance @ contrasts).logpdf(contrasts.T @ y)

    found = reml_tau2(y, v)
    grid = np.linspace(0, 3, 601)
    best = grid[np.argmin([loss(tau2) for tau2 in grid])]
    brute = optimize.minimize_scalar(
        loss, bounds=(max(best - 0.01, 0), best + 0.01), method="bounded", options={"xatol": 1e-10}
    )
    assert loss(found) <= brute.fun + 1e-9
    assert found == pytest.approx(brute.x, abs=1e-4)


def test_the_q_profile_covers_what_q_allows():
    rng = np.random.default_rng(5)
    v = rng.uniform(0.01, 0.1, 9)
    y = rng.normal(0, 0.4, 9)
    low, high = tau2_interval(y, v, level=0.9)
    assert heterogeneity(y, v, tau2=high) == pytest.approx(stats.chi2.ppf(0.05, 8))
    assert low == 0 or heterogeneity(y, v, tau2=low) == pytest.approx(stats.chi2.ppf(0.95, 8))
    assert heterogeneity(y, v, tau2=paule_mandel_tau2(y, v)) == pytest.approx(8)


def test_with_equal_variances_pooling_is_a_t_test_of_the_sites():
    rng = np.random.default_rng(6)
    y, v = rng.normal(0.5, 1, 8), np.full(8, 0.3)
    found = pooled(y, v, tau2=reml_tau2(y, v))
    assert found.estimate == pytest.approx(y.mean())
    assert found.hksj_se == pytest.approx(stats.sem(y))
    assert found.tau2 == pytest.approx(max(0.0, y.var(ddof=1) - 0.3))


def test_ratios_are_pooled_as_logarithms_and_told_as_ratios():
    mean, count = (World(Declaration("sites", kind)) for kind in ("mean", "count"))
    table = mean.table(np.random.default_rng(7), effect=0.4)
    estimator = estimators()["pooled_reml"]
    plain, ratio = mean.run(estimator, table), count.run(estimator, table)
    one, other = plain.effects["mean_difference"], ratio.effects["rate_ratio"]
    assert np.log([other.estimate, other.low, other.high]) == pytest.approx([one.estimate, one.low, one.high])
    assert np.log(ratio.parameters["prediction_low"]) == pytest.approx(plain.parameters["prediction_low"])
    assert other.p_value == one.p_value
    assert [label for label in plain.profile if label.startswith("without")] == [
        f"without site-{place:03}" for place in range(12)
    ]
