"""Writing that survives a crash: whole files by fsync and atomic rename, sealed JSON, locks."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from experiments.faults import Fault

if TYPE_CHECKING:
    from io import BufferedRandom
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


UNFINISHED = ".unfinished"  # the ending of a file that is still being written


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Put `content` at `path`, whole or not at all: temporary file, fsync, atomic rename, fsync of the folder.

    Raises Fault where the disk does not allow it; what stood there before then still stands there.
    """
    unfinished = path.with_name(f"{path.name}.{token_hex(4)}{UNFINISHED}")  # two may write the same result
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        settle(path.parent)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise refused(error) from error


def refused(error: OSError) -> Fault:
    """What to say where the disk does not allow to write."""
    return Fault(
        f"The store cannot be written ({error.strerror or 'the system refused'}); nothing was changed.",
        do="Make room or grant the right to write there, and run the command again.",
    )


def settle(folder: Path) -> None:
    """Make the names in a folder durable, not only what the files hold; Windows has no such call and needs none."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sealed(document: dict[str, Any]) -> bytes:
    """A JSON document that carries its own SHA-256, so that a later change of any byte is noticed.

    Keys keep their order: waves and times since a switch are told in it.
    """
    body = json.dumps(document, allow_nan=False, ensure_ascii=False)
    content = body.encode(errors="backslashreplace")  # JSON's own way to write what is no UTF-8
    seal = hashlib.sha256(content).hexdigest()
    return f'{{"seal": "{seal}",\n"document": '.encode() + content + b"}\n"


def unsealed(content: bytes) -> dict[str, Any] | None:
    """The document inside `sealed` content; None where it was damaged."""
    try:
        outer = json.loads(content)
        document: dict[str, Any] = outer["document"]
        intact = sealed(document) == content
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return document if intact else None


def digest(path: Path) -> str:
    """The SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lock_if_free(path: Path) -> BufferedRandom | None:
    """The open, locked file at `path`; None where another process holds it. Raises OSError where it cannot be."""
    file = path.open("a+b")
    try:
        _try_lock(file.fileno())
    except OSError:
        file.close()
        return None
    return file
