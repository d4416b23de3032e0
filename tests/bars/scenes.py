"""What is interrupted: a small pilot's store before each step that writes to it, and what a reader sees of it."""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.cli import commands, main
from experiments.faults import Fault
from experiments.keys import read_key
from experiments.pilot import rejects
from experiments.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DECLARED = """\
study: small
title: A small pilot
topic: deterrence
company: platform-a
design:
  kind: individual
  arms:
    none: {label: No warning, control: true}
    warning: {label: Warning}
exposure: {event: shown}
outcomes:
  - {id: clicked, role: primary, kind: proportion, event: click, window: {days: 7}, better: lower}
  - {id: clicks, role: secondary, kind: count, event: click, window: {days: 7}, better: lower}
log:
  attributes: [country]
"""
STUDY = "small"
HEADER = "unit,occurred_at,event,arm,country,value\n"
BAD = "ghost,never,click,,,\nghost,2026-03-02,click,,,much\n"


def unit(number: int, *, day: int = 1) -> str:
    """All events of one unit: assigned, exposed, and every third one clicks."""
    arm = ("none", "warning")[number % 2]
    rows = [
        f"u{number},2026-03-{day:02}T00:00,assigned,{arm},{('NZ', 'AU')[number % 3 > 0]},",
        f"u{number},2026-03-{day:02}T01:00,shown,,,",
    ]
    if number % 3 == 0:
        rows.append(f"u{number},2026-03-{day + 2:02}T00:00,click,,,")
    return "".join(f"{row}\n" for row in rows)


LATER = "u0,2026-03-20T00:00,click,,,\n"  # outside every window, so that nobody's is cut off
FIRST = HEADER + "".join(unit(number) for number in range(8)) + LATER
# Overlaps with the first, is late for one unit, exposes another one earlier, assigns a third to both arms.
SECOND = (
    HEADER
    + unit(7)
    + "".join(unit(number, day=3) for number in range(8, 12))
    + "u1,2026-03-04T00:00,click,,,\n"
    + "u2,2026-03-01T00:30,shown,,,\n"
    + "u4,2026-03-01T00:00,assigned,warning,AU,\n"
    + BAD
)


def folder_of(number: int) -> str:
    """A small log of a folder of many."""
    return HEADER + unit(100 + number) + BAD


@dataclass(frozen=True, slots=True)
class Scene:
    """A step that writes: what was done before it, and the step itself, which returns exit code and text.

    Both are given the folder they work in.
    """

    name: str
    before: Callable[[Path], object]
    step: Callable[[Path], tuple[int, str]]


def warm_up(folder: Path, played: Iterable[Scene]) -> None:
    """Load all that scenes use, once, in the process that their processes are made from."""
    os.environ["WATCHKEEPER_THREADS"] = "1"
    for scene in played:
        here = folder / scene.name
        scene.before(here)
        scene.step(here)
        seen(here)
        measured(here)


def scenes() -> tuple[Scene, ...]:
    """Every step that writes to a store, as far as its command is there."""
    found = [
        Scene("first registration", at_home, _register),
        Scene("first ingest", _register, lambda folder: ingest(folder, FIRST)),
        Scene("overlapping ingest", with_first, lambda folder: ingest(folder, SECOND)),
        Scene("the same ingest again", with_both, lambda folder: ingest(folder, SECOND)),
        Scene("ten files", with_both, lambda folder: ingest(folder, *map(folder_of, range(10)))),
        Scene("an amendment", with_both, _amend),
        Scene("an analysis", with_many, lambda folder: say(folder, "analyze", STUDY)),
    ]
    if "forget" in commands():
        found.append(Scene("a withdrawal", with_both, lambda folder: say(folder, "forget", STUDY, "u3")))
    if "compact" in commands():
        found.append(Scene("compaction", with_both, lambda folder: say(folder, "compact", STUDY)))
    return tuple(found)


def at_home(folder: Path) -> Store:
    """The store in a folder, whose keys and temporary files are kept beside it."""
    for name, where in (
        ("WATCHKEEPER_KEYS", "keys"),
        ("TMPDIR", "temporary"),
        ("WATCHKEEPER_STORE", "store"),
    ):
        os.environ[name] = str(folder / where)
    if not (folder / "temporary").is_dir():
        (folder / "temporary").mkdir(parents=True)
    return Store(folder / "store")


def seen(folder: Path) -> dict[str, Any]:
    """What a new reader sees: every stored row, the rejected rows, the plan, the counts; all of it verified."""
    from pyarrow import parquet

    store = at_home(folder)
    if STUDY not in store.studies():
        return {"rows": []}
    manifest, registration = store.manifest(STUDY), store.registration(STUDY)
    rows = [row for path in store.segments(STUDY) for row in parquet.read_table(path).to_pylist()]
    return {
        "rows": sorted(json.dumps(row, sort_keys=True, default=str) for row in rows),
        "counted": manifest.events,
        "files": sorted(
            (f.name, f.accepted, f.duplicates, f.rejected, f.left_behind) for f in manifest.files
        ),
        "rejects": [] if manifest.purged else [str(row) for row in rejects(store, STUDY)],
        "plan": (registration.hash, [a["reason"] for a in registration.amendments]),
        "key": len(read_key(STUDY, store=store.path)),
        "title": store.study(STUDY).title,
    }


def measured(folder: Path) -> str:
    """The fingerprint of the unit table, or why there is none yet."""
    from experiments.measure import measure

    store = at_home(folder)
    try:
        return measure(store, store.study(STUDY))[2].hash
    except Fault as fault:
        return str(fault)


def leftovers(folder: Path) -> list[str]:
    """What is left after the next writer came: unfinished files, parts that no manifest names, spilled rows."""
    store = at_home(folder)
    with store.writing(STUDY):
        held = store.path / STUDY
    parts = {held / name for name in store.manifest(STUDY).parts()} if STUDY in store.studies() else set()
    stray = [path for path in held.rglob("*.parquet") if path not in parts]
    stray += list(folder.rglob("*.unfinished*"))
    stray += [path for path in (folder / "temporary").rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(folder)) for path in stray)


def say(folder: Path, *words: str) -> tuple[int, str]:
    """The exit code of a command and all that it prints."""
    at_home(folder)
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main([*words, "--quiet"])
    return code, said.getvalue()


def _register(folder: Path) -> tuple[int, str]:
    return say(folder, "register", str(put(folder, DECLARED, "study.yaml")))


def _amend(folder: Path) -> tuple[int, str]:
    changed = DECLARED.replace("A small pilot", "Another title").replace("days: 7", "days: 6")
    file = str(put(folder, changed, "changed.yaml"))
    return say(folder, "register", file, "--amend", "Clicks come early.")


def ingest(folder: Path, *logs: str) -> tuple[int, str]:
    """An ingest of some logs."""
    files = [str(put(folder, log, f"log-{number}.csv")) for number, log in enumerate(logs)]
    return say(folder, "ingest", STUDY, *files)


def put(folder: Path, content: str, name: str) -> Path:
    """A file in the folder of what comes in, which is nobody's to watch."""
    path = folder / "incoming" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def with_first(folder: Path) -> None:
    """A store with the first log."""
    _register(folder)
    ingest(folder, FIRST)


def with_both(folder: Path) -> None:
    """A store with both logs."""
    with_first(folder)
    ingest(folder, SECOND)


def with_many(folder: Path) -> None:
    with_both(folder)
    ingest(folder, HEADER + "".join(unit(number) for number in range(200, 260)))
