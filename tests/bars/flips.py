"""Damage to any file of a store, a flipped bit or a cut: never passed over, always told with the file's name."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

from dashboard.cli import commands
from tests.bars.bar import Bar, Count
from tests.bars.scenes import HEADER, STUDY, say, unit, with_many

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READS = (("verify", STUDY), ("analyze", STUDY, "--json"), ("rejects", STUDY, "--json"))
UNSEEN = ".lock"  # holds nothing
LINES = 40  # at most, of what `verify` prints
KEPT_RESULTS = "results"  # a damaged one is computed again


def _bit(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << rng.randrange(8)]) + content[place + 1 :]


def _zeros(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content))
    block = content[place : place + 512]
    blank = bytes(len(block)) if any(block) else b"\xff" * len(block)
    return content[:place] + blank + content[place + 512 :]


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "bits flipped": _bit,
    "files cut": lambda content, rng: content[: rng.randrange(len(content))],
    "files lengthened": lambda content, rng: content + bytes([rng.randrange(256)]),
    "blocks blanked": _zeros,
}


def run(folder: Path, tries: int) -> Count:
    """Damage one file after the other, `tries` times in all, and read all that there is to read."""
    count, rng = Count(), random.Random(8)
    whole = folder / "whole"
    with_many(whole)
    answers = {words: say(whole, *words) for words in READS if words[0] in commands()}
    for words, (code, text) in answers.items():
        count.hold(code == 0, f"{words[0]} of a whole store ends with {code}: {text}")
    files = sorted(
        p.relative_to(whole) for p in whole.rglob("store/**/*") if p.is_file() and p.name != UNSEEN
    )
    count.add("files", len(files))
    for number in range(tries):
        here = folder / str(number)
        shutil.copytree(whole, here)
        path = here / files[number % len(files)]
        recomputed = path.parent.name == KEPT_RESULTS
        if not recomputed:  # else a kept result would answer, rightly, without a look at the data
            shutil.rmtree(here / "store" / STUDY / KEPT_RESULTS)
        damage = rng.choice(("bits flipped", "bits flipped", *DAMAGES))
        path.write_bytes(DAMAGES[damage](path.read_bytes(), rng))
        count.add(damage)
        told = _read(path, here, count, answers)
        count.add("told with the file's name", int(told))
        count.add("computed again", int(recomputed and not told))
        count.hold(told or recomputed, f"{path.relative_to(here)}: no reader noticed")
        shutil.rmtree(here)
    return count


def _read(path: Path, folder: Path, count: Count, answers: dict[tuple[str, ...], tuple[int, str]]) -> bool:
    """Whether some reader names the damaged file; every other says just what it says of a whole store.

    A file that none of them needs is told by the next writer.
    """
    told = False
    for words, answer in answers.items():
        code, text = say(folder, *words)
        said = _named(path, code, text)
        told = told or said
        right = code == 0 and _timeless(text) == _timeless(answer[1])
        count.hold(said or right, f"{path.name}: {words[0]} ends with {code} and {text[:300]!r}")
    if not told and path.parent.name != KEPT_RESULTS:
        count.add("told by the next writer alone")
        more = folder / "more.csv"
        more.write_text(HEADER + unit(400), encoding="utf-8")
        told = _named(path, *say(folder, "ingest", STUDY, str(more)))
    return told


def _named(path: Path, code: int, text: str) -> bool:
    return code == 1 and path.name in text and "Traceback" not in text and text.count("\n") <= LINES


def _timeless(text: str) -> list[str]:
    return [line for line in text.splitlines() if '"created_at"' not in line]


BAR = Bar(
    "flips",
    "bit flips and cuts in a file of the store: 0 silent, each with the file's name",
    short=100,
    full=1_000,
    run=run,
)
