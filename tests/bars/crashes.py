"""Dying before every write, fsync, rename and other change of the disk: nothing lost, doubled or torn."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bars.bar import Bar, Count
from tests.bars.scenes import leftovers, measured, scenes, seen, warm_up
from tests.bars.watched import Raised, lacking, source, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bars.scenes import Scene
    from tests.bars.watched import Call

WAYS = ("killed", "killed in the middle of a write", "power lost")


@dataclass(slots=True)
class PowerLoss:
    """What the disk forgets at a power cut: content and names that no fsync has settled yet."""

    keep: Path
    unsettled: dict[tuple[int, int], Path] = field(default_factory=dict)
    renamed: list[tuple[Path, Path, Path | None]] = field(default_factory=list)

    def note(self, call: Call) -> None:
        """Remember what a call leaves unsettled, or settles."""
        if call.name in ("fsync", "fdatasync"):
            if call.path.is_dir():
                self.renamed = [r for r in self.renamed if r[1].parent != call.path]
            else:
                self.unsettled.pop(_identity(call.path), None)
        elif call.name.startswith("rename"):
            old = None
            if call.path.is_file():
                old = self.keep / str(call.number)
                os.link(call.path, old)
            self.renamed.append((source(call), call.path, old))
        elif call.path.is_file():
            self.unsettled[_identity(call.path)] = call.path
        elif call.name.startswith(("open", "creat")):
            self.renamed = [r for r in self.renamed if r[1] != call.path]

    def strike(self, folder: Path) -> None:
        """Undo the names and cut the contents that were not settled."""
        for path in [p for p in folder.rglob("*") if p.is_file()]:
            if _identity(path) in self.unsettled:
                os.truncate(path, path.stat().st_size // 2)
        for old_name, new_name, content in reversed(self.renamed):
            if new_name.exists():
                new_name.replace(old_name)
            if content is not None:
                os.link(content, new_name)


def _identity(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_dev, told.st_ino


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A scene that was played to its end once: its calls, and what a reader sees before and after it."""

    scene: Scene
    before: Path
    calls: tuple[Call, ...]
    seen: tuple[Any, Any]
    measured: tuple[Any, Any]


def apart(read: Callable[[], Any]) -> Any:
    """What a new process reads."""
    return watched(read, (), lambda _call: 0).answer


def rehearsed(scene: Scene, folder: Path) -> Rehearsal:
    """Play a scene to its end. Raises RuntimeError where it does not come to one."""
    before, after = folder / "before", folder / "after"
    before.mkdir(parents=True)
    problem = apart(lambda: scene.before(before))
    shutil.copytree(before, after)
    ending = watched(lambda: scene.step(after), _kept(after), lambda _call: 0)
    for raised in (problem, ending.answer):
        if isinstance(raised, Raised):
            raise RuntimeError(f"{scene.name}: {raised.traceback}")
    states = [(apart(lambda at=at: seen(at)), apart(lambda at=at: measured(at))) for at in (before, after)]
    return Rehearsal(scene, before, ending.calls, *zip(*states, strict=True))


def _kept(folder: Path) -> tuple[Path, ...]:
    return tuple(folder / name for name in ("store", "keys", "temporary"))


def points(rehearsal: Rehearsal) -> Iterator[tuple[int, str]]:
    """Every moment to die at, with each way to die; the call after the last one is the end itself."""
    for call in rehearsal.calls:
        yield call.number, WAYS[0]
        yield call.number, WAYS[2]
        if call.writes > 1:
            yield call.number, WAYS[1]
    yield len(rehearsal.calls) + 1, WAYS[2]


def died(rehearsal: Rehearsal, folder: Path, *, number: int, way: str) -> bool:
    """Play the scene in a copy until call `number`, and die there; whether it died before its end."""
    shutil.copytree(rehearsal.before, folder)
    keep = folder.with_suffix(".kept")
    keep.mkdir()
    power = PowerLoss(keep)

    def decide(call: Call) -> int | None:
        if call.number < number:
            power.note(call)
            return 0
        if way == WAYS[1]:
            call.write_half()
        return None

    ending = watched(lambda: rehearsal.scene.step(folder), _kept(folder), decide)
    if way == WAYS[2]:
        power.strike(folder)
    shutil.rmtree(keep)
    return ending.killed


def judge(rehearsal: Rehearsal, folder: Path, count: Count, moment: str) -> None:
    """What a reader sees after the death, and after the step was done again."""
    before, after = rehearsal.seen
    now = apart(lambda: (seen(folder), measured(folder)))
    torn = isinstance(now, Raised)
    count.add("torn reads", int(torn))
    count.hold(not torn, f"{moment}: a reader fails: {now.traceback if torn else ''}")
    if not torn:
        old = now == (before, rehearsal.measured[0])
        new = now == (after, rehearsal.measured[1])
        count.add("stores as before", int(old))
        count.add("stores as after", int(new and not old))
        count.hold(old or new, f"{moment}: the store is neither as before nor as after")
    problem = apart(lambda: rehearsal.scene.step(folder))
    again = apart(lambda: (seen(folder), measured(folder), leftovers(folder)))
    if isinstance(problem, Raised) or isinstance(again, Raised):
        count.hold(False, f"{moment}: it cannot be repeated: {problem} {again}")
        return
    rows, wanted = again[0]["rows"], after["rows"]
    count.add("rows lost", len(set(wanted) - set(rows)))
    count.add("rows doubled", len(rows) - len(set(rows)))
    count.hold(again[:2] == (after, rehearsal.measured[1]), f"{moment}: repeating it gives another store")
    count.hold(not again[2], f"{moment}: leftovers stay: {', '.join(again[2])}")


def run(folder: Path, tries: int) -> Count:
    """Die at `tries` moments spread over all scenes, ways and calls; at all of them where there are fewer."""
    count = Count()
    warm_up(folder / "warm")
    plays = [rehearsed(scene, folder / f"scene-{n}") for n, scene in enumerate(scenes())]
    moments = [(play, number, way) for play in plays for number, way in points(play)]
    count.add("system calls", sum(len(play.calls) for play in plays))
    step = max(1, len(moments) // tries)
    for place, (play, number, way) in enumerate(moments[::step]):
        here = folder / f"point-{place}"
        killed = died(play, here, number=number, way=way)
        count.add(f"points ({way})")
        moment = f"{play.scene.name}, {way} at call {number} of {len(play.calls)}"
        count.hold(killed or number > len(play.calls), f"{moment}: it did not come to that call")
        judge(play, here, count, moment)
        shutil.rmtree(here)
    return count


BAR = Bar(
    "crashes",
    "dying before every write, fsync and rename: 0 lost, 0 doubled, 0 torn reads",
    short=60,
    full=1_000_000,
    run=run,
    needs=lacking,
)
