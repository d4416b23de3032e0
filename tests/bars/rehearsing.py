"""Scenes played to their end once, so that it is known what a reader sees before and after each."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bars.rare_scenes import rare_scenes
from tests.bars.scenes import measured, scenes, seen, warm_up
from tests.bars.watched import Raised, watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bars.scenes import Scene
    from tests.bars.watched import Call


MANY = 40  # tries, from which on rare scenes are worth their preparation


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A scene that was played to its end once: its calls, and what a reader sees before and after it."""

    scene: Scene
    before: Path
    calls: tuple[Call, ...]
    seen: tuple[Any, Any]
    measured: tuple[Any, Any]


@cache
def rehearsals(folder: Path, *, rare: bool) -> list[Rehearsal]:
    """Every scene, the `rare` ones too where they are wanted, played once in this process.

    Raises RuntimeError where one does not come to its end.
    """
    played = (*scenes(), *(rare_scenes() if rare else ()))
    warm_up(folder / "warm", played)
    return [_rehearsed(scene, folder / f"scene-{number}") for number, scene in enumerate(played)]


def apart(read: Callable[[], Any]) -> Any:
    """What a new process reads."""
    return watched(read, (), lambda _call: 0).answer


def watched_in(folder: Path) -> tuple[Path, ...]:
    """Where calls count: the store, the keys, the temporary files."""
    return tuple(folder / name for name in ("store", "keys", "temporary"))


def _rehearsed(scene: Scene, folder: Path) -> Rehearsal:
    before, after = folder / "before", folder / "after"
    before.mkdir(parents=True)
    problem = apart(lambda: scene.before(before) and None)
    shutil.copytree(before, after)
    ending = watched(lambda: scene.step(after), watched_in(after), lambda _call: 0)
    for raised in (problem, ending.answer):
        if isinstance(raised, Raised):
            raise RuntimeError(f"{scene.name}: {raised.traceback}")
    if ending.answer[0] != 0:
        raise RuntimeError(f"{scene.name}: {ending.answer[1]}")
    states = [apart(lambda at=at: (seen(at), measured(at))) for at in (before, after)]
    return Rehearsal(scene, before, ending.calls, *zip(*states, strict=True))
