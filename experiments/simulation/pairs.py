"""Two events, or one that carries a value, whose totals have a known ratio of expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincinv, ndtr

from experiments.simulation.rows import Rows, overdispersed, scattered

if TYPE_CHECKING:
    from experiments.generator import Aim
    from experiments.simulation.trial import Numbers, Trial, Whole

SHAPE = 4.0  # of the values that events carry: gamma, half as widely spread as their mean
DECIMALS = 4


def pairs(trial: Trial, aim: Aim) -> list[Rows]:
    """The events of an outcome that is a ratio, in its window and as noise after it.

    Every exposed unit has one event of the denominator at least. A unit's own ratio has nothing to do with its
    denominator, so that the ratio of the expectations is the target.
    """
    above, below = aim.outcome.numerator, aim.outcome.denominator
    if above is None or below is None:
        raise ValueError("a ratio has a numerator and a denominator")
    rng = trial.rng("pairs", aim.outcome.id)
    own = aim.targets[trial.arm] * _own(trial, aim)
    rank = ndtr(trial.latent("below", aim.outcome.id))
    mean = np.full(trial.units, aim.settings["mean"] - 1)
    counts = (1 + overdispersed(rank, mean, dispersion=aim.settings["dispersion"], rng=rng)) * trial.exposed
    unit, at = _inside(trial, aim, counts, rng)
    carried = rng.gamma(SHAPE, 1 / SHAPE, len(unit))
    if above.event == below.event:  # a total of its values over its number, or the other way round
        each = own if above.value == "sum" else _own(trial, aim) / aim.targets[trial.arm]
        return [_with_noise(trial, aim, str(below.event), (unit, at), carried * each[unit], rng)]
    value = carried if below.value == "sum" else None
    total = np.bincount(unit, value, minlength=trial.units)
    over = _inside(trial, aim, rng.poisson(own * total), rng)
    carried = rng.gamma(SHAPE, 1 / SHAPE, len(over[0]))
    return [
        _with_noise(trial, aim, str(below.event), (unit, at), value, rng),
        _with_noise(trial, aim, str(above.event), over, carried if above.value == "sum" else None, rng),
    ]


def _own(trial: Trial, aim: Aim) -> Numbers:
    """How each unit's ratio differs from its arm's: gamma with mean 1, tied to nothing else of the unit."""
    spread = aim.settings["spread"] ** 2
    if spread == 0:
        return np.ones(trial.units)
    rank = np.clip(ndtr(trial.latent("own", aim.outcome.id, tied=False)), 1e-12, 1 - 1e-12)
    frailty: Numbers = gammaincinv(1 / spread, rank) * spread
    return frailty


def _inside(trial: Trial, aim: Aim, counts: Whole, rng: np.random.Generator) -> tuple[Whole, Whole]:
    span = trial.span(aim.outcome.source.window)
    return scattered(trial.clock + 1, span - 1, counts=counts, rng=rng)


def _with_noise(
    trial: Trial,
    aim: Aim,
    event: str,
    inside: tuple[Whole, Whole],
    value: Numbers | None,
    rng: np.random.Generator,
) -> Rows:
    """The events in the window, others after it, and one in the last second of the log."""
    ends = trial.clock + trial.span(aim.outcome.source.window)
    counts = rng.poisson(trial.settings["outside"], trial.units) * trial.exposed
    after = scattered(ends, trial.ends - 1 - ends, counts=counts, rng=rng)
    closing = np.flatnonzero(trial.exposed & (ends < trial.ends) & (trial.ends == trial.last))[:1]
    unit = np.concatenate([inside[0], after[0], closing])
    at = np.concatenate([inside[1], after[1], np.full(len(closing), trial.last - 1)])
    if value is None:
        return Rows(event, unit, at)
    noise = rng.gamma(SHAPE, 1 / SHAPE, len(unit) - len(value))
    carried = np.round(np.concatenate([value, noise]), DECIMALS)
    return Rows(event, unit, at, numbers={"value": carried})
