"""Series with a known truth: a course over the calendar, and counts or totals whose expectation it exactly is.

The course of a platform is its base, a trend, a weekly pattern, what all platforms share in an interval, shifts of
level and slope from each change on, and errors that follow on each other as an autoregression of order 1. Counts
are rounded up or down at random, so that their mean over the denominator stays the course.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from experiments.faults import Fault
from experiments.intervals import first_days, midnight
from experiments.simulation.rows import Rows, scattered
from experiments.simulation.trial import stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from experiments.generator import Aim
    from experiments.simulation.trial import Numbers, Whole
    from experiments.study import Source, Study

MOST = 10_000_000  # events that are drawn one by one
UNEVEN = 0.05  # standard deviation of the logarithm of a denominator


@dataclass(frozen=True, slots=True)
class Calendar:
    """The whole intervals of a study, each from its first day to the day after its last, and its platforms."""

    days: tuple[tuple[date, date], ...]
    begin: Whole  # seconds since 1970, in UTC
    length: Whole  # seconds
    platforms: tuple[str, ...]  # one without a name where the design has none

    @property
    def shape(self) -> tuple[int, int]:
        """How many platforms and intervals there are."""
        return len(self.platforms), len(self.days)


def calendar(study: Study) -> Calendar:
    """The whole intervals between start and end. Raises Fault where the study file lacks one of them."""
    design, zone = study.design, study.log.time_zone
    if design.start is None or design.end is None:
        raise Fault(
            "The study file does not say when the series begins and ends.",
            expected="design.start and design.end, to be simulated",
        )
    edges = first_days(design.start, design.end, design.interval)
    inside = [(a, b) for a, b in pairwise(edges) if a >= design.start and b <= design.end + timedelta(days=1)]
    seconds = np.array(
        [[_seconds(first, zone), _seconds(after, zone)] for first, after in inside], dtype=np.int64
    ).reshape(-1, 2)
    platforms = tuple(adopted.platform for adopted in design.adoption) or ("",)
    return Calendar(tuple(inside), seconds[:, 0], seconds[:, 1] - seconds[:, 0], platforms)


def series_events(study: Study, aims: Sequence[Aim], *, units: int, seed: int) -> list[Rows]:
    """All events of a study that follows a calendar. Raises Fault where its outcomes cannot be drawn together."""
    when = calendar(study)
    rows, drawn = [], set()
    for aim in aims:
        numerator, denominator = aim.outcome.numerator, aim.outcome.denominator
        if numerator is None or numerator.event in drawn:
            raise Fault(
                f"The event of {aim.outcome.id} is drawn for another outcome already.",
                expected="an event of its own as the numerator of each outcome that is simulated",
            )
        volume = np.ones(when.shape)
        if denominator is not None:
            volume = _volume(when, aim, seed=seed)
            if denominator.event not in drawn:
                rows.append(_rows(when, denominator, volume.astype(np.int64), units=units, seed=seed))
        rng = stream(seed, "round", aim.outcome.id)
        counts = np.floor(course(study, when, aim, seed=seed) * volume + rng.random(when.shape))
        rows.append(_rows(when, numerator, counts.astype(np.int64), units=units, seed=seed))
        drawn |= {source.event for source in aim.outcome.sources}
    return rows


def course(study: Study, when: Calendar, aim: Aim, *, seed: int) -> Numbers:
    """The course of an outcome, platforms x intervals. Raises Fault where it would fall to 0."""
    settings, (platforms, intervals) = aim.settings, when.shape
    rng = stream(seed, "course", aim.outcome.id)
    several = platforms > 1
    own = rng.normal(0, settings["between"] if several else 0.0, (platforms, 1))
    shared = rng.normal(0, settings["shared"] if several else 0.0, intervals)
    known = settings["base"] + own + settings["trend"] * np.arange(intervals) + shared
    known += settings["base"] * settings["weekly"] * _weekend(when, study)
    known += _changes(study, when, aim)
    for event in study.design.events:
        last = None if event.last is None else event.last + timedelta(days=1)
        known += settings["event"] * _share(when, event.first, last)
    if known.min() <= 0:
        raise Fault(
            f"{aim.outcome.id} would fall to 0 or below on its way.",
            expected="a base that its trend, its changes and its pattern leave above 0",
            do="Choose other settings under `simulate:` in the study file.",
        )
    return np.maximum(known + _errors(rng, when.shape, sd=settings["sd"], rho=settings["rho"]), 0.0)


def _changes(study: Study, when: Calendar, aim: Aim) -> Numbers:
    """What each change does to each platform: its level at once, its slope with every interval since."""
    design = study.design
    level = {arm.name: target for arm, target in zip(design.arms, aim.targets, strict=True)}
    done = np.zeros(when.shape)
    begun = [(place, change.on, change.arm) for change in design.changes for place in range(when.shape[0])]
    treated = next(arm.name for arm in design.arms if not arm.control)
    begun += [
        (place, adopted.on, treated)
        for place, adopted in enumerate(design.adoption)
        if adopted.on is not None
    ]
    for place, on, arm in begun:
        share = _share(when, on, None)
        since = np.maximum(np.cumsum(share >= 1) - 1, 0)
        done[place] += share * level[arm] + aim.settings["slope"] * since
    return done


def _share(when: Calendar, first: date, after: date | None) -> Numbers:
    """The share of each interval's days from `first` to the day before `after`."""
    return np.array(
        [
            max(((end if after is None else min(end, after)) - max(begin, first)).days, 0)
            / (end - begin).days
            for begin, end in when.days
        ]
    )


