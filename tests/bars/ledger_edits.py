"""Edits of a ledger of releases: a changed byte, a dropped line, two swapped, a tail cut off; each is noticed."""

from __future__ import annotations

import os
import random
from functools import partial
from typing import TYPE_CHECKING

from analysis.about import Registration
from analysis.release.tables import Published, Sum
from experiments.faults import Fault
from experiments.ledger import FILE, FOLDER, Entry, append, read
from experiments.store import Store
from tests.bars.bar import Bar, Count

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STUDY, ENTRIES, SEED = "warned", 12, 7


class _Registered(Store):
    """A store with one study, of which only its name matters here."""

    def studies(self) -> tuple[str, ...]:
        """The one study."""
        return (STUDY,)

    def registration(self, study_id: str) -> Registration:
        """When it was registered."""
        return Registration(f"plan of {study_id}", "2026-01-01T00:00:00Z")


def entry(number: int) -> Entry:
    """An entry like a release's."""
    cells: dict[str, tuple[int, int | None]] = {"units": (280 + number, 280 + number), "lost": (0, None)}
    said = Published(
        data=f"{number:064x}",
        plan="p" * 64,
        policy="public",
        rounded=False,
        population={"units": 280 + number},
        cells=cells,
        small=("lost",),
        sums=(Sum((("units", 1.0), ("lost", -1.0)), 0.0, 0.0),),
    )
    return Entry(number, "2026-03-02T09:00:00Z", "public", f"{number:064d}", said)


def _after(number: int, _: tuple[Entry, ...]) -> Entry:
    return entry(number)


def _edit(lines: list[bytes], drawn: random.Random) -> None:
    line, place = drawn.randrange(len(lines)), drawn.randrange(len(lines[0]))
    changed = bytearray(lines[line])
    changed[place % len(changed)] ^= 1 << drawn.randrange(8)
    lines[line] = bytes(changed)


def _drop(lines: list[bytes], drawn: random.Random) -> None:
    del lines[drawn.randrange(len(lines))]


def _swap(lines: list[bytes], drawn: random.Random) -> None:
    one, two = drawn.sample(range(len(lines)), 2)
    lines[one], lines[two] = lines[two], lines[one]


def _cut(lines: list[bytes], drawn: random.Random) -> None:
    content = b"".join(lines)
    lines[:] = [content[: drawn.randrange(len(content))]]


def _cut_lines(lines: list[bytes], drawn: random.Random) -> None:
    del lines[drawn.randrange(len(lines)) :]


def _repeat(lines: list[bytes], drawn: random.Random) -> None:
    lines.insert(drawn.randrange(len(lines) + 1), lines[drawn.randrange(len(lines))])


def _other(lines: list[bytes], drawn: random.Random) -> None:
    """Another count in a line whose form is right."""
    line = drawn.randrange(len(lines))
    number = str(281 + line).encode()
    lines[line] = lines[line].replace(number, str(281 + line + drawn.randrange(1, 9)).encode())


KINDS: tuple[Callable[[list[bytes], random.Random], None], ...] = (
    _edit,
    _drop,
    _swap,
    _cut,
    _cut_lines,
    _repeat,
    _other,
)


def _run(folder: Path, tries: int) -> Count:
    os.environ["WATCHKEEPER_KEYS"] = str(folder / "keys")
    store, count, drawn = _Registered(folder / "store"), Count(), random.Random(SEED)
    for number in range(1, ENTRIES + 1):
        append(store, STUDY, partial(_after, number))
    path = folder / "store" / STUDY / FOLDER / FILE
    written = path.read_bytes()
    count.hold(len(read(store, STUDY)) == ENTRIES, "the ledger as written cannot be read")
    for number in range(tries):
        kind = KINDS[number % len(KINDS)]
        lines = written.splitlines(keepends=True)
        kind(lines, drawn)
        path.write_bytes(b"".join(lines))
        count.add(kind.__name__.strip("_").replace("_", " "))
        count.hold(_noticed(store), f"try {number}: {kind.__name__} unnoticed")
    return count


def _noticed(store: Store) -> bool:
    try:
        read(store, STUDY)
    except Fault:
        return True
    return False


LEDGER = Bar("ledger", "no change of the ledger goes unnoticed", 140, 1_001, _run)
