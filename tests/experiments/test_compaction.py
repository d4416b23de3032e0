"""Merged segments and clocks found anew hold what they held, and are what a look at all events finds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from experiments import compaction
from experiments.manifest import Part
from experiments.pilot import compact
from tests.small_pilot import outside_keys
from tests.whole_look import EXPOSED, content, drawn, held, pilot_in, require_right, shares

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


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
