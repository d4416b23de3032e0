"""Puts the events of a simulated trial together: starts, outcomes, baseline, and noise outside every window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from experiments.faults import Fault
from experiments.outcomes.mean import DEFAULTS
from experiments.simulation.answers import answers
from experiments.simulation.occurrences import occurrences
from experiments.simulation.once import SINGLE, arrivals, grades
from experiments.simulation.pairs import pairs
from experiments.simulation.rows import Rows, overdispersed, scattered
from experiments.simulation.trial import DAY, SESSION
from experiments.simulation.values import carriers, drawn, stray, values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from experiments.generator import Aim
    from experiments.simulation.trial import Trial, Whole
    from experiments.study import Study

    Stretch = tuple[Whole, Whole]

TWICE = 2.0  # events before exposure, where no outcome says how often the event occurs


def events(trial: Trial, study: Study, aims: Sequence[Aim]) -> list[Rows]:
    """All events of a trial. Raises Fault where outcomes that read one event cannot be drawn together."""
    by_event: dict[str, list[Aim]] = {}
    for aim in aims:
        for event in _events_of(aim):
            by_event.setdefault(event, []).append(aim)
    rows = _starts(trial, study)
    for event, reading in by_event.items():
        _can_be_drawn(event, reading, study)
        if reading[0].generator.part != "divides":
            rows.append(_outcome_events(trial, event, reading))
    for event, seconds in _baseline_windows(study).items():
        _can_be_drawn(event, (), study)
        rows.append(_earlier_events(trial, event, seconds, by_event.get(event, ()), study))
    for aim in aims:
        rows += pairs(trial, aim) if aim.generator.part == "divides" else []
    rows += answers(trial, study, [aim for aim in aims if aim.generator.part == "answers"])
    windows = [outcome.source.window for outcome in study.outcomes]
    if any(window is not None and window.session for window in windows):
        return [_in_sessions(trial, each) for each in rows]
    return rows


def _events_of(aim: Aim) -> list[str]:
    """The events that an outcome reads, each once."""
    return list(dict.fromkeys(source.event for source in aim.outcome.sources if source.event is not None))


def _starts(trial: Trial, study: Study) -> list[Rows]:
    """Assignments, which carry arm, cluster, period and attributes, and exposures, which carry the arm.

    In a stepped wedge a unit is assigned to its cluster once, and the study file says what that has when.
    """
    codes = {"arm": trial.arm, **trial.attributes}
    if trial.cluster is not None:
        codes["cluster"] = trial.cluster
    who = np.arange(trial.units)
    if study.design.steps:
        del codes["arm"]
        who = np.flatnonzero(_firsts(trial))
    elif trial.slots is not None:
        codes["period"] = trial.slots.period
    given = {name: code[who] for name, code in codes.items()}
    starts = [Rows("assigned", who, trial.assigned[who], codes=given)]
    if study.exposure != "assigned":
        exposed = np.flatnonzero(trial.exposed)
        seen = {"arm": trial.arm[exposed]}
        starts.append(Rows(study.exposure, exposed, trial.clock[exposed], codes=seen))
    return starts


def _firsts(trial: Trial) -> NDArray[np.bool_]:
    """Which units are a person's first slot; all of them where there are no periods."""
    return np.ones(trial.units, dtype=bool) if trial.slots is None else trial.slots.first


def _outcome_events(trial: Trial, event: str, reading: Sequence[Aim]) -> Rows:
    """The event in the windows of the outcomes that read it, and as noise after the longest of them."""
    occurring = [aim for aim in reading if aim.generator.part == "occurs"]
    carrying = [aim for aim in reading if aim.generator.part == "carries"]
    if reading[0].generator.part in SINGLE:
        inside = arrivals(trial, reading[0])
    else:
        inside = occurrences(trial, event, occurring) if occurring else carriers(trial, carrying[0])
    ends = trial.clock + np.max([trial.span(aim.outcome.source.window) for aim in reading], axis=0)
    rng = trial.rng("outside", event)
    counts = rng.poisson(trial.settings["outside"], trial.units) * trial.exposed
    outside = scattered(ends, trial.ends - 1 - ends, counts=counts, rng=rng)
    unit, at = _joined(inside, outside, _closing(trial, ends))
    if reading[0].generator.part == "grades":
        return Rows(event, unit, at, numbers={"value": grades(trial, reading[0], unit, at)})
    if not carrying:
        return Rows(event, unit, at)
    value = values(trial, carrying[0], unit, at, tied=not occurring)
    return Rows(event, unit, at, numbers={"value": value})


