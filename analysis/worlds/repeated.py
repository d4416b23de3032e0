"""Surveys repeated over waves, of units given one of two arms by chance; some leave, as their answers foretell.

The effect grows in equal steps and is whole at the last wave; with one arm it is the change from wave to wave.
`truth` knows icc, the correlation of two waves of a unit (0.5), `dropout`, the share that leaves before the last
wave (0.2), the more likely the higher the last answer was (missing at random), and `slope`, the spread of units'
own changes from wave to wave in shares of `spread` (0.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import REPEATED
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.world import Scene

    Matrix = NDArray[np.float64]

KNOWN = frozenset({"icc", "dropout", "slope", "base", "spread"})
EVERYBODY = "all"


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """`units` people, half of them under treatment where arms are compared, with a column for each wave."""
    import pandas as pd

    if unknown := set(scene.truth) - KNOWN:
        raise KeyError(unknown.pop())
    n, waves, compared = scene.units, scene.outcome.waves, scene.declaration.arms > 1
    treated, x = rng.permutation(n) < n // 2, rng.uniform(-1, 1, n)
    icc, spread = scene.truth.get("icc", 0.5), scene.truth.get("spread", scene.base / 5)
    level = scene.base + spread * np.sqrt(icc) * rng.normal(size=n)
    level = level + (0.2 * scene.base * x if scene.declaration.covariates else 0)
    pace = spread * scene.truth.get("slope", 0.1) * rng.normal(size=n)
    grown = np.arange(len(waves)) + (1 if compared else 0)
    whole = len(waves) if compared else 1
    values = np.column_stack(
        [
            scene.drawn(rng, n, 0.0, base=level + pace * step, spread=spread * np.sqrt(1 - icc))["value"]
            + effect * step / whole * (treated if compared else 1)
            for step in grown
        ]
    )
    columns = {"arm": np.where(treated, "b", "a") if compared else np.full(n, EVERYBODY), "x": x}
    columns |= {"stratum": (x > 0).astype(str)} if scene.declaration.strata else {}
    left = _left(rng, values, share=scene.truth.get("dropout", 0.2))
    answers = {scene.outcome.wave_column(wave): left[:, place] for place, wave in enumerate(waves)}
    return UnitTable(
        pd.DataFrame({**columns, **answers, scene.outcome.column("value"): left[:, -1]}), REPEATED
    )


def _left(rng: np.random.Generator, values: Matrix, *, share: float) -> Matrix:
    """The values with NaN from when a unit left; all answer the first wave."""
    kept, waves = values.copy(), values.shape[1]
    if waves < 2 or share == 0:
        return kept
    each = 1 - (1 - share) ** (1 / (waves - 1))
    here = np.ones(len(values), dtype=bool)
    for wave in range(1, waves):
        rank = np.argsort(np.argsort(values[:, wave - 1])) / len(values)
        here &= rng.random(len(values)) >= np.minimum(1.0, 2 * each * rank)
        kept[~here, wave] = np.nan
    return kept


WORLD = World("repeated", draw)
