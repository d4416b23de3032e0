"""Admission: well-formed rows beside all others: repeated events, double assignments, premature outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from experiments import rejects
from experiments.arrays import flags, in_their_order, numbers
from experiments.clocks import period_number
from experiments.events import ASSIGNED, SURVEY
from experiments.sql import among, column, either, part

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.engine import Engine
    from experiments.events import Vocabulary


@dataclass(frozen=True, slots=True)
class Admission:
    """Well-formed rows, sorted out. `refused` pairs a reason (column, found, expected) with its rows.

    All tables have the columns of the rows that came in.
    """

    accepted: pa.Table
    duplicates: pa.Table
    refused: tuple[tuple[rejects.Reason, pa.Table], ...]


def admit(engine: Engine, vocabulary: Vocabulary, rows: pa.Table) -> Admission:
    """Sort out `rows` beside each other and beside what is known already.

    The engine holds `held` (`event_key` and `unit` of the store's events of these keys), `told` (the store's events
    that tell these units' clocks), `known` (what the list of units says of them), `owners` (ids that name events of
    several units, by the unit that had them first) and `torn_clusters` (those assigned several arms, by `period`).
    A repeated event is a duplicate before it is anything else; an assignment that was refused starts no clock.
    """
    fresh = Fresh(engine, rows)
    again, same = repeated(engine, fresh)
    duplicates = fresh.out_at(again[same])
    refused = [(rejects.OTHER_UNIT, fresh.out_at(again[~same]))]
    if vocabulary.calendar:  # nobody is assigned
        return Admission(fresh.left(), duplicates, tuple(refused))
    fresh.hand()
    torn = engine.ask(_assigned_twice(vocabulary))
    refused.append((rejects.TWO_ARMS, fresh.out(torn.filter(torn["arms"]))))
    refused.append((rejects.TWO_CLUSTERS, fresh.out(torn.filter(_not(torn["arms"])))))
    fresh.hand()
    refused.append((rejects.TOO_EARLY, fresh.out(engine.ask(_too_early(vocabulary)))))
    return Admission(fresh.left(), duplicates, tuple(refused))


class Fresh:
    """The rows that are still in, in any order; the engine sees them as `fresh`, each with its `place`."""

    def __init__(self, engine: Engine, rows: pa.Table) -> None:
        import numpy as np

        self._engine, self.rows = engine, rows
        self._in = np.ones(rows.num_rows, dtype=np.bool_)
        self._left: pa.Table | None = rows

    def out(self, found: pa.Table) -> pa.Table:
        """Take out the rows at the places in `found`, and return them."""
        import numpy as np
        from pyarrow import compute

        if not found.num_rows:
            return self.rows.slice(0, 0)
        gone = compute.is_in(self.rows["place"], value_set=found["place"].combine_chunks())
        return self.out_at(np.flatnonzero(numbers(gone.cast("uint8")).astype(np.bool_) & self._in))

    def out_at(self, rows: NDArray[Any]) -> pa.Table:
        """Take out rows by where they stand in `rows`, and return them."""
        import numpy as np

        if not len(rows):
            return self.rows.slice(0, 0)
        out = np.zeros(len(self._in), dtype=np.bool_)
        out[rows] = True
        self._in &= ~out
        self._left = None
        return self.rows.filter(flags(out))

    def hand(self) -> None:
        """Show the engine what is left."""
        self._engine.hand("fresh", self.left())

    def left(self) -> pa.Table:
        """What is left."""
        if self._left is None:
            self._left = self.rows.filter(flags(self._in))
        return self._left


def ambiguous_ids(engine: Engine) -> int:
    """Units of which two share one 64-bit number, in `ids` and what the list of units says of them (`known`)."""
    found = part(
        """SELECT count(*) AS n FROM (
             SELECT unit FROM (SELECT unit, serial FROM ids UNION ALL SELECT unit, serial FROM known)
             GROUP BY unit HAVING min(serial) <> max(serial))"""
    )
    return int(engine.ask(found)["n"][0].as_py())


def repeated(engine: Engine, fresh: Fresh) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where those of all rows stand whose event an earlier row, or the store (`held`), already has, and whether its
    unit is the same.
    """
    import numpy as np

    rows = fresh.rows
    held, owned = (engine.ask(part(f"SELECT event_key, unit FROM {table}")) for table in ("held", "owners"))
    key, unit = (
        np.concatenate([numbers(table[name]) for table in (held, owned, rows)])
        for name in ("event_key", "unit")
    )
    first_new = held.num_rows + owned.num_rows
    place = np.concatenate([np.full(first_new, -1, dtype=np.int64), numbers(rows["place"])])
    place[held.num_rows : first_new] = np.iinfo(np.int64).max  # an owner makes no row a repetition
    at, group = alike(key)
    if not len(at):
        return at, np.empty(0, dtype=np.bool_)
    earliest = np.full(group[-1] + 1, np.iinfo(np.int64).max)
    np.minimum.at(earliest, group, place[at])
    first = place[at] == earliest[group]
    theirs = np.empty(len(earliest), dtype=np.uint64)
    theirs[group[first]] = unit[at[first]]
    owner = (at >= held.num_rows) & (at < first_new)
    theirs[group[owner]] = unit[at[owner]]
    taken = np.zeros(len(earliest), dtype=np.bool_)
    taken[group[owner]] = True
    same = unit[at] == theirs[group]
    again = (at >= first_new) & (~first | (taken[group] & ~same))
    return at[again] - first_new, same[again]


