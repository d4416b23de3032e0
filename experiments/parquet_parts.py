"""Immutable files as Parquet: how they are written, and how they are read as one data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.arrays import empty

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.dataset

ROW_GROUP = 262_144  # rows that are read, and skipped, together


def as_parquet(table: pa.Table) -> bytes:
    """A table as the content of a file."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    repeating = [field.name for field in table.schema if _repeats(field.type)]
    parquet.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=1,
        use_dictionary=repeating,
        row_group_size=ROW_GROUP,
        store_schema=False,  # text is text, however it was at hand
    )
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _repeats(kind: pa.DataType) -> bool:
    """Whether a column's values are likely to come again and again: words and small numbers, but no pseudonyms."""
    import pyarrow as pa

    return not pa.types.is_primitive(kind) or kind == pa.int32()


def as_dataset(paths: tuple[Path, ...], schema: pa.Schema) -> pa.Table | pyarrow.dataset.Dataset:
    """Files as one data set. Without any, the module of data sets (a second) need not be loaded."""
    if not paths:
        return empty(schema)
    import pyarrow.dataset

    return pyarrow.dataset.dataset([str(path) for path in paths], schema=schema)
