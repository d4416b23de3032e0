"""Rows are kept until their day, then refused and purged; verify finds what is wrong, status says what is held."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from dashboard.cli import main
from experiments import retention
from experiments.durable import sealed
from experiments.faults import Fault, Gate
from experiments.holdings import holdings
from experiments.inspection import inspect
from experiments.pilot import evaluation, forget, register, rejects
from experiments.purging import due, purge
from experiments.store import Store
from experiments.study_file import read_study
from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = DECLARED + "log: {keep_until: 2028-12-31}\n"
HEADER = "unit,occurred_at,event,arm\n"
LOG = HEADER + "".join(
    f"u{n},2026-03-01,assigned,{'none' if n % 2 else 'warning'}\nu{n},2026-03-0{2 + n % 5},click,\n"
    for n in range(40)
)


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallPilot:
    outside_keys(monkeypatch, tmp_path)
    monkeypatch.setenv("WATCHKEEPER_TEMP", str(tmp_path))
    held = SmallPilot(tmp_path, KEPT)
    held.log(LOG + "u1,bad,click,\n")
    return held


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    """Let it be that day."""
    monkeypatch.setattr(retention, "today", lambda: date.fromisoformat(day))


def test_rows_are_opened_on_their_last_day_and_not_after_it(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "2028-12-31")
    assert len(pilot.measured()[0]) == 40
    on(monkeypatch, "2029-01-01")
    for open_rows in (
        pilot.measured,
        pilot.rejected,
        lambda: pilot.log(LOG, "again.csv"),
        lambda: forget(pilot.store, "small", ["u1"]),
        lambda: evaluation(pilot.store, "small"),
    ):
        with pytest.raises(Fault, match=r"kept until 2028-12-31, which is over.*watchkeeper purge small"):
            open_rows()


def test_what_was_found_is_still_open_after_the_day_and_after_the_purge(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = evaluation(pilot.store, "small")
    on(monkeypatch, "2029-01-01")
    assert evaluation(pilot.store, "small") == found
    purge(pilot.store, "small")
    assert evaluation(pilot.store, "small") == found
    monkeypatch.setattr("experiments.provenance.code_fingerprint", lambda: "another version")
    assert evaluation(pilot.store, "small") == found


def test_the_day_is_after_the_end_of_the_design_and_no_part_of_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    with_end = KEPT.replace("outcomes:", "  end: 2028-12-31\noutcomes:")
    path.write_text(with_end)
    with pytest.raises(Fault, match=r"log.keep_until: 2028-12-31 is not after the study's end"):
        read_study(path)
    path.write_text(KEPT)
    kept = read_study(path)
    path.write_text(DECLARED)
    assert kept.log.keep_until == date(2028, 12, 31)
    assert kept.plan_hash == read_study(path).plan_hash


def test_purging_leaves_the_plan_the_results_and_its_date(
    pilot: SmallPilot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation(pilot.store, "small")
    with pytest.raises(Gate, match=r"watchkeeper purge small --yes"):
        purge(pilot.store, "small")
    assert len(pilot.measured()[0]) == 40
    registration = pilot.store.registration("small")
    purged = purge(pilot.store, "small", early=True)
    assert purge(pilot.store, "small") == purged
    left = {
        p.parent.name for p in (pilot.store.path / "small").rglob("*") if p.is_file() and p.name != ".lock"
    }
    assert left == {"small", "declarations", "results"}
    assert pilot.store.registration("small") == registration
    assert pilot.store.manifest("small").events == 0
    for open_rows in (lambda: rejects(pilot.store, "small"), lambda: pilot.log(LOG, "again.csv")):
        with pytest.raises(Fault, match=f"were purged on {purged.at[:10]}"):
            open_rows()
    with pytest.raises(Gate, match="locked"):
        pilot.declare(KEPT.replace("days: 7", "days: 8"))
    assert (tmp_path / "keys" / "small.key").exists()
    purge(pilot.store, "small", key=True)
    assert not (tmp_path / "keys" / "small.key").exists()
    assert inspect(pilot.store, "small").wrong == ()


def test_every_study_past_its_day_is_purged_at_once_and_no_other(
    pilot: SmallPilot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, declared in {"other": DECLARED, "later": KEPT.replace("2028", "2030")}.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(declared.replace("study: small", f"study: {name}"))
        register(pilot.store, path)
    words = ["--store", str(pilot.store.path), "--json", "purge", "--all-due"]
    assert due(pilot.store) == ()
    on(monkeypatch, "2029-01-01")
    assert main(words) == 0
    assert list(json.loads(capsys.readouterr().out)["purged"]) == ["small"]
    assert due(pilot.store) == ()
    assert main([*words, "small"]) == 1


def rewritten(
    pilot: SmallPilot, change: Callable[[Any], Any], *, kind: str = "segments", **said: int
) -> None:
    """Replace a file by another one that the manifest names in its place."""
    store, manifest = pilot.store, pilot.store.manifest("small")
    (old,) = getattr(manifest, kind)
    new = store.keep_part("small", kind, change(parquet.read_table(store.verified("small", old))))
    new = replace(old, file=new.file, sha256=new.sha256, **said)
    changed = replace(manifest, units=(new,)) if kind == "units" else replace(manifest, segments=(new,))
    store.keep_manifest("small", changed)


def earlier(rows: Any) -> Any:
    """Rows whose times since the exposure are one off."""
    from pyarrow import compute

    place = rows.schema.get_field_index("since")
    return rows.set_column(place, "since", compute.subtract(rows["since"], 1))


def with_a_stranger(rows: Any) -> Any:
    """Rows whose first unit is another one."""
    import pyarrow as pa

    units = [rows["unit"][0].as_py() - 1, *rows["unit"].to_pylist()[1:]]
    return rows.set_column(0, "unit", pa.array(units, pa.uint64()))


FAULTS: dict[str, tuple[Callable[[SmallPilot], Any], str]] = {
    "a changed bit": (
        lambda p: flip(next(p.store.path.rglob("segments/*.parquet"))),
        "segments/.* is damaged",
    ),
    "a file that is gone": (
        lambda p: next(p.store.path.rglob("units/*.parquet")).unlink(),
        "units/.* is missing",
    ),
    "rejected rows": (lambda p: flip(next(p.store.path.rglob("rejects/*.parquet"))), "rejects/.* is damaged"),
    "the manifest": (
        lambda p: flip(p.store.path / "small" / "manifest.json"),
        "manifest.json of small was changed",
    ),
    "the registration": (
        lambda p: flip(p.store.path / "small" / "registration.json"),
        "registration.json of small",
    ),
    "the declaration": (lambda p: flip(next(p.store.path.rglob("*.yaml"))), "declarations/"),
    "a result": (lambda p: flip(next(p.store.path.rglob("results/*.json"))), "results/.* is damaged"),
    "fewer rows": (lambda p: rewritten(p, lambda rows: rows.slice(1)), "holds 79 rows, the manifest says 80"),
    "another order": (
        lambda p: rewritten(p, lambda rows: rows.take(list(range(79, -1, -1)))),
        "not in the order",
    ),
    "another clock": (lambda p: rewritten(p, earlier), "times that are not by the clocks"),
    "units out of order": (
        lambda p: rewritten(p, lambda rows: rows.take(list(range(39, -1, -1))), kind="units"),
        "not in the order of units",
    ),
    "a unit in place of another": (
        lambda p: rewritten(p, with_a_stranger, kind="units", low=0),
        "events of units that the list of units lacks",
    ),
    "a count": (
        lambda p: p.store.keep_manifest("small", replace(p.store.manifest("small"), forgotten=1)),
        "80 accepted rows, but 80 events and 1",
    ),
    "no key": (lambda p: (p.folder / "keys" / "small.key").unlink(), "key of small is not in"),
    "another key": (
        lambda p: (p.folder / "keys" / "small.key").write_text("ab" * 32 + "\n"),
        "another one than its events",
    ),
    "an open key": (
        lambda p: (p.folder / "keys" / "small.key").chmod(0o644),
        "small.key is open to other users",
    ),
    "an open folder": (lambda p: (p.folder / "keys").chmod(0o755), "keys is open to other users"),
}


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", FAULTS)
def test_verify_names_each_fault_and_what_to_do_and_nothing_else(pilot: SmallPilot, name: str) -> None:
    evaluation(pilot.store, "small")
    assert inspect(pilot.store, "small").wrong == ()
    spoil, says = FAULTS[name]
    spoil(pilot)
    (wrong,) = inspect(pilot.store, "small").wrong
    assert re.search(says, wrong.found)
    assert str(wrong).count(". ") >= 1


def test_a_damaged_study_does_not_hide_the_others(
    pilot: SmallPilot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(DECLARED.replace("study: small", "study: other"))
    register(pilot.store, path)
    words = ["--store", str(pilot.store.path), "--json"]
    assert main([*words, "verify"]) == 0
    capsys.readouterr()
    flip(pilot.store.path / "small" / "manifest.json")
    assert main([*words, "verify"]) == 1
    studies = {s["study"]: s for s in json.loads(capsys.readouterr().out)["studies"]}
    assert {name: bool(study["wrong"]) for name, study in studies.items()} == {"other": False, "small": True}
    assert main([*words, "status"]) == 1
    studies = {s["study"]: s for s in json.loads(capsys.readouterr().out)["studies"]}
    assert "manifest.json" in studies["small"]["fault"]
    assert studies["other"]["plan"]
    assert main([*words[:2], "verify"]) == 1
    assert main([*words[:2], "status"]) == 1


def test_verify_removes_what_a_writer_left_behind_but_not_beside_a_writer(pilot: SmallPilot) -> None:
    from experiments.waiting import only_writer

    folder = pilot.store.path / "small"
    for name in (
        "segments/0.parquet",
        "units/0.parquet",
        "rejects/0.parquet",
        "results/0.json",
        "manifest.unfinished",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"left")
    (folder / "incoming").mkdir()
    (folder / "incoming" / "rows").write_bytes(b"left")
    with only_writer(folder):
        assert inspect(pilot.store, "small").cleared == 0
    found = inspect(pilot.store, "small")
    assert (found.cleared, found.wrong) == (6, ())
    assert not [path for path in folder.rglob("*") if path.is_file() and path.read_bytes() == b"left"]


def test_status_says_what_is_held(pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(pilot.store, "small", ["u1", "u2"])
    evaluation(pilot.store, "small")
    held = holdings(pilot.store, "small")
    assert (held.events, held.units, held.segments, held.results) == (76, 38, 1, 1)
    assert (held.first, held.last) == ("2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")
    assert (held.withdrew, held.keep_until, held.overdue, held.key) == (
        "10 or fewer",
        "2028-12-31",
        False,
        "present",
    )
    assert [(f.name, f.accepted, f.rejected) for f in held.files] == [("log.csv", 80, 1)]
    size = sum(path.stat().st_size for path in (pilot.store.path / "small").rglob("*") if path.is_file())
    assert held.bytes_on_disk == size
    on(monkeypatch, "2029-01-01")
    assert holdings(pilot.store, "small").overdue
    (pilot.folder / "keys" / "small.key").unlink()
    assert holdings(Store(pilot.store.path), "small").key == "absent"


def test_an_unknown_study_is_refused_by_name(pilot: SmallPilot) -> None:
    for look in (inspect, holdings, purge):
        with pytest.raises(Fault, match='Did you mean "small"'):
            look(pilot.store, "smal")


OLDER = {"segments": [], "pseudonyms": [], "files": [], "key": ""}


@pytest.mark.parametrize(
    "words", ["status", "verify", "analyze", "compact", "rejects", "purge --yes", "forget u1"]
)
def test_a_store_of_another_version_is_told_in_one_sentence_and_left_alone(
    pilot: SmallPilot, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    path = pilot.store.path / "small" / "manifest.json"
    path.write_bytes(sealed(OLDER))
    before = {p: p.read_bytes() for p in pilot.store.path.rglob("*.*") if p.is_file()}
    command, *more = words.split()
    assert main(["--store", str(pilot.store.path), command, "small", *more]) == 1
    printed = capsys.readouterr()
    assert "written by another version of watchkeeper" in printed.out + printed.err
    assert before.items() <= {p: p.read_bytes() for p in pilot.store.path.rglob("*.*") if p.is_file()}.items()


def test_a_damaged_study_does_not_keep_others_from_being_purged(
    pilot: SmallPilot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "another.yaml"
    path.write_text(KEPT.replace("study: small", "study: another"))
    register(pilot.store, path)
    flip(pilot.store.path / "another" / "registration.json")
    on(monkeypatch, "2029-01-01")
    assert main(["--store", str(pilot.store.path), "--json", "purge", "--all-due"]) == 1
    printed = capsys.readouterr()
    assert list(json.loads(printed.out)["purged"]) == ["small"]
    assert "another was changed or damaged" in printed.err


def test_a_backup_that_cannot_be_written_is_verified_all_the_same(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr("experiments.inspection.lock_if_free", refuse)
    assert inspect(pilot.store, "small").wrong == ()
    flip(pilot.store.segments("small")[0])
    assert len(inspect(pilot.store, "small").wrong) == 1
