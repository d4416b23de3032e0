"""Units given one of two arms by chance; a covariate `x` foretells the outcome where one is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import PARALLEL
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from analysis.world import Scene


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """`share_treated` of the units (half of them) under treatment."""
    import pandas as pd

    n, share = scene.units, scene.truth.get("share_treated", 0.5)
    treated = rng.permutation(n) < round(n * share)
    x = rng.uniform(-1, 1, n)
    base = scene.base * (1 + (0.2 * x if scene.declaration.covariates else 0)) + np.zeros(n)
    spread = {"spread": scene.truth["spread"]} if "spread" in scene.truth else {}
    null = scene.outcome.scale.null
    drawn = [scene.drawn(rng, n, size, base=base, **spread) for size in (null, effect)]
    columns = {"arm": np.where(treated, "b", "a"), "x": x}
    columns |= {"stratum": (x > 0).astype(str)} if scene.declaration.strata else {}
    parts = {
        scene.outcome.column(part): np.where(treated, drawn[1][part], drawn[0][part]) for part in drawn[0]
    }
    return UnitTable(pd.DataFrame({**columns, **parts}), PARALLEL)


WORLD = World("parallel", draw)
