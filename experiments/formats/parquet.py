"""Parquet: typed columns, read as text so that the same rules judge every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.log_format import Block, Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from experiments.reading.bounded import Content

BLOCK = 262_144  # rows
LONGEST_CELLS = 1_000  # bytes a cell on average over a block; nothing that belongs into a log comes near it


class ParquetReader:
    """A Parquet file; a line is a row's number."""

    names_are_all = True

    def __init__(self, content: Content, file: str) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        try:
            schema = parquet.read_schema(content)
            # Text stays in its dictionary until it was measured: a small file can unfold to a very large one.
            texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
            content.seek(0)
            self._file = parquet.ParquetFile(content, read_dictionary=texts, page_checksum_verification=True)
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise _damaged(file) from None
        self._name = file
        self.names = tuple(schema.names)
        if len(set(self.names)) < len(self.names):
            raise Fault(
                f"{file} names a column twice.", expected="each column once", do="Rename one of them."
            )

    def blocks(self, wanted: tuple[str, ...]) -> Iterator[Block]:
        """The rows in blocks, every cell as text; times stay times."""
        import numpy as np
        import pyarrow as pa

        row, rows = 1, max(self._file.metadata.num_rows, 1)
        try:
            for batch in self._batches(list(wanted)):
                table = pa.table({name: _as_text(batch.column(name), name) for name in wanted})
                lines = row + np.arange(batch.num_rows, dtype=np.int64)
                row += batch.num_rows
                yield Block(table, lines, share=row / rows)
        except MemoryError:
            raise
        except (pa.ArrowException, OSError):
            raise _damaged(self._name) from None

    def _batches(self, wanted: list[str]) -> Iterator[pa.RecordBatch]:
        """One group of rows after the other: read in one go, they would pile up in memory."""
        for group in range(self._file.num_row_groups):
            yield from self._file.iter_batches(batch_size=BLOCK, row_groups=[group], columns=wanted)


def _damaged(file: str) -> Fault:
    return Fault(
        f"{file} is damaged or cut off.", expected="a whole Parquet file", do="Send or export it again."
    )


def _as_text(cells: pa.Array, name: str) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_dictionary(cells.type):
        cells = _unfolded(cells)
    kind = cells.type
    if pa.types.is_timestamp(kind):
        return _microseconds(cells, name)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _checked(cells.cast(pa.string()), name)
    plain = (pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating)
    if any(test(kind) for test in (*plain, pa.types.is_decimal, pa.types.is_date)):
        return cells.cast(pa.string())
    raise Fault(
        f"The column {name} holds lists, objects or bytes.", expected="text, numbers, times or true and false"
    )


def _checked(cells: pa.StringArray, name: str) -> pa.Array:
    """Text that is text: Parquet itself lets any bytes pass for it."""
    import pyarrow as pa

    try:
        return cells.view(pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        raise Fault(f"The column {name} holds bytes that are not UTF-8.", expected="UTF-8 text") from None


def _unfolded(cells: pa.DictionaryArray) -> pa.Array:
    """Cells out of their dictionary. Raises Fault where a small file unfolds to very much text."""
    import pyarrow as pa
    from pyarrow import compute

    words = cells.dictionary.cast(pa.binary())
    unfolded = compute.sum(compute.binary_length(words).take(cells.indices)).as_py() or 0
    if unfolded > LONGEST_CELLS * BLOCK:
        raise Fault(
            "The cells of the file are far too long for an event log.",
            expected=f"at most {LONGEST_CELLS:,} bytes a cell",
        )
    return cells.dictionary_decode()


def _microseconds(cells: pa.Array, name: str) -> pa.Array:
    """Times to the microsecond; finer digits are cut off."""
    import pyarrow as pa

    finer = cells.type.unit == "ns"
    try:
        return cells.cast(pa.timestamp("us", cells.type.tz and "UTC"), safe=not finer)
    except pa.ArrowInvalid:
        raise Fault(
            f"The column {name} holds times that no calendar has.", expected="a year from 1990 to 2099"
        ) from None


def _begins_as_parquet(head: bytes) -> bool:
    return head.startswith(b"PAR1")


FORMAT = Format(
    "parquet",
    "Parquet",
    (".parquet",),
    _begins_as_parquet,
    ParquetReader,
    needs=("pyarrow.compute", "pyarrow.parquet"),
    packed=False,
)
