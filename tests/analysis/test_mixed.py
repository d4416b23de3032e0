"""Mixed models against dense matrices, closed forms and statsmodels."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import linalg

from analysis.figures.exact_likeness import exact_interval
from analysis.figures.likeness import intraclass
from analysis.models.linear import least_squares
from analysis.models.mixed import RESIDUAL, RandomEffects, fit_reml, kenward_roger, model_based, satterthwaite
from analysis.refusal import Refusal


def nested(seed: int, *, clusters: int = 7, between: float = 1.0):
    """Unequal clusters in four periods, with effects of clusters and of their periods."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), rng.integers(6, 15, clusters))
    period = rng.integers(0, 4, cluster.size)
    cell = cluster * 4 + period
    x = np.column_stack([np.ones(cluster.size), cluster % 2, period, rng.normal(size=cluster.size)])
    y = x @ [100, 1, 0.5, -1] + between * rng.normal(size=clusters)[cluster]
    y += 0.5 * rng.normal(size=cell.max() + 1)[cell] + rng.normal(size=cluster.size)
    return x, y, cluster, cell, period


def dense(x, y, parts, theta):
    """Log-likelihood, Phi, and Kenward and Roger's figures from n x n matrices, by the formulas as printed."""
    v = sum(t * g for t, g in zip(theta, parts, strict=True))
    inverse = np.linalg.inv(v)
    phi = np.linalg.inv(x.T @ inverse @ x)
    p = inverse - inverse @ x @ phi @ x.T @ inverse
    value = -0.5 * (
        np.linalg.slogdet(v)[1]
        + np.linalg.slogdet(x.T @ inverse @ x)[1]
        + y @ p @ y
        + (y.size - x.shape[1]) * np.log(2 * np.pi)
    )
    score = np.array([-0.5 * (np.trace(p @ g) - y @ p @ g @ p @ y) for g in parts])
    first = [-x.T @ inverse @ g @ inverse @ x for g in parts]
    weight = 2 * np.linalg.inv([[np.trace(p @ g @ p @ h) for h in parts] for g in parts])
    middle = sum(
        weight[i, j] * (x.T @ inverse @ g @ inverse @ h @ inverse @ x - first[i] @ phi @ first[j])
        for i, g in enumerate(parts)
        for j, h in enumerate(parts)
    )
    return value, score, phi, phi + 2 * phi @ middle @ phi, first, weight


def same(codes):
    return (codes[:, None] == codes[None, :]).astype(float)


@pytest.mark.parametrize("seed", range(3))
def test_a_nested_model_agrees_with_dense_matrices(seed):
    x, y, cluster, cell, _ = nested(seed)
    fit = fit_reml(
        x, y, block=cluster, effects=(RandomEffects("cluster", cluster), RandomEffects("cell", cell))
    )
    theta = [fit.variance(name) for name in (RESIDUAL, "cluster", "cell")]
    parts = [np.eye(y.size), same(cluster), same(cell)]
    value, score, phi, adjusted, first, weight = dense(x, y, parts, theta)
    assert fit.log_likelihood == pytest.approx(value, rel=1e-10)
    held = np.array(theta) > 0
    assert np.abs(score[held]).max() < 1e-4
    assert (score[~held] <= 0).all()
    assert fit.covariance == pytest.approx(phi, rel=1e-8)
    contrast = np.array([0.0, 1, 0, 0])
    robust = kenward_roger(fit, contrast)
    gradient = [contrast @ phi @ g @ phi @ contrast for g in first]
    assert robust.se == pytest.approx(np.sqrt(contrast @ adjusted @ contrast), rel=1e-8)
    assert robust.df == pytest.approx(2 * (contrast @ phi @ contrast) ** 2 / (gradient @ weight @ gradient))
    assert model_based(fit, contrast) == pytest.approx(np.sqrt(phi[1, 1]))


