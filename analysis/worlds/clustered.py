"""Whole clusters given one of two arms by chance; clusters differ, and are of like or of very different sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import CLUSTERED
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from analysis.world import Scene


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """Half of the clusters under treatment; cluster figures spread by 15 % of the control arm's."""
    import pandas as pd

    n, groups = scene.units, scene.clusters
    cluster = rng.permutation(np.arange(n) % groups)
    treated, x = cluster % 2 == 1, rng.uniform(-1, 1, n)
    base = scene.base * (1 + (0.2 * x if scene.declaration.covariates else 0))
    base = base * (1 + 0.15 * rng.uniform(-1.7, 1.7, groups)[cluster])
    columns = {"arm": np.where(treated, "b", "a"), "x": x, "cluster": [f"team {c}" for c in cluster]}
    columns |= {"stratum": [f"pair {c // 2}" for c in cluster]} if scene.declaration.matched else {}
    if scene.declaration.strata and not scene.declaration.matched:
        columns["stratum"] = (x > 0).astype(str)
    drawn = [scene.drawn(rng, n, size, base=base) for size in (scene.outcome.scale.null, effect)]
    parts = {
        scene.outcome.column(part): np.where(treated, drawn[1][part], drawn[0][part]) for part in drawn[0]
    }
    return UnitTable(pd.DataFrame({**columns, **parts}), CLUSTERED)


WORLD = World("clustered", draw)
