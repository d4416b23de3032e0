"""An ingest in many ranges, in any order and in any number of files, ends in the store that brute force expects."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from experiments import compaction, spill, unit_parts
from experiments import rejects as rejected_rows
from experiments.manifest import Part
from experiments.pilot import compact
from tests.small_pilot import CLUSTERED, DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
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
    rows = [row for part in parts for row in parquet.read_table(pilot.store.verified("small", part)).to_pylist()]
    return sorted(rows, key=str)


def expected_clocks(events: list[dict[str, Any]], torn: set[int]) -> dict[int, tuple[Any, Any, Any]]:
    """Each assigned unit's first assignment, its first exposure from then on, and that one's session."""
    clocks: dict[int, tuple[Any, Any, Any]] = {}
    for unit in {event["unit"] for event in events} - torn:
        own = [event for event in events if event["unit"] == unit]
        given = [event["occurred_at"] for event in own if event["event"] == "assigned"]
        if given:
            seen = [e for e in own if e["event"] == "shown" and e["occurred_at"] >= min(given)]
            first = min(seen, key=lambda e: (e["occurred_at"], e["session"] is None, e["session"]), default={})
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


@pytest.fixture
def in_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory of 20 rows and files of 9 units."""
    monkeypatch.setattr(spill, "IN_MEMORY", 20)
    monkeypatch.setattr(unit_parts, "UNITS_A_FILE", 9)
    monkeypatch.setattr(rejected_rows, "IN_MEMORY", 3)


def pilot_in(folder: Path, declared: str = EXPOSED) -> SmallPilot:
    folder.mkdir()
    return SmallPilot(folder, declared)


@pytest.mark.usefixtures("in_ranges")
@pytest.mark.parametrize("seed", range(3))
def test_stored_times_and_the_list_of_units_equal_a_look_at_all_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    outside_keys(monkeypatch, tmp_path)
    rng = random.Random(seed)
    pilot = pilot_in(tmp_path / "pilot")
    for number, rows in enumerate(shares(rng, drawn(rng, 30, torn=2), 3)):
        pilot.log(content(rows), f"{number}.csv")
        require_right(pilot)
    assert len(pilot.store.manifest("small").segments) > 3


@pytest.mark.parametrize("seed", range(2))
def test_any_order_of_files_in_one_ingest_or_many_ends_in_the_same_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    outside_keys(monkeypatch, tmp_path)
    rng = random.Random(100 + seed)
    rows = drawn(rng, 20)
    whole = pilot_in(tmp_path / "whole")
    whole.log(content(rows))
    for case in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(spill, "IN_MEMORY", (10, 25, 10_000)[case])
            patch.setattr(unit_parts, "UNITS_A_FILE", 7)
            pilot = pilot_in(tmp_path / f"case-{case}")
            order = list(enumerate(shares(rng, rows, 3)))
            rng.shuffle(order)
            for number, share in order:
                pilot.log(content([*share, *rng.sample(rows, 5)]), f"{number}.csv")
        for kind in ("segments", "units"):
            assert held(pilot, kind) == held(whole, kind)
        assert pilot.measured()[2].hash == whole.measured()[2].hash


@pytest.mark.usefixtures("in_ranges")
def test_the_same_file_again_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = pilot_in(tmp_path / "pilot")
    text = content(drawn(random.Random(1), 40, torn=2))
    first = pilot.log(text)
    before = pilot.store.manifest("small")
    again = pilot.log(text)
    assert (again.accepted, again.duplicates, again.rejected) == (0, first.accepted, first.rejected)
    assert pilot.store.manifest("small") == before


@pytest.mark.usefixtures("in_ranges")
def test_an_id_that_names_events_of_units_in_other_ranges_is_rejected_for_all_but_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = pilot_in(tmp_path / "pilot")
    rows = [Row(f"u{unit}", 3, "assigned", "none", event_id=f"id{unit % 10}") for unit in range(50)]
    intake = pilot.log(content(rows))
    assert (intake.accepted, intake.rejected) == (10, 40)
    assert [line.split(":")[1] for line in pilot.rejected()] == [str(line) for line in range(12, 52)]
    later = pilot.log(content([Row(f"v{unit}", 4, "click", event_id=f"id{unit}") for unit in range(30)]), "2.csv")
    assert (later.accepted, later.rejected) == (20, 10)


