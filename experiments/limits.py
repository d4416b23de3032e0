"""What the engine may use: memory, threads, temporary space and time, each with an environment variable.

No result depends on them. A limit that is reached ends the command in one sentence, with nothing half done.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMORY, THREADS, TIME = "WATCHKEEPER_MEMORY", "WATCHKEEPER_THREADS", "WATCHKEEPER_TIME"
TEMPORARY, TEMPORARY_SIZE = "WATCHKEEPER_TEMP", "WATCHKEEPER_TEMP_SIZE"
DEFAULTS = {MEMORY: "4GB", TEMPORARY_SIZE: "20GB", TIME: "3600"}
MOST_THREADS, LONGEST_SECONDS = 256, 7 * 86_400


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` and `temporary_size` are sizes as DuckDB reads them (`4GB`), `seconds` is for one question to it.

    `temporary` is the folder under which each engine that may put rows aside gets a folder of its own.
    """

    memory: str
    threads: int
    temporary: Path
    temporary_size: str
    seconds: int


def limits(environment: Mapping[str, str] = os.environ) -> Limits:
    """The limits in force. Raises Fault where one is set to what it cannot be.

    >>> limits({"WATCHKEEPER_MEMORY": "500mb", "WATCHKEEPER_THREADS": "2"}).memory
    '500MB'
    """
    chosen = {**DEFAULTS, **{name: value for name, value in environment.items() if value}}
    threads = chosen.get(THREADS, str(os.cpu_count() or 1))
    return Limits(
        memory=size(MEMORY, chosen[MEMORY]),
        threads=whole(THREADS, threads, most=MOST_THREADS, what="threads"),
        temporary=Path(chosen.get(TEMPORARY) or tempfile.gettempdir()).expanduser(),
        temporary_size=size(TEMPORARY_SIZE, chosen[TEMPORARY_SIZE]),
        seconds=whole(TIME, chosen[TIME], most=LONGEST_SECONDS, what="seconds"),
    )


def size(name: str, wanted: str) -> str:
    """A size such as 4GB, as the variable `name` asks for it. Raises Fault where it is none."""
    number, unit = wanted[:-2], wanted[-2:].upper()
    if unit not in ("MB", "GB") or not (number.isascii() and number.isdigit() and int(number)):
        raise Fault(f"{name} is not a size.", expected="a whole number of MB or GB, such as 4GB")
    return f"{number}{unit}"


def whole(name: str, wanted: str, *, most: int, what: str) -> int:
    """A number of something, as the variable `name` asks for it. Raises Fault where it is none, or above `most`."""
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10 and 1 <= int(wanted) <= most):
        raise Fault(f"{name} is not a number of {what}.", expected=f"a whole number from 1 to {most:,}")
    return int(wanted)
