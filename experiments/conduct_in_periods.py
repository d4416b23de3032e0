"""How a study with periods ran: who began with which arm, who met an arm that was not due, who is left where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlglot import exp

from analysis.about import Conduct, FlowStep
from experiments.clocks import crossover_slots, stepped_members
from experiments.conduct import counted
from experiments.events import ASSIGNED, in_clusters, vocabulary
from experiments.sql import part

if TYPE_CHECKING:
    import pandas as pd

    from experiments.engine import Engine
    from experiments.study import Study

    Tables = dict[str, exp.Expression]


def conduct_of_crossover(engine: Engine, study: Study, frame: pd.DataFrame) -> Conduct:
    """Units (or clusters) by the arm that their order begins with; the arms that follow are the design's."""
    slots = crossover_slots(study, vocabulary(study))
    who: Literal["unit", "cluster"] = "cluster" if in_clusters(study) else "unit"
    orders = part(
        """SELECT pairs, count(*) AS n FROM (
             SELECT array_agg(DISTINCT struct_pack(p := period, a := arm)) AS pairs
             FROM slots GROUP BY :who) AS orders
           GROUP BY pairs""",
        who=exp.column(who),
    )
    other = part(
        """SELECT count(DISTINCT e.unit) AS n FROM events AS e JOIN slots ON e.unit = slots.unit
           WHERE e.occurred_at >= slots.since AND (slots.until IS NULL OR e.occurred_at < slots.until)
             AND NOT e.arm IS NULL AND e.arm <> slots.arm"""
    )
    given = part("SELECT arm, count(DISTINCT unit) AS n FROM slots GROUP BY arm")
    everybody = part("SELECT count(DISTINCT unit) AS n FROM slots")
    return Conduct(
        assigned=_began(study, engine.ask(_over(orders, slots)).to_pylist()),
        shares={arm.name: arm.share for arm in study.design.arms},
        assigned_by=who,
        saw_other_arm=counted(engine, _over(other, slots)),
        flow=_flow(
            study,
            frame,
            FlowStep(
                "assigned",
                _by_arm(engine, study, _over(given, slots)),
                counted(engine, _over(everybody, slots)),
            ),
        ),
    )


def conduct_of_wedge(engine: Engine, study: Study, frame: pd.DataFrame) -> Conduct:
    """Units by what their cluster had while they were in it; the calendar of the design leaves nothing to draw."""
    members = stepped_members(study, vocabulary(study))
    arms = {"control" if arm.control else "treatment": arm.name for arm in study.design.arms}
    other = part(
        """SELECT count(DISTINCT e.unit) AS n FROM events AS e
           JOIN members AS m ON e.unit = m.unit JOIN steps AS s ON m.cluster = s.cluster
           WHERE NOT e.arm IS NULL
             AND e.arm <> CASE WHEN e.occurred_at >= s.changes THEN :treatment ELSE :control END""",
        **arms,
    )
    given = part(
        """SELECT count(*) FILTER (WHERE s.changes IS NULL OR m.assigned_at < s.changes) AS n, :control AS arm
           FROM members AS m JOIN steps AS s ON m.cluster = s.cluster
           UNION ALL
           SELECT count(*) FILTER (WHERE s.changes <= (SELECT max(occurred_at) FROM events)) AS n, :treatment AS arm
           FROM members AS m JOIN steps AS s ON m.cluster = s.cluster""",
        **arms,
    )
    everybody = part("SELECT count(*) AS n FROM members")
    assigned = FlowStep(
        "assigned",
        _by_arm(engine, study, _over(given, members)),
        counted(engine, _over(everybody, members)),
    )
    return Conduct(
        assigned={},
        shares={},
        assigned_by="cluster",
        saw_other_arm=counted(engine, _over(other, members)),
        flow=_flow(study, frame, assigned),
    )


def _began(study: Study, rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many orders begin with each arm, from the arms by period that were seen, and how often.

    Where the first period did not take place, the whole orders seen elsewhere say what it would have been; who fits
    several of them is not counted.
    """
    seen = [({pair["p"]: pair["a"] for pair in row["pairs"]}, row["n"]) for row in rows]
    longest = max(len(order) for order, _ in seen)
    whole = [order for order, _ in seen if len(order) == longest]
    first = min(period for order in whole for period in order)
    began = dict.fromkeys((arm.name for arm in study.design.arms), 0)
    for order, count in seen:
        fitting = {full.get(first) for full in whole if order.items() <= full.items()} | {order.get(first)}
        possible = fitting - {None}
        if len(possible) == 1:
            began[str(possible.pop())] += count
    return began


def _over(query: exp.Expression, tables: Tables) -> exp.Expression:
    for name, table in tables.items():
        query = query.with_(name, as_=table)
    return query


def _by_arm(engine: Engine, study: Study, query: exp.Expression) -> dict[str, int]:
    found = {row["arm"]: int(row["n"]) for row in engine.ask(query).to_pylist()}
    return {arm.name: found.get(arm.name, 0) for arm in study.design.arms}


def _flow(study: Study, frame: pd.DataFrame, assigned: FlowStep) -> tuple[FlowStep, ...]:
    if study.exposure == ASSIGNED:
        return (assigned,)
    exposed = frame.groupby("arm")["unit"].nunique()
    by_arm = {arm: int(exposed.get(arm, 0)) for arm in assigned.by_arm}
    return (assigned, FlowStep("exposed", by_arm, int(frame["unit"].nunique())))
