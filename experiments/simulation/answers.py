"""Answers to questionnaires, item by item, so that a score has exactly the known expectation.

Each item of a score, reversed ones turned, is a binomial count of steps above the lowest answer, and a unit's
items share one beta-distributed propensity; the sum is then beta-binomial (Skellam 1948,
doi 10.1111/j.2517-6161.1948.tb00014.x), and the propensity's mean is solved for the wanted mean score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaincinv, betaln, gammaln, ndtr

from experiments.faults import Fault
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """One questionnaire as one wave asks it: the mean score that each cell aims at, and who answers when."""

    source: Source
    targets: Numbers
    sd: float
    who: Whole
    at: Whole

    @property
    def asked(self) -> set[tuple[str | None, str | None, int]]:
        """The items of the instrument that this wave asks."""
        subscale = self.source.key.subscale(self.source.subscale or "")
        return {(self.source.wave, self.source.instrument, item) for item in subscale.items}


def answers(trial: Trial, study: Study, aims: Sequence[Aim]) -> list[Rows]:
    """The questionnaires of all waves: those of covariates before assignment, those of outcomes afterwards.

    Raises Fault where two scores of one wave ask the same item.
    """
    asked: set[tuple[str | None, str | None, int]] = set()
    rows = []
    for sheet in (*_after(trial, aims), *_before(trial, study, aims)):
        if asked & sheet.asked:
            raise Fault(
                f"Two scores of the wave {sheet.source.wave!r} share an item of {sheet.source.key.title}.",
                expected="scores with items of their own: one draw cannot give both their truths",
                do="Leave one of them out of the study file that is simulated.",
            )
        asked |= sheet.asked
        rows.append(_answered(trial, sheet))
    return rows


def _after(trial: Trial, aims: Sequence[Aim]) -> list[Sheet]:
    """The waves of outcomes. Of repeated ones the effect grows evenly up to the last wave, and who drops out
    does so for good; where units have periods, each period has its wave.
    """
    stays = trial.exposed & (trial.rng("dropout").random(trial.units) >= trial.settings["dropout"])
    gone = trial.exposed & ~stays
    in_period = trial.slots is not None
    waves = [wave for aim in aims for wave in _waves(aim.outcome.source, in_period=in_period)]
    times = _times(trial, waves)
    sheets = []
    for aim in aims:
        source, sd = aim.outcome.source, aim.settings["sd"]
        own = source.waves or (source.wave or "",)
        if trial.slots is not None and source.waves:
            for period, wave in enumerate(own):
                who = np.flatnonzero(stays & (trial.slots.period == period))
                sheets.append(Sheet(replace(source, wave=wave), aim.targets, sd, who, times[own[0]]))
            continue
        last = trial.rng("last wave").integers(0, len(own), trial.units) if len(own) > 1 else None
        for turn, wave in enumerate(own):
            here = stays if last is None else stays | (gone & (last > turn))
            reached = aim.targets if turn == len(own) - 1 else _on_the_way(aim, (turn + 1) / len(own))
            sheets.append(Sheet(replace(source, wave=wave), reached, sd, np.flatnonzero(here), times[wave]))
    return sheets


def _waves(source: Source, *, in_period: bool) -> tuple[str, ...]:
    """The waves for which a unit needs a time each; where units have periods, it has one in each of them."""
    own = source.waves or (source.wave or "",)
    return own[:1] if in_period else own


def _on_the_way(aim: Aim, share: float) -> Numbers:
    """The means at an earlier wave: `share` of the effect."""
    control = aim.settings["mean"]
    reached: Numbers = control + share * (aim.targets - control)
    return reached


def _before(trial: Trial, study: Study, aims: Sequence[Aim]) -> list[Sheet]:
    """The waves of covariates, up to a week before the assignment."""
    covariates = [c.source for c in study.covariates if c.source.instrument]
    everybody = np.flatnonzero(trial.slots.first) if trial.slots is not None else np.arange(trial.units)
    at = trial.assigned - 1 - trial.rng("baseline").integers(0, 7 * DAY, trial.units)
    sheets = []
    for source in covariates:
        mean, sd = _baseline(source, aims)
        sheets.append(Sheet(source, np.full(int(trial.cell.max()) + 1, mean), sd, everybody, at))
    return sheets


def propensity(instrument: Instrument, subscale: Subscale, *, mean: float, sd: float) -> Propensity:
    """The propensity that gives a score of mean `mean`, and nearly the standard deviation `sd`."""
    low, high = instrument.bounds(subscale)
    share = (mean - low) / (high - low)
    steps = len(subscale.items) * instrument.steps
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
    steps = len(subscale.items) * instrument.steps
    k = np.arange(steps + 1)
    a, b = chances.shape
    log_p = gammaln(steps + 1) - gammaln(k + 1) - gammaln(steps - k + 1)
    log_p += betaln(k + a, steps - k + b) - betaln(a, b)
    sums: Numbers = (k * instrument.step + len(subscale.items) * instrument.lowest).astype(np.float64)
    return float(np.exp(log_p) @ instrument.scaled(subscale, sums))


def _answered(trial: Trial, sheet: Sheet) -> Rows:
    source, who = sheet.source, sheet.who
    instrument = source.key
    subscale = instrument.subscale(source.subscale or "")
    words = (instrument.name, subscale.name, source.wave or "")
    rng = trial.rng("answers", *words)
    rank = ndtr(trial.latent(*words))
    shapes = np.array([propensity(instrument, subscale, mean=m, sd=sheet.sd).shape for m in sheet.targets])
    a, b = shapes[trial.cell].T
    chance = betaincinv(a, b, rank)[who]
    items = np.array(subscale.items)
    risen = instrument.step * rng.binomial(instrument.steps, np.repeat(chance, len(items)))
    item = np.tile(items, len(who))
    turned = np.isin(item, list(instrument.reversed))
    value = np.where(turned, instrument.highest - risen, instrument.lowest + risen).astype(np.float64)
    unit = np.repeat(who, len(items))
    asked = {"instrument": instrument.name, "wave": source.wave or ""}
    return Rows(EVENT, unit, sheet.at[unit], numbers={"value": value, "item": item}, words=asked)


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
        wave: trial.clock + ((trial.ends - trial.clock) * (turn + inner) / len(ordered)).astype(np.int64)
        for turn, wave in enumerate(ordered)
    }
