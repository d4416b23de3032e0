"""Mixed models and permutations that read moments of clusters, against those that read every row."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from analysis.chance.permutation import _some, allocations, allocations_of
from analysis.figures.exact_likeness import exact_interval
from analysis.models.linear import cluster_sandwich, hc2, hc3, least_squares
from analysis.models.mixed import RandomEffects, fit_intercepts, fit_reml, kenward_roger, satterthwaite


def clustered(*, clusters=15, units=600, seed=4, between=0.6):
    rng = np.random.default_rng(seed)
    cluster = np.sort(rng.integers(0, clusters, units))
    x = np.column_stack([np.ones(units), cluster % 2, rng.integers(0, 4, units)]).astype(float)
    y = (
        3
        + x @ np.array([0, 0.5, 0.2])
        + between * rng.normal(size=clusters)[cluster]
        + rng.normal(size=units)
    )
    return x, y, cluster


def reduced(x, y, cluster):
    """Rows alike in x and cluster as one: their x, mean, cluster, number and squared deviations."""
    keys, of = np.unique(np.column_stack([x, cluster]), axis=0, return_inverse=True)
    units = np.bincount(of.ravel()).astype(float)
    mean = np.bincount(of.ravel(), y) / units
    within = np.bincount(of.ravel(), (y - mean[of.ravel()]) ** 2)
    return keys[:, :-1], mean, keys[:, -1].astype(int), {"units": units, "within": within}


@pytest.mark.parametrize("between", [0.6, 0.0], ids=["alike inside", "no more alike inside"])
def test_a_mixed_model_of_moments_is_the_one_of_rows(between):
    x, y, cluster = clustered(between=between, seed=6)
    rows = fit_reml(x, y, block=cluster, effects=(RandomEffects("cluster", cluster),))
    xs, mean, codes, held = reduced(x, y, cluster)
    assert len(xs) < len(x) / 5
    moments = fit_intercepts(xs, mean, codes, **held)
    assert moments.coefficients == pytest.approx(rows.coefficients, rel=1e-9)
    assert moments.log_likelihood == pytest.approx(rows.log_likelihood, rel=1e-10)
    assert moments.variance("residual") == pytest.approx(rows.variance("residual"), rel=1e-8)
    assert moments.variance("cluster") == pytest.approx(rows.variance("cluster"), rel=1e-6, abs=1e-12)
    assert moments.boundary == rows.boundary
    assert moments.n == rows.n
    contrast = np.array([0.0, 1, 0])
    for way in (kenward_roger, satterthwaite):
        assert way(moments, contrast).se == pytest.approx(way(rows, contrast).se, rel=1e-7)
        assert way(moments, contrast).df == pytest.approx(way(rows, contrast).df, rel=1e-6)


def test_the_interval_of_a_correlation_from_moments_is_that_of_the_dense_pivot():
    x, y, cluster = clustered()
    xs, mean, codes, held = reduced(x, y, cluster)
    low, high = exact_interval(xs, mean, codes, level=0.9, **held)
    z = (cluster[:, None] == np.arange(15)).astype(float)
    hat = np.eye(len(y)) - x @ np.linalg.inv(x.T @ x) @ x.T
    both = np.column_stack([x, z])
    left = y - both @ np.linalg.lstsq(both, y, rcond=None)[0]
    rank = np.linalg.matrix_rank(both) - x.shape[1]
    df = len(y) - x.shape[1] - rank
    basis = np.linalg.svd(hat)[0][:, : len(y) - x.shape[1]]
    chances = []
    for end in (low, high):  # Wald's pivot at each end: the quadratic form of V's inverse less the residual's
        variance = basis.T @ (np.eye(len(y)) + end / (1 - end) * z @ z.T) @ basis
        whole = (basis.T @ y) @ np.linalg.solve(variance, basis.T @ y)
        ratio = ((whole - left @ left) / rank) / (left @ left / df)
        draws = np.random.default_rng(0).f(rank, df, 400_000)
        chances.append((draws > ratio).mean())
    assert chances == pytest.approx([0.05, 0.95], abs=0.002)


def test_least_squares_of_moments_is_that_of_rows():
    x, y, cluster = clustered()
    xs, mean, codes, held = reduced(x, y, cluster)
    rows, moments = least_squares(x, y), least_squares(xs, mean, **held)
    assert moments.df == rows.df
    for way in (hc2, hc3):
        assert way(moments) == pytest.approx(way(rows), rel=1e-9, abs=1e-15)
    for power in (0.0, -0.5, -1.0):
        ours, theirs = (
            cluster_sandwich(fit, of, contrast=np.array([0.0, 1, 0]), power=power)
            for fit, of in ((moments, codes), (rows, cluster))
        )
        assert (ours.se, ours.df) == pytest.approx((theirs.se, theirs.df), rel=1e-9)


@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("clusters", [8, 30, 2_600])
def test_outcomes_permuted_together_are_those_permuted_alone(clusters, stratified):
    rng = np.random.default_rng(1)
    values, treated = rng.normal(size=(clusters, 3)), rng.permutation(np.arange(clusters) % 2 == 0)
    stratum = rng.permutation(np.arange(clusters) % 3) if stratified else None
    together = allocations_of(values, treated, stratum=stratum, seed=7)
    for column, found in zip(values.T, together, strict=True):
        alone = allocations(column, treated, stratum=stratum, seed=7)
        assert found.of_values == pytest.approx(alone.of_values, abs=1e-12)
        assert found.p_value() == alone.p_value()
        real = column[treated].mean() - column[~treated].mean()
        assert found.observed == pytest.approx(real, abs=1e-12)


def test_drawn_allocations_come_close_to_all_of_them():
    rng = np.random.default_rng(2)
    values, treated = rng.normal(size=18), np.arange(18) < 9  # 48,620 allocations: drawn
    drawn = allocations(values, treated, stratum=None, seed=3)
    assert not drawn.exact
    every = [abs(values[list(p)].mean() * 2 - values.mean() * 2) for p in combinations(range(18), 9)]
    exact = np.mean(np.array(every) >= abs(drawn.observed) - 1e-12)
    assert drawn.p_value() == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 9_999))


def test_each_cluster_is_drawn_as_often_as_another_within_its_stratum():
    sizes = ((12, 3), (20, 10))
    blocks = np.concatenate(list(_some(sizes, seed=5)))
    assert blocks[:, :12].sum(axis=1).tolist() == [3] * len(blocks)
    assert blocks[:, 12:].sum(axis=1).tolist() == [10] * len(blocks)
    share = blocks.mean(axis=0)
    assert share == pytest.approx(np.repeat([0.25, 0.5], [12, 20]), abs=4.5 * 0.5 / np.sqrt(len(blocks)))
