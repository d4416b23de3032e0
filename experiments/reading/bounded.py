"""Content that ends in a fault once it has unfolded to more than an event log of its size can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from experiments.faults import Fault

if TYPE_CHECKING:
    from io import BufferedIOBase


class Content(Protocol):
    """What a format reads from: bytes, lines, and back to the beginning."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`."""
        ...

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line, at most `size` bytes of it."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""
        ...


class Bounded:
    """Another content, of which at most `most` bytes are read from any one beginning."""

    def __init__(self, content: BufferedIOBase, name: str, most: int) -> None:
        self._content, self._name, self._most, self._left = content, name, most, most

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`. Raises Fault where it has become too much."""
        return self._counted(self._content.read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line, at most `size` bytes of it. Raises Fault where it has become too much."""
        return self._counted(self._content.readline(size))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, and count anew from there."""
        self._left = self._most
        return self._content.seek(offset, whence)

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left < 0:
            raise too_much(self._name)
        return piece


def too_much(name: str) -> Fault:
    """The fault of a file that is a bomb, or as good as one."""
    return Fault(
        f"{name} unfolds to far more than an event log of its size can hold.",
        expected="rows that differ from each other",
        do="Check where it comes from; WATCHKEEPER_READER_UNFOLDED allows more (times its size, usually 200).",
    )
