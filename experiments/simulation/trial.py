"""Who is in a simulated trial: arms, clusters, attributes, clocks, and the traits that tie outcomes together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from analysis.registry import collect
from experiments.design import Design
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from experiments.study import Study, Window

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

SESSION = 30 * 60  # how long a session lasts, in seconds
DELAY = 60 * 60  # exposure follows assignment within this many seconds
LEVELS = 3  # of every attribute
DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Slots:
    """Where units have periods: the person and the period (from 0) of each slot, and whether it is the person's
    first.
    """

    person: Whole
    period: Whole
    first: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trial:
    """The units of a simulated trial, each an index from 0; times are whole seconds since 1970 in UTC.

    `arm` and `cluster` are codes; `cell` is the place of each unit's truth in `Aim.targets`: its arm, unless there
    are periods, where each unit here is one of the `slots` of a person. `clock` is the exposure, meant only where
    `exposed`; `trait` is standard normal; nothing of a unit happens from `ends` on. The log runs from `first` up
    to, not including, `last`.
    """

    seed: int
    settings: Mapping[str, float]
    arm: Whole
    cluster: Whole | None
    attributes: dict[str, Whole]
    assigned: Whole
    clock: Whole
    exposed: NDArray[np.bool_]
    trait: Numbers
    first: int
    last: int
    cell: Whole
    ends: Whole
    slots: Slots | None = None

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.arm)

    def rng(self, *words: str) -> np.random.Generator:
        """A stream of random numbers of its own for each purpose: adding an outcome changes no other."""
        return stream(self.seed, *words)

    def latent(self, *words: str, tied: bool = True) -> Numbers:
        """A standard normal number a unit, alike within clusters (`icc`) and, if `tied`, within units.

        Any two tied traits of a unit correlate by `correlation` (times 1 - icc where there are clusters). From one
        period to another, what is left of a unit's own part correlates by `stability`, and what its cluster adds
        by `cac` (the cluster autocorrelation).
        """
        rng = self.rng("latent", *words)
        shared = self.settings["correlation"] if tied else 0.0
        noise = rng.standard_normal(self.units)
        if self.slots is not None:
            lasting = rng.standard_normal(self.slots.person.max() + 1)[self.slots.person]
            noise = _mixed(lasting, noise, self.settings["stability"])
        own = _mixed(self.trait, noise, shared)
        if self.cluster is None:
            return own
        effects: Numbers = rng.standard_normal(self.cluster.max() + 1)[self.cluster]
        if self.slots is not None:
            passing = rng.standard_normal((self.cluster.max() + 1, self.slots.period.max() + 1))
            effects = _mixed(effects, passing[self.cluster, self.slots.period], self.settings["cac"])
        return _mixed(effects, own, self.settings["icc"])

    def span(self, window: Window | None) -> Whole:
        """How many seconds after each unit's exposure `window` ends; None is until the end of the log."""
        left = self.ends - self.clock
        if window is None:
            return left
        span = np.full(self.units, SESSION if window.session else window.seconds)
        return span if self.slots is None else np.minimum(span, left)


def _mixed(part: Numbers, rest: Numbers, share: float) -> Numbers:
    """Two standard normal numbers mixed into one, `share` of whose variance is the first's."""
    mixed: Numbers = np.sqrt(share) * part + np.sqrt(1 - share) * rest
    return mixed


def stream(seed: int, *words: str) -> np.random.Generator:
    """The random numbers that `seed` gives for one purpose."""
    return np.random.default_rng([seed, crc32(" ".join(words).encode())])


