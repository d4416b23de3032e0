"""Worlds draw what their words say: correlations by analysis of variance, sizes and shares by counting."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.calibration.scenes import scene
from analysis.world import worlds


def drawn(shown, effect=0.0, seed=5):
    return worlds()[shown.declaration.layout].draw(np.random.default_rng(seed), shown, effect).frame


def between(y, groups) -> float:
    """The share of the variance between groups of one size (Fisher 1925: mean squares)."""
    table = y.to_numpy().reshape(groups, -1)
    size = table.shape[1]
    within = table.var(axis=1, ddof=1).mean()
    among = size * table.mean(axis=1).var(ddof=1)
    return (among - within) / (among + (size - 1) * within)


@pytest.mark.parametrize(("kind", "icc"), [("mean", 0.10), ("score", 0.3), ("proportion", 0.05)])
def test_clusters_are_as_alike_as_their_icc_says(kind, icc):
    truth = {"icc": icc, "sizes_from": 20, "sizes_to": 20}
    frame = drawn(scene("clustered", kind, clusters=3000, truth=truth))
    assert between(frame["y"], 3000) == pytest.approx(icc, abs=0.015)


def test_an_effect_on_clusters_is_as_large_as_it_says():
    for kind, effect in (("mean", 5.0), ("proportion", 0.1)):
        truth = {"icc": 0.05, "sizes_from": 20, "sizes_to": 20}
        frame = drawn(scene("clustered", kind, clusters=6000, truth=truth), effect)
        means = frame.groupby("arm")["y"].mean()
        assert means["b"] - means["a"] == pytest.approx(effect, rel=0.08)


def test_rows_of_a_person_are_as_alike_as_they_should_be():
    truth = {"icc": 0.05, "unit_icc": 0.50, "repeats": 6, "sizes_from": 5, "sizes_to": 5}
    frame = drawn(scene("clustered", "score", clusters=2000, truth=truth))
    assert between(frame["y"], 2000 * 5) == pytest.approx(0.55, abs=0.02)


def test_clusters_have_the_sizes_and_shares_that_were_asked_for():
    truth = {"icc": 0.1, "share_treated": 0.25, "sizes_cv": 0.8}
    frame = drawn(scene("clustered", "mean", units=100 * 4000, clusters=4000, truth=truth))
    sizes = frame.groupby("cluster").size()
    assert sizes.mean() == pytest.approx(100, rel=0.05)
    assert sizes.std() / sizes.mean() == pytest.approx(0.8, rel=0.1)
    assert frame.groupby("cluster")["arm"].first().eq("b").mean() == pytest.approx(0.25, abs=0.001)
    uniform = drawn(scene("clustered", "mean", clusters=500, truth={"sizes_from": 8, "sizes_to": 24}))
    assert set(uniform.groupby("cluster").size()) == set(range(8, 25))


def test_cells_of_a_wedge_are_as_alike_as_their_icc_and_cac_say():
    truth = {"icc": 0.10, "cac": 0.8, "trend": 0.0, "spread": 10.0}
    frame = drawn(scene("stepped", "mean", units=60_000, clusters=1200, periods=5, truth=truth))
    cells = frame.groupby(["cluster", "period"])["y"].mean().unstack().to_numpy()
    assert np.corrcoef(cells[:, 0], cells[:, 4])[0, 1] == pytest.approx(
        0.08 / (0.10 + 0.90 / 10), abs=0.06
    )  # of the means of ten


@pytest.mark.parametrize("layout", ["clustered", "crossover", "repeated", "stepped"])
def test_a_word_that_a_world_does_not_know_is_an_error(layout):
    with pytest.raises(KeyError):
        drawn(scene(layout, "mean", truth={"weather": 1.0}))