def test_random_slopes_agree_with_dense_matrices():
    x, y, cluster, _, period = nested(5, clusters=14)
    y = y + np.random.default_rng(9).normal(size=14)[cluster] * period
    z = np.column_stack([np.ones(y.size), period])
    fit = fit_reml(x, y, block=cluster, effects=(RandomEffects("cluster", cluster, z),))
    covariance = fit.components["cluster"]
    indicators = same(cluster)
    cross = np.outer(z[:, 0], z[:, 1])
    parts = [
        np.eye(y.size),
        indicators,
        indicators * (cross + cross.T),
        indicators * np.outer(z[:, 1], z[:, 1]),
    ]
    theta = [fit.variance(RESIDUAL), covariance[0, 0], covariance[0, 1], covariance[1, 1]]
    value, score, _, adjusted, *_ = dense(x, y, parts, theta)
    assert fit.log_likelihood == pytest.approx(value, rel=1e-10)
    assert np.abs(score).max() < 1e-3
    assert kenward_roger(fit, np.eye(4)[2]).se == pytest.approx(np.sqrt(adjusted[2, 2]), rel=1e-7)


@pytest.mark.parametrize("seed", range(6))
def test_slopes_that_do_not_vary_are_fitted_on_the_boundary_and_nothing_near_is_better(seed):
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(12), 4), np.tile(np.arange(4.0), 12)
    x = np.column_stack([np.ones(48), time])
    y = 3 + time + rng.normal(size=12)[unit] + rng.normal(size=48)
    fit = fit_reml(x, y, block=unit, effects=(RandomEffects("unit", unit, x),))
    cross = np.outer(x[:, 0], x[:, 1])
    held = same(unit)
    parts = [np.eye(48), held, held * (cross + cross.T), held * np.outer(time, time)]

    def value(residual, covariance):
        theta = [residual, covariance[0, 0], covariance[0, 1], covariance[1, 1]]
        return dense(x, y, parts, theta)[0]

    residual, covariance = fit.variance(RESIDUAL), fit.components["unit"]
    assert fit.log_likelihood == pytest.approx(value(residual, covariance), rel=1e-8)
    assert np.linalg.eigvalsh(covariance).min() >= -1e-9
    root = np.real(linalg.sqrtm(covariance + 1e-12 * np.eye(2)))
    for _ in range(60):
        moved = root + rng.normal(scale=0.05, size=(2, 2))
        assert value(residual * np.exp(rng.normal(scale=0.05)), moved @ moved.T) <= fit.log_likelihood + 1e-6
    assert kenward_roger(fit, np.array([0.0, 1])).df > 1


def test_a_random_intercept_agrees_with_statsmodels():
    import statsmodels.api as sm

    x, y, cluster, *_ = nested(11, clusters=20)
    fit = fit_reml(x, y, block=cluster, effects=(RandomEffects("cluster", cluster),))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = sm.MixedLM(y, x, cluster).fit(reml=True, gtol=1e-10)
    assert fit.coefficients == pytest.approx(other.fe_params, rel=1e-5)
    assert fit.variance(RESIDUAL) == pytest.approx(other.scale, rel=1e-4)
    assert fit.variance("cluster") == pytest.approx(float(other.cov_re[0, 0]), rel=1e-3)


def test_effects_of_two_kinds_in_one_block_may_cross():
    rng = np.random.default_rng(3)
    team, person, week = np.repeat(np.arange(6), 20), np.repeat(np.arange(30), 4), np.tile(np.arange(4), 30)
    cell = team * 4 + week
    y = rng.normal(size=30)[person] + rng.normal(size=24)[cell] + rng.normal(size=120)
    x = np.column_stack([np.ones(120), team % 2])
    effects = (RandomEffects("cell", cell), RandomEffects("person", person))
    fit = fit_reml(x, y, block=team, effects=effects)
    theta = [fit.variance(name) for name in (RESIDUAL, "cell", "person")]
    value, score, *_ = dense(x, y, [np.eye(120), same(cell), same(person)], theta)
    assert fit.log_likelihood == pytest.approx(value, rel=1e-10)
    assert np.abs(score).max() < 1e-4


