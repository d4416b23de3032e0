"""Logs drawn by chance, and what a look at all events of a store must find in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pyarrow import parquet

from tests.small_pilot import DECLARED, SmallPilot

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from pathlib import Path

EXPOSED = DECLARED + "exposure: {event: shown}\nlog: {attributes: [country]}\n"
COLUMNS = ("unit", "occurred_at", "event", "arm", "session", "country", "event_id")


@dataclass(frozen=True)
class Row:
    """A row of a log as text."""

    unit: str
    day: int
    event: str
    arm: str = ""
    session: str = ""
    country: str = ""
    event_id: str = ""

    def __str__(self) -> str:
        instant = f"2026-03-{self.day:02}T10:00:00Z"
        return ",".join((self.unit, instant, self.event, self.arm, self.session, self.country, self.event_id))


def content(rows: Sequence[Row]) -> str:
    return "\n".join((",".join(COLUMNS), *map(str, rows))) + "\n"


def drawn(rng: random.Random, units: int, *, torn: int = 0) -> list[Row]:
    """Events of some units; those before an assignment are exposures, which nothing rejects."""
    rows = []
    for unit in range(units):
        arm, start = rng.choice(["none", "warning"]), rng.randint(3, 9)
        rows.append(Row(f"u{unit}", start, "assigned", arm, country=rng.choice(["FR", "GB"])))
        days = {rng.randint(1, 20) for _ in range(rng.randint(0, 3))}
        rows += [Row(f"u{unit}", day, "shown", session=rng.choice(["", "s1", "s2"])) for day in days]
        days = {rng.randint(start, 25) for _ in range(rng.randint(0, 4))}
        rows += [Row(f"u{unit}", day, "click", session=rng.choice(["", "s1", "s2"])) for day in days]
        if unit < torn:
            rows.append(Row(f"u{unit}", start + 1, "assigned", {"none": "warning"}.get(arm, "none")))
    rng.shuffle(rows)
    return rows


def shares(rng: random.Random, rows: list[Row], files: int) -> list[list[Row]]:
    """Rows dealt out to files."""
    cuts = sorted(rng.sample(range(1, len(rows)), files - 1))
    return [rows[low:high] for low, high in pairwise([0, *cuts, len(rows)])]


def held(pilot: SmallPilot, kind: str) -> list[dict[str, Any]]:
    """All rows of the store's events (`segments`) or of its list (`units`), as a multiset in order."""
    manifest = pilot.store.manifest("small")
    parts = manifest.segments if kind == "segments" else manifest.units
    rows = [
        row for part in parts for row in parquet.read_table(pilot.store.verified("small", part)).to_pylist()
    ]
    return sorted(rows, key=str)


def expected_clocks(events: list[dict[str, Any]], torn: set[int]) -> dict[int, tuple[Any, Any, Any]]:
    """Each assigned unit's first assignment, its first exposure from then on, and that one's session."""
    clocks: dict[int, tuple[Any, Any, Any]] = {}
    for unit in {event["unit"] for event in events} - torn:
        own = [event for event in events if event["unit"] == unit]
        given = [event["occurred_at"] for event in own if event["event"] == "assigned"]
        if given:
            seen = [e for e in own if e["event"] == "shown" and e["occurred_at"] >= min(given)]
            first = min(
                seen, key=lambda e: (e["occurred_at"], e["session"] is None, e["session"]), default={}
            )
            clocks[unit] = (min(given), first.get("occurred_at"), first.get("session"))
    return clocks


def require_right(pilot: SmallPilot) -> None:
    """Stored times and the list of units equal what a look at all events finds; files are in order and bounded."""
    events, units = held(pilot, "segments"), held(pilot, "units")
    assert len({row["unit"] for row in units}) == len(units)
    assert {event["unit"] for event in events} <= {row["unit"] for row in units}
    torn = {row["unit"] for row in units if row["torn"]}
    clocks = expected_clocks(events, torn)
    for row in units:
        none = (None, None, None)
        assert (row["assigned_at"], row["exposure"], row["session"]) == clocks.get(row["unit"], none)
    for event in events:
        _, exposure, session = clocks.get(event["unit"], (None, None, None))
        since = None if exposure is None else (event["occurred_at"] - exposure).total_seconds() * 1e6
        assert event["since"] == since
        assert event["in_session"] == (session is not None and event["session"] == session)
    manifest = pilot.store.manifest("small")
    for part in (*manifest.segments, *manifest.units):
        found = parquet.read_table(pilot.store.verified("small", part))["unit"].to_pylist()
        assert found == sorted(found)
        assert (found[0], found[-1]) == (part.low, part.high)
    lists = sorted(manifest.units, key=lambda part: part.low)
    assert all(before.high < after.low for before, after in pairwise(lists))


def pilot_in(folder: Path, declared: str = EXPOSED) -> SmallPilot:
    folder.mkdir()
    return SmallPilot(folder, declared)
