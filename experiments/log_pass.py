"""One pass over the instants of a log: speed of units, lengths of sessions, days, and events by second.

Each range is counted by itself and the counts are added. Nothing is looked up row by row: rows come in the order of
their units, so that what belongs together lies together or is put there by one sort.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.arrays import numbers
from experiments.log_columns import places

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.by_range import Ranges

    Numbers = NDArray[Any]
    Where = NDArray[np.bool_]

BLOCK = 65_536  # rows that are counted at a time
NAMES = ("unit", "occurred_at", "event", "session", "arm")  # what a pass reads of each event
SECOND, MINUTE, DAY = 1_000_000, 60, 86_400  # in microseconds, seconds and seconds


@dataclass(slots=True)
class Passed:
    """What a pass found: units' `own` events are those that they did themselves.

    `totals`: own `events` and their `units`, units `bursting` and their events `in_bursts`, sessions `lasting` too
    long, own events at `whole` minutes, and units whose events name `several` arms. `days` are those with any
    event, since 1970, in no order.
    """

    totals: dict[str, int] = field(default_factory=dict)
    days: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    _room: NDArray[np.int32] = field(default_factory=lambda: np.empty((0, DAY), dtype=np.int32))

    @property
    def counts(self) -> NDArray[np.int32]:
        """A row for each day, of own events by second of the day."""
        return self._room[: self.days.size]

    def add(self, totals: dict[str, int], days: Numbers, seconds: Numbers) -> None:
        """Add what was found in a range: totals, its days, and the second of each own event."""
        self.count(totals)
        self._make_room(days)
        np.add.at(self._room.reshape(-1), self._places(seconds), np.int32(1))

    def add_counts(self, seconds: Numbers, own: Numbers) -> None:
        """Add so many own events in each of some seconds, each named once; 0 tells of a day without any."""
        self._make_room(different(seconds // DAY))
        self._room.reshape(-1)[self._places(seconds)] += own

    def count(self, totals: dict[str, int]) -> None:
        """Add totals alone."""
        for name, count in totals.items():
            self.totals[name] = self.totals.get(name, 0) + count

    def _make_room(self, days: Numbers) -> None:
        """Let there be a row for each of some days."""
        new = days[~np.isin(days, self.days)]
        if new.size:
            held = self.counts
            self.days = np.concatenate([self.days, new])
            if self.days.size > len(self._room):  # zeros that nobody touched take no memory
                self._room = np.zeros((2 * self.days.size, DAY), dtype=np.int32)
                self._room[: len(held)] = held

    def _places(self, seconds: Numbers) -> Numbers:
        """Where the room counts some seconds of its days."""
        if not seconds.size:
            return seconds
        first = int(self.days.min())
        shift = np.zeros(int(self.days.max()) - first + 1, dtype=np.int64)
        shift[self.days - first] = (np.arange(self.days.size) - self.days) * DAY
        places: Numbers = seconds + shift[seconds // DAY - first]
        return places


def passed(asked: Ranges, *, written: Collection[str], busy: int, longest: int) -> Passed:
    """What a pass over the log finds; events of names that are `written` by programs are no unit's own.

    A unit bursts that has more than `busy` own events in one minute; a session is too long that lasts more than
    `longest` seconds.
    """
    found = Passed()
    for blocks in asked.blocks(NAMES, partial(of_blocks, written=written, busy=busy, longest=longest)):
        for told in blocks:
            found.add(*told)
    return found


def of_blocks(
    tables: Iterator[pa.Table], *, written: Collection[str], busy: int, longest: int
) -> list[tuple[dict[str, int], Numbers, Numbers]]:
    """What is found in events, all of some units after all of others: a few units at a time, as `add` takes it."""
    return [
        _of_block(block, written=written, busy=busy, longest=longest)
        for rows in tables
        for block in _blocks(rows)
    ]


def _blocks(rows: pa.Table) -> Iterator[pa.Table]:
    """The rows of some units after those of others, a few at a time where they come in the order of units."""
    units = numbers(rows["unit"])
    if (units[1:] < units[:-1]).any():
        yield rows
        return
    start = 0
    while start < units.size:
        last = units[min(start + BLOCK, units.size) - 1]
        after = int(np.searchsorted(units, last, side="right"))
        yield rows.slice(start, after - start)
        start = after


def _of_block(
    rows: pa.Table, *, written: Collection[str], busy: int, longest: int
) -> tuple[dict[str, int], Numbers, Numbers]:
    units, instants = numbers(rows["unit"]), numbers(rows["occurred_at"].cast("int64"))
    theirs = places(rows["event"], tuple(written)) == len(written)
    there = numbers(rows["session"].is_valid().cast("uint8")) > 0
    sessions = numbers(rows["session"].drop_null())
    lasting = _lasting(units[there], sessions, instants[there], longest=longest * SECOND)
    seconds = instants // SECOND
    days = different(seconds // DAY)
    mine = seconds[theirs]
    minutes = mine // MINUTE
    whole = int((minutes * (MINUTE * SECOND) == instants[theirs]).sum())
    totals = {**_speed(units[theirs], minutes, busy), "lasting": lasting, "whole": whole}
    return {**totals, "several": _several(units, rows["arm"])}, days, mine


def _several(units: Numbers, arms: pa.ChunkedArray) -> int:
    """How many units have events of more than one arm."""
    names = sorted({name for chunk in arms.chunks for name in chunk.dictionary.to_pylist()})
    codes = places(arms, names)
    named = codes < len(names)
    units, codes = units[named], codes[named]
    if (units[1:] < units[:-1]).any():
        order = np.argsort(units, kind="stable")
        units, codes = units[order], codes[order]
    starts = np.flatnonzero(run_begins(units))
    others = codes != np.repeat(codes[starts], np.diff(starts, append=units.size))
    return int(np.unique(units[others]).size)


def different(numbers: Numbers) -> Numbers:
    """The different ones of whole numbers that lie near each other."""
    first = numbers.min() if numbers.size else 0
    return np.flatnonzero(np.bincount(numbers - first)) + first


def _speed(units: Numbers, minutes: Numbers, busy: int) -> dict[str, int]:
    """Events and units, units with more than `busy` events in a minute, and the events of such minutes."""
    if (units[1:] < units[:-1]).any():
        order = np.argsort(units, kind="stable")  # quick for a few runs that are in order
        units, minutes = units[order], minutes[order]
    starts = np.flatnonzero(run_begins(units))
    many = np.diff(starts, append=units.size) > busy
    chosen = np.repeat(many, np.diff(starts, append=units.size))
    minutes, fast = minutes[chosen], units[chosen]
    if ((minutes[1:] < minutes[:-1]) & (fast[1:] == fast[:-1])).any():
        order = np.lexsort((minutes, fast))
        minutes, fast = minutes[order], fast[order]
    begins = np.flatnonzero(run_begins(fast) | run_begins(minutes))
    sizes = np.diff(begins, append=fast.size)
    crowded = sizes > busy
    return {
        "events": int(units.size),
        "units": int(starts.size),
        "bursting": int(run_begins(fast[begins[crowded]]).sum()),
        "in_bursts": int(sizes[crowded].sum()),
    }


def _lasting(units: Numbers, sessions: Numbers, instants: Numbers, *, longest: int) -> int:
    """How many sessions of one unit each last longer than `longest` microseconds."""
    # Nearly all of a number and a row's place in one number sort faster than numbers by which places are sorted.
    places = np.uint64(2 ** sessions.size.bit_length() - 1)
    by_session = np.sort((sessions & ~places) | np.arange(sessions.size, dtype=np.uint64))
    order = (by_session & places).astype(np.int64)
    order = order[_in_long_runs(run_begins(by_session & ~places), instants[order], longest)]
    order = order[np.lexsort((units[order], sessions[order]))]  # two units can have sessions of one name
    begins = run_begins(sessions[order]) | run_begins(units[order])
    chosen = _in_long_runs(begins, instants[order], longest)
    return int((begins & chosen).sum())


def _in_long_runs(begins: Where, instants: Numbers, longest: int) -> Where:
    """Which places are in runs whose instants are more than `longest` apart."""
    if not begins.size:
        return begins
    starts = np.flatnonzero(begins)
    lengths = np.maximum.reduceat(instants, starts) - np.minimum.reduceat(instants, starts)
    return np.repeat(lengths > longest, np.diff(starts, append=begins.size))


def run_begins(numbers: Numbers) -> Where:
    """Where a run of one number begins."""
    first = np.ones(numbers.size, dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return first
