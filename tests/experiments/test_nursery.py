"""One nursery forks the readers of many files, and none of them knows anything of the others."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from experiments.reading import starting
from experiments.reading.frames import FAULT, Broken, heard
from experiments.reading.starting import close_nurseries, started
from tests.experiments.hostile import HEADER, ROW, read

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every reader is started alone")

SPY = """
import io, json, os
from pathlib import Path
from experiments.reading.frames import FAULT, Speaker
links = {number: os.readlink(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")
         if os.path.exists(f"/proc/self/fd/{number}")}
said = {"itself": os.getpid(), "parent": os.getppid(), "open": links, "request": os.environ["READER_REQUEST"]}
Speaker(io.FileIO(1, "wb")).say(FAULT, said)
"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    close_nurseries()
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER + ROW)
    yield path
    close_nurseries()


def spied(path: Path, **request: str) -> dict[str, object]:
    """What a reader of a file sees of the world."""
    with io.FileIO(path, "rb") as file, started(SPY, file, {"name": path.name, **request}) as reader:
        frame = heard(reader.pipe)
    if frame.kind != FAULT:
        raise ValueError(frame.kind)
    found: dict[str, object] = frame.document
    return found


def alive(process: object) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        status = Path(f"/proc/{process}/stat").read_text("ascii")
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def test_readers_of_several_files_are_different_processes_of_one_nursery(log: Path) -> None:
    first, second = spied(log, told="of one file"), spied(log)
    assert first["parent"] == second["parent"] != os.getpid()
    assert first["itself"] != second["itself"]
    assert "of one file" in str(first["request"])
    assert "of one file" not in str(second["request"])


def test_a_reader_has_nothing_open_but_its_file_and_its_pipe(log: Path) -> None:
    spied(log)  # so that the nursery has served before
    found = spied(log)["open"]
    assert isinstance(found, dict)
    assert found["0"] == str(log)
    assert found["1"].startswith("pipe:")
    assert found["2"] == os.devnull
    assert not [place for place in found.values() if place.startswith("socket:")]
    assert set(found) <= {"0", "1", "2", "3"}  # the fourth is the look itself


def test_a_reader_that_is_not_listened_to_any_more_is_gone(log: Path) -> None:
    code = SPY + "\nimport time; time.sleep(60)"
    with io.FileIO(log, "rb") as file, started(code, file, {"name": "log.csv"}) as reader:
        process = heard(reader.pipe).document["itself"]
        assert alive(process)
    assert not alive(process)


def test_after_a_reader_that_died_the_next_file_is_read(log: Path) -> None:
    for code in ("import ctypes; ctypes.string_at(0)", "import os; os.kill(os.getppid(), 9)"):
        with (
            io.FileIO(log, "rb") as file,
            started(code, file, {"name": "log.csv"}) as reader,
            pytest.raises(Broken),
        ):
            heard(reader.pipe)
        assert read(log) == (1, [])


def test_files_can_be_read_at_the_same_time(log: Path) -> None:
    with io.FileIO(log, "rb") as file, started("import time; time.sleep(60)", file, {"name": "log.csv"}):
        assert read(log) == (1, [])
        threads = [threading.Thread(target=spied, args=(log,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert read(log) == (1, [])


def test_a_nursery_ends_with_the_process_that_started_it(log: Path) -> None:
    outer, inner = os.pipe()
    child = os.fork()
    if not child:
        os.write(inner, str(spied(log)["parent"]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    nursery = os.read(outer, 20).decode()
    os.close(outer)
    os.close(inner)
    patience = time.monotonic() + 10
    while alive(nursery) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not alive(nursery)


def test_a_nursery_that_waited_long_or_knows_other_paths_is_not_used_again(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = spied(log)["parent"]
    monkeypatch.setattr(sys, "path", [*sys.path, str(log.parent)])
    after = spied(log)["parent"]
    assert before != after
    assert not alive(before)
    monkeypatch.setattr(starting, "FRESH", 0)
    assert spied(log)["parent"] not in (before, after)
