"""A writer and dashboards at once, in processes of their own: nobody is refused, nothing half done is read."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli import commands
from experiments.faults import Fault
from experiments.pilot import evaluation, rejects, stored_evaluation
from tests.bars.bar import Bar, Count
from tests.bars.scenes import BAD, DECLARED, HEADER, LATER, STUDY, at_home, say, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

UNITS = 6  # of each log; the clicks of one in three are known by its number
FEW, MANY = 1, 3  # readers, in the short form and in the full one
EVENTS_OF_A_LOG = 2 * UNITS + UNITS // 3
REJECTED_OF_A_LOG = BAD.count("\n")
COMPACTED_EVERY = 5
BUSY = "Another watchkeeper is writing"


def log(number: int) -> str:
    """The log of one ingest: new units alone, so that every state between two ingests is known by its counts."""
    return (
        HEADER
        + "".join(unit(number * UNITS + place) for place in range(UNITS))
        + ("" if number else LATER)
        + BAD
    )


def write(folder: Path, how_many: int) -> Iterator[str]:
    """Ingest one log after the other, with a compaction now and then where there is one."""
    for number in range(1, how_many):
        path = folder / "incoming" / f"log-{number}.csv"
        path.write_text(log(number), encoding="utf-8")
        while (done := say(folder, "ingest", STUDY, str(path)))[0] == 1 and BUSY in done[1]:
            time.sleep(0.01)
        yield "" if done[0] == 0 else f"ingest ends with {done}"
        if number % COMPACTED_EVERY == 0 and "compact" in commands():
            done = say(folder, "compact", STUDY)
            yield "" if done[0] == 0 or BUSY in done[1] else f"compact ends with {done}"


def intrude(folder: Path, until: Path) -> Iterator[str]:
    """A second writer, which brings nothing new: it waits, or it is told that another one writes."""
    path = folder / "incoming" / "log-0.csv"
    while not until.exists():
        code, text = say(folder, "ingest", STUDY, str(path))
        yield "" if code == 0 or (code == 1 and BUSY in text and text.count("\n") == 1) else f"{code}: {text}"


def read(folder: Path, until: Path) -> Iterator[str]:
    """Read all that a dashboard reads, until the writer is done; what is wrong with it, or nothing."""
    store = at_home(folder)
    turn = 0
    while turn == 0 or not until.exists():
        turn += 1
        try:
            yield from _one_read(store, turn)
        except Fault as fault:
            yield f"refused: {fault}"


def _one_read(store: Any, turn: int) -> Iterator[str]:
    from experiments.measure import measure

    study = store.study(STUDY)
    manifest = store.manifest(STUDY)
    logs = (manifest.events - 1) / EVENTS_OF_A_LOG
    whole = logs == int(logs) == len(manifest.files)
    yield "" if whole and manifest.rejected == logs * REJECTED_OF_A_LOG else f"a manifest of {logs} logs"
    frame = measure(store, study)[0].frame
    clicks = int(frame["clicked"].sum()) * 3
    yield (
        ""
        if len(frame) % UNITS == 0 and clicks == len(frame) >= logs * UNITS
        else f"{len(frame)} units, {clicks}"
    )
    listed = len(rejects(store, STUDY))
    yield "" if listed % REJECTED_OF_A_LOG == 0 and listed >= manifest.rejected else f"{listed} rejected"
    kept = evaluation(store, STUDY) if turn % 10 == 1 else stored_evaluation(store, STUDY)
    yield "" if kept is None or kept.data.units % UNITS == 0 else f"an evaluation of {kept.data.units} units"


def run(folder: Path, tries: int) -> Count:
    """`tries` ingests beside readers, and another writer that comes in between."""
    count = Count()
    at_home(folder)
    incoming = folder / "incoming"
    incoming.mkdir()
    (incoming / "study.yaml").write_text(DECLARED, encoding="utf-8")
    (incoming / "log-0.csv").write_text(log(0), encoding="utf-8")
    for words in (("register", str(incoming / "study.yaml")), ("ingest", STUDY, str(incoming / "log-0.csv"))):
        code, text = say(folder, *words)
        count.hold(code == 0, f"{words[0]} ends with {code}: {text}")
    done = folder / "done"
    readers = [_process("read", folder, done) for _ in range(FEW if tries < 20 else MANY)]
    intruder = _process("intrude", folder, done)
    writer = _process("write", folder, tries)
    _gather(writer, "writes", count)
    done.touch()
    for reader in readers:
        _gather(reader, "reads", count)
    _gather(intruder, "attempts of a second writer", count)
    store = at_home(folder)
    count.hold(store.manifest(STUDY).events == tries * EVENTS_OF_A_LOG + 1, "events were lost or doubled")
    return count


def _process(part: str, folder: Path, word: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bars.at_once", part, str(folder), str(word)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _gather(process: subprocess.Popen[str], name: str, count: Count) -> None:
    said, _ = process.communicate(timeout=1800)
    lines = said.splitlines()
    count.hold(
        process.returncode == 0 and lines, f"{name}: the process ends with {process.returncode}: {said}"
    )
    if process.returncode == 0 and lines:
        told = json.loads(lines[-1])
        count.add(name, told["tried"])
        for wrong in told["wrong"]:
            count.hold(False, f"{name}: {wrong}")


def play(part: str, folder: Path, word: str) -> dict[str, Any]:
    """One process: the writer or a reader."""
    plays = {"write": lambda: write(folder, int(word)), "read": lambda: read(folder, Path(word))}
    plays["intrude"] = lambda: intrude(folder, Path(word))
    answers = list(plays[part]())
    return {"tried": len(answers), "wrong": [answer for answer in answers if answer]}


BAR = Bar(
    "at-once",
    "a writer and dashboards at once: 0 refused, 0 wrong reads",
    short=4,
    full=400,
    run=run,
)

if __name__ == "__main__":
    print(json.dumps(play(sys.argv[1], Path(sys.argv[2]), sys.argv[3])))
