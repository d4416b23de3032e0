"""Whether immutable files still are what was written: each is read once in a process, and again when it changed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from experiments.durable import digest
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from experiments.manifest import Part

AT_ONCE = 2  # files that are read at the same time; hashing lets other threads run
SETTLED = 2_000_000_000  # nanoseconds after which a second change to a file cannot bear the time of the first

Looks = tuple[int, int, int, int]  # size, times of the last changes in nanoseconds, number of the file
_known: dict[tuple[Path, str], Looks] = {}


def looks(path: Path) -> Looks:
    """By what one sees that a file is another one, without reading it. Raises FileNotFoundError."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def intact(path: Path, sha256: str, *, afresh: bool = False) -> bool:
    """Whether the file has this digest. One that looks as it did when it was read is not read again, but `afresh`.

    Raises FileNotFoundError for a file that is gone.
    """
    seen = looks(path)
    if not afresh and _known.get((path, sha256)) == seen:
        return True
    same = digest(path) == sha256
    if same and time.time_ns() - max(seen[1:3]) > SETTLED:
        _known[path, sha256] = seen
    return same


def damaged(name: str) -> Fault:
    """What to say of a file that is not what was written."""
    return Fault(
        f"A file of the store is missing, damaged or was changed: {name}.",
        do="Put it back from your backup, or ingest the logs again into a new store.",
    )


def broken(folder: Path, parts: Sequence[Part], *, afresh: bool = False) -> dict[str, str]:
    """The parts in a study's folder that are "missing" or "damaged", by their names."""

    def state(part: Part) -> str:
        try:
            return "" if intact(folder / part.file, part.sha256, afresh=afresh) else "damaged"
        except FileNotFoundError:
            return "missing"

    if len(parts) == 1:
        return {parts[0].file: found} if (found := state(parts[0])) else {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        states = zip(parts, pool.map(state, parts), strict=True)
        return {part.file: found for part, found in states if found}
