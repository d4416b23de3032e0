"""Seeded replicates of a cell, without an effect and with a known one, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import log
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from analysis.estimator import Settings, estimators
from analysis.gathering import gather
from analysis.refusal import Refusal
from analysis.world import worlds

if TYPE_CHECKING:
    from analysis.calibration.cell import Cell
    from analysis.finding import Effect, Estimate

SEED = 20_260_301
SETTINGS = Settings()
NULL, EFFECT = 0, 1  # which of a replicate's two studies


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts and sums over replicates; `a + b` is that of both.

    `tested` studies without an effect had a p-value, `found` of these one below 0.05; `told` studies with an effect
    had an interval, `covered` of these held the truth; `errors` and `squares` sum the errors of `estimated`
    estimates. `seconds` of processor time went into `fits`.
    """

    tested: int = 0
    found: int = 0
    told: int = 0
    covered: int = 0
    estimated: int = 0
    errors: float = 0.0
    squares: float = 0.0
    refused: int = 0
    fits: int = 0
    seconds: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))


def run(cell: Cell, first: int, last: int) -> Tally:
    """Replicates `first` to `last` (which is left out) of a cell.

    >>> from analysis.calibration.cells import cells
    >>> welch = next(cell for cell in cells() if cell.estimator == "welch")
    >>> run(welch, 0, 3) == run(welch, 0, 3) or run(welch, 0, 3).tested
    3
    """
    total = Tally()
    for number in range(first, last):
        total += _without(cell, number)
        total += _with(cell, number)
    return total


def _fitted(cell: Cell, number: int, which: int) -> tuple[Estimate | None, float]:
    """The estimate in one study (None where it was refused), and the processor seconds that it took."""
    effect = cell.scene.outcome.scale.null if which == NULL else cell.effect
    rng = np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(cell.stream, number, which)))
    declared = cell.scene.declaration
    table = worlds()[declared.layout].draw(rng, cell.scene, effect)
    covariates = ("x",) if declared.covariates else ()
    began = process_time()
    try:
        evidence = gather(table, cell.scene.outcome, cell.contrast, covariates=covariates)
        began = process_time()
        found = estimators()[cell.estimator].fit(evidence, SETTINGS)
    except Refusal:
        return None, process_time() - began
    return found, process_time() - began


def _without(cell: Cell, number: int) -> Tally:
    """One study without an effect: was one found?"""
    found, seconds = _fitted(cell, number, NULL)
    if found is None:
        return Tally(refused=1, fits=1, seconds=seconds)
    p_value = found.effects[cell.scene.outcome.on(found.scale).scale.name].p_value
    return Tally(
        tested=p_value is not None,
        found=p_value is not None and p_value < 1 - SETTINGS.level,
        fits=1,
        seconds=seconds,
    )


def _with(cell: Cell, number: int) -> Tally:
    """One study with the known effect: does the interval hold it, and how far off is the estimate?

    An estimator that answers on another scale than the primary one, where the truth is not known, tells neither.
    """
    found, seconds = _fitted(cell, number, EFFECT)
    if found is None:
        return Tally(refused=1, fits=1, seconds=seconds)
    scale = cell.scene.outcome.scale
    if scale.name not in found.effects:
        return Tally(fits=1, seconds=seconds)
    effect = found.effects[scale.name]
    told = effect.low is not None or effect.high is not None
    if not scale.is_ratio:
        error = effect.estimate - cell.effect
    else:
        error = log(effect.estimate / cell.effect) if effect.estimate > 0 else 0.0
    return Tally(
        told=told,
        covered=told and holds(effect, cell.effect),
        estimated=1,
        errors=error,
        squares=error * error,
        fits=1,
        seconds=seconds,
    )


def holds(effect: Effect, truth: float) -> bool:
    """Whether an interval, which may be open at an end, holds the truth."""
    return (effect.low is None or effect.low <= truth) and (effect.high is None or truth <= effect.high)
