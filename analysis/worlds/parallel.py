"""Units given one of two arms by chance; a covariate `x` foretells the outcome where one is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import PARALLEL
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from analysis.world import Scene

FURTHER = "cdefgh"  # arms beyond the two that are compared


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """`share_treated` of the units (half of them) under treatment; half as many in further arms, without effect."""
    import pandas as pd

    share, further = scene.truth.get("share_treated", 0.5), max(scene.declaration.arms - 2, 0)
    n = scene.units + further * (scene.units // 2)
    treated = np.zeros(n, dtype=bool)
    treated[: scene.units] = rng.permutation(scene.units) < round(scene.units * share)
    x = rng.uniform(-1, 1, n)
    base = scene.base * (1 + (0.2 * x if scene.declaration.covariates else 0)) + np.zeros(n)
    spread = {"spread": scene.truth["spread"]} if "spread" in scene.truth else {}
    null = scene.outcome.scale.null
    drawn = [scene.drawn(rng, n, size, base=base, **spread) for size in (null, effect)]
    arm = np.where(treated, "b", "a")
    arm[scene.units :] = np.repeat(list(FURTHER[:further]), scene.units // 2)
    columns = {"arm": arm, "x": x}
    columns |= {"stratum": (x > 0).astype(str)} if scene.declaration.strata else {}
    parts = {
        scene.outcome.column(part): np.where(treated, drawn[1][part], drawn[0][part]) for part in drawn[0]
    }
    frame = pd.DataFrame({**columns, **parts})
    if scene.declaration.dated:
        counts = frame[scene.outcome.column("value")].astype(int)
        over = frame[scene.outcome.column("exposure")]
        frame[scene.outcome.column("times")] = [
            sorted(rng.uniform(0, end, count).tolist()) for count, end in zip(counts, over, strict=True)
        ]
    return UnitTable(frame, PARALLEL)


WORLD = World("parallel", draw)
