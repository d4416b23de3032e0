"""Logs and study files that the benchmarks make for themselves: the same bytes for the same size.

A unit has 20 events: its assignment, its exposure within a day, five flagged searches before it, and 13 events
in the two weeks after it. A trait of the unit drives what comes before and after, so that the covariate
explains something; the treatment makes flagged searches rarer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

EVENTS_A_UNIT = 20
CLUSTERS = 400
STUDY = "benchmark"
WEEK = {"days": 7}
COLUMNS = {
    "event_id": "VARCHAR",
    "unit": "VARCHAR",
    "occurred_at": "TIMESTAMP",
    "event": "VARCHAR",
    "session": "VARCHAR",
    "arm": "VARCHAR",
    "cluster": "VARCHAR",
    "value": "DOUBLE",
    "country": "VARCHAR",
}
_UNITS = f"""
SELECT i, 'u' || lpad(i::VARCHAR, 9, '0') AS unit, hash(i, 1) % 1000 / 1000 AS trait,
       hash(i, 2) % {CLUSTERS} AS group_number,
       (CASE WHEN $clustered THEN group_number % 2 ELSE hash(i, 3) % 2 END) = 1 AS treated,
       TIMESTAMP '2026-01-05' + to_seconds((hash(i, 4) % 5184000)::BIGINT) AS assigned,
       assigned + to_seconds((1 + hash(i, 5) % 86399)::BIGINT) AS exposed,
       ['FR', 'GB', 'IE', 'NL', 'PL'][1 + (hash(i, 6) % 5)::INTEGER] AS land
FROM range($first, $last) AS numbers(i)"""
_DRAWN = """
SELECT *, hash(i, j, 7) % 100000 / 100000 AS when_, hash(i, j, 8) % 1000 / 1000 AS what,
       0.10 + 0.30 * trait - CASE WHEN treated THEN 0.04 ELSE 0 END AS flagged
FROM units, range(20) AS places(j)"""
_EVENTS = """
SELECT *, CASE WHEN j = 0 THEN 'assigned' WHEN j = 1 THEN 'warning_due' WHEN j < 7 OR what < flagged
          THEN 'flagged_search' WHEN what < 0.7 THEN 'search' WHEN what < 0.9 THEN 'session_ended'
          ELSE 'help_page_opened' END AS event,
       CASE WHEN j = 0 THEN assigned WHEN j = 1 THEN exposed
            WHEN j < 7 THEN exposed - to_seconds((60 + when_ * (56 - 28 * trait) * 86400)::BIGINT)
            ELSE exposed + to_seconds((1 + when_ * 14 * 86400)::BIGINT) END AS occurred_at
FROM drawn"""
_LOG = """
SELECT 'e' || (i * 20 + j) AS event_id, unit, occurred_at, event,
       CASE WHEN j % 2 = 1 THEN unit || '-' || dayofyear(occurred_at) END AS session,
       CASE WHEN j < 2 THEN CASE WHEN treated THEN 'warning' ELSE 'control' END END AS arm,
       CASE WHEN j < 2 THEN 'group-' || group_number END AS cluster,
       CASE WHEN event = 'session_ended' THEN round(1 + 20 * trait + 30 * when_ * when_, 2) END AS value,
       CASE WHEN j < 2 THEN land END AS country
