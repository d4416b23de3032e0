"""Least squares and its standard errors, against brute force, algebra and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.models.linear import (
    cluster_sandwich,
    cr0,
    cr2,
    cr3,
    hc2,
    hc3,
    least_squares,
)
from analysis.models.within_clusters import poisson_slopes_within
from analysis.refusal import Refusal

RNG = np.random.default_rng(5)


def trial(clusters: int = 7, *, covariates: int = 2):
    sizes = RNG.integers(1, 9, clusters)
    cluster = np.repeat(np.arange(clusters), sizes)
    arm = (cluster % 2).astype(float)
    x = np.column_stack([np.ones(cluster.size), arm, RNG.normal(size=(cluster.size, covariates))])
    return x, RNG.normal(size=clusters)[cluster] + RNG.normal(size=cluster.size), cluster


def by_brute_force(fit, cluster, *, contrast, power):
    """The definition with n_g x n_g roots and the full n x G algebra of the degrees of freedom."""
    n = len(fit.x)
    hat = fit.x @ fit.inverse @ fit.x.T
    vectors, variance = [], 0.0
    for g in np.unique(cluster):
        inside = cluster == g
        values, roots = np.linalg.eigh(np.eye(inside.sum()) - hat[np.ix_(inside, inside)])
        adjust = roots @ np.diag(np.where(values > 1e-10, np.abs(values) ** power, 0.0)) @ roots.T
        a = adjust @ fit.x[inside] @ fit.inverse @ contrast
        variance += (a @ fit.residuals[inside]) ** 2
        whole = np.zeros(n)
        whole[inside] = a
        vectors.append((np.eye(n) - hat) @ whole)
    p = np.array(vectors) @ np.array(vectors).T
    return np.sqrt(variance), np.trace(p) ** 2 / np.trace(p @ p)


@pytest.mark.parametrize("power", [0.0, -0.5, -1.0])
@pytest.mark.parametrize("contrast", [[0, 1, 0, 0], [1, 0.5, 0.2, -1]])
def test_the_cluster_sandwich_equals_its_definition(power, contrast):
    for _ in range(5):
        x, y, cluster = trial()
        fit, weights = least_squares(x, y), np.array(contrast, dtype=float)
        got = cluster_sandwich(fit, cluster, contrast=weights, power=power)
        se, df = by_brute_force(fit, cluster, contrast=weights, power=power)
        assert got.se == pytest.approx(se, rel=1e-9)
        assert got.df == pytest.approx(df, rel=1e-9)


def test_a_cluster_that_decides_a_coefficient_alone_is_handled_by_the_pseudo_root():
    x, y, cluster = trial(covariates=0)
    dummies = (cluster[:, None] == np.array([0, 1])).astype(float)  # absorbs one cluster of each arm
    fit = least_squares(np.column_stack([x, dummies]), y)
    contrast = np.array([0.0, 1, 0, 0])
    kept = cluster > 1
    without = cr2(least_squares(x[kept], y[kept]), cluster[kept] - 2, contrast=contrast[:2])
    got = cr2(fit, cluster, contrast=contrast)
    assert (got.se, got.df) == pytest.approx((without.se, without.df), rel=1e-9)


def test_with_one_row_a_cluster_the_cluster_sandwiches_are_the_ones_by_row():
    x, y, _ = trial(30)
    fit, rows = least_squares(x, y), np.arange(len(y))
    contrast = np.array([0.0, 1, 0, 0])
    assert cr2(fit, rows, contrast=contrast).se ** 2 == pytest.approx(hc2(fit)[1, 1])
    assert cr3(fit, rows, contrast=contrast).se ** 2 == pytest.approx(hc3(fit)[1, 1])


def test_a_row_fitted_exactly_counts_as_if_left_out():
    x, y, _ = trial(30)
    alone = np.zeros(len(y))
    alone[3] = 1
    with_dummy = hc2(least_squares(np.column_stack([x, alone]), y))[:4, :4]
    assert with_dummy == pytest.approx(hc2(least_squares(np.delete(x, 3, 0), np.delete(y, 3))))


def test_coefficients_and_hc_errors_are_those_of_statsmodels():
    from statsmodels.regression.linear_model import OLS

    x, y, cluster = trial(40)
    theirs, fit = OLS(y, x).fit(), least_squares(x, y)
    assert fit.coefficients == pytest.approx(theirs.params)
    assert np.sqrt(np.diag(hc2(fit))) == pytest.approx(theirs.HC2_se)
    assert np.sqrt(np.diag(hc3(fit))) == pytest.approx(theirs.HC3_se)
    robust = OLS(y, x).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}, use_t=True
    )
    assert cr0(fit, cluster, contrast=np.array([0.0, 1, 0, 0])).se == pytest.approx(robust.bse[1])


def test_the_units_of_a_covariate_do_not_look_like_collinearity():
    x, y, _ = trial(20)
    scaled = x * np.array([1, 1, 1e9, 1e-9])
    ours, plain = least_squares(scaled, y), least_squares(x, y)
    assert ours.coefficients[1] == pytest.approx(plain.coefficients[1])


def test_collinear_columns_are_refused():
    x, y, _ = trial(20)
    for column in (x[:, 1] + x[:, 2], np.zeros(len(y))):
        with pytest.raises(Refusal, match="collinear"):
            least_squares(np.column_stack([x, column]), y)


def test_more_coefficients_than_rows_are_refused():
    with pytest.raises(Refusal, match="no more rows"):
        least_squares(np.eye(3), np.arange(3.0))


def test_big_clusters_are_cheap():
    """20 clusters of 10,000 rows: roots of rows would need 20 matrices of 800 MB."""
    cluster = np.repeat(np.arange(20), 10_000)
    x = np.column_stack([np.ones(cluster.size), cluster % 2])
    y = RNG.normal(size=cluster.size)
    got = cr2(least_squares(x, y), cluster, contrast=np.array([0.0, 1]))
    means = np.bincount(cluster, y) / 10_000  # equal sizes: CR2 is Welch's t on cluster means
    arms = means[0::2], means[1::2]
    assert got.se**2 == pytest.approx(sum(arm.var(ddof=1) / 10 for arm in arms))
    assert got.df == pytest.approx(18)


def test_poisson_slopes_within_clusters_are_those_of_a_regression_with_cluster_effects():
    import statsmodels.api as sm

    _, _, cluster = trial(6)
    x = RNG.normal(size=(cluster.size, 2))
    exposure = RNG.uniform(0.5, 2, cluster.size)
    y = RNG.poisson(exposure * np.exp(0.4 * x[:, 0] + cluster / 6)).astype(float)
    effects = (cluster[:, None] == np.arange(6)).astype(float)
    kept = np.isin(cluster, np.flatnonzero(np.bincount(cluster, y)))  # a cluster without events says nothing
    effects = effects[:, np.unique(cluster[kept])]
    theirs = sm.GLM(
        y[kept], np.column_stack([x, effects])[kept], family=sm.families.Poisson(), exposure=exposure[kept]
    ).fit(tol=1e-12)
    got = poisson_slopes_within(x, y, exposure=exposure, cluster=cluster)
    assert got == pytest.approx(theirs.params[:2], rel=1e-6)


def test_poisson_slopes_that_run_away_are_refused():
    x, y = np.array([[0.0], [1], [0], [1]]), np.array([0.0, 2, 0, 3])
    with pytest.raises(Refusal, match="slopes"):
        poisson_slopes_within(x, y, exposure=np.ones(4), cluster=np.array([0, 0, 1, 1]))
