"""Units that get both arms, one in each period, in an order drawn by chance.

`truth` knows icc, the share of the variance that lies between units (0.5), `period`, what each further period adds
in shares of the control figure (0.03), `dropout`, the share of rows that are missing (0), and `share_treated`, the
share of units that begin with the treatment (0.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import CROSSOVER
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from analysis.world import Scene

KNOWN = frozenset({"icc", "period", "dropout", "share_treated", "base", "spread"})
PERIODS = 2


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """`units` people in two periods each, less the rows that are missing."""
    import pandas as pd

    if unknown := set(scene.truth) - KNOWN:
        raise KeyError(unknown.pop())
    n, truth = scene.units, scene.truth
    unit, period = np.repeat(np.arange(n), PERIODS), np.tile(np.arange(PERIODS), n)
    first = rng.permutation(n) < round(n * truth.get("share_treated", 0.5))
    treated = first[unit] ^ (period == 1)
    icc, x = truth.get("icc", 0.5), rng.uniform(-1, 1, n)[unit]
    level = rng.normal(size=n)[unit] * truth.get("spread", scene.base / 5) * np.sqrt(icc / (1 - icc))
    base = level + scene.base * (1 + truth.get("period", 0.03) * period)
    spread = {"spread": truth["spread"]} if "spread" in truth else {}
    drawn = [
        scene.drawn(rng, unit.size, size, base=base, **spread) for size in (scene.outcome.scale.null, effect)
    ]
    columns = {
        "arm": np.where(treated, "b", "a"),
        "unit": [f"person {u}" for u in unit],
        "period": period + 1,
        "sequence": np.where(first[unit], "ba", "ab"),
        "x": x,
    }
    columns |= {"stratum": (x > 0).astype(str)} if scene.declaration.strata else {}
    parts = {
        scene.outcome.column(part): np.where(treated, drawn[1][part], drawn[0][part]) for part in drawn[0]
    }
    kept = rng.random(unit.size) >= truth.get("dropout", 0.0)
    return UnitTable(pd.DataFrame({**columns, **parts})[kept].reset_index(drop=True), CROSSOVER)


WORLD = World("crossover", draw)
