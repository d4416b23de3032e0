"""What a reader says to its parent: one frame after another through a pipe, each with its kind and length."""

from __future__ import annotations

import json
import os
import struct
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from io import FileIO

    import pyarrow as pa

NAMES, ROWS, MALFORMED, FAULT, STOPPED, END = b"N", b"R", b"M", b"F", b"S", b"E"
REQUEST = "READER_REQUEST"  # the variable of the environment that tells the reader what is wanted of the file
HEAD = struct.Struct("<cQd")  # kind, bytes that follow, share of the file that was read so far
MOST_PIECES = 512  # written at once: Linux and macOS take twice as many
LARGEST = 512 * 1024 * 1024


class Broken(Exception):
    """The frames end or go wrong in the middle: whoever wrote them is gone or not to be trusted."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing said: `content` is an Arrow buffer."""

    kind: bytes
    share: float
    content: pa.Buffer

    @property
    def document(self) -> Any:
        """The content as JSON."""
        try:
            return json.loads(self.content.to_pybytes())
        except (ValueError, RecursionError):
            raise Broken from None

    @property
    def table(self) -> pa.Table:
        """The content as rows; text and places in it are looked at before anyone relies on them."""
        import pyarrow as pa

        try:
            table = pa.ipc.open_stream(self.content).read_all()
            table.validate(full=True)
        except (pa.ArrowException, OSError):
            raise Broken from None
        return table


class Speaker:
    """The reader's end of the pipe. `share` is told with every frame."""

    def __init__(self, pipe: FileIO) -> None:
        self._pipe = pipe
        self.share = 0.0

    def say(self, kind: bytes, document: object = None) -> None:
        """Hand a small document on."""
        self._write(kind, [memoryview(json.dumps(document).encode("ascii"))])

    def hand(self, table: pa.Table) -> None:
        """Hand rows on."""
        import pyarrow as pa

        gathered = _Gathered()
        with pa.ipc.new_stream(pa.PythonFile(gathered, mode="w"), table.schema) as stream:
            stream.write_table(table)
        self._write(ROWS, gathered.pieces)

    def _write(self, kind: bytes, content: list[memoryview]) -> None:
        head = HEAD.pack(kind, sum(map(len, content)), self.share)
        pieces = deque([memoryview(head), *content])
        while pieces:
            done = self._some(list(islice(pieces, MOST_PIECES)))
            while pieces and done >= len(pieces[0]):
                done -= len(pieces.popleft())
            if done:
                pieces[0] = pieces[0][done:]

    def _some(self, pieces: list[memoryview]) -> int:
        """Write the beginning of some pieces: as many bytes as the pipe takes at once."""
        if hasattr(os, "writev"):  # one after the other they cost the reader at the other end more
            return os.writev(self._pipe.fileno(), pieces)
        return self._pipe.write(pieces[0]) or 0


class _Gathered:
    """A file, as Arrow wants one, that only notes what is to be written: columns stay where they are."""

    closed = False

    def __init__(self) -> None:
        self.pieces: list[memoryview] = []

    def write(self, piece: Any) -> int:
        """Note a piece."""
        self.pieces.append(memoryview(piece).cast("B"))
        return len(self.pieces[-1])

    def close(self) -> None:
        """Nothing: there is no file."""


def heard(pipe: FileIO) -> Frame:
    """The next frame. Raises Broken where there is none, or only a part of one."""
    import pyarrow as pa

    kind, length, share = HEAD.unpack(_exactly(pipe, HEAD.size))
    if length > LARGEST:
        raise Broken
    return Frame(kind, min(max(share, 0.0), 1.0), pa.py_buffer(_exactly(pipe, length)))


def _exactly(pipe: FileIO, length: int) -> memoryview:
    import pyarrow as pa

    whole = memoryview(pa.allocate_buffer(length)).cast("B") if length else memoryview(b"")
    done = 0
    while done < length:
        more = pipe.readinto(whole[done:])
        if not more:
            raise Broken
        done += more
    return whole
