"""Studies of several sites that share only their effects, which spread around a known mean."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np

from analysis.layout import SITES
from analysis.table import UnitTable
from analysis.world import World

if TYPE_CHECKING:
    from analysis.world import Scene


def draw(rng: np.random.Generator, scene: Scene, effect: float) -> UnitTable:
    """`scene.clusters` sites; by default half of the variance of their effects lies between them (`i2`, a share).

    `sizes_cv` says how much their sizes, and with these their standard errors, differ; `se` is the middling one.
    """
    import pandas as pd

    truth = {"i2": 0.5, "sizes_cv": 0.5, "se": 0.2}
    truth |= {name: float(value) for name, value in scene.truth.items() if truth[name] is not None}
    spread = np.sqrt(np.log1p(truth["sizes_cv"] ** 2))
    v = truth["se"] ** 2 * np.exp(spread * rng.normal(size=scene.clusters))
    tau = truth["se"] * np.sqrt(truth["i2"] / (1 - truth["i2"]))
    middle = log(effect) if scene.outcome.scale.is_ratio else effect
    own = middle + tau * rng.normal(size=scene.clusters)
    effects = own + np.sqrt(v) * rng.normal(size=scene.clusters)
    names = [f"site-{place:03}" for place in range(scene.clusters)]
    return UnitTable(pd.DataFrame({"unit": names, "effect": effects, "se": np.sqrt(v)}), SITES)


WORLD = World(SITES.name, draw)
