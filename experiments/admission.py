"""Admission: well-formed rows beside all others: repeated events, double assignments, premature outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from experiments import rejects
from experiments.clocks import period_number
from experiments.engine import Written
from experiments.events import ASSIGNED, SURVEY
from experiments.fresh_rows import Fresh, repeated
from experiments.sql import among, column, either, part

if TYPE_CHECKING:
    import pyarrow as pa

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


def ambiguous_ids(engine: Engine) -> int:
    """Units of which two share one 64-bit number, in `ids` and what the list of units says of them (`known`)."""
    found = part(
        """SELECT count(*) AS n FROM (
             SELECT unit FROM (SELECT unit, serial FROM ids UNION ALL SELECT unit, serial FROM known)
             GROUP BY unit HAVING min(serial) <> max(serial))"""
    )
    return int(engine.ask(found)["n"][0].as_py())


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
def _assigned_twice(vocabulary: Vocabulary) -> Written:
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
    return Written(_with(torn, given=given, units=units))


@cache
def _too_early(vocabulary: Vocabulary) -> Written:
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
    return Written(_with(early, before=before, starts=starts))


def _with(query: exp.Expression, **tables: exp.Expression) -> exp.Expression:
    for name, table in tables.items():
        query = query.with_(name, as_=table)
    return query


def _not(column: pa.ChunkedArray) -> pa.ChunkedArray:
    from pyarrow import compute

    return compute.invert(column)
