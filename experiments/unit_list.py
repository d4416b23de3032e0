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
        fields += [("assigned_at", pa.timestamp("us")), *((name, pa.string()) for name in facts(words))]
        fields += [("exposure", pa.timestamp("us")), ("session", pa.uint64())]
    return pa.schema(fields)


def facts(words: Vocabulary) -> tuple[str, ...]:
    """The columns of an assignment that the list keeps."""
    return ("arm", *(("cluster",) if words.clustered else ()), *words.attributes)


def telling(study: Study, words: Vocabulary) -> frozenset[str]:
    """The events that tell a unit's clock, or contradict what was told."""
    if words.calendar:
        return frozenset()
    return frozenset((ASSIGNED, study.exposure)) if words.timed else frozenset((ASSIGNED,))


def news_query(study: Study, words: Vocabulary) -> exp.Select:
    """SELECT the units of which the list says something else, with what it is to say, in their order.

    The engine holds `ids` (`unit`, `serial`) of all units in question, what the list says of them (`known`),
    `accepted` rows, those that the store holds and that tell clocks (`told`), and `twice`, the units newly found to
    be assigned twice. Units whose clock no accepted row tells keep it.
    """
    told = telling(study, words)
    changed = part(
        "SELECT unit FROM accepted WHERE :told UNION SELECT unit FROM twice", told=among("event", told)
    )
    return _list(study, words, changed).where(_differs(words))


def anew_query(study: Study, words: Vocabulary) -> exp.Select:
    """SELECT the list of the units that are `known`, in their order, each clock found anew from `told` rows.

    The engine holds the same as for `news_query`, with no `accepted` row and nobody assigned `twice`.
    """
    return _list(study, words, part("SELECT unit FROM known"))


def _list(study: Study, words: Vocabulary, changed: exp.Expression) -> exp.Select:
    people = part("SELECT unit, min(serial) AS serial FROM ids GROUP BY unit")
    torn = part("SELECT unit FROM twice UNION SELECT unit FROM known WHERE torn")
    query = (
        exp.select("p.unit", "p.serial", part("NOT t.unit IS NULL AS torn"))
        .from_("people AS p")
        .join("torn AS t", on=part("t.unit = p.unit"), join_type="left")
        .join("known AS l", on=part("l.unit = p.unit"), join_type="left")
        .with_("people", as_=people)
        .with_("torn", as_=torn)
    )
    if words.timed:
        query = _with_clocks(query, study, words, changed)
    listed = exp.select(*(column(name, "n") for name in columns(words).names)).from_("new AS n")
    return (
        listed.with_("new", as_=query)
        .join("known AS l", on=part("l.unit = n.unit"), join_type="left")
        .order_by("n.unit")
    )


def _differs(words: Vocabulary) -> exp.Expression:
    """Whether the new row of a unit is another one than it was."""
    names = [name for name in columns(words).names if name not in ("unit", "serial")]
    pairs = [(column(name, "l"), column(name, "n")) for name in names]
    different = [part(":was IS DISTINCT FROM :now", was=was, now=now) for was, now in pairs]
    return exp.or_(part("l.unit IS NULL"), *different)


def _with_clocks(query: exp.Select, study: Study, words: Vocabulary, changed: exp.Expression) -> exp.Select:
    """The query with each unit's clock: found anew where a new row can have changed it, else as it was."""
    said = ["unit", "occurred_at", "session", "event", *facts(words)]
    new, old = (
        exp.select(*map(column, said)).from_(table).where(among("event", telling(study, words)))
        for table in ("accepted", "told")
    )
    events = exp.union(new, old.where(part("unit IN (SELECT unit FROM changed)")), distinct=False)
    tables = {"changed": changed, "events": events, **first_exposures(study, words)}
    for name, table in tables.items():
        query = query.with_(name, as_=table)
    found = {name: column(name, "a") for name in ("assigned_at", *facts(words))}
    found |= {name: column(name, "b") for name in ("exposure", "session")}
    for name, expression in found.items():
        now = part("CASE WHEN c.unit IS NULL THEN :was ELSE :now END", was=column(name, "l"), now=expression)
        query = query.select(named(now, name))
    for table, letter in {"changed": "c", "assigned": "a", "begun": "b"}.items():
        query = query.join(
            f"{table} AS {letter}", on=part(":u = p.unit", u=column("unit", letter)), join_type="left"
        )
    return query
