"""Formats of event logs: how a file is opened, recognised by its content, and read in blocks of text."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from analysis.registry import collect
from experiments.faults import Fault
from experiments.reading.bounded import Bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from io import FileIO

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.reading.bounded import Content

GZIP = b"\x1f\x8b"
FOREIGN = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"%PDF": "a PDF",
    b"PARE": "an encrypted Parquet file",
    b"SQLite": "a database",
    b"\xff\xfe": "text in UTF-16 or UTF-32",
    b"\xfe\xff": "text in UTF-16",
    b"\x00\x00\xfe\xff": "text in UTF-32",
}
HEAD = 4096  # bytes that are looked at to recognise a format
BUFFER = 1024 * 1024  # bytes fetched from the file at once


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is no row: what was found instead, and what was expected; never what stood in it."""

    line: int
    found: str
    expected: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows as text (or times): `table` has the wanted columns of the file, `lines` their first lines.

    `share` says how much of the file was read, where its place in the file does not tell.
    """

    table: pa.Table
    lines: NDArray[np.int64]
    malformed: tuple[Malformed, ...] = ()
    share: float | None = None


class Reader(Protocol):
    """An opened log. `names` are the file's columns, as far as known yet; more come unless `names_are_all`."""

    names_are_all: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the file's columns."""
        ...

    def blocks(self, wanted: tuple[str, ...]) -> Iterator[Block]:
        """The rows, with the wanted columns only."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the endings of its files, how it is recognised, and how it is read; it `needs` these modules.

    A `packed` one may be a .gz too, and is read from its beginning to its end.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[Content, str], Reader]
    needs: tuple[str, ...]
    packed: bool = True

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of its files, compressed or not."""
        return tuple(f"{s}{gz}" for s in self.suffixes for gz in ("", ".gz")[: 1 + self.packed])


def formats() -> Mapping[str, Format]:
    """Every format, by name.

    >>> sorted(formats())
    ['csv', 'jsonl', 'parquet']
    """
    return collect("experiments.formats", Format)


@contextmanager
def opened(file: FileIO, name: str, *, most: int) -> Iterator[Reader]:
    """The reader of a log whose content is what its name says, and unfolds to `most` bytes at most.

    Raises Fault where it is not, or the file is empty, damaged or cut off.
    """
    try:
        zipped = file.read(2) == GZIP
        file.seek(0)
        buffered = io.BufferedReader(file, BUFFER)
        with gzip.open(buffered) if zipped else buffered as content:
            format_ = _recognised(name, content.read(HEAD), zipped=zipped)
            content.seek(0)
            yield format_.read(Bounded(content, name, most) if format_.packed else content, name)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Fault(
            f"{name} is damaged or cut off.",
            expected="a whole compressed file",
            do="Send or export it again.",
        ) from None
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise Fault(f"{name} cannot be read ({reason}).", do="Check the path and its permissions.") from None


def _recognised(name: str, head: bytes, *, zipped: bool) -> Format:
    """The format that both the name and the first bytes say."""
    named = by_name(name)
    if not head:
        raise Fault(
            f"{name} is empty.", expected="a header line and at least one event", do="Export it again."
        )
    foreign = next((what for magic, what in FOREIGN.items() if head.startswith(magic)), None)
    found = next((f for f in formats().values() if f.recognises(head)), None)
    packed = name.lower().endswith(".gz")
    if foreign or found is not named or packed != zipped or (zipped and not named.packed):
        what = foreign or (f"{found.label}{', compressed' if zipped else ''}" if found else "something else")
        wanted = f"{named.label}{', compressed' if packed else ''}"
        raise Fault(
            f"{name} is not what its name says: it holds {what}.",
            expected=wanted,
            do="Rename it or export it again.",
        )
    return named


def endings() -> tuple[str, ...]:
    """The endings that names of logs have.

    >>> endings()
    ('.csv', '.csv.gz', '.jsonl', '.jsonl.gz', '.ndjson', '.ndjson.gz', '.parquet')
    """
    return tuple(ending for format_ in formats().values() for ending in format_.endings)


def by_name(name: str) -> Format:
    """The format that a file's name says. Raises Fault where it says none."""
    for format_ in formats().values():
        if name.lower().endswith(format_.endings):
            return format_
    raise Fault(
        f"The ending of {name} says nothing about its format.", expected=f"one of {', '.join(endings())}"
    )
