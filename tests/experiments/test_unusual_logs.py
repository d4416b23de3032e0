"""Logs that few have: of one unit, of totals in several parts, with times where ids belong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import parquet

from tests.experiments.test_calendar_designs import PANEL, SERIES
from tests.small_pilot import DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.small_pilot import SmallPilot

    New = Callable[..., SmallPilot]

START = datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_log_of_one_row_or_one_unit_is_taken_in(new_pilot: New) -> None:
    pilot = new_pilot(DECLARED)
    header = "unit,occurred_at,event,arm\n"
    [first] = pilot.log(f"{header}a,2026-03-01T10:00:00Z,assigned,none\n", "one.csv").files
    clicks = "".join(f"b,2026-03-02T10:{minute:02}:00Z,click,\n" for minute in range(40))
    [second] = pilot.log(f"{header}b,2026-03-01T10:00:00Z,assigned,warning\n{clicks}", "two.csv").files
    assert (first.accepted, second.accepted) == (1, 41)
    assert pilot.measured()[0]["arm"].tolist() == ["none", "warning"]


def test_totals_come_in_several_parts(new_pilot: New) -> None:
    pilot = new_pilot(SERIES.replace("study: series", "study: small"))

    def days(first: int, after: int) -> str:
        rows = [
            f"{(START + timedelta(days=day)).isoformat()},{event},{10 + day}\n"
            for day in range(first, after)
            for event in ("flagged", "search")
        ]
        return "occurred_at,event,value\n" + "".join(rows)

    counted = [pilot.log(days(*part), f"{part[0]}.csv").files[0] for part in ((0, 30), (20, 50))]
    assert [(file.accepted, file.duplicates) for file in counted] == [(60, 0), (40, 20)]


def test_events_of_a_panel_come_in_several_parts(new_pilot: New) -> None:
    pilot = new_pilot(PANEL.replace("study: panel", "study: small"))
    header = "unit,occurred_at,event,cluster\n"
    rows = [f"u{n},{(START + timedelta(hours=n)).isoformat()},flagged,{'ab'[n % 2]}\n" for n in range(60)]
    counted = [
        pilot.log(header + "".join(rows[first:after]), f"{first}.csv").files[0]
        for first, after in ((0, 40), (30, 60))
    ]
    assert [(file.accepted, file.duplicates) for file in counted] == [(40, 0), (20, 10)]


def test_ids_that_are_times_in_parquet_are_read_as_text(new_pilot: New) -> None:
    pilot = new_pilot(DECLARED)
    ids = pa.array([START + timedelta(days=n % 5) for n in range(20)], pa.timestamp("us"))
    rows = {
        "unit": ids,
        "session": ids,
        "event_id": pa.array([START + timedelta(seconds=n) for n in range(20)], pa.timestamp("us")),
        "occurred_at": pa.array([START + timedelta(hours=n) for n in range(20)], pa.timestamp("us")),
        "event": ["assigned"] * 5 + ["click"] * 15,
        "arm": ["none", "warning", "none", "warning", "none", *[None] * 15],
    }
    path = pilot.file(b"", "log.parquet")
    parquet.write_table(pa.table(rows), path)
    [read] = pilot.log(path.read_bytes(), "log.parquet").files
    assert (read.accepted, read.rejected) == (20, 0)
    assert len(pilot.measured()[0]) == 5
