"""Files beside segments: measured from them, a study says just what its events say; without them, the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from re import sub
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from experiments import beside, by_range, log_counts, summing
from experiments.faults import Fault
from experiments.inspection import inspect
from experiments.log_counts import COUNTS
from experiments.measure import measure
from experiments.pilot import compact, forget
from experiments.purging import purge
from experiments.summing import SUMS
from tests.experiments.test_by_range import EVERYTHING
from tests.experiments.test_measure import random_log
from tests.small_pilot import DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.about import Conduct, DataFacts
    from tests.small_pilot import SmallPilot

DATED = ", dated: true"  # the times of events are no sum
SUMMED = EVERYTHING.replace(DATED, "")


@pytest.fixture
def filled(new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch) -> SmallPilot:
    """A pilot with a random log of 240 units in three files, in which units meet, each with files beside it."""
    monkeypatch.setattr(beside, "FEWEST", 1)
    pilot = new_pilot(SUMMED)
    log = random_log(3, units=240, events=6000)
    for place in range(3):
        pilot.log(log.iloc[place::3].to_csv(index=False), f"{place}.csv")
    return pilot


def kinds(pilot: SmallPilot) -> list[list[str]]:
    """What stands beside each segment."""
    segments = pilot.store.manifest("small").segments
    return [[part.file.split("/")[0] for part in segment.beside] for segment in segments]


def alone(pilot: SmallPilot) -> None:
    """Take away what stands beside segments, as in a store of before."""
    manifest = pilot.store.manifest("small")
    bare = tuple(replace(segment, beside=()) for segment in manifest.segments)
    pilot.store.keep_manifest("small", replace(manifest, segments=bare))


def said(pilot: SmallPilot, **how: Any) -> tuple[pd.DataFrame, Conduct, DataFacts]:
    """All that measuring says."""
    table, ran, data = measure(pilot.store, pilot.store.study("small"), **how)
    return table.known, ran, data


def differences(pilot: SmallPilot) -> list[str]:
    """What is measured otherwise of the events alone, as rows or cells; afterwards nothing stands beside them."""
    kept = [said(pilot), said(pilot, largest=0)]
    alone(pilot)
    bare = [said(pilot), said(pilot, largest=0)]
    found = []
    for (table, *others), (bare_table, *bare_others) in zip(kept, bare, strict=True):
        found += [] if table.equals(bare_table) else ["table"]
        found += [
            name
            for name, *pair in zip(("conduct", "data"), others, bare_others, strict=True)
            if pair[0] != pair[1]
        ]
    return found


def test_sums_of_segments_that_share_units_are_the_sums_of_their_events(filled: SmallPilot) -> None:
    assert kinds(filled) == [[SUMS, COUNTS]] * 3
    assert differences(filled) == []


def test_after_compaction_no_event_is_read_any_more(filled: SmallPilot) -> None:
    before = said(filled)
    compact(filled.store, "small")
    assert kinds(filled) == [[SUMS, COUNTS]]
    [segment] = filled.store.manifest("small").segments
    (filled.store.folder("small") / segment.file).unlink()
    after = said(filled)
    pd.testing.assert_frame_equal(after[0], before[0])
    assert after[1:] == before[1:]


@pytest.mark.parametrize("compacted", [False, True])
def test_whoever_withdraws_leaves_what_stands_beside_too(filled: SmallPilot, compacted: bool) -> None:
    if compacted:
        compact(filled.store, "small")
    old = {part.file for part in filled.store.manifest("small").listed}
    forget(filled.store, "small", ["u3", "u77"])
    manifest = filled.store.manifest("small")
    there = {str(p.relative_to(filled.store.folder("small"))) for p in _files(filled)}
    assert there == {part.file for part in manifest.listed}
    assert not {name for name in old & there if name.startswith((SUMS, COUNTS))} or not compacted
    assert differences(filled) == []


def test_an_amended_plan_that_asks_for_other_sums_reads_the_events(filled: SmallPilot) -> None:
    compact(filled.store, "small")
    fewer = SUMMED.replace("window: {days: 5}", "window: {days: 7}")
    filled.declare(fewer, reason="a longer window")
    assert differences(filled) == []


def test_segments_of_before_an_amendment_lack_columns_that_its_sums_ask_for(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "FEWEST", 1)
    pilot = new_pilot(DECLARED)
    pilot.log(random_log(5, units=60, events=900).to_csv(index=False))
    asked = "kind: score, instrument: who-5, subscale: total, wave: after, better: higher"
    pilot.declare(f"{DECLARED}  - {{id: well, role: secondary, {asked}}}\n", reason="well-being, too")
    forget(pilot.store, "small", ["u3"])
    [segment] = pilot.store.manifest("small").segments
    held = parquet.read_schema(pilot.store.folder("small") / segment.file).names
    assert "instrument" not in held
    assert kinds(pilot) == [[SUMS, COUNTS]]
    assert differences(pilot) == []


def test_another_exposure_makes_what_stands_beside_anew(filled: SmallPilot) -> None:
    before = filled.store.manifest("small").segments
    filled.declare(sub(r"exposure: .*", "exposure: {event: assigned}", SUMMED), reason="another clock")
    assert kinds(filled) == [[SUMS, COUNTS]] * 3
    assert filled.store.manifest("small").segments != before
    assert differences(filled) == []


def test_segments_without_sums_are_read_beside_those_that_have_them(
    filled: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "FEWEST", 10**6)
    late = random_log(9, units=240, events=2000)
    filled.log(late[late["event"] == "click"].to_csv(index=False), "late.csv")
    assert [] in kinds(filled)
    assert [SUMS, COUNTS] in kinds(filled)
    monkeypatch.setattr(by_range, "EVENTS", 700)
    assert differences(filled) == []


def test_times_of_events_are_no_sum_and_counts_are_kept_alone(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "FEWEST", 1)
    pilot = new_pilot(EVERYTHING)
    pilot.log(random_log(3, units=240, events=3000).to_csv(index=False))
    assert kinds(pilot) == [[COUNTS]]
    assert differences(pilot) == []


def test_counts_by_another_rule_are_not_taken(filled: SmallPilot, monkeypatch: pytest.MonkeyPatch) -> None:
    compact(filled.store, "small")
    monkeypatch.setattr(log_counts, "BUSY", 1)
    _, ran, _ = said(filled)
    alone(filled)
    assert said(filled)[1].log == ran.log
    assert ran.log is not None
    assert ran.log.bursting > 0


@pytest.mark.parametrize(("kind", "place"), [(SUMS, 1), (COUNTS, 1)], ids=[SUMS, COUNTS])
def test_verify_finds_a_sum_that_its_events_do_not_make(filled: SmallPilot, kind: str, place: int) -> None:
    compact(filled.store, "small")
    assert inspect(filled.store, "small").wrong == ()
    manifest = filled.store.manifest("small")
    [segment] = manifest.segments
    [kept] = [part for part in segment.beside if part.file.startswith(kind)]
    table = parquet.read_table(filled.store.folder("small") / kept.file)
    first, *values = table.column(place).to_pylist()
    wrong = pa.array([first + 1, *values], table.schema.types[place])
    other = filled.store.keep_part("small", kind, table.set_column(place, table.column_names[place], wrong))
    parts = tuple(other if part == kept else part for part in segment.beside)
    filled.store.keep_manifest("small", replace(manifest, segments=(replace(segment, beside=parts),)))
    [found] = inspect(filled.store, "small").wrong
    assert other.file in str(found)


@pytest.mark.parametrize(("first", "then"), [("days: 7", "hours: 5"), ("hours: 5", "days: 7")])
def test_verify_finds_nothing_wrong_after_an_amendment_of_windows(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch, first: str, then: str
) -> None:
    monkeypatch.setattr(beside, "FEWEST", 1)
    pilot = new_pilot(DECLARED.replace("days: 7", first))
    log = random_log(3, units=40, events=600)
    for place in range(2):
        pilot.log(log.iloc[place::2].to_csv(index=False), f"{place}.csv")
    pilot.declare(DECLARED.replace("days: 7", then), reason="another window")
    assert kinds(pilot) == [[SUMS, COUNTS]] * 2
    assert inspect(pilot.store, "small").wrong == ()


def test_verify_looks_at_every_file_of_a_study_that_is_kept_no_more(
    filled: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.declare(SUMMED + "log: {keep_until: 2036-12-31}\n", reason="a last day")
    files = inspect(filled.store, "small").files
    monkeypatch.setattr("experiments.retention.today", lambda: date(2037, 1, 1))
    found = inspect(filled.store, "small")
    assert found.files == files
    assert [str(wrong) for wrong in found.wrong if "kept until" not in str(wrong)] == []


def test_sums_of_more_units_than_memory_holds_are_put_aside(
    filled: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHKEEPER_MEMORY", "28MB")
    units, path = 150_000, filled.folder / "segment.parquet"
    events = {
        "unit": pa.array(range(units), pa.uint64()),
        "event": pa.repeat("search", units),
        "since": pa.repeat(0, units),
        "value": pa.repeat(1.0, units),
    }
    parquet.write_table(pa.table(events), path)
    told = summing.sums_of(filled.store.study("small"), path)
    assert told is not None
    assert told.num_rows == units


def test_a_damaged_file_beside_a_segment_is_told_and_not_read(filled: SmallPilot) -> None:
    compact(filled.store, "small")
    [segment] = filled.store.manifest("small").segments
    path = filled.store.folder("small") / segment.beside[0].file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(Fault, match="damaged"):
        said(filled)
    assert any("sums/" in str(found) for found in inspect(filled.store, "small").wrong)


def test_nothing_stands_beside_a_purged_study(filled: SmallPilot) -> None:
    purge(filled.store, "small", early=True)
    assert not _files(filled)


def _files(pilot: SmallPilot) -> list[Any]:
    return sorted(pilot.store.folder("small").rglob("*.parquet"))


def test_what_stands_beside_a_segment_makes_no_other_data(filled: SmallPilot) -> None:
    compact(filled.store, "small")
    key = filled.store.data_key("small")
    alone(filled)
    assert filled.store.data_key("small") == key