def alike(keys: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where those numbers stand that occur more than once, in their order, and the group of equal ones of each."""
    import numpy as np

    order = in_their_order(keys)
    in_order = keys[order]
    follows = in_order[1:] == in_order[:-1]
    several = np.zeros(len(keys), dtype=np.bool_)
    several[1:] = follows
    several[:-1] |= follows
    begins = np.ones(len(keys), dtype=np.bool_)
    begins[1:] = ~follows
    return order[several], np.cumsum(begins[several]) - 1


def cluster_arms(engine: Engine, vocabulary: Vocabulary, table: str) -> pa.Table:
    """Which `arm` the assignments of a table give each `cluster` in each `period`."""
    given = part(
        "SELECT DISTINCT cluster, :period AS period, :arm AS arm FROM events WHERE event = :assigned",
        assigned=ASSIGNED,
        arm=_given(vocabulary)["arm"],
        period=_given(vocabulary)["period"],
    )
    return engine.ask(_with(given, events=exp.select("*").from_(table)))


def _given(vocabulary: Vocabulary) -> dict[str, exp.Expression]:
    """What an assignment says, and for which period."""
    return {
        "arm": exp.cast(exp.null(), "VARCHAR") if vocabulary.stepped else column("arm"),
        "cluster": column("cluster") if vocabulary.clustered else exp.null(),
        "period": period_number() if vocabulary.by_period else exp.Literal.number(0),
    }


@cache
def _assigned_twice(vocabulary: Vocabulary) -> exp.Expression:
    """SELECT assignments of `fresh` that contradict others there or in the store: of a unit, or of a whole cluster.

    In a crossover they contradict each other within a period; in a stepped wedge, where the design says what a
    cluster has when, only clusters can. Every contradicting row is named, as nobody can say which of them is right.
    """
    given = part(
        """SELECT unit, :arm AS arm, :cluster AS cluster, :period AS period FROM fresh WHERE event = :assigned
           UNION ALL
           SELECT unit, :arm AS arm, :cluster AS cluster, :period AS period FROM told WHERE event = :assigned""",
        assigned=ASSIGNED,
        **_given(vocabulary),
    )
    units = part(
        """SELECT unit, period, coalesce(min(arm) <> max(arm), FALSE) AS arms FROM given GROUP BY unit, period
           HAVING min(arm) <> max(arm) OR min(cluster) <> max(cluster)"""
    )
    torn = part(
        """SELECT fresh.place, fresh.unit, coalesce(units.arms, TRUE) AS arms
           FROM fresh LEFT JOIN units ON fresh.unit = units.unit AND units.period = :period
           LEFT JOIN torn_clusters AS c ON c.cluster = :cluster AND c.period = :period
           WHERE fresh.event = :assigned AND (NOT units.unit IS NULL OR NOT c.cluster IS NULL)""",
        assigned=ASSIGNED,
        cluster=column("cluster", "fresh") if vocabulary.clustered else exp.Literal.string(""),
        period=period_number("fresh") if vocabulary.by_period else exp.Literal.number(0),
    )
    return _with(torn, given=given, units=units)


@cache
def _too_early(vocabulary: Vocabulary) -> exp.Expression:
    """SELECT rows that measure an outcome and nothing else, but lie before their unit's first assignment."""
    late = [among("event", sorted(vocabulary.late_events))]
    late += [
        part(
            "event = :survey AND instrument = :instrument AND wave = :wave",
            survey=SURVEY,
            instrument=instrument,
            wave=wave,
        )
        for instrument, wave in sorted(vocabulary.late_surveys)
    ]
    before = part("SELECT unit, occurred_at FROM told WHERE event = :assigned", assigned=ASSIGNED)
    if vocabulary.timed:
        before = part("SELECT unit, assigned_at AS occurred_at FROM known")
    starts = part(
        """SELECT unit, min(occurred_at) AS since
           FROM (SELECT unit, occurred_at FROM fresh WHERE event = :assigned
                 UNION ALL SELECT unit, occurred_at FROM before)
           GROUP BY unit""",
        assigned=ASSIGNED,
    )
    early = part(
        """SELECT fresh.place FROM fresh JOIN starts ON fresh.unit = starts.unit
           WHERE fresh.occurred_at < starts.since AND (:late)""",
        late=either(late),
    )
    return _with(early, before=before, starts=starts)


def _with(query: exp.Expression, **tables: exp.Expression) -> exp.Expression:
    for name, table in tables.items():
        query = query.with_(name, as_=table)
    return query


def _not(column: pa.ChunkedArray) -> pa.ChunkedArray:
    from pyarrow import compute

    return compute.invert(column)
