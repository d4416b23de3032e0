"""Answers to questionnaires, item by item, so that a score has exactly the known expectation.

Each item of a score, reversed ones turned, is a binomial count of steps above the lowest answer, and a unit's
items share one beta-distributed propensity; the sum is then beta-binomial (Skellam 1948,
doi 10.1111/j.2517-6161.1948.tb00014.x), and the propensity's mean is solved for the wanted mean score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaincinv, betaln, gammaln, ndtr

from experiments.faults import Fault
from experiments.instrument import instruments
from experiments.outcomes.score import defaults
from experiments.simulation.rows import Rows
from experiments.simulation.trial import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from experiments.generator import Aim
    from experiments.instrument import Instrument, Subscale
    from experiments.simulation.trial import Numbers, Trial, Whole
    from experiments.study import Source, Study

EVENT = "survey_item"
NEARLY_BINOMIAL = 1e-6  # the least correlation between items: a smaller standard deviation cannot be had


@dataclass(frozen=True, slots=True)
class Propensity:
    """The beta distribution of a unit's propensity: its mean and the correlation it gives to single steps."""

    mean: float
    correlation: float

    @property
    def shape(self) -> tuple[float, float]:
        """The two parameters of the beta distribution."""
        size = 1 / self.correlation - 1
        return self.mean * size, (1 - self.mean) * size


def answers(trial: Trial, study: Study, aims: Sequence[Aim]) -> list[Rows]:
    """The questionnaires of all waves: those of covariates before assignment, those of outcomes afterwards.

    Raises Fault where two scores of one wave ask the same item.
    """
    wanted = [(aim.outcome.source, aim.targets, aim.settings["sd"]) for aim in aims]
    for covariate in study.covariates:
        if covariate.source.instrument:
            mean, sd = _baseline(covariate.source, aims)
            wanted.append((covariate.source, np.full(len(study.design.arms), mean), sd))
    times = _times(trial, [s.wave or "" for s, _, _ in wanted[: len(aims)]])
    rng = trial.rng("dropout")
    stays = trial.exposed & (rng.random(trial.units) >= trial.settings["dropout"])
    asked: set[tuple[str | None, str | None, int]] = set()
    rows = []
    for source, targets, sd in wanted:
        instrument = instruments()[source.instrument or ""]
        subscale = instrument.subscale(source.subscale or "")
        items = {(source.wave, source.instrument, item) for item in subscale.items}
        if asked & items:
            raise Fault(
                f"Two scores of the wave {source.wave!r} share an item of {instrument.title}.",
                expected="scores with items of their own: one draw cannot give both their truths",
                do="Leave one of them out of the study file that is simulated.",
            )
        asked |= items
        after = source.wave in times
        at = times.get(source.wave or "", trial.assigned - 1 - _before(trial))
        who = np.flatnonzero(stays if after else np.ones(trial.units, dtype=bool))
        rows.append(_answered(trial, source, targets=targets, sd=sd, who=who, at=at))
    return rows


def propensity(instrument: Instrument, subscale: Subscale, *, mean: float, sd: float) -> Propensity:
    """The propensity that gives a score of mean `mean`, and nearly the standard deviation `sd`."""
    low, high = instrument.bounds(subscale)
    share = (mean - low) / (high - low)
    steps = len(subscale.items) * (instrument.highest - instrument.lowest)
    binomial = share * (1 - share) * (high - low) ** 2 / steps
    correlation = np.clip((sd**2 / binomial - 1) / (steps - 1), NEARLY_BINOMIAL, 0.95)
    if not subscale.table:
        return Propensity(share, float(correlation))
    solved = brentq(
        lambda p: expectation(instrument, subscale, Propensity(p, float(correlation))) - mean,
        1e-9,
        1 - 1e-9,
        xtol=1e-14,
    )
    return Propensity(float(solved), float(correlation))


def expectation(instrument: Instrument, subscale: Subscale, chances: Propensity) -> float:
    """The exact mean of the score under `chances`: over the beta-binomial distribution of its sum."""
    steps = len(subscale.items) * (instrument.highest - instrument.lowest)
    k = np.arange(steps + 1)
    a, b = chances.shape
    log_p = gammaln(steps + 1) - gammaln(k + 1) - gammaln(steps - k + 1)
    log_p += betaln(k + a, steps - k + b) - betaln(a, b)
    sums: Numbers = (k + len(subscale.items) * instrument.lowest).astype(np.float64)
    return float(np.exp(log_p) @ instrument.scaled(subscale, sums))


def _answered(trial: Trial, source: Source, *, targets: Numbers, sd: float, who: Whole, at: Whole) -> Rows:
    instrument = instruments()[source.instrument or ""]
    subscale = instrument.subscale(source.subscale or "")
    words = (instrument.name, subscale.name, source.wave or "")
    rng = trial.rng("answers", *words)
    rank = ndtr(trial.latent(*words))
    shapes = np.array([propensity(instrument, subscale, mean=m, sd=sd).shape for m in targets])
    a, b = shapes[trial.arm].T
    chance = betaincinv(a, b, rank)[who]
    items = np.array(subscale.items)
    span = instrument.highest - instrument.lowest
    steps = rng.binomial(span, np.repeat(chance, len(items)))
    item = np.tile(items, len(who))
    turned = np.isin(item, list(instrument.reversed))
    value = np.where(turned, instrument.highest - steps, instrument.lowest + steps).astype(np.float64)
    unit = np.repeat(who, len(items))
    asked = {"instrument": instrument.name, "wave": source.wave or ""}
    return Rows(EVENT, unit, at[unit], numbers={"value": value, "item": item}, words=asked)


def _baseline(source: Source, aims: Sequence[Aim]) -> tuple[float, float]:
    """Mean and standard deviation before the start: those of the control arm, where an outcome is that score."""
    for aim in aims:
        if (aim.outcome.source.instrument, aim.outcome.source.subscale) == (
            source.instrument,
            source.subscale,
        ):
            return aim.settings["mean"], aim.settings["sd"]
    return defaults(source)["mean"], defaults(source)["sd"]


def _times(trial: Trial, waves: Sequence[str]) -> dict[str, Whole]:
    """When each unit answers each wave after the start: late in equal parts of the time that it has left."""
    inner = trial.rng("waves").uniform(0.8, 0.95, trial.units)
    ordered = [*dict.fromkeys(waves)]
    return {
        wave: trial.clock + ((trial.last - trial.clock) * (turn + inner) / len(ordered)).astype(np.int64)
        for turn, wave in enumerate(ordered)
    }


def _before(trial: Trial) -> Whole:
    return trial.rng("baseline").integers(0, 7 * DAY, trial.units)
