"""A file as it was found: its size and its SHA-256, and whether it is still the same once it was read."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO
    from pathlib import Path

PIECE = 1024 * 1024  # bytes hashed at once


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be read: where, how it is called, how large it is, and what tells it from another one."""

    path: Path
    name: str
    size: int
    sha256: str
    state: tuple[int, ...]


def found(path: Path, name: str = "") -> Found:
    """The file at `path`, hashed as it stands. Raises Fault where there is none, or it changes meanwhile."""
    name = name or path.name
    with _opened(path, name) as file:
        state = _state(file)
        size, rest, hashed = state[2], state[2], sha256()
        while rest and (piece := file.read(min(PIECE, rest))):
            hashed.update(piece)
            rest -= len(piece)
        if _state(file) != state or rest:
            raise _changed(name)
    return Found(path, name, size, hashed.hexdigest(), state)


@contextmanager
def unchanged(file: Found) -> Iterator[FileIO]:
    """The file, open at its beginning. Raises Fault where it is another one before or after than was hashed."""
    with _opened(file.path, file.name) as opened:
        if _state(opened) != file.state:
            raise _changed(file.name)
        yield opened
        if _state(opened) != file.state:
            raise _changed(file.name)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[FileIO]:
    """An ordinary file, open; nothing else is touched, since opening a pipe waits and opening a device may act."""
    try:
        _require_ordinary(path.stat(), name)
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise Fault(f"{name} does not exist.", expected=EVENT_LOG) from None
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise Fault(f"{name} cannot be read ({reason}).", do="Check the path and its permissions.") from None
    with os.fdopen(handle, "rb", buffering=0) as file:
        _require_ordinary(os.fstat(handle), name)
        yield file


EVENT_LOG = "an event log: .csv, .jsonl (or either as .gz), .parquet"


def _require_ordinary(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "no ordinary file"
        raise Fault(f"{name} is {what}.", expected=EVENT_LOG)


def _state(file: FileIO) -> tuple[int, ...]:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _changed(name: str) -> Fault:
    return Fault(
        f"{name} changed while it was read; nothing was taken in.",
        expected="a log that nobody writes to any more",
        do="Wait until it is complete, or take a copy, and ingest that.",
    )
