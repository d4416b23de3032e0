"""Sums over the events of each unit, from columns: one row a unit, in the order of units.

Each event falls into a class by its name and time; counts of all windows come from one count of classes by unit.
Values are added as whole numbers of 10**-12, so that no order of rows can change a digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.arrays import column, flags, numbers
from experiments.event_sums import ALWAYS, COUNT, FIRST, LAST, MOST, SUM
from experiments.log_columns import log_blocks, places, with_dictionaries

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.event_sums import Chosen, EventSum
    from experiments.parquet_files import Files
    from experiments.unit_range import UnitRange

    Numbers = NDArray[Any]

NEVER = -(2**63)  # the time of an event of a unit that has no clock
SCALE = 1e12  # as many digits of a value as a decimal of the engine's keeps
HALF = 2.0**40  # whole numbers beyond 64 bits are added in two parts


def sums_of_range(held: Files, wanted: Sequence[EventSum], within: UnitRange) -> pa.Table:
    """A row for each unit of a range with an event: `unit`, and `a0`, `a1`, … as they are wanted.

    Null where no event tells. Of several last events at one time the largest value counts.
    """
    import pyarrow as pa

    classes = Classes(tuple(dict.fromkeys(one.chosen for one in wanted)))
    blocks = log_blocks(held, within, classes.columns)
    tables = [summed(rows, wanted, classes) for rows in blocks]
    nobody = with_dictionaries(held.schema, classes.columns).empty_table()
    return pa.concat_tables(tables or [summed(nobody, wanted, classes)])


def summed(rows: pa.Table, wanted: Sequence[EventSum], classes: Classes) -> pa.Table:
    """Such rows for events with the columns that classes are told by, in the order of units."""
    import pyarrow as pa

    events = _Events(rows, classes)
    columns = [events.of(one) for one in wanted]
    names = [f"a{place}" for place in range(len(wanted))]
    return pa.table([column(events.units), *columns], names=["unit", *names])


class Classes:
    """Classes of events that are chosen alike: `members` says of each class by whom, in the order of `chosen`.

    `columns` are those that tell the class of an event.
    """

    def __init__(self, chosen: tuple[Chosen, ...]) -> None:
        self._names = sorted({one.event for one in chosen})
        self._edges = sorted({edge for one in chosen for edge in (one.low, one.high) if edge != ALWAYS})
        session, valued = (any(getattr(one, name) for one in chosen) for name in ("session", "valued"))
        self.columns = ("unit", "since", "event", *["in_session"] * session, *["value"] * valued)
        fits = [
            [[one.event == name for one in chosen] for name in [*self._names, ""]],
            [[one.low <= edge < one.high for one in chosen] for edge in [NEVER, *self._edges]],
            *[[[not one.session for one in chosen], [True for _ in chosen]]] * session,
            *[[[not one.valued for one in chosen], [True for _ in chosen]]] * valued,
        ]
        self._sizes = [len(one) for one in fits]
        members = np.ones((1, len(chosen)), dtype=np.bool_)
        for one in fits:
            members = (members[:, None] & np.array(one, dtype=np.bool_)).reshape(-1, len(chosen))
        self.chosen = {one: place for place, one in enumerate(chosen)}
        self.members, kinds = np.unique(members, axis=0, return_inverse=True)
        self._cell = np.min_scalar_type(len(members))
        self._kinds = kinds.reshape(-1).astype(np.min_scalar_type(len(self.members)))

    def of(self, rows: pa.Table, since: Numbers, values: Numbers | None) -> Numbers:
        """The class of each event."""
        span = np.zeros(since.size, dtype=self._cell)
        for edge in self._edges:
            span += since >= edge
        told = [places(rows["event"], self._names), span]
        if "in_session" in self.columns:
            told.append(numbers(rows["in_session"].cast("uint8").fill_null(0)))
        if values is not None:
            told.append(~np.isnan(values))
        cells = np.zeros(since.size, dtype=self._cell)
        for codes, size in zip(told, self._sizes, strict=True):
            cells *= self._cell.type(size)
            cells += codes
        kinds: Numbers = self._kinds[cells]
        return kinds


@dataclass(frozen=True, slots=True)
class _Runs:
    """Chosen events: their rows, the place of each first one of a unit among these, and the places of the units."""

    rows: Numbers
    starts: Numbers
    units: Numbers

    def over(self, way: np.ufunc, values: Numbers) -> Numbers:
        """Values put together, a unit's each."""
        together: Numbers = way.reduceat(values, self.starts) if self.starts.size else values
        return together


