"""The limits on a reader: how much memory, processor time, rows and unfolded bytes a file may cost."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.limits import LONGEST_SECONDS, whole
from experiments.limits import size as size_named

if TYPE_CHECKING:
    from types import ModuleType

MEMORY, SECONDS, UNFOLDED = (f"WATCHKEEPER_READER_{what}" for what in ("MEMORY", "SECONDS", "UNFOLDED"))
DEFAULTS = {MEMORY: "3GB", SECONDS: "300", UNFOLDED: "200"}
MEGABYTE = 1024 * 1024
UNITS = {"MB": MEGABYTE, "GB": 1024 * MEGABYTE}
ANY_SIZE = 64 * MEGABYTE  # bytes that even the smallest file may unfold to
ANY_ROWS = 1_000_000
ROWS_A_BYTE = 10  # ten rows in a byte are no events: each has its own unit or time
MOST_COLUMNS = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost: bytes of memory and of unfolded content, rows, and seconds.

    `seconds` are those of the processor; `patience` those that may go by with nothing handed on.
    """

    memory: int
    unfolded: int
    rows: int
    seconds: int
    patience: float


def limits(size: int) -> Limits:
    """The limits on reading a file of `size` bytes, wider where the user asked for it by environment.

    Raises Fault where what was asked for is no size or number.
    """
    chosen = {**DEFAULTS, **{name: os.environ[name] for name in DEFAULTS if os.environ.get(name)}}
    times = whole(UNFOLDED, chosen[UNFOLDED], most=1_000_000, what="times its own size")
    memory = size_named(MEMORY, chosen[MEMORY])
    return Limits(
        memory=int(memory[:-2]) * UNITS[memory[-2:]],
        unfolded=ANY_SIZE + times * size,
        rows=ANY_ROWS + ROWS_A_BYTE * size,
        seconds=60 + 4 * (size // MEGABYTE),
        patience=whole(SECONDS, chosen[SECONDS], most=LONGEST_SECONDS, what="seconds"),
    )


def confine(limits: Limits) -> None:
    """Hold this process to the limits, for good: it writes no file and leaves no picture of its memory behind.

    Does nothing where the system has no such limits; then only the parent holds the reader to its limits.
    """
    if resource := _resource():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))


def seal() -> None:
    """Let this process open nothing any more: no file, no connection, no other process's pipe."""
    if resource := _resource():
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _resource() -> ModuleType | None:
    try:
        import resource
    except ImportError:
        return None
    return resource