def test_moving_and_stretching_the_outcome_changes_nothing_else():
    x, y, cluster, *_ = nested(2)
    effects = (RandomEffects("cluster", cluster),)
    contrast = np.eye(4)[1]
    once = kenward_roger(fit_reml(x, y, block=cluster, effects=effects), contrast)
    again = kenward_roger(fit_reml(x, 1e6 + 1e-3 * y, block=cluster, effects=effects), contrast)
    assert again.se == pytest.approx(1e-3 * once.se, rel=1e-5)
    assert again.df == pytest.approx(once.df, rel=1e-5)


def test_clusters_of_one_unit_cannot_be_told_from_residuals():
    rng = np.random.default_rng(1)
    cluster = np.arange(20)
    with pytest.raises(Refusal, match="cannot tell the model's variances apart"):
        fit_reml(np.ones((20, 1)), rng.normal(size=20), block=cluster, effects=(RandomEffects("c", cluster),))


def test_an_outcome_that_does_not_vary_is_refused():
    cluster = np.repeat(np.arange(4), 3)
    with pytest.raises(Refusal, match="do not vary"):
        fit_reml(np.ones((12, 1)), np.full(12, 3.0), block=cluster, effects=(RandomEffects("c", cluster),))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("units", [3, 5])
def test_as_many_waves_as_units_or_more_are_refused(units, seed):
    rng = np.random.default_rng(seed)
    unit, wave = np.repeat(np.arange(units), 5), np.tile(np.arange(5), units)
    visits = np.eye(5)[wave]
    with pytest.raises(Refusal):
        fit_reml(
            visits, rng.normal(size=unit.size), block=unit,
            effects=(RandomEffects("visit", unit, visits),), residual=False,
        )  # fmt: skip


def test_degrees_of_freedom_on_the_boundary_by_satterthwaite_are_those_of_the_residual():
    cluster, y = (
        np.repeat(np.arange(6), 4),
        np.tile([1.0, 2, 3, 5], 6) + np.repeat([0, 0.01, 0, 0, 0.01, 0], 4),
    )
    x = np.column_stack([np.ones(24), np.arange(24) % 2])
    fit = fit_reml(x, y, block=cluster, effects=(RandomEffects("cluster", cluster),))
    plain = least_squares(x, y)
    assert fit.boundary == ("cluster",)
    assert fit.coefficients == pytest.approx(plain.coefficients)
    assert satterthwaite(fit, np.eye(2)[1]).df == pytest.approx(22)


def test_the_exact_interval_is_searles_for_clusters_of_one_size():
    rng = np.random.default_rng(4)
    cluster = np.repeat(np.arange(10), 6)
    y = 2 * rng.normal(size=10)[cluster] + rng.normal(size=60)
    arm = cluster % 2 == 1
    low, high = exact_interval(np.column_stack([np.ones(60), arm]), y, cluster, level=0.9)
    searle = intraclass(y, cluster, arm=arm, level=0.9)
    assert (low, high) == pytest.approx((searle.low, searle.high), rel=1e-9)


def test_the_exact_interval_covers_as_often_as_it_says_where_sizes_differ():
    rng = np.random.default_rng(8)
    cluster = np.repeat(np.arange(8), [3, 5, 40, 6, 12, 4, 25, 9])
    x = np.column_stack([np.ones(cluster.size), cluster % 2])
    held = 0
    for _ in range(1000):
        y = 0.5 * rng.normal(size=8)[cluster] + rng.normal(size=cluster.size)
        low, high = exact_interval(x, y, cluster, level=0.9)
        held += low <= 0.2 <= high
    assert 0.88 < held / 1000 < 0.92