def _closing(trial: Trial, ends: Whole) -> Stretch:
    """One event in the last second of the log, so that the log is seen to reach its end."""
    over = np.flatnonzero(trial.exposed & (ends < trial.ends) & (trial.ends == trial.last))[:1]
    return over, np.full(len(over), trial.last - 1)


def _earlier_events(trial: Trial, event: str, seconds: int, reading: Sequence[Aim], study: Study) -> Rows:
    """The event in a window before exposure, tied to the unit's outcomes, and as noise before that window."""
    rng = trial.rng("before", event)
    rank = ndtr(trial.latent("before", event))
    mean = np.full(trial.units, _how_often(reading, seconds))
    counts = overdispersed(rank, mean, dispersion=1.0, rng=rng) * _firsts(trial)
    length = np.full(trial.units, seconds)
    within = scattered(trial.clock - seconds, length, counts=counts, rng=rng)
    noise = rng.poisson(trial.settings["outside"], trial.units) * _firsts(trial)
    before = scattered(trial.clock - 2 * seconds, length, counts=noise, rng=rng)
    unit, at = _joined(within, before)
    settings = _carried(event, reading, study)
    if settings is None:
        return Rows(event, unit, at)
    means = np.full(trial.units, settings["mean"])
    value = drawn(trial, "before", event, unit=within[0], means=means, settings=settings)
    return Rows(
        event,
        unit,
        at,
        numbers={"value": np.concatenate([value, stray(settings, size=len(before[0]), rng=rng)])},
    )


def _how_often(reading: Sequence[Aim], seconds: int) -> float:
    """The mean number of events before exposure, at the control arm's rate after it where that is known."""
    for aim in reading:
        after = aim.outcome.source.window
        if after is not None and after.seconds and aim.generator.part not in SINGLE:
            return aim.settings.get("events") or _mean_count(aim.settings) * seconds / after.seconds
    return TWICE


def _mean_count(settings: Mapping[str, float]) -> float:
    return settings["mean"] if "mean" in settings else float(-np.log1p(-min(settings["rate"], 0.99)))


def _carried(event: str, reading: Sequence[Aim], study: Study) -> Mapping[str, float] | None:
    """The settings of the values that the event carries; None where it carries none."""
    for aim in reading:
        if aim.generator.part == "carries":
            return aim.settings
    sources = [c.source for c in study.covariates if c.source.event == event]
    divided = [s for aim in reading for s in aim.outcome.sources if aim.generator.part == "divides"]
    sources += [source for source in divided if source.event == event]
    return DEFAULTS if any(s.value not in (None, "any", "count") for s in sources) else None


def _baseline_windows(study: Study) -> dict[str, int]:
    """The events that covariates read before exposure, with the longest of their windows in seconds."""
    widest: dict[str, int] = {}
    for covariate in study.covariates:
        event, window = covariate.source.event, covariate.source.window
        if event is not None and window is not None:
            widest[event] = max(widest.get(event, 0), -window.seconds)
    return widest


def _can_be_drawn(event: str, reading: Sequence[Aim], study: Study) -> None:
    if event in ("assigned", study.exposure):
        raise Fault(
            f"The event {event!r} starts the units' clocks and is read by an outcome or a covariate as well.",
            expected="outcomes and covariates with events of their own, to be simulated",
        )
    if len(reading) > 1 and any(aim.generator.part in (*SINGLE, "divides") for aim in reading):
        ids = ", ".join(aim.outcome.id for aim in reading)
        raise Fault(
            f"The outcomes {ids} all read the event {event!r}, and one draw cannot give all their truths.",
            expected="a time, a level or a ratio with events of its own",
            do="Leave the others out of the study file that is simulated.",
        )
    carrying = [aim.outcome for aim in reading if aim.generator.part == "carries"]
    alone = len(reading) == len(carrying)
    if len(carrying) > 1 or (carrying and not alone and carrying[0].source.value == "sum"):
        ids = ", ".join(aim.outcome.id for aim in reading)
        raise Fault(
            f"The outcomes {ids} all read the event {event!r}, and one draw cannot give all their truths.",
            expected="one outcome that reads the event's value, and none beside it where that is a sum",
            do="Leave one of them out of the study file that is simulated.",
        )


def _joined(*stretches: Stretch) -> Stretch:
    units, times = zip(*stretches, strict=True)
    return np.concatenate(units), np.concatenate(times)


def _in_sessions(trial: Trial, rows: Rows) -> Rows:
    """The rows with a session each: the exposure's own for a while, then one for each day before and after."""
    since = rows.at - trial.clock[rows.unit]
    later = 1 + (since - SESSION) // DAY
    number = np.where(since < 0, since // DAY, np.where(since < SESSION, 0, later))
    return replace(rows, numbers={**rows.numbers, "session": rows.unit * 10_000 + 5_000 + number})
