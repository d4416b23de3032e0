"""An ingest in many ranges, in any order and in any number of files, ends in the store that brute force expects."""

from __future__ import annotations

import hmac
import random
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from experiments import rejects as rejected_rows
from experiments import spill, unit_parts
from tests.small_pilot import CLUSTERED, DECLARED, outside_keys
from tests.whole_look import Row, content, drawn, held, pilot_in, require_right, shares

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa


@pytest.fixture
def in_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory of 20 rows and files of 9 units."""
    monkeypatch.setattr(spill, "IN_MEMORY", 20)
    monkeypatch.setattr(unit_parts, "UNITS_A_FILE", 9)
    monkeypatch.setattr(rejected_rows, "IN_MEMORY", 3)


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
            patch.setattr(spill, "FILES", (2, 64, 64)[case])  # with two, each holds rows of many ranges
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
    later = pilot.log(
        content([Row(f"v{unit}", 4, "click", event_id=f"id{unit}") for unit in range(30)]), "2.csv"
    )
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


CONTRIBUTED = DECLARED + "log: {pseudonyms: contributor}\n"


def test_pseudonyms_of_a_contributor_are_one_unit_in_small_and_capital_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = pilot_in(tmp_path / "pilot", CONTRIBUTED)
    mac = hmac.digest(b"their key", b"jane@example.org", "sha256").hex()
    rows = [
        Row(mac, 1, "assigned", "none"),
        Row(mac.upper(), 2, "click"),
        Row(mac.upper(), 1, "assigned", "none"),
    ]
    assert (pilot.log(content(rows)).accepted, len(held(pilot, "units"))) == (2, 1)
    for path in pilot.store.path.rglob("*.parquet"):
        assert mac[:16] not in str(parquet.read_table(path).to_pylist())
        assert str(int(mac[:16], 16)) not in str(parquet.read_table(path).to_pylist())


@pytest.mark.parametrize(
    "unit", ["jane@example.org", "u1", "0" * 63, "0" * 65, "g" * 64, "０" * 64, "0" * 32]
)
def test_any_other_id_is_rejected_where_the_contributor_makes_pseudonyms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: str
) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = pilot_in(tmp_path / "pilot", CONTRIBUTED)
    intake = pilot.log(content([Row("0" * 64, 1, "assigned", "none"), Row(unit, 1, "assigned", "none")]))
    assert (intake.accepted, intake.rejected) == (1, 1)
    (said,) = pilot.rejected()
    assert said.startswith(
        "log.csv:3: unit: found no pseudonym, expected a pseudonym of 64 hexadecimal digits"
    )