FROM events"""


def write_log(
    path: Path, *, units: int, first: int = 0, clustered: bool = False, event_id: bool = True
) -> None:
    """Write the events of units `first` to `first + units` as .csv or .parquet, in the order of their times."""
    import duckdb

    chosen = [
        name for name in COLUMNS if (clustered or name != "cluster") and (event_id or name != "event_id")
    ]
    csv = path.suffix == ".csv"
    moments = ["strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') AS occurred_at"] if csv else ["occurred_at"]
    shown = [*chosen[: chosen.index("occurred_at")], *moments, *chosen[chosen.index("occurred_at") + 1 :]]
    query = f"""WITH units AS ({_UNITS}), drawn AS ({_DRAWN}), events AS ({_EVENTS}), log AS ({_LOG})
                SELECT {", ".join(shown)} FROM log ORDER BY log.occurred_at, unit, event"""
    form = "FORMAT csv, HEADER" if csv else "FORMAT parquet, COMPRESSION zstd"
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '4GB'")
        connection.execute(f"SET temp_directory = '{path.parent}'")
        connection.execute(
            f"COPY ({query}) TO '{path}' ({form})",
            {"first": first, "last": first + units, "clustered": clustered},
        )


def _outcome(name: str, kind: str, event: str, better: str, **more: Any) -> dict[str, Any]:
    role = "primary" if name == "repeated" else "secondary"
    words = {"label": name.replace("_", " "), "measure": f"{event} within 7 days"}
    unit = {"unit": "minutes"} if kind == "mean" else {}
    return {"id": name, **words, "kind": kind, "event": event, "better": better, "role": role, **unit, **more}


def _proportions() -> list[dict[str, Any]]:
    return [
        _outcome("repeated", "proportion", "flagged_search", "lower"),
        _outcome("sought_help", "proportion", "help_page_opened", "higher"),
        _outcome("searched", "proportion", "search", "higher"),
    ]


def _minutes(*ways: str) -> list[dict[str, Any]]:
    return [_outcome(f"minutes_{way}", "mean", "session_ended", "lower", value=way) for way in ways]


def _counts() -> list[dict[str, Any]]:
    return [
        _outcome("flagged_searches", "count", "flagged_search", "lower"),
        _outcome("searches", "count", "search", "higher"),
        _outcome("help_pages", "count", "help_page_opened", "higher"),
    ]


def _share() -> dict[str, Any]:
    ratio = _outcome("flagged_share", "ratio", "flagged_search", "lower")
    event = ratio.pop("event")
    return {**ratio, "numerator": {"event": event}, "denominator": {"event": "search"}}


def ten_outcomes() -> list[dict[str, Any]]:
    """Three proportions, three counts, three means and a ratio."""
    return [*_proportions(), *_counts(), *_minutes("sum", "max", "mean"), _share()]


def eight_outcomes() -> list[dict[str, Any]]:
    """Four proportions and four means: kinds that least squares compares in clusters."""
    ended = _outcome("ended", "proportion", "session_ended", "lower")
    return [*_proportions(), ended, *_minutes("sum", "max", "mean", "last")]


def ten_without_gaps() -> list[dict[str, Any]]:
    """Four proportions, four counts, a sum and a ratio: nobody lacks a value."""
    ended = _outcome("ended", "proportion", "session_ended", "lower")
    return [
        *_proportions(),
        ended,
        *_counts(),
        _outcome("sessions", "count", "session_ended", "lower"),
        *_minutes("sum"),
        _share(),
    ]


def write_study(path: Path, outcomes: list[dict[str, Any]], *, clustered: bool = False) -> None:
    """Write the study file of such a log: JSON, which YAML 1.2 reads."""
    arms = {"control": {"label": "No warning", "control": True}, "warning": {"label": "Warning"}}
    design: dict[str, Any] = {"kind": "cluster" if clustered else "individual", "arms": arms}
    plan: dict[str, Any] = {"alpha": 0.05, "contrasts": "each-vs-control", "adjust": "holm"}
    study: dict[str, Any] = {
        "study": STUDY,
        "title": "A benchmark (simulated)",
        "topic": "deterrence",
        "company": "example-company",
        "question": "How long does it take?",
        "summary": "Made by a benchmark, to be measured and thrown away.",
        "limits": ["The data are made up."],
        "source": "Written by a benchmark.",
        "data_are": "simulated",
        "unit_name": "searcher",
        **({"cluster_name": "group"} if clustered else {}),
        "design": {**design, "start": "2026-01-05", "end": "2026-03-31"},
        "exposure": {"event": "warning_due"},
        "outcomes": [{**outcome, "window": WEEK} for outcome in outcomes],
        "covariates": [
            {"id": "earlier", "label": "Flagged before", "event": "flagged_search", "window": {"days": -28}}
        ],
        "plan": {**plan, **({"estimand": "individual-average"} if clustered else {})},
        "log": {"time_zone": "UTC", "attributes": ["country"]},
    }
    path.write_text(json.dumps(study, indent=1), encoding="utf-8")