@pytest.mark.usefixtures("in_ranges")
def test_a_cluster_whose_units_lie_in_several_ranges_has_one_arm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = pilot_in(tmp_path / "pilot", CLUSTERED)
    rows = "".join(f"u{unit},2026-03-01,assigned,none,t{unit % 3}\n" for unit in range(60))
    odd = "x,2026-03-01,assigned,warning,t1\n"
    header = "unit,occurred_at,event,arm,cluster\n"
    assert pilot.log(header + rows + odd).rejected == 21
    more = "y,2026-03-02,assigned,warning,t2\nz,2026-03-02,assigned,none,t2\nv,2026-03-02,assigned,none,t0\n"
    later = pilot.log(header + more, "2.csv")
    assert (later.accepted, later.rejected) == (1, 2)


@pytest.mark.usefixtures("in_ranges")
def test_rejected_rows_of_one_file_lie_in_several_files_and_are_listed_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = pilot_in(tmp_path / "pilot")
    bad = [Row(f"b{unit}", 3, "assigned", "third") for unit in range(10)]
    rows = [*drawn(random.Random(2), 20, torn=3), *bad]
    random.Random(3).shuffle(rows)
    intake = pilot.log(content(rows))
    lines = [int(line.split(":")[1]) for line in pilot.rejected()]
    assert lines == sorted(lines)
    assert len(lines) == intake.rejected == 16
    (file,) = pilot.store.manifest("small").files
    assert len(file.rejects) > 1


@pytest.mark.usefixtures("in_ranges")
def test_rows_on_their_way_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = pilot_in(tmp_path / "pilot")
    seen: list[str] = []
    real = spill.Spill.read

    def watched(self: spill.Spill, *words: Any) -> pa.Table:
        seen.extend(path.name for path in self.folder.iterdir())
        return real(self, *words)

    monkeypatch.setattr(spill.Spill, "read", watched)
    pilot.log(content(drawn(random.Random(4), 40)))
    assert seen
    assert not (pilot.store.folder("small") / "incoming").exists()


def test_an_amendment_that_tells_clocks_otherwise_finds_every_clock_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = pilot_in(tmp_path / "pilot", EXPOSED.replace("event: shown", "event: assigned"))
    first, second = shares(random.Random(5), drawn(random.Random(5), 25, torn=2), 2)
    pilot.log(content(first), "1.csv")
    pilot.declare(EXPOSED, reason="the exposure is the warning")
    require_right(pilot)
    pilot.log(content(second), "2.csv")
    require_right(pilot)


def test_many_small_segments_are_merged_and_every_event_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    monkeypatch.setattr(compaction, "MOST_AT_ONE_UNIT", 3)
    monkeypatch.setattr(compaction, "ROWS_A_SEGMENT", 40)
    rng = random.Random(6)
    rows = drawn(rng, 30)
    pilot, whole = pilot_in(tmp_path / "pilot"), pilot_in(tmp_path / "whole")
    for number, share in enumerate(shares(rng, rows, 6)):
        pilot.log(content(share), f"{number}.csv")
        assert compaction.depth(pilot.store.manifest("small").segments) <= 3 + 1
        require_right(pilot)
    whole.log(content(rows))
    before = pilot.store.manifest("small")
    done = compact(pilot.store, "small")
    after = pilot.store.manifest("small")
    assert (done.before, done.after) == (len(before.segments), len(after.segments))
    assert done.depth_after == 1
    assert held(pilot, "segments") == held(whole, "segments")
    require_right(pilot)
    assert compact(pilot.store, "small").before == done.after
    assert pilot.store.manifest("small") == after
    assert {f"segments/{p.name}" for p in (pilot.store.folder("small") / "segments").iterdir()} == {
        part.file for part in after.segments
    }


def test_merging_writes_an_event_anew_only_as_its_segment_grows() -> None:
    segments: tuple[Part, ...] = ()
    written = 0
    for number in range(1000):
        segments = (*segments, Part(f"{number}", "", 1, low=0, high=9))
        if chosen := compaction.due(segments):
            rows = sum(part.rows for part in chosen)
            written += rows
            rest = tuple(part for part in segments if part not in chosen)
            segments = (*rest, Part(f"merged-{number}", "", rows, low=0, high=9))
        assert compaction.depth(segments) <= compaction.MOST_AT_ONE_UNIT
    assert written < 10 * 1000
