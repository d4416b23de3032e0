"""How a study ran: allocation, contamination, gaps in the log, and which data were measured."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.about import Conduct, DataFacts, FlowStep
from experiments.events import ASSIGNED, in_clusters
from experiments.row_query import stratum
from experiments.sql import part

if TYPE_CHECKING:
    import pandas as pd
    from sqlglot import exp

    from experiments.engine import Engine
    from experiments.manifest import Manifest
    from experiments.study import Study

_OWN = """SELECT unit, min(arm) AS arm, min(occurred_at) AS assigned_at, min(:cluster) AS cluster FROM events
          WHERE event = :assigned AND NOT unit IN (SELECT unit FROM torn) GROUP BY unit"""


def conduct(engine: Engine, study: Study, frame: pd.DataFrame) -> Conduct:
    """Counts of how the study ran, from its unit table and the `events` and `torn` units that the engine holds."""
    clustered = in_clusters(study)
    own = part(_OWN, assigned=ASSIGNED, cluster=part("cluster" if clustered else "NULL"))
    by_arm = part(
        "SELECT arm, count(*) AS units, count(DISTINCT cluster) AS clusters FROM own GROUP BY arm"
    ).with_("own", as_=own)
    rows = {row["arm"]: row for row in engine.ask(by_arm).to_pylist()}
    arms = [arm.name for arm in study.design.arms]
    units = {arm: rows[arm]["units"] if arm in rows else 0 for arm in arms}
    clusters = {arm: rows[arm]["clusters"] if arm in rows else 0 for arm in arms}
    return replace(
        of_any_design(engine),
        assigned=clusters if clustered else units,
        shares={arm.name: arm.share for arm in study.design.arms},
        assigned_by="cluster" if clustered else "unit",
        saw_other_arm=_saw_other_arm(engine, own),
        flow=_flow(study, frame, units),
        assigned_by_day=() if clustered else _by_day(engine, own),
        assigned_by_stratum=_by_stratum(engine, study, clustered=clustered),
    )


def _by_day(engine: Engine, own: exp.Expression) -> tuple[dict[str, int], ...]:
    """Units that each arm was given on each day (UTC) on which anybody was assigned."""
    query = part(
        """SELECT CAST(assigned_at AS DATE) AS day, arm, count(*) AS units FROM own
           GROUP BY CAST(assigned_at AS DATE), arm ORDER BY CAST(assigned_at AS DATE)"""
    )
    days: dict[str, dict[str, int]] = {}
    for row in engine.ask(query.with_("own", as_=own)).to_pylist():
        days.setdefault(str(row["day"]), {})[row["arm"]] = row["units"]
    return tuple(days.values())


def _by_stratum(engine: Engine, study: Study, *, clustered: bool) -> tuple[dict[str, int], ...]:
    """Units, or clusters, that each arm was given in each stratum of the allocation, in the order of its name."""
    if not study.design.strata:
        return ()
    query = part(
        """SELECT stratum, arm, count(DISTINCT who) AS n FROM (
             SELECT :who AS who, min(arm) AS arm, :stratum AS stratum FROM events
             WHERE event = :assigned AND NOT unit IN (SELECT unit FROM torn) GROUP BY unit) AS assignments
           GROUP BY stratum, arm ORDER BY stratum, arm""",
        who=part("min(cluster)" if clustered else "unit"),
        stratum=stratum(study.design.strata),
        assigned=ASSIGNED,
    )
    strata: dict[str, dict[str, int]] = {}
    for row in engine.ask(query).to_pylist():
        strata.setdefault(row["stratum"], {})[row["arm"]] = row["n"]
    return tuple(strata.values())


def of_any_design(engine: Engine) -> Conduct:
    """What is counted alike in every design that assigns units: contradictions, strangers, and gaps in the log."""
    days, silent = _days(engine)
    return Conduct(
        assigned={},
        shares={},
        in_two_arms=counted(engine, part("SELECT count(*) AS n FROM torn")),
        never_assigned=_never_assigned(engine),
        days_without_events=silent,
        days=days,
    )


def data_facts(manifest: Manifest, ran: Conduct, frame: pd.DataFrame) -> DataFacts:
    """The data behind a unit table; their hash is of what the table holds, without pseudonyms.

    Units are all that the log speaks of: those in `frame`, those not exposed, assigned twice or never.
    """
    units = ran.flow[0].total + ran.in_two_arms + ran.never_assigned
    return DataFacts(
        hash=_hash(frame, manifest.events),
        events=manifest.events,
        units=units,
        first=manifest.first,
        last=manifest.last,
        rejected=manifest.rejected,
        duplicates=manifest.duplicates,
    )


def _saw_other_arm(engine: Engine, own: exp.Expression) -> int:
    """Units with events that carry another arm than their own."""
    query = part(
        """SELECT count(DISTINCT e.unit) AS n FROM events AS e JOIN own ON e.unit = own.unit
           WHERE NOT e.arm IS NULL AND e.arm <> own.arm"""
    )
    return counted(engine, query.with_("own", as_=own))


def _never_assigned(engine: Engine) -> int:
    """Units with events but no assignment, not counting those that were assigned twice."""
    query = part(
        """SELECT count(DISTINCT e.unit) AS n FROM events AS e ANTI JOIN known ON e.unit = known.unit"""
    )
    known = part(
        "SELECT unit FROM events WHERE event = :assigned UNION ALL SELECT unit FROM torn", assigned=ASSIGNED
    )
    return counted(engine, query.with_("known", as_=known))


def counted(engine: Engine, query: exp.Expression) -> int:
    """The number `n` that a query answers with."""
    return int(engine.ask(query)["n"][0].as_py())


def _days(engine: Engine) -> tuple[int, int]:
    """Days (UTC) from the first to the last event, and how many of them have none."""
    row = engine.ask(
        part(
            """SELECT count(DISTINCT CAST(occurred_at AS DATE)) AS busy,
                      CAST(min(occurred_at) AS DATE) AS first_day,
                      CAST(max(occurred_at) AS DATE) AS last_day FROM events"""
        )
    ).to_pylist()[0]
    days = (row["last_day"] - row["first_day"]).days + 1
    return days, days - row["busy"]


def _flow(study: Study, frame: pd.DataFrame, units: dict[str, int]) -> tuple[FlowStep, ...]:
    """The way from everybody assigned to everybody exposed, who make up the unit table."""
    assigned = FlowStep("assigned", units)
    if study.exposure == ASSIGNED:
        return (assigned,)
    exposed = frame["arm"].value_counts()
    return (assigned, FlowStep("exposed", {arm: int(exposed.get(arm, 0)) for arm in units}))


def _hash(frame: pd.DataFrame, events: int) -> str:
    content = hashlib.sha256(f"{events} events".encode())
    for name in frame.columns.drop("unit", errors="ignore"):
        values = frame[name]
        content.update(f"\n{name}\n".encode())
        if values.dtype.kind in "fiub":
            content.update(values.to_numpy(dtype="<f8", na_value=float("nan")).tobytes())
        elif values.dtype.kind == "M":
            content.update(values.to_numpy().astype("<i8").tobytes())
        else:
            content.update("\n".join(map(str, values.fillna(""))).encode())
    return content.hexdigest()
