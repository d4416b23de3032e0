"""Whole clusters given one of two arms by chance; clusters differ, and are of like or of very different sizes.

`truth` knows icc, the share of the variance that lies between clusters (without it they spread by 15 % of the
control figure; of proportions it is that of a beta-binomial), sizes_from and sizes_to, the units of the smallest
and of the largest cluster (without them all are alike), sizes_cv, how unlike clusters are in size (log-normal),
share_treated, the share of clusters under treatment (0.5), repeats, the rows of each unit (1), and unit_icc, the
share of the variance that lies between the units of a cluster (0).
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import CLUSTERED
from analysis.outcome import kinds
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.world import Scene

    Codes = NDArray[np.intp]
    Levels = NDArray[np.float64]

KNOWN = frozenset(
    {"icc", "sizes_from", "sizes_to", "sizes_cv", "share_treated", "repeats", "unit_icc", "base", "spread"}
)
LEAST = 2  # units of a cluster whose size is drawn


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """Half of the clusters (`share_treated`) under treatment, with a covariate `x` of each row."""
    import pandas as pd

    if unknown := set(scene.truth) - KNOWN:
        raise KeyError(unknown.pop())
    unit = _places(rng, scene)
    rows = np.repeat(np.arange(unit.size), int(scene.truth.get("repeats", 1)))
    cluster, n = unit[rows], rows.size
    treated, x = _treated(scene)[cluster], rng.uniform(-1, 1, n)
    columns = {"arm": np.where(treated, "b", "a"), "x": x, "cluster": [f"team {c}" for c in cluster]}
    columns |= {"stratum": [f"pair {c // 2}" for c in cluster]} if scene.declaration.matched else {}
    if scene.declaration.strata and not scene.declaration.matched:
        columns["stratum"] = (x > 0).astype(str)
    spread = {"spread": scene.truth["spread"]} if "spread" in scene.truth else {}
    drawn = [
        scene.drawn(rng, n, size, base=base, **spread)
        for base, size in _levels(rng, scene, effect, cluster=cluster, rows=rows, x=x)
    ]
    parts = {
        scene.outcome.column(part): np.where(treated, drawn[1][part], drawn[0][part]) for part in drawn[0]
    }
    return UnitTable(pd.DataFrame({**columns, **parts}), CLUSTERED)


def _places(rng: np.random.Generator, scene: Scene) -> Codes:
    """The cluster of each unit."""
    truth, groups = scene.truth, scene.clusters
    if "sizes_to" in truth:
        sizes = rng.integers(int(truth["sizes_from"]), int(truth["sizes_to"]) + 1, groups)
    elif truth.get("sizes_cv"):
        variance = np.log1p(truth["sizes_cv"] ** 2)  # of the logarithm, so that sizes have that variation
        drawn = rng.lognormal(np.log(scene.units / groups) - variance / 2, np.sqrt(variance), groups)
        sizes = np.maximum(LEAST, np.round(drawn)).astype(np.intp)
    else:
        return rng.permutation(np.arange(scene.units) % groups)
    return np.repeat(np.arange(groups), sizes)


def _treated(scene: Scene) -> NDArray[np.bool_]:
    """Whether each cluster is under treatment: every other one, so that pairs hold one of each."""
    if "share_treated" in scene.truth:
        return np.asarray(np.arange(scene.clusters) < round(scene.clusters * scene.truth["share_treated"]))
    return np.asarray(np.arange(scene.clusters) % 2 == 1)


def _levels(
    rng: np.random.Generator, scene: Scene, effect: float, *, cluster: Codes, rows: Codes, x: Levels
) -> list[tuple[float | Levels, float]]:
    """What each row's figure is without and with treatment: its own base, and the effect to draw it with."""
    null, truth = scene.outcome.scale.null, scene.truth
    base = scene.base * (1 + (0.2 * x if scene.declaration.covariates else 0))
    if "icc" not in truth:
        base = base * (1 + 0.15 * rng.uniform(-1.7, 1.7, scene.clusters)[cluster])
        return [(base, null), (base, effect)]
    icc, own = truth["icc"], truth.get("unit_icc", 0.0)
    if scene.outcome.kind == "proportion":
        known = (1 - icc) / icc
        means = (scene.base, scene.base + effect)
        chances = [rng.beta(mean * known, (1 - mean) * known, scene.clusters) for mean in means]
        return [(chance[cluster], null) for chance in chances]
    default = inspect.signature(kinds()[scene.outcome.kind].draw).parameters["spread"].default
    scale = truth.get("spread", default) / np.sqrt(1 - icc - own)
    base = base + scale * np.sqrt(icc) * rng.normal(size=scene.clusters)[cluster]
    base = base + (scale * np.sqrt(own) * rng.normal(size=rows.max() + 1)[rows] if own else 0.0)
    return [(base, null), (base, effect)]


WORLD = World("clustered", draw)
