"""One series whose errors hang together from period to period, with a change half-way: before "a", after "b"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import SERIES
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.world import Scene

BURN = 200  # periods thrown away, so that the first error is like any other


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """`periods` periods under a trend and AR(1) errors; a covariate `x` without memory foretells the level.

    Truth: rho (0.4), spread (sd of the innovations, 5 % of the base), trend a period, share_before (0.5), slope
    (the change of slope at the change).
    """
    import pandas as pd

    n, truth = scene.periods, scene.truth
    time, x = np.arange(n), rng.uniform(-1, 1, n)
    after = time >= round(n * truth.get("share_before", 0.5))
    slope = truth.get("slope", 0.0) * np.where(after, time - int(np.argmax(after)), 0)
    errors = autocorrelated(rng, n, rho=truth.get("rho", 0.4))
    base = scene.base + truth.get("trend", 0.0) * time + slope + spread(scene) * errors
    base = base + (0.1 * scene.base * x if scene.declaration.covariates else 0)
    null = scene.outcome.scale.null
    drawn = scene.drawn(rng, n, null, base=base + np.where(after, effect - null, 0.0), spread=0.0)
    parts = {scene.outcome.column(part): values for part, values in drawn.items()}
    return UnitTable(
        pd.DataFrame({"arm": np.where(after, "b", "a"), "period": time + 1.0, "x": x, **parts}), SERIES
    )


def spread(scene: Scene) -> float:
    """The standard deviation of what is new in each period."""
    return float(scene.truth.get("spread", 0.05 * scene.base))


def autocorrelated(rng: np.random.Generator, n: int, *, rho: float) -> NDArray[np.float64]:
    """Normal errors (n) with Corr = rho^lag and innovations of variance 1; for rho 1 a random walk."""
    errors = rng.normal(size=BURN + n)
    for place in range(1, errors.size):
        errors[place] += rho * errors[place - 1]
    return errors[BURN:]


WORLD = World("series", draw)
