"""Platforms over periods, some of which take something up and keep it: before "a", from then on "b"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import PANEL
from analysis.table import UnitTable
from analysis.world import World
from analysis.worlds.series import autocorrelated, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.world import Scene

COHORTS = (0.3, 0.5, 0.7)  # when the cohorts adopt, as shares of the panel


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """`units` platforms over `periods` periods, with platform and period effects and AR(1) errors.

    One treated platform adopts half-way; else a quarter never adopts, and the others do in three cohorts. Truth:
    rho (0.5), spread (sd of the innovations, 5 % of the base), trend a period, growth (of the effect a period).
    `x` varies by platform and period, and foretells the outcome where covariates are declared.
    """
    import pandas as pd

    units, periods, truth = scene.units, scene.periods, scene.truth
    adopted = rng.permutation(_adoptions(scene))
    time, size = np.arange(periods), spread(scene)
    treated = time >= adopted[:, None]
    x = rng.uniform(-1, 1, (units, periods))
    errors = np.array([autocorrelated(rng, periods, rho=truth.get("rho", 0.5)) for _ in range(units)])
    base = scene.base + 2 * size * rng.normal(size=(units, 1)) + size * rng.normal(size=periods)
    base = base + truth.get("trend", 0.0) * time + size * errors
    base = base + (0.1 * scene.base * x if scene.declaration.covariates else 0)
    null = scene.outcome.scale.null
    grown = effect - null + truth.get("growth", 0.0) * (time - adopted[:, None])
    drawn = scene.drawn(rng, base.size, null, base=(base + treated * grown).ravel(), spread=0.0)
    columns = {
        "arm": np.where(treated, "b", "a").ravel(),
        "unit": np.repeat([f"platform {u:03}" for u in range(units)], periods),
        "period": np.tile(time + 1.0, units),
        "x": x.ravel(),
        "stratum": np.repeat(np.where(np.arange(units) % 2, "large", "small"), periods),
    }
    if not scene.declaration.strata:
        columns.pop("stratum")
    parts = {scene.outcome.column(part): values for part, values in drawn.items()}
    return UnitTable(pd.DataFrame({**columns, **parts}), PANEL)


def _adoptions(scene: Scene) -> NDArray[np.intp]:
    """The place of each platform's adoption, `periods` for never."""
    units, periods = scene.units, scene.periods
    adopted = np.full(units, periods)
    if scene.declaration.treated_units == 1:
        adopted[0] = periods // 2
        return adopted
    cohorts = np.unique(np.maximum(1, np.round(np.array(COHORTS) * periods)).astype(np.intp))
    several = scene.declaration.treated_units or units - max(1, units // 4)
    adopted[:several] = np.resize(cohorts, several)
    return adopted


WORLD = World("panel", draw)
