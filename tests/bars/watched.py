"""A process whose every durable system call can be counted, refused or made its last (Linux, no rights needed).

The child installs a seccomp filter that reports such calls to the parent before they happen
(`seccomp_unotify(2)`): whoever makes them, Python, Arrow or a child of its own.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import pickle
import platform
import select
import signal
import socket
import struct
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = {
    "x86_64": {
        "write": 1, "open": 2, "pwrite64": 18, "writev": 20, "sendfile": 40, "fsync": 74, "fdatasync": 75,
        "truncate": 76, "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86,
        "unlink": 87, "symlink": 88, "openat": 257, "mkdirat": 258, "unlinkat": 263, "renameat": 264,
        "linkat": 265, "symlinkat": 266, "fallocate": 285, "pwritev": 296, "renameat2": 316,
        "copy_file_range": 326, "pwritev2": 328,
    },
    "aarch64": {
        "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "truncate": 45,
        "ftruncate": 46, "fallocate": 47, "openat": 56, "write": 64, "writev": 66, "pwrite64": 68, "pwritev": 70,
        "sendfile": 71, "fsync": 82, "fdatasync": 83, "renameat2": 276, "copy_file_range": 285, "pwritev2": 287,
    },
}  # fmt: skip
NAMES = {number: name for name, number in NUMBERS.get(platform.machine(), {}).items()}
SECCOMP = {"x86_64": 317, "aarch64": 277}
OF_HANDLES = frozenset({"write", "pwrite64", "writev", "pwritev", "pwritev2", "fsync", "fdatasync"})
OF_HANDLES |= {"ftruncate", "fallocate", "sendfile"}
CHANGES_CONTENT = OF_HANDLES - {"fsync", "fdatasync"} | {
    "truncate",
    "copy_file_range",
    "open",
    "openat",
    "creat",
}
FROM_FOLDER = {"openat": 0, "mkdirat": 0, "unlinkat": 0, "renameat": 2, "renameat2": 2, "linkat": 2}
TO_SECOND = frozenset({"rename", "link", "symlink"})
GAINS_ROOM = frozenset({"unlink", "unlinkat", "rmdir"})
TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
NOTIFICATION, ANSWER = "=QIIiIQ6Q", "=QqiI"
RECEIVE, SEND = 0xC0502100, 0xC0182101
GO_ON = 1
HERE = -100  # AT_FDCWD
LONGEST_PATH = 4096
PATIENCE = 60_000  # milliseconds without a call and without an end


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that is about to happen: its place in the order, its name, the file it changes."""

    number: int
    name: str
    path: Path
    process: int
    words: tuple[int, ...]

    @property
    def writes(self) -> int:
        """How many bytes a plain write is going to write; 0 for other calls."""
        return self.words[2] if self.name in ("write", "pwrite64") else 0

    def write_half(self) -> None:
        """Do half of a plain write in the name of the process."""
        handle, address, size = self.words[:3]
        with Path(f"/proc/{self.process}/mem").open("rb", buffering=0) as memory:
            memory.seek(address)
            content = memory.read(size // 2)
        told = Path(f"/proc/{self.process}/fdinfo/{handle}").read_text(encoding="ascii")
        place = self.words[3] if self.name == "pwrite64" else int(told.split()[1])
        file = os.open(f"/proc/{self.process}/fd/{handle}", os.O_WRONLY)
        try:
            os.pwrite(file, content, place)
        finally:
            os.close(file)


@dataclass(frozen=True, slots=True)
class Raised:
    """The traceback of a watched process that raised."""

    traceback: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a watched process ended: the calls it made, whether it was killed, what it returned or `Raised`."""

    calls: tuple[Call, ...]
    killed: bool
    answer: Any


def lacking() -> str:
    """What this machine lacks to watch a process; empty where nothing is lacking."""
    if sys.platform != "linux" or not NAMES:
        return "a Linux on x86-64 or ARM, to watch system calls"
    try:
        watched(lambda: None, (), lambda _call: 0)
    except OSError:
        return "a Linux that lets a process watch the system calls of its child"
    return ""


def watched(
    act: Callable[[], Any], folders: tuple[Path, ...], decide: Callable[[Call], int | None]
) -> Ending:
    """Run `act` in a child, and ask `decide` before every call of it that changes something in `folders`.

    `decide` answers 0 to let the call happen, an error number to refuse it, None to kill the process first.
    """
    ours, theirs = socket.socketpair()
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        _be_watched(act, theirs, writable)
    theirs.close()
    os.close(writable)
    _, handles, _, _ = socket.recv_fds(ours, 1, 1)
    if not handles:
        os.waitpid(child, 0)
        raise OSError(errno.ENOSYS, "the system lets no process be watched")
    listener = handles[0]
    try:
        calls, killed = _listen(listener, child, folders, decide)
    finally:
        os.close(listener)
        ours.close()
        os.waitpid(child, 0)
    with os.fdopen(readable, "rb") as pipe:
        answer = pipe.read()
    return Ending(tuple(calls), killed, pickle.loads(answer) if answer else None)


def _listen(
    listener: int, child: int, folders: tuple[Path, ...], decide: Callable[[Call], int | None]
) -> tuple[list[Call], bool]:
    """Answer every reported call until the process and its children have ended."""
    calls: list[Call] = []
    killed = False
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        events = poll.poll(PATIENCE)
        if not events:
            os.killpg(child, signal.SIGKILL)
            raise TimeoutError("the watched process hangs")
        if not events[0][1] & select.POLLIN:
            return calls, killed
        told = _received(listener)
        if told is None:
            continue
        place, process, number, words = told
        if killed:
            os.kill(process, signal.SIGKILL)
            continue
        path = _target(NAMES[number], process, words)
        refused: int | None = 0
        if path is not None and any(path.is_relative_to(folder) for folder in folders):
            calls.append(Call(len(calls) + 1, NAMES[number], path, process, words))
            refused = decide(calls[-1])
        if refused is None:
            os.killpg(child, signal.SIGKILL)
            killed = True
        else:
            _answer(listener, place, refused)


def _received(listener: int) -> tuple[int, int, int, tuple[int, ...]] | None:
    """A reported call: its id, process, number and words; None where the process has gone meanwhile."""
    told = bytearray(struct.calcsize(NOTIFICATION))
    try:
        fcntl.ioctl(listener, RECEIVE, told, True)
    except OSError:
        return None
    place, process, _, number, _, _, *words = struct.unpack(NOTIFICATION, told)
    return place, process, number, tuple(words)


def _answer(listener: int, place: int, refused: int) -> None:
    try:
        fcntl.ioctl(listener, SEND, struct.pack(ANSWER, place, 0, -refused, 0 if refused else GO_ON))
    except FileNotFoundError:
        return  # the process has gone meanwhile


def _target(name: str, process: int, words: tuple[int, ...]) -> Path | None:
    """The file that a call changes; of a rename or link, the new name."""
    try:
        if name in OF_HANDLES:
            return Path(f"/proc/{process}/fd/{ctypes.c_int(words[0]).value}").readlink()
        if name == "copy_file_range":
            return Path(f"/proc/{process}/fd/{ctypes.c_int(words[2]).value}").readlink()
        folder = FROM_FOLDER.get(name)
        if folder is None:
            return _named(process, HERE, words[1 if name in TO_SECOND else 0])
        return _named(process, ctypes.c_int(words[folder] & 0xFFFFFFFF).value, words[folder + 1])
    except OSError:
        return None


def source(call: Call) -> Path:
    """The old name of a file that a call renames."""
    if call.name not in FROM_FOLDER:
        return _named(call.process, HERE, call.words[0])
    return _named(call.process, ctypes.c_int(call.words[0] & 0xFFFFFFFF).value, call.words[1])


def _named(process: int, folder: int, address: int) -> Path:
    """The path that stands at an address of a process, from one of its folders."""
    text = b""
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        while b"\0" not in text and len(text) < LONGEST_PATH:
            here = address + len(text)
            memory.seek(here)
            text += memory.read(256 - here % 256)
    base = Path(f"/proc/{process}/cwd" if folder == HERE else f"/proc/{process}/fd/{folder}").readlink()
    return base / os.fsdecode(text.split(b"\0")[0])


def _be_watched(act: Callable[[], Any], parent: socket.socket, pipe: int) -> None:
    """The child: report from here on, act, hand the answer or the traceback over, end."""
    answer: Any = None
    try:
        os.setsid()
        socket.send_fds(parent, [b"."], [_reporting()])
        parent.close()
        answer = act()
    finally:
        if sys.exc_info()[0] is not None:
            answer = Raised(traceback.format_exc())
        with os.fdopen(pipe, "wb") as file:
            pickle.dump(answer, file)
        os._exit(0)


def _reporting() -> int:
    """Have this process and all its children report; the handle that hears of it."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(38, 1, 0, 0, 0):  # no new rights: what an unprivileged filter needs
        raise OSError(ctypes.get_errno(), "refused")
    steps = _filter()
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", len(steps), ctypes.addressof(code)))
    listener: int = system.syscall(SECCOMP[platform.machine()], 1, 8, program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return listener


def _filter() -> list[tuple[int, int, int, int]]:
    """The filter in the kernel's little language: which calls are reported."""
    load, equal, any_bit, end = 0x20, 0x15, 0x45, 0x06
    report, allow = (end, 0, 0, 0x7FC00000), (end, 0, 0, 0x7FFF0000)
    steps = [(load, 0, 0, 0)]
    for number, name in NAMES.items():
        if name in ("open", "openat"):  # only to write
            flags = (load, 0, 0, 24 if name == "open" else 32)
            steps += [(equal, 0, 4, number), flags, (any_bit, 0, 1, TO_WRITE), report, allow]
        else:
            steps += [(equal, 0, 1, number), report]
    return [*steps, allow]
