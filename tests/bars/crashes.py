"""Dying before every write, fsync, rename and other change of the disk: nothing lost, doubled or torn."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, Any

from tests.bars.bar import Bar, Count
from tests.bars.power import PowerLoss
from tests.bars.rehearsing import MANY, apart, rehearsals, watched_in
from tests.bars.scenes import leftovers, measured, seen
from tests.bars.watched import Raised, lacking, watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.bars.rehearsing import Rehearsal
    from tests.bars.watched import Call

WAYS = ("killed", "killed in the middle of a write", "cut off from power")


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

    ending = watched(lambda: rehearsal.scene.step(folder), watched_in(folder), decide)
    if way == WAYS[2]:
        power.strike(folder)
    shutil.rmtree(keep)
    return ending.killed


def judge(rehearsal: Rehearsal, folder: Path, count: Count, moment: str, *, deep: bool) -> None:
    """What a reader sees after the death, and after the step was done again; `deep` measures it, too."""
    before, after = (
        (state, table if deep else None)
        for state, table in zip(rehearsal.seen, rehearsal.measured, strict=True)
    )
    now = apart(lambda: (seen(folder), measured(folder) if deep else None))
    torn = isinstance(now, Raised)
    count.add("torn reads", int(torn))
    count.add("stores as before", int(now == before))
    count.add("stores as after", int(now == after != before))
    count.hold(not torn, f"{moment}: a reader fails: {now}")
    count.hold(torn or now in (before, after), f"{moment}: the store is neither as before nor as after")

    def repeat() -> tuple[tuple[int, str], Any, list[str]]:
        said = rehearsal.scene.step(folder)
        return said, (seen(folder), measured(folder) if deep else None), leftovers(folder)

    again = apart(repeat)
    if isinstance(again, Raised) or again[0][0] != 0:
        count.hold(False, f"{moment}: it cannot be repeated: {again}")
        return
    rows, wanted = again[1][0]["rows"], after[0]["rows"]
    count.add("rows lost", len(set(wanted) - set(rows)))
    count.add("rows doubled", len(rows) - len(set(rows)))
    count.hold(again[1] == after, f"{moment}: repeating it gives another store")
    count.hold(not again[2], f"{moment}: leftovers stay: {', '.join(again[2])}")


def run(folder: Path, tries: int) -> Count:
    """Die at `tries` moments spread over all scenes, ways and calls; at all of them where there are fewer."""
    count = Count()
    plays = rehearsals(folder.parent / "rehearsed", rare=tries >= MANY)
    moments = [(play, number, way) for play in plays for number, way in points(play)]
    count.add("system calls", sum(len(play.calls) for play in plays))
    chosen = sorted(random.Random(3).sample(range(len(moments)), min(tries, len(moments))))
    for done, place in enumerate(chosen):
        count.progress(done, len(chosen))
        play, number, way = moments[place]
        here = folder / f"point-{place}"
        killed = died(play, here, number=number, way=way)
        count.add("points")
        count.add(f"of them {way}")
        moment = f"{play.scene.name}, {way} at call {number} of {len(play.calls)}"
        at_its_end = number > len(play.calls)
        count.hold(killed or at_its_end, f"{moment}: it did not come to that call")
        if at_its_end:
            kept = apart(lambda here=here: seen(here)) == play.seen[1]
            count.hold(kept, f"{moment}: what was said to be done is gone")
        judge(play, here, count, moment, deep=tries >= len(moments) or place % 10 == 0)
        shutil.rmtree(here)
    return count


BAR = Bar(
    "crashes",
    "dying before every write, fsync and rename: 0 lost, 0 doubled, 0 torn reads",
    short=12,
    full=1_000_000,
    run=run,
    needs=lacking,
)
