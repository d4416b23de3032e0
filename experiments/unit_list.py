"""The list of units: whose each number is, its arm and attributes, and when its clock started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from experiments.clocks import first_exposures
from experiments.events import ASSIGNED
from experiments.sql import among, column, named, part

if TYPE_CHECKING:
    import pyarrow as pa

    from experiments.events import Vocabulary
    from experiments.study import Study


def columns(words: Vocabulary) -> pa.Schema:
    """The columns of a list of units: its number and a second one (to notice should two units ever share the first)
    and whether it was assigned twice (`torn`).

    Where units have one clock each also the first assignment with its arm, cluster and attributes, and the first
    `exposure` after it with its `session`; all null for a unit that is torn or was never assigned.
    """
    import pyarrow as pa

    fields = [("unit", pa.uint64()), ("serial", pa.uint64()), ("torn", pa.bool_())]
    if words.timed:
        fields += [("assigned_at", pa.timestamp("us")), *((name, pa.string()) for name in _facts(words))]
        fields += [("exposure", pa.timestamp("us")), ("session", pa.uint64())]
    return pa.schema(fields)


def list_query(study: Study, words: Vocabulary) -> exp.Select:
    """SELECT the list of units as it is with new rows: everybody in `ids` and in the list that was `listed`.

    The engine holds `ids` (unit and serial of the new rows), `accepted` and `held` events, the units that were
    `listed`, and `twice`, those newly found to be assigned twice.
    """
    people = part(
        """SELECT unit, min(serial) AS serial
           FROM (SELECT unit, serial FROM ids UNION ALL SELECT unit, serial FROM listed) GROUP BY unit"""
    )
    torn = part("SELECT unit FROM twice UNION SELECT unit FROM listed WHERE torn")
    query = (
        exp.select("p.unit", "p.serial", part("NOT t.unit IS NULL AS torn"))
        .from_("people AS p")
        .join("torn AS t", on=part("t.unit = p.unit"), join_type="left")
        .with_("people", as_=people)
        .with_("torn", as_=torn)
    )
    if words.timed:
        query = _with_clocks(query, study, words)
    return query.order_by("p.unit")


def times_query(words: Vocabulary, table: str) -> exp.Select:
    """SELECT the events of a `table` with their time since the exposure, in the order of a segment.

    The engine holds the list of units as `units`.
    """
    query = exp.select("e.*").from_(f"{table} AS e")
    if words.timed:
        since = part("epoch_us(e.occurred_at) - epoch_us(u.exposure)")
        here = part("coalesce(e.session = u.session, FALSE)")
        query = query.select(named(since, "since"), named(here, "in_session"))
        query = query.join("units AS u", on=part("u.unit = e.unit"), join_type="left")
    return query.order_by("e.unit", "e.occurred_at", "e.event_key")


def moved_query() -> exp.Expression:
    """SELECT the units (`unit`) whose clock is another one in `units` than it was `listed`."""
    return part(
        """SELECT l.unit FROM listed AS l JOIN units AS u ON u.unit = l.unit
           WHERE l.exposure IS DISTINCT FROM u.exposure OR l.session IS DISTINCT FROM u.session"""
    )


def _with_clocks(query: exp.Select, study: Study, words: Vocabulary) -> exp.Select:
    """The query with each unit's clock: found anew where a new row can have changed it, else as it was."""
    told = [ASSIGNED, study.exposure]
    changed = part(
        "SELECT unit FROM accepted WHERE :told UNION SELECT unit FROM twice", told=among("event", told)
    )
    facts = ["unit", "occurred_at", "session", "event", *_facts(words)]
    new, old = (
        exp.select(*map(column, facts)).from_(t).where(among("event", told)) for t in ("accepted", "held")
    )
    events = exp.union(new, old.where(part("unit IN (SELECT unit FROM changed)")), distinct=False)
    tables = {"changed": changed, "events": events, **first_exposures(study, words)}
    for name, table in tables.items():
        query = query.with_(name, as_=table)
    found = {name: column(name, "a") for name in ("assigned_at", *_facts(words))}
    found |= {name: column(name, "b") for name in ("exposure", "session")}
    for name, expression in found.items():
        now = part("CASE WHEN c.unit IS NULL THEN :was ELSE :now END", was=column(name, "l"), now=expression)
        query = query.select(named(now, name))
    for table, letter in {"changed": "c", "listed": "l", "assigned": "a", "begun": "b"}.items():
        query = query.join(
            f"{table} AS {letter}", on=part(":u = p.unit", u=column("unit", letter)), join_type="left"
        )
    return query


def _facts(words: Vocabulary) -> tuple[str, ...]:
    return ("arm", *(("cluster",) if words.clustered else ()), *words.attributes)
