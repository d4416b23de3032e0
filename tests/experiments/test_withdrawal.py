"""Who withdraws is gone from every file and every result, stays away, and is counted in bands of ten."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from analysis.checks.withdrawals import at_most, in_words
from dashboard.cli import main
from experiments.faults import Fault
from experiments.pilot import evaluation, forget, stored_evaluation
from experiments.store import Store
from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = "unit,occurred_at,event,arm\n"
ANNA = "anna@example.org"


def unit(name: str, arm: str) -> str:
    return f"{name},2026-03-01,assigned,{arm}\n{name},2026-03-02,click,\n"


OTHERS = "".join(unit(f"u{n}", "none" if n % 2 else "warning") for n in range(30))
FIRST = HEADER + OTHERS
SECOND = HEADER + unit(ANNA, "none") + unit("berta", "warning")


class Died(BaseException):
    """The process ends here."""


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallPilot:
    outside_keys(monkeypatch, tmp_path)
    monkeypatch.setenv("WATCHKEEPER_TEMP", str(tmp_path))
    held = SmallPilot(tmp_path)
    held.log(FIRST, "first.csv")
    held.log(SECOND, "second.csv")
    return held


def stored(pilot: SmallPilot) -> set[tuple[Any, ...]]:
    """Every cell of every file, row by row."""
    return {
        (path.parent.name, *row.values())
        for path in (pilot.store.path / "small").rglob("*.parquet")
        for row in parquet.read_table(path).to_pylist()
    }


def test_a_unit_that_withdraws_leaves_the_store_that_never_had_it(
    pilot: SmallPilot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = tmp_path / "never"
    never.mkdir()
    without = SmallPilot(never)
    without.log(FIRST, "first.csv")
    without.log(HEADER + unit("berta", "warning"), "second.csv")
    assert stored(pilot) > stored(without)
    done = forget(pilot.store, "small", [ANNA])
    assert (done.named, done.before, done.found, done.events) == (1, 0, 1, 2)
    assert stored(pilot) == stored(without)
    ours, theirs = (held.measured()[0].drop(columns="unit", errors="ignore") for held in (pilot, without))
    assert ours.equals(theirs)


def test_nothing_in_the_store_names_who_withdrew(pilot: SmallPilot) -> None:
    before = {row[1] for row in stored(pilot) if row[0] == "units"}
    forget(pilot.store, "small", [ANNA])
    (number,) = before - {row[1] for row in stored(pilot) if row[0] == "units"}
    spellings = {
        ANNA.encode(),
        str(number).encode(),
        f"{number:016x}".encode(),
        number.to_bytes(8, "little"),
        number.to_bytes(8, "big"),
    }
    for path in pilot.store.path.rglob("*"):
        if path.is_file():
            assert not [word for word in spellings if word in path.read_bytes()]
    assert number not in {cell for row in stored(pilot) for cell in row}


def test_only_files_that_hold_the_unit_are_written_anew(pilot: SmallPilot) -> None:
    untouched, _ = pilot.store.manifest("small").segments
    forget(pilot.store, "small", [ANNA])
    kept, rewritten = pilot.store.manifest("small").segments
    assert kept == untouched
    assert rewritten.rows == 2


def test_a_file_in_which_everybody_withdrew_is_gone(pilot: SmallPilot) -> None:
    forget(pilot.store, "small", [ANNA, "berta"])
    manifest = pilot.store.manifest("small")
    assert [part.rows for part in manifest.segments] == [60]
    assert {path.name for path in (pilot.store.path / "small" / "segments").iterdir()} == {
        Path(part.file).name for part in manifest.segments
    }


def test_their_rows_are_not_taken_in_again_and_counted_but_not_listed(pilot: SmallPilot) -> None:
    forget(pilot.store, "small", [ANNA])
    before = stored(pilot)
    again = pilot.log(
        SECOND + f" {ANNA},2026-03-20,click,\n{ANNA},bad,click,\nberta,bad,click,\n", "third.csv"
    )
    assert (again.accepted, again.duplicates, again.withdrawn, again.rejected) == (0, 2, 4, 1)
    assert {row for row in stored(pilot) if row[0] != "rejects"} == before
    assert [line.split(":")[1] for line in pilot.rejected()] == ["8"]


def test_a_unit_that_was_never_there_stays_away_all_the_same(pilot: SmallPilot) -> None:
    done = forget(pilot.store, "small", ["carla", ANNA])
    assert (done.named, done.found) == (2, 1)
    assert pilot.log(HEADER + unit("carla", "none") + unit("doris", "none"), "third.csv").accepted == 2


def test_withdrawing_twice_changes_nothing_more(pilot: SmallPilot) -> None:
    forget(pilot.store, "small", [ANNA])
    manifest = pilot.store.manifest("small")
    done = forget(pilot.store, "small", [ANNA, ANNA])
    assert (done.named, done.before, done.found, done.rewritten) == (1, 1, 0, 0)
    assert pilot.store.manifest("small") == manifest


def test_results_that_they_had_a_part_in_are_gone(pilot: SmallPilot) -> None:
    evaluation(pilot.store, "small")
    assert stored_evaluation(pilot.store, "small") is not None
    forget(pilot.store, "small", [ANNA])
    assert stored_evaluation(pilot.store, "small") is None
    assert not list((pilot.store.path / "small" / "results").iterdir())


def test_a_result_that_was_computed_meanwhile_is_not_kept(pilot: SmallPilot) -> None:
    key = f"{pilot.store.data_key('small')}-version"
    forget(pilot.store, "small", [ANNA])
    pilot.store.keep_result("small", key, {"n": 32})
    assert pilot.store.result("small", key) is None


def test_the_analysis_says_in_a_band_of_ten_how_many_withdrew(pilot: SmallPilot) -> None:
    assert "withdrawals" not in {check.name for check in evaluation(pilot.store, "small").checks}
    forget(pilot.store, "small", [ANNA])
    found = evaluation(pilot.store, "small")
    (check,) = [check for check in found.checks if check.name == "withdrawals"]
    assert check.sentence() == "People who withdrew and are in no figure: 10 or fewer."
    assert found.conduct.withdrew == 10


def test_a_band_holds_its_number_and_nine_others() -> None:
    for people in range(1, 500):
        words = in_words(at_most(people)).replace("or fewer", "to").split()
        low, high = (1, int(words[0])) if len(words) == 2 else (int(words[0]), int(words[2]))
        assert low <= people <= high == low + 9


def test_whenever_it_dies_the_unit_is_there_whole_or_gone_and_the_next_time_removes_it(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation(pilot.store, "small")
    whole = {p: p.read_bytes() for p in pilot.folder.rglob("*") if p.is_file()}
    with monkeypatch.context() as patch:
        calls = _watch(patch, lambda _number: None)
        before = _events(pilot)
        forget(pilot.store, "small", [ANNA])
        after = _events(pilot)
    assert len(calls) >= 12
    assert (before, after) == ((64, 64, 32), (62, 62, 31))
    for last in range(1, len(calls) + 1):
        for path in pilot.store.path.rglob("*"):
            if path.is_file():
                path.unlink()
        for path, content in whole.items():
            path.write_bytes(content)

        def die(number: int, last: int = last) -> None:
            if number == last:
                raise Died

        with monkeypatch.context() as patch:
            _watch(patch, die)
            with pytest.raises(Died):
                forget(pilot.store, "small", [ANNA])
        assert _events(pilot) in (before, after)
        forget(Store(pilot.store.path), "small", [ANNA])
        assert _events(pilot) == after
        assert len(list(pilot.store.path.rglob("*.parquet"))) == len(pilot.store.manifest("small").listed)
        assert not list((pilot.store.path / "small" / "results").iterdir())


def _events(pilot: SmallPilot) -> tuple[int, int, int]:
    """Events, as they are counted and as a reader finds them, and units."""
    manifest = pilot.store.manifest("small")
    rows = [parquet.read_metadata(path).num_rows for path in pilot.store.segments("small")]
    return manifest.events, sum(rows), sum(part.rows for part in manifest.units)


def _watch(patch: pytest.MonkeyPatch, act: Callable[[int], None]) -> list[str]:
    """Watch every call that changes the disk; `act` may end it."""
    seen: list[str] = []
    for name in ("fsync", "replace", "unlink", "open"):
        real = getattr(os, name)

        def watched(*words: Any, real: Any = real, name: str = name, **more: Any) -> Any:
            if (name != "open" or words[1] & os.O_WRONLY) and ".writer" not in str(words[0]):
                seen.append(name)
                act(len(seen))
            return real(*words, **more)

        patch.setattr(os, name, watched)
    return seen


def test_ids_come_from_arguments_a_file_or_standard_input_and_are_never_printed(
    pilot: SmallPilot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--store", str(pilot.store.path), "--json", "forget", "small"]
    listed = tmp_path / "leaving.txt"
    listed.write_text(f"\ufeff{ANNA}\n\n", encoding="utf-8")
    standard = io.TextIOWrapper(io.BytesIO(b"berta\r\ncarla\n"))
    assert main([*words, "u3", "--from", str(listed)]) == 0
    first = json.loads(capsys.readouterr().out)
    monkeypatch.setattr(sys, "stdin", standard)
    assert main([*words, "--from", "-"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert (first["units_named"], first["units_found"]) == (2, 2)
    assert (second["units_named"], second["units_found"]) == (2, 1)
    assert main([*words[:2], "forget", "small", ANNA, "carla", "doris"]) == 0
    printed = capsys.readouterr()
    assert "2 of 3 had withdrawn before.\n1 of 3 was not in the store" in printed.out
    assert not [name for name in (ANNA, "carla", "doris") if name in printed.out + printed.err]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "No unit is named"),
        ([" "], "No unit is named"),
        (["--from", "latin"], "no UTF-8"),
        (["--from", "nowhere"], "No such file"),
        (["anna\udcff"], "no UTF-8"),
    ],
)
def test_a_list_that_names_nobody_is_refused(
    pilot: SmallPilot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    words: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin").write_bytes(b"\xff\xfe\xfd")
    before = pilot.store.manifest("small")
    assert main(["--store", str(pilot.store.path), "forget", "small", *words]) == 1
    assert says in capsys.readouterr().err
    assert pilot.store.manifest("small") == before


def test_without_the_key_nobody_can_be_found_and_nothing_is_changed(
    pilot: SmallPilot, tmp_path: Path
) -> None:
    before = pilot.store.manifest("small")
    (tmp_path / "keys" / "small.key").unlink()
    with pytest.raises(Fault, match="key of small is not in"):
        forget(pilot.store, "small", [ANNA])
    assert pilot.store.manifest("small") == before


def test_who_withdraws_before_the_first_log_binds_the_study_to_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    early = SmallPilot(tmp_path)
    forget(early.store, "small", [ANNA])
    key = tmp_path / "keys" / "small.key"
    kept = key.read_text()
    key.write_text("ab" * 32 + "\n")
    with pytest.raises(Fault, match="another one"):
        early.log(SECOND)
    key.write_text(kept)
    assert early.log(SECOND).withdrawn == 2


def test_an_id_with_a_sign_that_ends_a_line_elsewhere_is_one_id(pilot: SmallPilot, tmp_path: Path) -> None:
    odd = ["anna\u2028b", "anna\x85c", "anna\x0bd"]
    pilot.log(HEADER + "".join(unit(name, "none") for name in odd[:2]), "odd.csv")
    listed = tmp_path / "leaving.txt"
    listed.write_bytes("\r\n".join(odd).encode())
    before = pilot.store.manifest("small").events
    assert main(["--store", str(pilot.store.path), "forget", "small", "--from", str(listed)]) == 0
    manifest = pilot.store.manifest("small")
    assert (len(manifest.withdrawn), before - manifest.events) == (3, 4)


def test_where_the_contributor_makes_pseudonyms_nobody_is_named_by_another_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_keys(monkeypatch, tmp_path)
    pilot = SmallPilot(tmp_path, DECLARED + "log: {pseudonyms: contributor}\n")
    pilot.log(HEADER + unit("ab" * 32, "none"))
    with pytest.raises(
        Fault, match=r"Of 2 units that are named, 1 are no pseudonyms; nothing was changed\."
    ) as raised:
        forget(pilot.store, "small", ["ab" * 32, ANNA])
    assert ANNA not in str(raised.value)
    assert not pilot.store.manifest("small").withdrawn
    assert forget(pilot.store, "small", [f" {'AB' * 32} "]).events == 2


def test_an_address_in_the_name_of_a_file_is_not_kept(pilot: SmallPilot) -> None:
    pilot.log(HEADER + unit("carla", "none"), "carla@example.org.csv")
    for path in pilot.store.path.rglob("*"):
        assert "carla@" not in path.name
        assert path.is_dir() or b"carla@" not in path.read_bytes()