class _Events:
    """Events in the order of units, of which `units` are the numbers."""

    def __init__(self, rows: pa.Table, classes: Classes) -> None:
        units = numbers(rows["unit"])
        begins = np.ones(units.size, dtype=np.bool_)
        np.not_equal(units[1:], units[:-1], out=begins[1:])
        self.units = units[begins]
        self._unit = np.cumsum(begins)
        self._unit -= 1
        self._since = numbers(rows["since"].fill_null(NEVER))
        valued = "value" in classes.columns
        self._values = numbers(rows["value"].fill_null(float("nan"))) if valued else np.empty(0)
        self._kind = classes.of(rows, self._since, self._values if valued else None)
        self._classes = classes
        width = len(classes.members)
        counts = np.bincount(self._unit * width + self._kind, minlength=self.units.size * width)
        # Counts of classes as floats are exact, and are added many at once.
        totals = counts.reshape(-1, width).astype(np.float64) @ classes.members.astype(np.float64)
        self._counts = np.ascontiguousarray(totals.T).astype(np.int64)
        self._runs: dict[Chosen, _Runs] = {}

    def of(self, wanted: EventSum) -> pa.Array:
        """A column of the answer: a value for each unit."""
        import pyarrow as pa
        from pyarrow import compute

        counts = self._counts[self._classes.chosen[wanted.chosen]]
        if wanted.what == COUNT:
            return column(counts)
        if wanted.chosen not in self._runs:
            self._runs[wanted.chosen] = self._run(wanted.chosen)
        runs = self._runs[wanted.chosen]
        told = _TOLD[wanted.what](self, runs)
        found = np.zeros(self.units.size, dtype=told.dtype)
        found[runs.units] = told
        answer = compute.if_else(flags(counts > 0), column(found), None)
        return pa.StructArray.from_arrays([answer], names=["v"]) if wanted.what == LAST else answer

    def total(self, runs: _Runs) -> Numbers:
        """The sums of values."""
        scaled = np.rint(self._values[runs.rows] * SCALE)
        upper = np.floor(scaled / HALF)
        sums = [runs.over(np.add, part.astype(np.int64)) for part in (upper, scaled - upper * HALF)]
        carried, rest = np.divmod(sums[1], int(HALF))
        total: Numbers = ((sums[0] + carried) * HALF + rest) / SCALE
        return total

    def most(self, runs: _Runs) -> Numbers:
        """The largest values."""
        return runs.over(np.maximum, self._values[runs.rows])

    def first(self, runs: _Runs) -> Numbers:
        """The earliest times."""
        return runs.over(np.minimum, self._since[runs.rows])

    def last(self, runs: _Runs) -> Numbers:
        """The values at the latest times."""
        since = self._since[runs.rows]
        latest = np.repeat(runs.over(np.maximum, since), np.diff(runs.starts, append=since.size))
        return runs.over(np.maximum, np.where(since == latest, self._values[runs.rows], -np.inf))

    def _run(self, chosen: Chosen) -> _Runs:
        here = self._classes.members[:, self._classes.chosen[chosen]]
        rows = np.flatnonzero(here[self._kind])
        units = self._unit[rows]
        starts = np.flatnonzero(np.diff(units, prepend=-1))
        return _Runs(rows, starts, units[starts])


_TOLD = {SUM: _Events.total, MOST: _Events.most, LAST: _Events.last, FIRST: _Events.first}
