"""The bars in their short form; `python -m tests.bars --full` is the long one. And they notice a fault."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bars.bar import bars
from tests.bars.power import PowerLoss
from tests.bars.searching import forms, hits
from tests.bars.watched import Raised, lacking, watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bars.watched import Call

ROOT = Path(__file__).parents[2]


# What shares its preparation runs in one process.
TOGETHER = [
    ("crashes", "full-disk"),
    ("at-once",),
    ("attacker", "bad-exports", "ledger"),
    ("early-looks",),
    ("escapes", "flips", "fuzz", "same-bytes"),
    ("withdrawals",),
]


def test_every_bar_is_run() -> None:
    assert sorted(bars()) == sorted(name for names in TOGETHER for name in names)


@pytest.mark.parametrize("names", TOGETHER, ids=" and ".join)
def test_the_bar_is_kept_in_its_short_form(
    names: tuple[str, ...], needs: Callable[[str, object], None]
) -> None:
    for name in names:
        lack = bars()[name].needs()
        needs(lack, not lack)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bars", *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" 0 breaches") == len(names)


def test_every_change_to_a_disk_is_seen_before_it_happens(
    tmp_path: Path, needs: Callable[[str, object], None]
) -> None:
    needs(lacking(), not lacking())

    def act() -> str:
        (tmp_path / "a").mkdir()
        with (tmp_path / "a" / "b").open("wb") as file:
            file.write(b"12345678")
            file.flush()
            os.fsync(file.fileno())
        (tmp_path / "a" / "b").rename(tmp_path / "c")
        (tmp_path / "c").read_bytes()
        (tmp_path / "c").unlink()
        return "done"

    ending = watched(act, (tmp_path,), lambda _call: 0)
    assert [call.name.removesuffix("at") for call in ending.calls] == [
        "mkdir", "open", "write", "fsync", "rename", "unlink"
    ]  # fmt: skip
    assert (ending.killed, ending.answer) == (False, "done")

    def die(call: Call) -> int | None:
        if call.name != "write":
            return 0
        call.write_half()
        return None

    (tmp_path / "a").rmdir()
    assert watched(act, (tmp_path,), die).killed
    assert (tmp_path / "a" / "b").read_bytes() == b"1234"
    refused = watched(lambda: (tmp_path / "d").mkdir(), (tmp_path,), lambda _call: errno.ENOSPC)
    assert isinstance(refused.answer, Raised)
    assert "No space left" in refused.answer.traceback


@pytest.mark.parametrize("settled", ["nothing", "content", "content and name"])
def test_a_power_cut_keeps_only_what_was_settled(
    tmp_path: Path, needs: Callable[[str, object], None], settled: str
) -> None:
    needs(lacking(), not lacking())
    folder, keep = tmp_path / "folder", tmp_path / "keep"
    folder.mkdir()
    keep.mkdir()
    (folder / "now").write_bytes(b"old")

    def act() -> None:
        with (folder / "new").open("wb") as file:
            file.write(b"newer")
            file.flush()
            if settled != "nothing":
                os.fsync(file.fileno())
        (folder / "new").replace(folder / "now")
        if settled == "content and name":
            handle = os.open(folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)

    power = PowerLoss(keep)

    def note(call: Call) -> int:
        power.note(call)
        return 0

    assert watched(act, (folder,), note).answer is None
    power.strike(folder)
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert (
        held
        == {
            "nothing": {"now": b"old", "new": b"ne"},
            "content": {"now": b"old", "new": b"newer"},
            "content and name": {"now": b"newer"},
        }[settled]
    )


def test_the_search_finds_an_id_in_any_of_its_forms() -> None:
    for form in forms("jane.doe@example.org"):
        assert hits([form], b"before" + form + b"after") == {form}
    assert hits([b"not there"], b"before and after") == set()
    assert hits([b"211234567"], b"tel:211234567;") == {b"211234567"}
    assert hits([b"211234567"], b"17211234567001") == set()
