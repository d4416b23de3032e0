"""Clusters that switch one after another by chance, each at its own level, while time moves all of them.

`truth` knows icc_sd, the spread of clusters in shares of the control figure (0.15), or in its place icc, the share
of the variance that lies between cells (they are then normal, and `spread` is needed), `cac`, the share of their
variance that stays from period to period (0.8), `trend`, what a period adds in shares of the control figure (0.02),
`growth`, what each further period under treatment adds in shares of the effect (0), and `sizes_cv`, how unlike
clusters are in size (0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import STEPPED
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.world import Scene

    Codes = NDArray[np.intp]

KNOWN = frozenset({"icc", "icc_sd", "cac", "trend", "growth", "sizes_cv", "base", "spread"})


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """Clusters spread over the periods from the second on; `units` are spread over all cells."""
    import pandas as pd

    if unknown := set(scene.truth) - KNOWN:
        raise KeyError(unknown.pop())
    groups, periods = scene.clusters, scene.periods
    switch = rng.permutation(1 + np.arange(groups) * (periods - 1) // groups)
    cluster, period = _places(rng, scene)
    exposure = np.maximum(period - switch[cluster] + 1, 0)
    treated, x = exposure > 0, rng.uniform(-1, 1, cluster.size)
    base = scene.base * (1 + (0.2 * x if scene.declaration.covariates else 0))
    base = base * _levels(rng, scene)[cluster, period]
    parts = _parts(rng, scene, effect, base=base, exposure=exposure)
    columns = {
        "arm": np.where(treated, "b", "a"),
        "cluster": [f"team {c}" for c in cluster],
        "period": period + 1,
        "x": x,
    }
    columns |= {"stratum": (cluster % 2).astype(str)} if scene.declaration.strata else {}
    return UnitTable(pd.DataFrame({**columns, **parts}), STEPPED)


def _places(rng: np.random.Generator, scene: Scene) -> tuple[Codes, Codes]:
    """Cluster and period of each unit: at least one in every cell."""
    cv, cells = scene.truth.get("sizes_cv", 0.0), scene.clusters * scene.periods
    weight = rng.lognormal(sigma=np.sqrt(np.log1p(cv * cv)), size=scene.clusters)
    size = np.maximum(1, np.round(scene.units / cells * weight / weight.mean())).astype(np.intp)
    cluster = np.repeat(np.arange(scene.clusters), size * scene.periods)
    period = np.concatenate([np.repeat(np.arange(scene.periods), n) for n in size])
    return cluster, period


def _levels(rng: np.random.Generator, scene: Scene) -> NDArray[np.float64]:
    """What the control figure is multiplied by (clusters x periods): cluster, cluster in a period, and trend."""
    sd, cac = scene.truth.get("icc_sd", 0.15), scene.truth.get("cac", 0.8)
    shapes = ((scene.clusters, 1), (scene.clusters, scene.periods))
    if "icc" in scene.truth:
        icc = scene.truth["icc"]
        sd = scene.truth["spread"] / scene.base * np.sqrt(icc / (1 - icc))
        stays, passes = (rng.normal(size=shape) for shape in shapes)
    else:
        stays, passes = (rng.uniform(-1.7, 1.7, shape) for shape in shapes)
    stays, passes = np.sqrt(cac) * stays, np.sqrt(1 - cac) * passes
    trend = scene.truth.get("trend", 0.02) * np.arange(scene.periods)
    return np.asarray(1 + sd * (stays + passes) + trend)


def _parts(
    rng: np.random.Generator,
    scene: Scene,
    effect: float,
    *,
    base: NDArray[np.float64],
    exposure: Codes,
) -> dict[str, NDArray[np.float64]]:
    """Each row as it is drawn with the effect of its time since the switch, the control rows with none."""
    scale = scene.outcome.scale
    spread = {"spread": scene.truth["spread"]} if "spread" in scene.truth else {}
    parts: dict[str, NDArray[np.float64]] = {}
    times = np.unique(exposure) if scene.truth.get("growth") else np.unique(np.minimum(exposure, 1))
    for time in times:
        growth = 1 + scene.truth.get("growth", 0.0) * (time - 1)
        grown = scale.null + growth * (effect - scale.null) if time else scale.null
        drawn = scene.drawn(rng, base.size, grown, base=base, **spread)
        here = exposure == time if len(times) > 2 else (exposure > 0) == (time > 0)
        for part, values in drawn.items():
            column = parts.setdefault(scene.outcome.column(part), np.zeros(base.size))
            column[here] = values[here]
    return parts


WORLD = World("stepped", draw)
