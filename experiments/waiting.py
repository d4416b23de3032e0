"""How long a writer waits for another one, and what it says meanwhile."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from experiments.durable import lock_if_free, refused
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedRandom
    from pathlib import Path

WAIT = "WATCHKEEPER_WAIT"
DEFAULT_SECONDS, LONGEST_SECONDS, PAUSE = 60, 86_400, 0.05
LOCK, HOLDER = ".lock", ".writer"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the process, since when (ISO 8601), and the name of its command."""

    pid: int
    since: str
    command: str

    def __str__(self) -> str:
        doing = f" with `watchkeeper {self.command}`" if self.command else ""
        return f"process {self.pid}{doing}, since {self.since}"


@dataclass(frozen=True, slots=True)
class Patience:
    """What the writers of a command go by: its name, whom they tell that they wait, and for how long.

    Without `seconds` it is WATCHKEEPER_WAIT that says how long.
    """

    command: str = ""
    say: Callable[[str], None] = lambda _: None
    seconds: int | None = None


_NOBODY = Patience()
_patience: ContextVar[Patience] = ContextVar("patience", default=_NOBODY)


@contextmanager
def patiently(patience: Patience) -> Iterator[None]:
    """Let the writers of a command go by its patience."""
    before = _patience.set(patience)
    try:
        yield
    finally:
        _patience.reset(before)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, after waiting for another writer; the system lets go of it even if the process dies.

    Raises Fault where another process holds it for too long, or the folder cannot be written.
    """
    limit = _seconds()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = lock_if_free(folder / LOCK) or _waited(folder, limit)
    except OSError as error:
        raise refused(error) from error
    with lock:
        _sign(folder)
        try:
            yield
        finally:
            with suppress(OSError):
                (folder / HOLDER).unlink(missing_ok=True)


def writing_now(folder: Path) -> Writer | None:
    """Who writes in the folder right now; None where nobody does."""
    if (said := writer(folder)) is None:
        return None
    try:
        lock = lock_if_free(folder / LOCK)
    except OSError:
        return None
    if lock is None:
        return said
    lock.close()  # its writer died
    return None


def writer(folder: Path) -> Writer | None:
    """Who said last that it writes in the folder."""
    try:
        return Writer(**json.loads((folder / HOLDER).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _waited(folder: Path, limit: int) -> BufferedRandom:
    """The lock, once it is free. Raises Fault where it is not for `limit` seconds."""
    held_by, end = writer(folder), time.monotonic() + limit
    who = f" ({held_by})" if held_by else ""
    if limit:
        _patience.get().say(
            f"Waiting for another watchkeeper that writes to this study{who}, at most {limit} s."
        )
    while time.monotonic() < end:
        time.sleep(PAUSE)
        if lock := lock_if_free(folder / LOCK):
            return lock
    waited = f"; it was waited for {limit:,} seconds" if limit else ""
    raise Fault(
        f"Another watchkeeper is writing to this study right now{who}{waited}.",
        do="Repeat when it is done, or wait longer: --wait SECONDS.",
    )


def _sign(folder: Path) -> None:
    """Leave word of who writes; others can do without it."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    content = json.dumps(asdict(Writer(os.getpid(), since, _patience.get().command)))
    with suppress(OSError):
        (folder / HOLDER).write_text(content, encoding="utf-8")


def _seconds() -> int:
    if (chosen := _patience.get().seconds) is not None:
        return chosen
    return waiting_time(os.environ.get(WAIT) or str(DEFAULT_SECONDS))


def waiting_time(wanted: str) -> int:
    """Seconds to wait. Raises Fault where they are none.

    >>> waiting_time("90")
    90
    """
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10 and int(wanted) <= LONGEST_SECONDS):
        raise Fault(
            "The time to wait for another writer is no number of seconds.",
            expected=f"a whole number from 0 to {LONGEST_SECONDS:,}",
            do=f"Correct --wait or {WAIT}.",
        )
    return int(wanted)
