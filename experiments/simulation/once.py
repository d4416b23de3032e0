"""Events that come to a unit once in its window: after a while that is known on average, or with a level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from analysis.outcomes.time_to_event import hazard
from experiments.outcomes.ordinal import chances, codes
from experiments.outcomes.time_to_event import days
from experiments.simulation.rows import scattered
from experiments.simulation.trial import DAY

if TYPE_CHECKING:
    from experiments.generator import Aim
    from experiments.simulation.trial import Numbers, Trial, Whole

SINGLE = ("waits", "grades")  # ways to draw an outcome that leave its event to it alone


def arrivals(trial: Trial, aim: Aim) -> tuple[Whole, Whole]:
    """Units and times of the event in the window of `aim`, one a unit at most."""
    return (_waits if aim.generator.part == "waits" else _graded)(trial, aim)


def grades(trial: Trial, aim: Aim, unit: Whole, at: Whole) -> Numbers:
    """The value of each event: the unit's level in the window, any level outside it."""
    written = np.array(codes(aim.outcome))
    reached = np.array([np.cumsum(chances(aim.outcome, aim.settings, target))[:-1] for target in aim.targets])
    rank = ndtr(trial.latent("values", aim.outcome.id))
    level = (rank[:, None] > reached[trial.cell]).sum(axis=1)
    since = at - trial.clock[unit]
    inside = (since >= 0) & (since < trial.span(aim.outcome.source.window)[unit])
    anywhere = trial.rng("stray", aim.outcome.id).integers(0, len(written), len(unit))
    return np.asarray(written[np.where(inside, level[unit], anywhere)])


def _waits(trial: Trial, aim: Aim) -> tuple[Whole, Whole]:
    """Exponential waiting times whose mean, as far as the window goes, is each arm's target (in days)."""
    hazards = hazard(aim.targets, tau=days(aim.outcome))[trial.cell]
    waited = -np.log1p(-ndtr(trial.latent("waits", aim.outcome.id))) / hazards * DAY
    came = trial.exposed & (waited < trial.span(aim.outcome.source.window) - 1)
    unit = np.flatnonzero(came)
    return unit, trial.clock[unit] + 1 + np.floor(waited[unit]).astype(np.int64)


def _graded(trial: Trial, aim: Aim) -> tuple[Whole, Whole]:
    """One event at some time in the window of each exposed unit."""
    span = trial.span(aim.outcome.source.window)
    rng = trial.rng("graded", aim.outcome.id)
    return scattered(trial.clock + 1, span - 1, counts=trial.exposed.astype(np.int64), rng=rng)
