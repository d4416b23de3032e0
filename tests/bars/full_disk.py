"""A disk that is full from some call on, or fails once: one sentence, exit code 1, nothing lost, repeatable."""

from __future__ import annotations

import errno
import random
import shutil
from typing import TYPE_CHECKING

from tests.bars.bar import Bar, Count
from tests.bars.crashes import judge
from tests.bars.rehearsing import MANY, rehearsals, watched_in
from tests.bars.watched import GAINS_ROOM, Raised, lacking, watched

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bars.rehearsing import Rehearsal
    from tests.bars.watched import Call

TROUBLES = ("full from call", "failing once at call")


def refused(rehearsal: Rehearsal, folder: Path, *, number: int, trouble: str) -> object:
    """Play the scene in a copy on a disk in trouble at call `number`; its exit code and text."""
    shutil.copytree(rehearsal.before, folder)

    def decide(call: Call) -> int:
        if trouble == TROUBLES[0]:
            return errno.ENOSPC if call.number >= number and call.name not in GAINS_ROOM else 0
        return errno.EIO if call.number == number else 0

    return watched(lambda: rehearsal.scene.step(folder), watched_in(folder), decide).answer


def run(folder: Path, tries: int) -> Count:
    """Let the disk fail at `tries` calls spread over all scenes; at all of them where there are fewer."""
    count = Count()
    moments = [
        (play, call, trouble)
        for play in rehearsals(folder.parent / "rehearsed", rare=tries >= MANY)
        for call in play.calls
        if call.name not in GAINS_ROOM
        for trouble in TROUBLES
    ]
    chosen = sorted(random.Random(3).sample(range(len(moments)), min(tries, len(moments))))
    for place in chosen:
        play, call, trouble = moments[place]
        here = folder / f"point-{place}"
        said = refused(play, here, number=call.number, trouble=trouble)
        moment = f"{play.scene.name}, a disk {trouble} {call.number} ({call.name} {call.path.name})"
        count.add("points")
        _told(said, count, moment)
        judge(play, here, count, moment, deep=tries >= len(moments) or place % 10 == 0)
        shutil.rmtree(here)
    return count


def _told(said: object, count: Count, moment: str) -> None:
    """A fault is one line and exit code 1; a call that did not matter may pass."""
    if isinstance(said, Raised) or not isinstance(said, tuple):
        count.hold(False, f"{moment}: it ends with {said}")
        return
    code, text = said
    count.add("told in one sentence", int(code == 1))
    count.add("finished all the same", int(code == 0))
    one_line = code == 0 or (text.strip() and text.count("\n") == 1)
    count.hold(code in (0, 1) and one_line, f"{moment}: exit code {code}, {text!r}")


BAR = Bar(
    "full-disk",
    "a full or failing disk: the manifest stays valid, exit code 1 with one sentence, repeatable",
    short=4,
    full=1_000_000,
    run=run,
    needs=lacking,
)
