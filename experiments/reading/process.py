"""A reader in a child process: started with nothing but an open file, listened to, and ended whatever happens."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict
from threading import Timer
from typing import TYPE_CHECKING, Any

from experiments.faults import Fault
from experiments.reading.frames import END, FAULT, STOPPED, Broken, heard
from experiments.reading.starting import started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

    from experiments.reading.frames import Frame
    from experiments.reading.limits import Limits
    from experiments.reading.starting import Started

START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from experiments.reading.child import main
main()
"""
PIPE = 1024 * 1024  # bytes that the pipe holds, where the system lets it be set


@contextmanager
def frames(file: FileIO, name: str, limits: Limits, **wanted: Any) -> Iterator[Iterator[Frame]]:
    """What a reader says of an open file, but for faults and its end; the reader is gone afterwards.

    Raises Fault where the reader finds one, breaks a limit or dies of the file.
    """
    request = {"name": name, "limits": asdict(limits), **wanted}
    with started(START, file, request) as reader:
        try:
            yield _listened(reader, name, limits)
        except Broken:
            raise _died(name) from None


def _listened(reader: Started, name: str, limits: Limits) -> Iterator[Frame]:
    """Frames up to the end."""
    _widen(reader.pipe)
    while True:
        timer = Timer(limits.patience, reader.kill)
        timer.start()
        try:
            frame = heard(reader.pipe)
        except Broken:
            if timer.is_alive():
                raise
            raise _waited(name, limits) from None
        finally:
            timer.cancel()
        if frame.kind == END:
            return
        if frame.kind in (FAULT, STOPPED):
            raise _told(frame, name)
        yield frame


def _widen(pipe: FileIO) -> None:
    """A wider pipe means fewer turns between the two processes; only Linux has it."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # a user may have only so many wide ones
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def _told(frame: Frame, name: str) -> Fault:
    """The fault that the reader speaks of."""
    said = frame.document
    if frame.kind == STOPPED:
        return Fault(
            f"{name} cannot be read: its content stopped the reader ({said}).", do="Export it again."
        )
    if said is None:
        return Fault(
            f"{name} needs more memory than a reader may use.",
            do="Check where it comes from; WATCHKEEPER_READER_MEMORY allows more, such as 6GB.",
        )
    return Fault(str(said))


def _waited(name: str, limits: Limits) -> Fault:
    return Fault(
        f"Nothing came out of {name} in {limits.patience:,} seconds.",
        do="Check where it comes from; WATCHKEEPER_READER_SECONDS allows more.",
    )


def _died(name: str) -> Fault:
    """The fault of a file that the reader did not survive."""
    return Fault(
        f"{name} is damaged, or unfolds to far more than an event log can hold; nothing was taken in.",
        expected="a whole event log",
        do="Export it again.",
    )
