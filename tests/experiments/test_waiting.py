"""A second writer waits, a reader begins again, and no file is read twice to see that it did not change."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.cli import main
from experiments import checksums
from experiments.durable import digest
from experiments.faults import Fault
from experiments.pilot import forget
from experiments.store import Moved
from experiments.waiting import Patience, only_writer, patiently, writing_now
from tests.small_pilot import SmallPilot, outside_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.manifest import Manifest

LOG = "unit,occurred_at,event,arm\na,2026-03-01,assigned,none\nb,2026-03-01,assigned,warning\n"
HOLD = """
import sys
from pathlib import Path
from experiments.waiting import Patience, only_writer, patiently
with patiently(Patience("ingest")), only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallPilot:
    outside_keys(monkeypatch, tmp_path)
    return SmallPilot(tmp_path)


@pytest.fixture
def other(pilot: SmallPilot) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes to the study until it is sent a line."""
    folder = str(pilot.store.path / "small")
    words = [sys.executable, "-c", HOLD, folder]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        (process.stdout or sys.stdin).readline()
        yield process
        process.kill()


def test_a_second_writer_says_for_whom_it_waits_and_goes_on_when_they_are_done(
    pilot: SmallPilot, other: subprocess.Popen[str]
) -> None:
    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        if other.stdin:
            other.stdin.write("done\n")
            other.stdin.flush()

    with patiently(Patience("ingest", hear, 60)):
        assert pilot.log(LOG).accepted == 2
    (line,) = said
    assert f"process {other.pid} with `watchkeeper ingest`, since 20" in line


def test_a_writer_that_waited_long_enough_is_told_who_writes(
    pilot: SmallPilot, other: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    log, began = pilot.file(LOG), time.monotonic()
    assert main(["--store", str(pilot.store.path), "ingest", "small", str(log), "--wait", "1"]) == 1
    assert 1 <= time.monotonic() - began < 30
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith("Waiting for another watchkeeper")
    assert f"(process {other.pid} with `watchkeeper ingest`, since" in last
    assert "waited for 1 seconds" in last


@pytest.mark.parametrize("seconds", ["-1", "soon", "1e3", "99999999", "１"])
def test_a_time_to_wait_that_is_none_is_refused(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch, capsys: Any, seconds: str
) -> None:
    assert main(["--store", str(pilot.store.path), "verify", f"--wait={seconds}"]) == 1
    assert "no number of seconds" in capsys.readouterr().err
    monkeypatch.setenv("WATCHKEEPER_WAIT", seconds)
    with pytest.raises(Fault, match="WATCHKEEPER_WAIT"):
        pilot.log(LOG)


def test_who_writes_is_known_while_they_do_and_not_after_they_died(
    pilot: SmallPilot, other: subprocess.Popen[str]
) -> None:
    folder = pilot.store.path / "small"
    assert str(writing_now(folder)).startswith(f"process {other.pid} with")
    other.kill()
    other.wait()
    assert (folder / ".writer").exists()
    assert writing_now(folder) is None
    with only_writer(folder):
        assert str(writing_now(folder)).startswith(f"process {os.getpid()}, since")
    assert not (folder / ".writer").exists()


def test_a_reader_whose_files_went_begins_again_with_the_manifest_that_counts(pilot: SmallPilot) -> None:
    pilot.log(LOG)
    seen: list[int] = []

    def read(manifest: Manifest) -> list[Path]:
        seen.append(manifest.events)
        if len(seen) == 1:
            forget(pilot.store, "small", ["a"])
        return list(pilot.store.paths("small", manifest.segments))

    (path,) = pilot.store.reading("small", read)
    assert seen == [2, 1]
    assert path.exists()


def test_a_reader_sees_a_file_go_as_a_move_only_if_another_manifest_counts(pilot: SmallPilot) -> None:
    pilot.log(LOG)
    (part,) = pilot.store.manifest("small").segments
    forget(pilot.store, "small", ["a"])
    with pytest.raises(Moved):
        pilot.store.verified("small", part)
    (now,) = pilot.store.manifest("small").segments
    (pilot.store.path / "small" / now.file).unlink()
    with pytest.raises(Fault, match="missing, damaged or was changed") as told:
        pilot.store.reading("small", lambda manifest: pilot.store.paths("small", manifest.segments))
    assert not isinstance(told.value, Moved)


def test_a_fault_of_the_reader_itself_is_told_at_once(pilot: SmallPilot) -> None:
    pilot.log(LOG)
    calls: list[Manifest] = []

    def read(manifest: Manifest) -> None:
        calls.append(manifest)
        raise Fault("Nothing is the matter with the files.")

    with pytest.raises(Fault, match="Nothing is the matter"):
        pilot.store.reading("small", read)
    assert len(calls) == 1


def test_a_store_that_changes_without_end_is_given_up(pilot: SmallPilot) -> None:
    pilot.log(LOG)

    def read(manifest: Manifest) -> tuple[Path, ...]:
        kept = pilot.store.manifest("small")
        for part in manifest.segments:
            (pilot.store.path / "small" / part.file).unlink(missing_ok=True)
        segments = tuple(replace(part, file=f"{part.file}x") for part in kept.segments)
        pilot.store.keep_manifest("small", replace(kept, segments=segments))
        return pilot.store.paths("small", manifest.segments)

    with pytest.raises(Moved, match="again and again"):
        pilot.store.reading("small", read)


def test_a_file_is_read_once_in_a_process_and_again_when_it_changed(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pilot.log(LOG)
    (part,) = pilot.store.manifest("small").segments
    path = pilot.store.path / "small" / part.file
    read: list[Path] = []

    def counted(file: Path) -> str:
        read.append(file)
        return digest(file)

    monkeypatch.setattr(checksums, "digest", counted)
    monkeypatch.setattr(checksums, "SETTLED", 0)
    for _ in range(3):
        pilot.store.verified("small", part)
    assert read == [path]
    content = path.read_bytes()
    time.sleep(0.05)
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(Fault, match="damaged"):
        pilot.store.verified("small", part)
    path.write_bytes(content)
    pilot.store.verified("small", part)
    assert len(read) == 3


def test_a_file_written_just_now_is_read_each_time_lest_a_change_bear_the_same_time(
    pilot: SmallPilot,
) -> None:
    pilot.log(LOG)
    (part,) = pilot.store.manifest("small").segments
    path = pilot.store.path / "small" / part.file
    pilot.store.verified("small", part)
    content, times = path.read_bytes(), (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    os.utime(path, ns=times)
    with pytest.raises(Fault, match="damaged"):
        pilot.store.verified("small", part)


def test_a_result_that_a_writer_clears_away_while_it_is_written_is_written_again(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared: list[Path] = []
    rename = os.replace

    def clear_first(old: Path, new: Path, **more: Any) -> None:
        if not cleared:
            cleared.append(Path(old))
            with pilot.store.writing("small"):
                pass
        rename(old, new, **more)

    key = f"{pilot.store.data_key('small')}-version"
    monkeypatch.setattr(os, "replace", clear_first)
    pilot.store.keep_result("small", key, {"n": 2})
    assert len(cleared) == 1
    assert pilot.store.result("small", key) == {"n": 2}
