"""Hostile files end in one clear sentence, or in rejected lines where only lines are bad."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from experiments.faults import Fault
from experiments.log_rows import LogRows
from experiments.reading import process
from experiments.reading.found import found
from experiments.reading.progress import Progress
from experiments.study_file import read_study
from tests.experiments.hostile import COLUMNS, FILES, HEADER, ROW, Hostile, endings, read
from tests.small_pilot import DECLARED

if TYPE_CHECKING:
    from tests.small_pilot import SmallPilot

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("hostile", FILES.values(), ids=FILES)
def test_a_hostile_file_ends_in_a_clear_refusal_or_in_rejected_lines(
    hostile: Hostile, tmp_path: Path
) -> None:
    path = tmp_path / hostile.name
    path.write_bytes(hostile.make())
    if hostile.says:
        with pytest.raises(Fault, match=hostile.says) as refused:
            read(path)
        assert len(str(refused.value)) < 300
    else:
        assert read(path) == (hostile.rows, list(hostile.malformed))


def test_a_log_damaged_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    ended = endings(40, tmp_path)
    assert ended.total() == 40
    assert len(ended) > 3
    assert not [said for said in ended if re.search("assigned|2026-03-01|stopped the reader", said)]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names and devices are Unix's")
def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zeros.csv").symlink_to("/dev/zero")
    (tmp_path / "nowhere.csv").symlink_to(tmp_path / "absent.csv")
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    for name, says in (
        ("pipe.csv", "is no ordinary file"),
        ("zeros.csv", "is no ordinary file"),
        ("nowhere.csv", "does not exist"),
        ("round.csv", "cannot be read"),
        ("absent.csv", "does not exist"),
        (".", "is a folder"),
    ):
        with pytest.raises(Fault, match=says):
            read(tmp_path / name)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    declared, path = tmp_path / "study.yaml", tmp_path / "log.csv"
    declared.write_text(DECLARED)
    path.write_bytes(HEADER + ROW)
    before = found(path)

    def append(_: str) -> None:
        with path.open("ab") as file:
            file.write(ROW)

    rows = LogRows(before, read_study(declared), COLUMNS)
    with pytest.raises(Fault, match="changed while it was read"):
        list(rows.batches(Progress(append, [before])))
    with pytest.raises(Fault, match="changed while it was read"):
        list(rows.batches(Progress(lambda _: None, [before])))


def test_cells_that_look_dangerous_are_rejected_row_by_row(pilot: SmallPilot) -> None:
    cells = {
        "=cmd|' /C calc'!A0": "value",
        "\uff12\uff10\uff12\uff16-03-02": "occurred_at",
        "\uff11": "value",
        "a\x00b": "unit",
        '"a\nb"': "unit",
        "nan": "value",
        "1e999": "value",
    }
    rows = ["a,2026-03-01,assigned,none,"]
    for cell, column in cells.items():
        row = {
            "unit": "a",
            "occurred_at": "2026-03-02",
            "event": "click",
            "arm": "",
            "value": "",
            column: cell,
        }
        rows.append(",".join(row.values()))
    intake = pilot.log("unit,occurred_at,event,arm,value\n" + "\n".join(rows) + "\n")
    assert (intake.accepted, intake.rejected) == (1, len(cells))
    assert [line.split(": ")[1] for line in pilot.rejected()] == list(cells.values())


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("import time; time.sleep(60)", "Nothing came out of log.csv in 1 seconds"),
        ("import ctypes; ctypes.string_at(0)", "is damaged, or unfolds to far more"),
        ("import os; os.write(1, b'R' + bytes([255]) * 16)", "is damaged, or unfolds to far more"),
        ("import os; os.write(1, b'R' + (8).to_bytes(8, 'little') + bytes(16))", "is damaged, or unfolds"),
        ("raise KeyError('jane@example.org')", "is damaged, or unfolds to far more"),
    ],
)
def test_a_reader_that_hangs_or_dies_ends_in_one_sentence(
    start: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WATCHKEEPER_READER_SECONDS", "1")
    monkeypatch.setattr(process, "START", start)
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER + ROW)
    with pytest.raises(Fault, match=says):
        read(path)
    assert capfd.readouterr() == ("", "")


def test_what_was_not_foreseen_is_told_by_its_place_and_never_by_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        process,
        "START",
        process.START.replace(
            "main()",
            "from experiments.reading import child\n"
            "child.hand_all_on = lambda *_, **__: {}['jane@example.org']\nmain()",
        ),
    )
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER + ROW)
    with pytest.raises(Fault, match=r"its content stopped the reader \(KeyError in __main__:\d+\)"):
        read(path)


def test_the_reader_knows_no_path_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHKEEPER_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    spy = (
        "import os\nfrom experiments.reading.frames import FAULT, Speaker\nimport io\n"
        "Speaker(io.FileIO(1, 'wb')).say(FAULT, f'{os.getcwd()} {sorted(os.environ)} {os.environ}')\n"
    )
    monkeypatch.setattr(process, "START", process.START.split("from")[0] + spy)
    (tmp_path / "inbox").mkdir()
    path = tmp_path / "inbox" / "log.csv"
    path.write_bytes(HEADER + ROW)
    with pytest.raises(Fault) as told:
        read(path)
    assert str(told.value).startswith(os.sep + " ")
    assert "secret" not in str(told.value)
    assert str(tmp_path) not in str(told.value)
    assert "READER_REQUEST" in str(told.value)


CONFINED = """
import os, signal, sys
from experiments.reading.limits import Limits, confine, seal
confine(Limits(memory=1 << 30, unfolded=0, rows=0, seconds=1, patience=0))
os.write(1, b"begun ")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize(
    ("then", "ends"),
    [
        ("while True: pass", "killed"),
        ("bytearray(2 << 30)", "MemoryError"),
        ("os.write(os.open('written', os.O_CREAT | os.O_WRONLY), b'x')", "OSError"),
        (f"seal(); open({os.devnull!r})", "OSError"),
        ("seal(); import socket; socket.socket()", "OSError"),
    ],
)
def test_a_confined_process_cannot_spin_swell_write_or_open(then: str, ends: str, tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nimport socket\n{CONFINED}\n{then}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "begun "
    assert done.returncode != 0
    assert done.returncode < 0 or ends in done.stderr
    assert not any(file.stat().st_size for file in tmp_path.iterdir())


def test_a_reader_without_enough_memory_says_which_setting_allows_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHKEEPER_READER_MEMORY", "1MB")
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER + ROW * 100_000)
    with pytest.raises(Fault, match=r"WATCHKEEPER_READER_MEMORY|damaged, or unfolds"):
        read(path)
    monkeypatch.setenv("WATCHKEEPER_READER_MEMORY", "much")
    with pytest.raises(Fault, match="WATCHKEEPER_READER_MEMORY is not a size"):
        read(path)
