"""How often one event occurs to each unit in the windows of all outcomes that count it, with exact truths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from experiments.faults import Fault
from experiments.simulation.rows import overdispersed, scattered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from experiments.generator import Aim
    from experiments.simulation.trial import Numbers, Trial, Whole


@dataclass(frozen=True, slots=True)
class Ring:
    """The stretch between a window and the next shorter one, and its truths by arm.

    `any` is the probability of an event in the window, `extra` the mean number of events in the ring beyond
    each unit's first.
    """

    start: Whole
    end: Whole
    any: Numbers
    extra: Numbers


def occurrences(trial: Trial, event: str, aims: Sequence[Aim]) -> tuple[Whole, Whole]:
    """Units and times of `event` within the windows of `aims`, outcomes whose event occurs so often.

    A lone count is negative binomial. Otherwise the windows lie one inside the other: whether a unit has an
    event in each follows from one latent trait and the windows' probabilities, and further events are added
    so that every count has its mean. Raises Fault where the truths contradict each other.
    """
    rng = trial.rng("occurrences", event)
    rank = ndtr(trial.latent(event))
    dispersion = max((aim.settings.get("dispersion", 0.0) for aim in aims), default=0.0)
    if len(aims) == 1 and aims[0].outcome.kind == "count":
        span = trial.span(aims[0].outcome.source.window)
        mean = aims[0].targets[trial.cell] * trial.exposed
        counts = overdispersed(rank, mean, dispersion=dispersion, rng=rng)
        return scattered(trial.clock + 1, span - 1, counts=counts, rng=rng)
    units, times = [], []
    had = np.zeros(trial.units, dtype=bool)
    for ring in _rings(trial, event, aims):
        probability = ring.any[trial.cell]
        has = (rank > 1 - probability) & trial.exposed
        above = np.where(has, (rank - 1 + probability) / np.maximum(probability, 1e-300), 0.5)
        mean = np.where(has, ring.extra[trial.cell] / np.maximum(probability, 1e-300), 0.0)
        counts = (has & ~had) + overdispersed(above, mean, dispersion=dispersion, rng=rng)
        unit, at = scattered(trial.clock + ring.start, ring.end - ring.start, counts=counts, rng=rng)
        units.append(unit)
        times.append(at)
        had |= has
    return np.concatenate(units), np.concatenate(times)


def _rings(trial: Trial, event: str, aims: Sequence[Aim]) -> list[Ring]:
    """The rings of nested windows from the shortest outwards, with probabilities and means that add up."""
    rings: list[Ring] = []
    waiting: list[Ring] = []
    reached, beyond = np.zeros(1), np.zeros(1)
    start = np.ones(trial.units, dtype=np.int64)
    for aim in sorted(aims, key=lambda aim: _order(trial, aim)):
        end = trial.span(aim.outcome.source.window)
        counted = aim.outcome.kind == "count"
        wider = bool(np.any(end > start))
        reaches = _reaches(aim, reached, beyond, wider=wider)
        if np.any(reaches < reached) or (not wider and np.any(reaches > reached)):
            raise _contradiction(event, "one window would hold fewer units with it than a window inside it")
        if wider:
            waiting.append(Ring(start, end, reaches, np.zeros_like(reaches)))
        if counted:
            more = aim.targets - reaches - beyond
            if np.any(more < -1e-12) or (not waiting and np.any(more > 1e-12)):
                raise _contradiction(event, "the means of its counts do not fit the units that have it")
            rings += _shared(waiting, np.maximum(more, 0))
            beyond, waiting = aim.targets - reaches, []
        reached, start = reaches, end
    return rings + waiting


def _order(trial: Trial, aim: Aim) -> tuple[int, bool]:
    """Shorter windows first; for one window proportions before counts."""
    return int(trial.span(aim.outcome.source.window).max()), aim.outcome.kind == "count"


def _reaches(aim: Aim, reached: Numbers, beyond: Numbers, *, wider: bool) -> Numbers:
    """The probability by arm of an event in the window: declared for a proportion, chosen to fit for a count."""
    if aim.outcome.kind != "count":
        return aim.targets
    if not wider:
        return reached + np.zeros_like(aim.targets)
    return np.maximum(reached, np.minimum(_some(aim), aim.targets - beyond))


def _some(aim: Aim) -> Numbers:
    """The probability that a negative binomial count with this mean and dispersion is not 0."""
    dispersion = aim.settings["dispersion"]
    if dispersion == 0:
        return 1 - np.exp(-aim.targets)
    some: Numbers = 1 - (1 + dispersion * aim.targets) ** (-1 / dispersion)
    return some


def _shared(rings: Sequence[Ring], more: Numbers) -> list[Ring]:
    """Rings with `more` further events shared among them by their lengths; none where nobody has an event."""
    if not rings:
        return []
    lengths = np.array([np.mean(ring.end - ring.start) for ring in rings])
    lengths[:-1] *= [bool(np.all(ring.any > 0)) for ring in rings[:-1]]
    return [
        Ring(ring.start, ring.end, ring.any, more * part)
        for ring, part in zip(rings, lengths / lengths.sum(), strict=True)
    ]


def _contradiction(event: str, why: str) -> Fault:
    return Fault(
        f"The outcomes that count the event {event!r} contradict each other: {why}.",
        expected="rates and means under `simulate:` and effects that can hold at the same time",
        do="Give them other rates or effects, or let them count different events.",
    )
