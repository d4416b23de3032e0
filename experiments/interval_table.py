"""The unit table of a series: one row an interval (and platform), 0 where nothing happened while it was watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from analysis.about import Conduct, FlowStep, Intervals
from experiments.events import vocabulary
from experiments.faults import Fault
from experiments.interval_query import PLATFORM, interval_query
from experiments.intervals import event_column, first_days, local_day, midnight, season_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from experiments.engine import Engine
    from experiments.study import ConcurrentEvent, Study

QUARTER = timedelta(minutes=15)
EPOCH = datetime.fromisoformat("1970-01-01")  # in UTC, without its zone, like the times of events


@dataclass(frozen=True, slots=True)
class Span:
    """The intervals of a study's calendar by their first days (and the day after the last), and from when to when
    the log tells about them (UTC, without its zone). `totals` says that an event stands for its whole day.
    """

    days: tuple[date, ...]
    since: datetime
    until: datetime
    totals: bool

    @property
    def size(self) -> int:
        """How many intervals there are, whole or not."""
        return len(self.days) - 1


def measured(engine: Engine, study: Study, *, first: datetime, end: datetime) -> tuple[pd.DataFrame, Conduct]:
    """The rows of every interval that the log covers whole, and how the study ran.

    `first` is the instant of the log's first event, `end` until when it tells what happened (UTC). Raises Fault
    where no interval is covered whole, or a platform has no events.
    """
    import pandas as pd

    span = _span(study, first, end)
    begins = [(midnight(day, study.log.time_zone) - EPOCH) // QUARTER for day in span.days]
    numbers = pd.DataFrame({"number": range(span.size), "begin": begins[:-1], "over": begins[1:]})
    engine.hand("intervals", _arrow(numbers))
    counted = engine.ask(interval_query(study, vocabulary(study).events)).to_pandas()
    frames, tallies = [], []
    platforms = [adopted.platform for adopted in study.design.adoption]
    for platform in platforms or (None,):
        own = counted if platform is None else counted[counted[PLATFORM] == platform]
        if own.empty:
            raise _silent(study, platform)
        frame, tally = _rows(study, span, own.set_index("number"), platform)
        frames.append(frame)
        tallies.append(tally)
        if frame.empty:
            raise _silent(study, platform)
    table = pd.concat(frames, ignore_index=True)
    return table, _conduct(study, table, tallies, span)


def _silent(study: Study, platform: str | None) -> Fault:
    whose = "" if platform is None else f" for the platform {platform}"
    return Fault(
        f"The log of {study.id} covers no whole {study.design.interval}{whose}.",
        expected=f"events from the first to the last {study.design.interval} of the study",
        do="Ingest the rest of the log, or correct the days under design.",
    )


def _span(study: Study, first: datetime, end: datetime) -> Span:
    """The calendar from the study's start (or the log's first event) to its end (or the log's last event)."""
    zone, design = study.log.time_zone, study.design
    totals = all(source.value == "sum" for outcome in study.outcomes for source in outcome.sources)
    first_day = design.start or local_day(first, zone)
    last_day = design.end or local_day(end, zone)
    since = midnight(first_day, zone) if design.start or totals else first
    over = midnight(last_day + timedelta(days=1), zone)
    told = midnight(local_day(end, zone) + timedelta(days=1), zone) if totals else end
    days = first_days(first_day, last_day, design.interval)
    return Span(tuple(days), since, until=min(told, over), totals=totals)


def _rows(
    study: Study, span: Span, counted: pd.DataFrame, platform: str | None
) -> tuple[pd.DataFrame, Intervals]:
    """The rows of one series, and how many intervals were left out of it, and why."""
    import pandas as pd

    edges = [midnight(day, study.log.time_zone) for day in span.days]
    whole = np.array([a >= span.since and b <= span.until for a, b in pairwise(edges)])
    numbers = np.arange(span.size)
    seen = counted["seen"].reindex(numbers, fill_value=0).to_numpy()
    watched = whole & _watched(seen > 0, whole, totals=span.totals)
    state, mixed = _states(study, span.days, platform)
    kept = watched & ~mixed
    tally = Intervals(
        study.design.interval,
        observed=int(kept.sum()),
        cut=int((~watched).sum()),
        mixed=int((watched & mixed).sum()),
        silent=int((kept & (seen == 0)).sum()),
    )
    frame = pd.DataFrame({"arm": state, "period": numbers + 1.0}).astype({"arm": "object"})
    if platform is not None:
        frame["unit"] = platform
    for outcome in study.outcomes:
        frame[outcome.id] = counted[outcome.id].reindex(numbers, fill_value=0.0).to_numpy()
        if outcome.denominator is not None:
            name = f"{outcome.id}.exposure"
            frame[name] = counted[name].reindex(numbers).to_numpy(dtype=np.float64)
    if study.design.season in ("weekday", "month"):
        frame["season"] = [season_of(day, study.design.season) for day in span.days[:-1]]
    for place, event in enumerate(study.design.events, start=1):
        if event.adjust:
            frame[event_column(place)] = _shares(event, span.days)
    return frame[kept], tally


def _watched(busy: NDArray[np.bool_], whole: NDArray[np.bool_], *, totals: bool) -> NDArray[np.bool_]:
    """The intervals between a series' first and last event.

    Where its events begin only after the log should have begun, nobody knows since when it was recorded, so that
    the interval of the first event is left out as well, unless events are totals; likewise at the end.
    """
    found = np.flatnonzero(busy)
    inside = np.zeros(busy.size, dtype=np.bool_)
    if found.size == 0:
        return inside
    first, last = int(found[0]), int(found[-1])
    ends = np.flatnonzero(whole)
    if ends.size and not totals:
        first += first > ends[0]
        last -= last < ends[-1]
    inside[first : last + 1] = True
    return inside


def _states(
    study: Study, days: Sequence[date], platform: str | None
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """The arm of each interval, and whether a change falls inside it, after its first day."""
    design = study.design
    control = next(arm.name for arm in design.arms if arm.control)
    states = np.full(len(days) - 1, control, dtype=object)
    mixed = np.zeros(len(days) - 1, dtype=np.bool_)
    changes = [(change.on, change.arm) for change in design.changes]
    if platform is not None:
        treated = next(arm.name for arm in design.arms if not arm.control)
        own = [adopted.on for adopted in design.adoption if adopted.platform == platform]
        changes = [(on, treated) for on in own if on is not None]
    for on, arm in changes:
        for place, (first, after) in enumerate(pairwise(days)):
            if first >= on:
                states[place] = arm
            mixed[place] |= first < on < after
    return states, mixed


def _shares(event: ConcurrentEvent, days: Sequence[date]) -> list[float]:
    """The share of each interval's days on which an event held."""
    shares = []
    for first, after in pairwise(days):
        last = after if event.last is None else min(after, event.last + timedelta(days=1))
        shares.append(max((last - max(first, event.first)).days, 0) / (after - first).days)
    return shares


def _conduct(study: Study, table: pd.DataFrame, tallies: Sequence[Intervals], span: Span) -> Conduct:
    """How a series ran: no people were assigned, so that only intervals are counted."""
    rows = table["arm"].value_counts()
    by_arm = {arm.name: int(rows.get(arm.name, 0)) for arm in study.design.arms}
    together = Intervals(
        study.design.interval,
        observed=sum(tally.observed for tally in tallies),
        cut=sum(tally.cut for tally in tallies),
        mixed=sum(tally.mixed for tally in tallies),
        silent=sum(tally.silent for tally in tallies),
        first_days=tuple(day.isoformat() for day in span.days[:-1]),
    )
    return Conduct(assigned={}, shares={}, flow=(FlowStep("observed", by_arm),), intervals=together)


def _arrow(frame: pd.DataFrame) -> object:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)