def _weekend(when: Calendar, study: Study) -> Numbers:
    """How far days are above (weekends) or below the mean of a week, in units of what lies between the two."""
    if study.design.interval != "day":
        return np.zeros(len(when.days))
    return np.array([5 / 7 if begin.weekday() >= 5 else -2 / 7 for begin, _ in when.days])


def _errors(rng: np.random.Generator, shape: tuple[int, int], *, sd: float, rho: float) -> Numbers:
    """Errors of standard deviation `sd`, each `rho` times the one before it and something new."""
    new = rng.normal(0, sd, shape)
    errors = new.copy()
    for place in range(1, shape[1]):
        errors[:, place] = rho * errors[:, place - 1] + np.sqrt(1 - rho**2) * new[:, place]
    return errors


def _volume(when: Calendar, aim: Aim, *, seed: int) -> Numbers:
    """Whole denominators about the setting `volume`, the same for every outcome that shares them."""
    denominator = aim.outcome.denominator
    rng = stream(seed, "volume", str(denominator.event if denominator else ""))
    spread = np.exp(rng.normal(0, UNEVEN, when.shape))
    return np.maximum(np.round(aim.settings["volume"] * spread), 1.0)


def _rows(when: Calendar, source: Source, counts: Whole, *, units: int, seed: int) -> Rows:
    """The events of a source: one total for each interval and platform, or each event by itself."""
    platforms, intervals = when.shape
    platform = np.repeat(np.arange(platforms), intervals)
    begin, length = np.tile(when.begin, platforms), np.tile(when.length, platforms)
    codes = {"cluster": platform} if when.platforms != ("",) else {}
    event = source.event or ""
    if source.value == "sum":
        total = {"value": counts.reshape(-1).astype(np.float64)}
        return Rows(event, np.zeros(len(platform), dtype=np.int64), begin, numbers=total, codes=codes)
    if counts.sum() > MOST or (counts.reshape(-1) > length).any():
        raise Fault(
            f"{counts.sum():,} events {event!r} are too many to draw one by one.",
            expected=f"at most {MOST:,}, and one a second",
            do="Declare `value: sum`, so that an event is a total, or a smaller base or volume.",
        )
    rng = stream(seed, "events", event)
    place, at = scattered(begin, length, counts=counts.reshape(-1), rng=rng)
    who = rng.integers(0, units, len(place))
    return Rows(event, who, at, codes={name: code[place] for name, code in codes.items()})


def _seconds(day: date, zone: str) -> int:
    return int(np.datetime64(midnight(day, zone), "s").astype(np.int64))
