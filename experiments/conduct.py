"""How a study ran: allocation, contamination, gaps in the log, and which data were measured."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from analysis.about import Conduct, DataFacts, FlowStep
from experiments.events import ASSIGNED, in_clusters
from experiments.row_query import stratum
from experiments.sql import part

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from sqlglot import exp

    from experiments.by_range import Ranges
    from experiments.engine import Engine
    from experiments.events import Vocabulary
    from experiments.manifest import Manifest
    from experiments.study import Study

_OWN = "SELECT unit, arm, assigned_at, :cluster AS cluster FROM units WHERE NOT assigned_at IS NULL"
_OTHER_ARM = part(
    """SELECT count(DISTINCT e.unit) AS saw_other_arm FROM events AS e JOIN units AS u ON e.unit = u.unit
       WHERE NOT e.arm IS NULL AND e.arm <> u.arm"""
)


def conduct(engine: Engine, study: Study, exposed: Mapping[str, int]) -> Conduct:
    """Counts of how the study ran, where units have one clock each, from the list of `units` that the engine holds.

    `exposed` are the units of the unit table by arm.
    """
    clustered = in_clusters(study)
    own = part(_OWN, cluster=part("cluster" if clustered else "NULL"))
    by_arm = part(
        "SELECT arm, count(*) AS units, count(DISTINCT cluster) AS clusters FROM own GROUP BY arm"
    ).with_("own", as_=own)
    rows = {row["arm"]: row for row in engine.ask(by_arm).to_pylist()}
    arms = [arm.name for arm in study.design.arms]
    units = {arm: rows[arm]["units"] if arm in rows else 0 for arm in arms}
    daily = {} if clustered else _by_day(engine, own)
    clusters = {arm: rows[arm]["clusters"] if arm in rows else 0 for arm in arms}
    return Conduct(
        assigned=clusters if clustered else units,
        shares={arm.name: arm.share for arm in study.design.arms},
        assigned_by="cluster" if clustered else "unit",
        flow=_flow(study, exposed, units),
        assigned_by_day=tuple(daily.values()),
        assignment_days=tuple(daily),
        assigned_by_stratum=_by_stratum(engine, study, clustered=clustered),
    )


def units_by_arm(frame: pd.DataFrame) -> dict[str, int]:
    """The rows of each arm."""
    return {str(arm): int(rows) for arm, rows in frame["arm"].value_counts().items()}


def _by_day(engine: Engine, own: exp.Expression) -> dict[str, dict[str, int]]:
    """Units that each arm was given on each day (UTC, ISO 8601) on which anybody was assigned, in order."""
    query = part(
        """SELECT CAST(assigned_at AS DATE) AS day, arm, count(*) AS units FROM own
           GROUP BY CAST(assigned_at AS DATE), arm ORDER BY CAST(assigned_at AS DATE), arm"""
    )
    days: dict[str, dict[str, int]] = {}
    for row in engine.ask(query.with_("own", as_=own)).to_pylist():
        days.setdefault(str(row["day"]), {})[row["arm"]] = row["units"]
    return days


def _by_stratum(engine: Engine, study: Study, *, clustered: bool) -> tuple[dict[str, int], ...]:
    """Units, or clusters, that each arm was given in each stratum of the allocation, in the order of its name."""
    if not study.design.strata:
        return ()
    query = part(
        """SELECT stratum, arm, count(DISTINCT who) AS n FROM (
             SELECT :who AS who, min(arm) AS arm, :stratum AS stratum FROM units
             WHERE NOT assigned_at IS NULL GROUP BY unit) AS assignments
           GROUP BY stratum, arm ORDER BY stratum, arm""",
        who=part("min(cluster)" if clustered else "unit"),
        stratum=stratum(study.design.strata),
    )
    strata: dict[str, dict[str, int]] = {}
    for row in engine.ask(query).to_pylist():
        strata.setdefault(row["stratum"], {})[row["arm"]] = row["n"]
    return tuple(strata.values())


def of_any_design(asked: Ranges, words: Vocabulary, several_arms: int) -> dict[str, Any]:
    """What is counted alike in every design that assigns units: contradictions and strangers.

    Where no unit's events name `several_arms`, none can name another than its own.
    """
    found = asked.added(_strangers(timed=words.timed))
    if words.timed:
        found |= asked.added(_OTHER_ARM) if several_arms else {"saw_other_arm": 0}
    return found


def data_facts(manifest: Manifest, ran: Conduct, *frames: pd.DataFrame) -> DataFacts:
    """The data behind a table; their hash is of what its `frames` hold, without pseudonyms.

    Units are all that the log speaks of: those in the table, those not exposed, assigned twice or never.
    """
    units = ran.flow[0].total + ran.in_two_arms + ran.never_assigned
    return DataFacts(
        hash=_hash(frames, manifest.events),
        events=manifest.events,
        units=units,
        first=manifest.first,
        last=manifest.last,
        rejected=manifest.rejected,
        duplicates=manifest.duplicates,
    )


def _strangers(*, timed: bool) -> exp.Query:
    """Units that were assigned twice, and those with events but no assignment."""
    if timed:
        return part(
            """SELECT count(*) FILTER (WHERE torn) AS in_two_arms,
                      count(*) FILTER (WHERE NOT torn AND assigned_at IS NULL) AS never_assigned FROM units"""
        )
    return part(
        """SELECT (SELECT count(*) FROM units WHERE torn) AS in_two_arms, count(*) AS never_assigned FROM (
             SELECT unit FROM events GROUP BY unit HAVING count(*) FILTER (WHERE event = :assigned) = 0) AS e
           WHERE NOT unit IN (SELECT unit FROM units WHERE torn)""",
        assigned=ASSIGNED,
    )


def counted(engine: Engine, query: exp.Expression) -> int:
    """The number `n` that a query answers with."""
    return int(engine.ask(query)["n"][0].as_py())


def _flow(study: Study, exposed: Mapping[str, int], units: dict[str, int]) -> tuple[FlowStep, ...]:
    """The way from everybody assigned to everybody exposed, who make up the unit table."""
    assigned = FlowStep("assigned", units)
    if study.exposure == ASSIGNED:
        return (assigned,)
    return (assigned, FlowStep("exposed", {arm: int(exposed.get(arm, 0)) for arm in units}))


def _hash(frames: tuple[pd.DataFrame, ...], events: int) -> str:
    content = hashlib.sha256(f"{events} events".encode())
    for frame in frames:
        for name in frame.columns.drop("unit", errors="ignore"):
            content.update(f"\n{name}\n".encode())
            content.update(_bytes(frame[name]))
    return content.hexdigest()


def _bytes(values: pd.Series[Any]) -> bytes:
    import pandas as pd

    if values.dtype.kind in "fiub":
        return values.to_numpy(dtype="<f8", na_value=float("nan")).tobytes()
    if values.dtype.kind == "M":
        return values.to_numpy().astype("<i8").tobytes()
    if isinstance(values.dtype, pd.StringDtype):
        return _lines(values)
    return "\n".join(map(str, values.fillna(""))).encode()


def _lines(words: pd.Series[Any]) -> bytes:
    """Words as lines, a gap as an empty one."""
    import pyarrow as pa
    from pyarrow import compute

    found = pa.array(words, pa.string())
    column = (found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found).fill_null("")
    whole = pa.ListArray.from_arrays(pa.array([0, len(column)], pa.int32()), column)
    joined: bytes = compute.binary_join(whole, "\n")[0].as_buffer().to_pybytes()
    return joined
