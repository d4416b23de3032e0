"""Rows of a simulated log, a column at a time, and how numbers and times of events are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from experiments.simulation.trial import Numbers, Whole


@dataclass(frozen=True, slots=True)
class Rows:
    """Events of one name: the unit and the second of each; `numbers` and `codes` are columns of that length.

    `codes` are places in the lists of names that the log's writer holds; `words` are alike in every row.
    """

    event: str
    unit: Whole
    at: Whole
    numbers: dict[str, NDArray[Any]] = field(default_factory=dict)
    codes: dict[str, Whole] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


def scattered(start: Whole, length: Whole, *, counts: Whole, rng: np.random.Generator) -> tuple[Whole, Whole]:
    """Units and times of `counts[i]` events of unit i, all at different whole seconds of its stretch.

    Unit i's stretch is [start[i], start[i] + length[i]), cut into as many parts as it has events; each event
    falls at random into its own part. Two events of a unit at one second would be one event to a reader of
    the log, so a stretch holds no more events than seconds.
    """
    counts = np.clip(counts, 0, np.maximum(length, 0))
    unit = np.repeat(np.arange(len(counts)), counts)
    turn = np.arange(len(unit)) - np.repeat(np.cumsum(counts) - counts, counts)
    size, parts = length[unit], counts[unit]
    low, high = turn * size // parts, (turn + 1) * size // parts
    return unit, start[unit] + low + np.floor(rng.random(len(unit)) * (high - low)).astype(np.int64)


def overdispersed(rank: Numbers, mean: Numbers, *, dispersion: float, rng: np.random.Generator) -> Whole:
    """Negative binomial counts, variance mean + dispersion x mean², as Poisson counts of a gamma frailty.

    `rank` (0 to 1, uniform) is each unit's place in the distribution of the frailty (mean 1, variance
    `dispersion`), so that counts of one unit can be tied to each other; Greenwood and Yule 1920,
    doi 10.2307/2341080.
    """
    from scipy.special import gammaincinv

    if dispersion == 0:
        return rng.poisson(mean)
    frailty: Numbers = gammaincinv(1 / dispersion, np.clip(rank, 1e-12, 1 - 1e-12)) * dispersion
    return rng.poisson(frailty * mean)