def enrol(study: Study, settings: Mapping[str, float], *, units: int, seed: int) -> Trial:
    """Allocate `units` units, or their clusters, to arms by shares, and start their clocks.

    Raises Fault where an arm would stay empty or the longest window does not fit between start and end.
    """
    design = collect("experiments.designs", Design)[study.design.kind]
    in_clusters = design.assigned_by == "cluster"
    groups = round(settings["clusters"]) if in_clusters else units
    if min(units, groups) < 2 * len(study.design.arms):
        raise _too_few(groups if in_clusters else units)
    by_group = attributes(study, groups, stream(seed, "attributes"))
    shares = [arm.share for arm in study.design.arms]
    group_arm = allocate(strata(study, by_group, groups), shares, stream(seed, "allocation"))
    if in_clusters and units < groups:
        raise Fault(f"{units} units cannot fill {groups} clusters.", expected=f"at least {groups} units")
    group = members(groups, units, stream(seed, "members"))
    first, latest, last = _calendar(study)
    rng = stream(seed, "clock")
    recruited = rng.integers(first, min(first + DELAY, latest) if in_clusters else latest, units)
    delayed = study.exposure != "assigned"
    exposed = rng.random(units) < (settings["exposed"] if delayed else 1.0)
    clock = recruited + (rng.integers(1, DELAY, units) if delayed else 0)
    return Trial(
        seed=seed,
        settings=settings,
        arm=group_arm[group],
        cluster=group if in_clusters else None,
        attributes={name: codes[group] for name, codes in by_group.items()},
        assigned=recruited,
        clock=clock,
        exposed=exposed,
        trait=stream(seed, "trait").standard_normal(units),
        first=first,
        last=last,
        cell=group_arm[group],
        ends=np.full(units, last),
    )


def attributes(study: Study, groups: int, rng: np.random.Generator) -> dict[str, Whole]:
    """A level for each attribute, of units or, where clusters are assigned, of clusters; levels equally many.

    The attribute that names matched pairs has a level for every two clusters.
    """
    levels = dict.fromkeys(study.log.attributes, LEVELS)
    if study.design.pairs:
        levels[study.design.pairs] = groups // 2
    return {name: rng.permutation(np.arange(groups) % levels[name]) for name in study.log.attributes}


def strata(study: Study, by_group: Mapping[str, Whole], groups: int) -> Whole:
    """The number of the stratum (or the matched pair) of each group."""
    if study.design.pairs:
        return by_group[study.design.pairs]
    found = np.zeros(groups, dtype=np.int64)
    for name in study.design.strata:
        found = found * LEVELS + by_group[name]
    return found


def allocate(strata: Whole, shares: Sequence[float], rng: np.random.Generator) -> Whole:
    """Arms (or sequences) by a random permutation within each stratum, as near to their shares as whole numbers
    allow.
    """
    ends = np.cumsum(shares)
    order = np.lexsort((rng.random(len(strata)), strata))
    arms = np.empty(len(strata), dtype=np.int64)
    sizes = np.unique(strata, return_counts=True)[1]
    places = np.concatenate([(np.arange(size) + 0.5) / size for size in sizes])  # from 0 to 1 in each stratum
    arms[order] = np.searchsorted(ends / ends[-1], places, side="right")
    if np.bincount(arms, minlength=len(ends)).min() < 2:
        raise _too_few(len(strata))
    return arms


def _too_few(count: int) -> Fault:
    return Fault(
        f"{count:,} units or clusters to allocate leave an arm with fewer than 2.",
        expected="at least 2 in every arm",
        do="Simulate more units, or declare more `simulation: {clusters: …}`.",
    )


def members(groups: int, units: int, rng: np.random.Generator) -> Whole:
    """The group of each unit: one unit each where there are as many, else sizes that vary by chance."""
    return np.concatenate([np.arange(groups), rng.integers(0, groups, units - groups)])


def _calendar(study: Study) -> tuple[int, int, int]:
    """The first second of the log, the last one at which units are assigned, and the end."""
    windows = [outcome.source.window for outcome in study.outcomes]
    longest = max((w.seconds for w in windows if w is not None), default=0)
    zone = ZoneInfo(study.log.time_zone)
    start = study.design.start or datetime(2026, 1, 5, tzinfo=zone).date()
    end = study.design.end or start + timedelta(days=28 + longest // DAY)
    first = int(datetime.combine(start, time(), zone).timestamp())
    last = int(datetime.combine(end + timedelta(days=1), time(), zone).timestamp())
    open_ended = any(window is None for window in windows)
    room = max(longest, (last - first) // 2 if open_ended else 0) + SESSION + DELAY + 1
    if last - room <= first:
        raise Fault(
            f"The longest window, {longest / DAY:g} days, does not fit between start and end.",
            expected="an end later than the start by more than the longest window",
            do="Declare a later `design.end`, or a shorter window.",
        )
    return first, last - room, last
