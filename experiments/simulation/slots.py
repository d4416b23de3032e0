"""Who is in a simulated trial with periods: a slot for each unit and period, drawn as if it were a unit of its own.

Slots of one unit share its traits; slots of one cluster and period share what that team met at that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from experiments.clocks import periods
from experiments.events import in_clusters
from experiments.faults import Fault
from experiments.simulation.trial import (
    DELAY,
    Slots,
    Trial,
    allocate,
    attributes,
    members,
    strata,
    stream,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.study import Study


@dataclass(frozen=True, slots=True)
class Cell:
    """What a slot can meet: an arm (by its place), in a period from 0, `since` so many periods under that arm."""

    arm: int
    period: int
    since: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """The calendar of a study with periods: the edges of its periods (seconds), and the cells that can occur.

    `sequences` has a row for each order of arms and a column for each period: the place in `cells`.
    """

    edges: tuple[int, ...]
    cells: tuple[Cell, ...]
    sequences: tuple[tuple[int, ...], ...]

    @property
    def longest(self) -> int:
        """The most periods that anybody is under a treatment."""
        return max(cell.since for cell in self.cells)


def course(study: Study, settings: Mapping[str, float]) -> Course:
    """The calendar that a study file declares. Raises Fault where it leaves no time for its periods."""
    arms = _wedge(study) if study.design.steps else _orders(study, settings)
    days = _days(study, settings)
    edges = tuple(_midnight(study, day) for day in days)
    rows = [_cells_of(study, order) for order in arms]
    cells = tuple(dict.fromkeys(cell for row in rows for cell in row))
    return Course(edges, cells, tuple(tuple(cells.index(cell) for cell in row) for row in rows))


def enrol_in_periods(
    study: Study, settings: Mapping[str, float], planned: Course, *, units: int, seed: int
) -> Trial:
    """Draw who has which sequence; a slot for each unit and period. Raises Fault where units are too few."""
    clustered = in_clusters(study)
    groups = _groups(study, settings, units=units)
    by_group = attributes(study, groups, stream(seed, "attributes"))
    shares = [1.0] * len(planned.sequences)
    sequence = np.arange(groups)  # of a stepped wedge, whose file names each cluster's
    if not study.design.steps:
        sequence = allocate(strata(study, by_group, groups), shares, stream(seed, "allocation"))
    group = members(groups, units, stream(seed, "members"))
    count = len(planned.edges) - 1
    there = stream(seed, "missing").random((units, count)) >= settings["missing"]
    person, period = np.nonzero(there)
    cell = np.array(planned.sequences)[sequence[group[person]], period]
    edges = np.array(planned.edges)
    rng = stream(seed, "clock")
    first = np.ones(len(person), dtype=bool)
    first[1:] = person[1:] != person[:-1]
    late = rng.integers(0, DELAY, units)[person]  # alike in every period, so that all last as long
    assigned = edges[period] + (late if not study.design.steps else late * first)
    delayed = study.exposure != "assigned"
    clock = assigned + (rng.integers(1, DELAY, len(person)) if delayed else 0)
    return Trial(
        seed=seed,
        settings=settings,
        arm=np.array([c.arm for c in planned.cells])[cell],
        cluster=group[person] if clustered else None,
        attributes={name: codes[group[person]] for name, codes in by_group.items()},
        assigned=assigned,
        clock=clock,
        exposed=rng.random(len(person)) < (settings["exposed"] if delayed else 1.0),
        trait=stream(seed, "trait").standard_normal(units)[person],
        first=planned.edges[0],
        last=planned.edges[-1],
        cell=cell,
        ends=edges[period + 1],
        slots=Slots(person, period, first),
    )


def _cells_of(study: Study, order: tuple[int, ...]) -> list[Cell]:
    control = [arm.control for arm in study.design.arms].index(True)
    cells, since = [], 0
    for period, arm in enumerate(order):
        since = since + 1 if study.design.steps and arm != control else 0
        cells.append(Cell(arm, period, since))
    return cells


def _orders(study: Study, settings: Mapping[str, float]) -> list[tuple[int, ...]]:
    """The arms in turn from each of them on, forwards and backwards: every arm is as often in every period."""
    count, long = len(study.design.arms), round(settings["periods"])
    if long < 2:
        raise Fault(f"simulation.periods is {long}.", expected="2 or more")
    ways = [
        tuple((first + way * turn) % count for turn in range(long))
        for first in range(count)
        for way in (1, -1)
    ]
    return list(dict.fromkeys(ways))


def _wedge(study: Study) -> list[tuple[int, ...]]:
    """Each cluster's arms, period by period; it has the treatment from the period on whose start it has changed."""
    control = [arm.control for arm in study.design.arms].index(True)
    starts = _days(study, {})[:-1]
    return [
        tuple(
            control if day == "never" or start < date.fromisoformat(day) else 1 - control for start in starts
        )
        for day in study.design.steps.values()
    ]


def _days(study: Study, settings: Mapping[str, float]) -> list[date]:
    """The first day of each period, and the day after the last one."""
    design = study.design
    start = design.start or date(2026, 1, 5)
    if design.steps:
        steps = [date.fromisoformat(day) for day in design.steps.values() if day != "never"]
        until = design.end or max(steps) + timedelta(days=design.period_days - 1)
        edges = periods(design, until=until + timedelta(days=1))
        return [edges[0][0], *(after for _, after in edges)]
    count = round(settings["periods"])
    days = design.period_days or (((design.end - start).days + 1) // count if design.end else 28)
    last = start + timedelta(days=days * count)
    if days < 1 or (design.end is not None and last > design.end + timedelta(days=1)):
        raise Fault(
            f"{count} periods of {days} days do not fit between start and end.",
            expected="a later end, a shorter period, or fewer of `simulation: {periods: …}`",
        )
    return [start + timedelta(days=days * turn) for turn in range(count + 1)]


def _groups(study: Study, settings: Mapping[str, float], *, units: int) -> int:
    clustered = in_clusters(study)
    groups = len(study.design.steps) or (round(settings["clusters"]) if clustered else units)
    if units < groups:
        raise Fault(f"{units} units cannot fill {groups} clusters.", expected=f"at least {groups} units")
    return groups


def _midnight(study: Study, day: date) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(study.log.time_zone)).timestamp())
