"""What is interrupted, further: steps that put rows aside, merge, tell every clock anew, or remove."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.bars.scenes import (
    BAD,
    DECLARED,
    FIRST,
    HEADER,
    SECOND,
    STUDY,
    Scene,
    at_home,
    ingest,
    put,
    say,
    unit,
    with_both,
    with_first,
)

if TYPE_CHECKING:
    from pathlib import Path

MANY = HEADER + "".join(unit(300 + number) for number in range(24)) + SECOND.removeprefix(HEADER)
PUTS_ASIDE = {"experiments.spill.IN_MEMORY": 12, "experiments.spill.FILES": 4}
LISTS_OFTEN = {"experiments.rejects.IN_MEMORY": 1}
MERGES = {"experiments.compaction.MOST_AT_ONE_UNIT": 1}
IN_PIECES = {"experiments.compaction.ROWS_A_SEGMENT": 6, "experiments.retiming.UNITS_AT_ONCE": 4}


def rare_scenes() -> tuple[Scene, ...]:
    """Steps that a small log does not come to by itself, which is why limits are made small for them."""
    return (
        Scene("an ingest that puts rows aside", with_first, lambda f: _small(f, MANY, PUTS_ASIDE)),
        Scene(
            "an ingest with many rejected rows",
            with_both,
            lambda f: _small(f, _new_units(450) + BAD * 3, LISTS_OFTEN),
        ),
        Scene("an ingest that merges", with_both, lambda f: _small(f, _new_units(400), MERGES | IN_PIECES)),
        Scene("an ingest after a crash", _crashed, lambda f: ingest(f, _new_units(500))),
        Scene("an amendment of the clocks", with_both, _amend_clocks),
        Scene("an amendment of the clocks in pieces", with_both, lambda f: _small(f, "", IN_PIECES)),
        Scene("another title", with_both, lambda f: _register(f, DECLARED.replace("A small", "A tiny"))),
        Scene("compaction into pieces", with_both, lambda f: _limited(f, IN_PIECES, "compact", STUDY)),
        Scene("a withdrawal of many", with_both, lambda f: say(f, "forget", STUDY, *_people())),
        Scene("a withdrawal of all", with_first, lambda f: say(f, "forget", STUDY, *_everybody())),
        Scene("a purge", _analysed, lambda f: say(f, "purge", STUDY, "--yes")),
        Scene("a verification after a crash", _crashed, lambda f: say(f, "verify", STUDY)),
    )


def _new_units(first: int) -> str:
    return HEADER + "".join(unit(number) for number in range(first, first + 6))


def _people() -> list[str]:
    return [f"u{number}" for number in range(0, 12, 2)]


def _everybody() -> list[str]:
    return sorted({line.split(",")[0] for line in FIRST.splitlines()[1:]})


def _limited(folder: Path, limits: dict[str, int], *words: str) -> tuple[int, str]:
    """A command with limits made small."""
    with ExitStack() as made:
        for name, value in limits.items():
            made.enter_context(patch(name, value))
        return say(folder, *words)


def _small(folder: Path, log: str, limits: dict[str, int]) -> tuple[int, str]:
    """An ingest with limits made small; without a log, an amendment."""
    if not log:
        return _limited(folder, limits, *_amended_clocks(folder))
    return _limited(folder, limits, "ingest", STUDY, str(put(folder, log, "log-0.csv")))


def _amend_clocks(folder: Path) -> tuple[int, str]:
    return say(folder, *_amended_clocks(folder))


def _amended_clocks(folder: Path) -> tuple[str, ...]:
    changed = DECLARED.replace("exposure: {event: shown}\n", "")
    return "register", str(put(folder, changed, "changed.yaml")), "--amend", "Time runs from the assignment."


def _register(folder: Path, declared: str) -> tuple[int, str]:
    return say(folder, "register", str(put(folder, declared, "study.yaml")))


def _analysed(folder: Path) -> None:
    with_both(folder)
    say(folder, "analyze", STUDY)


def _crashed(folder: Path) -> None:
    """A store with everything that a writer can leave behind when it dies."""
    _analysed(folder)
    held = at_home(folder).path / STUDY
    (held / "incoming").mkdir()
    for name in ("incoming/unit-00.arrow", "segments/stray.parquet", "units/stray.parquet.1234.unfinished"):
        (held / name).write_bytes(b"left behind")
    shutil.copy(next((held / "results").glob("*.json")), held / "results" / "stale.json")
