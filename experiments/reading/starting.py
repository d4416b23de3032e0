"""How a reader is started: forked by a nursery that has loaded what it needs, or alone where nothing can fork."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from experiments.reading.frames import REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from io import FileIO

NURSERY = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from experiments.reading.nursery import main
main()
"""
LET_THROUGH = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")  # what Python needs to start
THREADS = {  # few, since each takes its own share of the memory that a reader may use
    "OMP_NUM_THREADS": str(min(os.cpu_count() or 1, 4)),
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "MALLOC_ARENA_MAX": "4",
}
FRESH = 30  # seconds for which a nursery is used again; it waits for longer itself
PATIENCE = 10  # seconds in which it ends a reader


@dataclass(frozen=True, slots=True)
class Started:
    """A reader that was started: the pipe it speaks through, and how to end it."""

    pipe: FileIO
    kill: Callable[[], None]


@contextmanager
def started(start: str, file: FileIO, request: Mapping[str, Any]) -> Iterator[Started]:
    """A reader that runs the code `start` with an open file and a request; it is gone afterwards."""
    way = _forked if sys.platform == "linux" else _alone
    with way(start, file, request) as reader:
        yield reader


@contextmanager
def _alone(start: str, file: FileIO, request: Mapping[str, Any]) -> Iterator[Started]:
    """A reader that is started from nothing."""
    asked = {REQUEST: json.dumps(request)}
    with _python(start, stdin=file, stdout=subprocess.PIPE, asked=asked) as process:
        pipe: Any = process.stdout
        try:
            yield Started(pipe, process.kill)
        finally:
            process.kill()


@contextmanager
def _forked(start: str, file: FileIO, request: Mapping[str, Any]) -> Iterator[Started]:
    """A reader that a nursery forks."""
    nursery = _nursery()
    outer, inner = os.pipe()
    with os.fdopen(outer, "rb", buffering=0) as pipe:
        try:
            nursery.ask(start, request, (file.fileno(), inner))
        finally:
            os.close(inner)
        try:
            yield Started(pipe, nursery.stop)
        finally:
            nursery.stop()
            if nursery.is_free():
                _nurseries.append(nursery)
            else:
                nursery.close()


class _Nursery:
    """The other end of a nursery: one reader at a time is asked for, and stopped."""

    def __init__(self) -> None:
        self.owner = _owner()
        self._lock, self._stopped = Lock(), True
        self._used = time.monotonic()
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = _python(NURSERY, stdin=theirs, stdout=subprocess.DEVNULL)

    def ask(self, start: str, request: Mapping[str, Any], handles: tuple[int, int]) -> None:
        """Have a reader forked for a file, with a pipe to speak through."""
        from experiments.reading.nursery import LENGTH

        content = json.dumps({"start": start, "request": request}).encode("ascii")
        self._stopped = False
        with suppress(OSError):  # a nursery that died is noticed by its pipe, which ends
            socket.send_fds(self._socket, [LENGTH.pack(len(content))], handles)
            self._socket.sendall(content)

    def stop(self) -> None:
        """End the reader, from whatever thread; nothing happens if it was ended."""
        from experiments.reading.nursery import STOP

        with self._lock:
            if not self._stopped:
                self._stopped = True
                with suppress(OSError):
                    self._socket.sendall(STOP)

    def is_free(self) -> bool:
        """Whether the reader that was stopped is gone, so that another one can be asked for."""
        from experiments.reading.nursery import GONE

        self._used = time.monotonic()
        self._socket.settimeout(PATIENCE)
        with suppress(OSError):
            return self._socket.recv(len(GONE)) == GONE
        return False

    def is_fresh(self) -> bool:
        """Whether it is alive, and was used not long ago by this process with these paths."""
        lately = time.monotonic() - self._used < FRESH
        return lately and self.owner == _owner() and self._process.poll() is None

    def close(self) -> None:
        """Let it end; one that another process started, before a fork, is left to that process."""
        self._socket.close()
        if self.owner[0] == os.getpid():
            self._process.kill()
            self._process.wait()


_nurseries: list[_Nursery] = []  # those without a reader


def _nursery() -> _Nursery:
    """A nursery without a reader."""
    while _nurseries:
        nursery = _nurseries.pop()
        if nursery.is_fresh():
            return nursery
        nursery.close()
    return _Nursery()


@atexit.register
def close_nurseries() -> None:
    """Let all nurseries end that have no reader."""
    while _nurseries:
        _nurseries.pop().close()


def _owner() -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """Whose readers a nursery can fork: a process, what Python is found by, and what is let through."""
    return os.getpid(), _paths(), tuple(_environment().items())


def _paths() -> str:
    return json.dumps([str(Path(entry).resolve()) for entry in sys.path])


def _environment() -> dict[str, str]:
    return {**{key: os.environ[key] for key in LET_THROUGH if key in os.environ}, **THREADS}


def _python(
    code: str, *, stdin: Any, stdout: int, asked: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Python with nothing but some open files and code."""
    return subprocess.Popen(
        [sys.executable, "-I", "-c", code, _paths()],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd=Path(os.sep).absolute(),
        env={**_environment(), **(asked or {})},
    )
