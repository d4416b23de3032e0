"""The values that events carry, so that each unit's mean, sum, maximum or last value has the known expectation."""

from __future__ import annotations

from math import floor, inf, log10
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, ndtr

from experiments.simulation.rows import scattered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.generator import Aim
    from experiments.simulation.trial import Numbers, Trial, Whole

WITHIN = 0.5  # spread of a unit's own values about their level, as a share of the spread between units
STRAY = 1.5  # values outside the window lie this much higher, so that a measure that reads them is found out


def carriers(trial: Trial, aim: Aim) -> tuple[Whole, Whole]:
    """Units and times of the events that carry the value, at least one in the window of each exposed unit."""
    rng = trial.rng("carriers", aim.outcome.id)
    counts = trial.exposed * (1 + rng.poisson(aim.settings["events"] - 1, trial.units))
    span = trial.span(aim.outcome.source.window)
    return scattered(trial.clock + 1, span - 1, counts=counts, rng=rng)


def values(trial: Trial, aim: Aim, unit: Whole, at: Whole, *, tied: bool) -> Numbers:
    """A value for each event; those of the outcome's window make up the units' levels.

    `tied` says whether a unit's level may go with its other outcomes; it may not where having any event at
    all depends on them, for then the units with a value would be a selection.
    """
    since = at - trial.clock[unit]
    inside = (since >= 0) & (since < trial.span(aim.outcome.source.window)[unit])
    order = np.lexsort((at[inside], unit[inside]))
    placed = np.flatnonzero(inside)[order]
    made = stray(aim.settings, size=len(unit), rng=trial.rng("stray", aim.outcome.id))
    made[placed] = drawn(
        trial,
        "values",
        aim.outcome.id,
        unit=unit[placed],
        means=aim.targets[trial.cell],
        settings=aim.settings,
        value=aim.outcome.source.value,
        tied=tied,
    )
    return made


def drawn(
    trial: Trial,
    *words: str,
    unit: Whole,
    means: Numbers,
    settings: Mapping[str, float],
    value: str | None = "mean",
    tied: bool = True,
) -> Numbers:
    """Values of events (in order of unit and time) whose units' levels have the expectations `means`."""
    rng = trial.rng(*words)
    level = levels(trial.latent(*words, tied=tied), means, settings)
    low, high = settings["lowest"], settings["highest"]
    if high < inf:
        return np.where(rng.random(len(unit)) < ((level - low) / (high - low))[unit], high, low)
    return np.round(_around(level, unit, value=value, settings=settings, rng=rng), _decimals(settings["sd"]))


def levels(latent: Numbers, means: Numbers, settings: Mapping[str, float]) -> Numbers:
    """Each unit's level from its latent standard normal trait, with mean `means` and the setting `sd`."""
    low, high, sd = settings["lowest"], settings["highest"], settings["sd"]
    if low == -inf:
        return means + sd * latent
    if high == inf:  # log-normal above `low`, from its mean and standard deviation
        spread = np.log1p((sd / (means - low)) ** 2)
        return low + (means - low) * np.exp(np.sqrt(spread) * latent - spread / 2)
    share = (means - low) / (high - low)
    size = share * (1 - share) * ((high - low) / sd) ** 2 - 1  # a + b of the beta distribution
    level: Numbers = low + (high - low) * betaincinv(share * size, (1 - share) * size, ndtr(latent))
    return level


def stray(settings: Mapping[str, float], *, size: int, rng: np.random.Generator) -> Numbers:
    """Values of events that no outcome's window holds."""
    low, high = settings["lowest"], settings["highest"]
    if high < inf:
        return rng.choice([low, high], size)
    means = np.full(size, settings["mean"]) * (STRAY if settings["mean"] > 0 else 1)
    return np.round(levels(rng.standard_normal(size), means, settings), _decimals(settings["sd"]))


def _around(
    level: Numbers,
    unit: Whole,
    *,
    value: str | None,
    settings: Mapping[str, float],
    rng: np.random.Generator,
) -> Numbers:
    """Values of events (in order of unit and time) that come to exactly their unit's level."""
    changes = np.flatnonzero(unit[1:] != unit[:-1]) + 1
    lowest = settings["lowest"]
    noise = rng.standard_normal(len(unit)) * WITHIN * settings["sd"]
    if value in ("max", "last"):
        decisive = np.zeros(len(unit), dtype=bool)
        decisive[np.r_[0, changes] if value == "max" else np.r_[changes - 1, len(unit) - 1]] = True
        beside = level[unit] + (-np.abs(noise) if value == "max" else noise)
        return np.where(decisive, level[unit], np.maximum(beside, lowest))
    counts = np.bincount(unit, minlength=len(level))[unit]
    target = level[unit] / counts if value == "sum" else level[unit]
    if lowest == -inf:
        return target + noise - np.bincount(unit, noise, minlength=len(level))[unit] / counts
    base = 0.0 if value == "sum" else lowest
    weight = rng.gamma(1 / WITHIN**2, size=len(unit))  # positive, so that no value falls below the lowest
    share = weight * counts / np.bincount(unit, weight, minlength=len(level))[unit]
    return base + (target - base) * share


def _decimals(sd: float) -> int:
    """Two digits beyond the first of the standard deviation: rounding adds no error that could be seen."""
    return max(0, 2 - floor(log10(sd)))
