"""Rows on their way in: in memory while they are few, else put aside in files by range of a 64-bit number.

Only typed rows with pseudonyms are ever put aside, and numbers in place of words. The folder goes at the end, and
what a writer that died left of one goes when the next one begins.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, empty, flags, numbers
from experiments.durable import refused
from experiments.unit_range import WHOLE, UnitRange, sharing
from experiments.words import Numbering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

FILES = 64
IN_MEMORY = 1_500_000  # rows
AT_ONCE = 500_000  # rows that are sorted into files together: few enough to stay near the processor


class Spill:
    """Rows by range of the number in the column `by`; what tells their order has to be in them.

    Columns of text come back as words (`experiments.words`).
    """

    def __init__(self, folder: Path, schema: pa.Schema, *, by: str = "unit") -> None:
        self.rows = 0
        self.folder, self.schema, self._by = folder, schema, by
        self._words = Numbering()
        self._kept = _without_text(schema)
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._counts = [0] * FILES
        self._writers: dict[int, Any] = {}

    def add(self, rows: pa.Table) -> None:
        """Take rows in. Raises Fault where the disk does not hold them."""
        import pyarrow as pa

        self.rows += rows.num_rows
        self._held_rows += rows.num_rows
        columns = [self._numbered(field, rows[field.name]) for field in self.schema]
        self._held.append(pa.Table.from_arrays(columns, schema=self._kept))
        if self._held_rows > (AT_ONCE if self._writers else IN_MEMORY):
            self._put_aside()

    def ranges(self) -> tuple[UnitRange, ...]:
        """The ranges to read the rows by: all at once where memory held them."""
        if not self._writers:
            return (WHOLE,)
        self._put_aside()
        for writer in self._writers.values():
            _told(writer.close)
        return sharing(self._counts, IN_MEMORY)

    def read(self, within: UnitRange, columns: list[str] | None = None) -> pa.Table:
        """The rows of one of the `ranges`, in any order."""
        import pyarrow as pa

        wanted = columns or self.schema.names
        none = empty(self._kept).select(wanted)
        if not self._writers:
            return self._said(pa.concat_tables([none, *(table.select(wanted) for table in self._held)]))
        size = WHOLE.high // FILES + 1
        paths = [self._path(file) for file in range(within.low // size, within.high // size + 1)]
        part = None if within.high - within.low + 1 >= size else within  # of the one file that has it
        read = [_read(path, wanted, self._by, part) for path in paths if path.is_file()]
        return self._said(pa.concat_tables([none, *read]))

    def _numbered(self, field: pa.Field, values: pa.ChunkedArray) -> Any:
        """A column as it is kept."""
        import pyarrow as pa

        return (
            self._words.numbered(field.name, values)
            if pa.types.is_string(field.type)
            else values.cast(field.type)
        )

    def _said(self, rows: pa.Table) -> pa.Table:
        """Rows with words in place of their numbers."""
        for place, name in enumerate(rows.column_names):
            if self.schema.field(name).type != self._kept.field(name).type:
                rows = rows.set_column(place, name, self._words.words(name, rows[name]))
        return rows

    def _put_aside(self) -> None:
        import pyarrow as pa

        rows = pa.concat_tables([empty(self._kept), *self._held])
        self._held, self._held_rows = [], 0
        for first in range(0, rows.num_rows, AT_ONCE):
            self._shared_out(rows.slice(first, AT_ONCE).combine_chunks())

    def _shared_out(self, rows: pa.Table) -> None:
        """Put some rows into the file of each one's range."""
        import numpy as np

        file_of_row = (numbers(rows[self._by]) // np.uint64(WHOLE.high // FILES + 1)).astype(np.uint8)
        rows = rows.take(column(np.argsort(file_of_row, kind="stable")))
        first = 0
        for file, count in enumerate(np.bincount(file_of_row, minlength=FILES).tolist()):
            if count:
                self._counts[file] += count
                _told(self._writer(file).write_table, rows.slice(first, count))
            first += count

    def _writer(self, file: int) -> Any:
        import pyarrow as pa

        if file not in self._writers:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._writers[file] = pa.ipc.new_file(str(self._path(file)), self._kept)
        return self._writers[file]

    def _path(self, file: int) -> Path:
        return self.folder / f"{self._by}-{file:02}.arrow"


def _without_text(schema: pa.Schema) -> pa.Schema:
    """The schema with numbers in place of text."""
    import pyarrow as pa

    return pa.schema(
        [(field.name, pa.int32() if pa.types.is_string(field.type) else field.type) for field in schema]
    )


def _read(path: Path, columns: list[str], by: str, part: UnitRange | None) -> pa.Table:
    """Columns of a file's rows, or of a `part` of them: those whose number in the column `by` lies in it."""
    import pyarrow as pa

    with pa.ipc.open_file(str(path)) as file:
        names = file.schema.names
    needed = {*columns, by} if part else {*columns}
    options = pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in needed])
    with pa.ipc.open_file(str(path), options=options) as file:
        if part is None:
            return file.read_all().select(columns)
        batches = (file.get_batch(place) for place in range(file.num_record_batches))
        return pa.concat_tables([_within(pa.table(batch), columns, by, part) for batch in batches])


def _within(rows: pa.Table, columns: list[str], by: str, part: UnitRange) -> pa.Table:
    import numpy as np

    held = numbers(rows[by])
    return rows.select(columns).filter(flags((held >= np.uint64(part.low)) & (held <= np.uint64(part.high))))


def _told(write: Any, *content: Any) -> None:
    """Write, and say in one sentence where the disk refuses."""
    try:
        write(*content)
    except OSError as error:
        raise refused(error) from error


@contextmanager
def incoming(folder: Path) -> Iterator[Path]:
    """A folder to put rows aside in, empty at the beginning and gone at the end."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
