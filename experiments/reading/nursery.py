"""The nursery: a process that has loaded what readers need, and forks a new one of itself for every file.

It is started by `starting`, as a reader is: with no path, no key and nobody's environment. It never looks at a file
itself, so that each reader begins as if it were the first, and holds itself to its own limits. It ends with whoever
started it, or once nothing was asked of it for long.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from experiments.faults import Fault
from experiments.reading.child import load
from experiments.reading.frames import REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterator

IDLE = 60  # seconds without a file after which it ends
LENGTH = struct.Struct("<Q")  # of what follows: the code that a reader runs and its request, as JSON
STOP, GONE = b"S", b"G"  # said to it: end the reader; said by it: that reader is gone


def main() -> None:
    """Fork a reader for every file that comes over the socket on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it is told to stop, and closes the socket
    with socket.socket(fileno=0) as parent:
        for asked, file, pipe in _asked(parent):
            _serve(parent, asked, file, pipe)


def _asked(parent: socket.socket) -> Iterator[tuple[dict[str, Any], int, int]]:
    """What is asked, with the file and the pipe to read it into."""
    while True:
        parent.settimeout(IDLE)
        try:
            head, handles, _, _ = socket.recv_fds(parent, LENGTH.size, 2)
        except TimeoutError:
            return
        if len(head) < LENGTH.size:
            return
        length, content = LENGTH.unpack(head)[0], bytearray()
        while len(content) < length and (piece := parent.recv(length - len(content))):
            content += piece
        yield json.loads(content), handles[0], handles[1]


def _serve(parent: socket.socket, asked: dict[str, Any], file: int, pipe: int) -> None:
    """Fork the reader of a file, and end it when that is asked for or nobody is there to ask."""
    with suppress(Fault):  # of a name that says no format; the reader says so itself
        load(asked["request"]["name"])
    reader = os.fork()
    if not reader:
        parent.detach()
        _become_reader(asked, file, pipe)
    os.close(file)
    os.close(pipe)
    parent.settimeout(None)
    parent.recv(len(STOP))
    os.kill(reader, signal.SIGKILL)
    os.waitpid(reader, 0)
    with suppress(OSError):
        parent.sendall(GONE)


def _become_reader(asked: dict[str, Any], file: int, pipe: int) -> NoReturn:
    """Run a reader's code with nothing open but the file, as standard input, and the pipe, as standard output."""
    os.dup2(file, 0)
    os.dup2(pipe, 1)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ[REQUEST] = json.dumps(asked["request"])
    exec(asked["start"], {"__name__": "__main__"})
    os._exit(0)
