"""Rows on their way to the parent: blocks put together or cut so that every batch is of a bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.arrays import column
from experiments.faults import Fault
from experiments.reading.frames import END, MALFORMED, NAMES
from experiments.reading.limits import MOST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

    import pyarrow as pa

    from experiments.log_format import Block, Malformed, Reader
    from experiments.reading.frames import Speaker

BATCH_ROWS = 500_000
BATCH_BYTES = 64 * 1024 * 1024
BATCH_MALFORMED = 50_000


class Batches:
    """Blocks gathered until they make a batch; `speaker` hands each on, its malformed lines first."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._tables: list[pa.Table] = []
        self._malformed: list[Malformed] = []
        self._rows = self._bytes = 0

    def add(self, block: Block) -> None:
        """Take a block in, and hand on what has become a batch."""
        for table in _cut(block.table.append_column("line", column(block.lines))):
            size = table.nbytes
            if self._rows + table.num_rows > BATCH_ROWS or self._bytes + size > BATCH_BYTES:
                self.hand_on()
            self._tables.append(table)
            self._rows += table.num_rows
            self._bytes += size
        self._malformed += block.malformed
        if len(self._malformed) >= BATCH_MALFORMED:
            self.hand_on()

    def hand_on(self) -> None:
        """Hand on what was gathered, if it is anything."""
        import pyarrow as pa

        if self._malformed:
            self._speaker.say(MALFORMED, [[m.line, m.found, m.expected, m.column] for m in self._malformed])
        if self._rows or self._malformed:
            self._speaker.hand(pa.concat_tables(self._tables))
        self._tables, self._malformed = [], []
        self._rows = self._bytes = 0


def hand_all_on(
    reader: Reader, columns: tuple[str, ...], speaker: Speaker, *, file: FileIO, size: int, name: str
) -> None:
    """Speak of everything that a reader reads: the names first, then batches, then the end.

    `columns` are the wanted ones; `file`, of `size` bytes, shows how far it is read.
    """
    said = _say_names(reader, speaker, name)
    held = tuple(c for c in columns if c in reader.names) if reader.names_are_all else columns
    batches = Batches(speaker)
    for block in reader.blocks(held):
        speaker.share = file.tell() / max(size, 1) if block.share is None else block.share
        if len(reader.names) > said:
            said = _say_names(reader, speaker, name)
        batches.add(block)
    batches.hand_on()
    speaker.say(END)


def _say_names(reader: Reader, speaker: Speaker, name: str) -> int:
    """Say which columns the file has, and return how many."""
    if len(reader.names) > MOST_COLUMNS:
        raise Fault(f"{name} has far too many columns.", expected=f"at most {MOST_COLUMNS:,}")
    speaker.say(NAMES, reader.names)
    return len(reader.names)


def _cut(table: pa.Table) -> Iterator[pa.Table]:
    """The table in pieces of a batch's size at most; a single row may be larger."""
    if table.num_rows <= 1 or (table.num_rows <= BATCH_ROWS and table.nbytes <= BATCH_BYTES):
        yield table
        return
    half = min(table.num_rows // 2, BATCH_ROWS) if table.num_rows > 2 * BATCH_ROWS else table.num_rows // 2
    yield from _cut(table.slice(0, half))
    yield from _cut(table.slice(half))
