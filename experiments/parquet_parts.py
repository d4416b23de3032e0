"""Immutable files as Parquet: how they are written, and how they are read as one data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.arrays import empty, numbers
from experiments.unit_range import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.dataset

ROW_GROUP = 262_144  # rows that are read, and skipped, together
ROW_GROUP_BY_UNIT = 65_536  # of rows that are one a unit
SOUGHT = ("unit", "occurred_at")  # columns by which groups of rows are passed over


def as_parquet(table: pa.Table) -> memoryview:
    """A table as the content of a file.

    Rows in the order of units are written in groups that end where ranges of units do (`experiments.unit_range`),
    so that no group is read for two ranges that are larger.
    """
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    repeating = [field.name for field in table.schema if _repeats(field.type)]
    with parquet.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=repeating,
        write_statistics=[name for name in SOUGHT if name in table.column_names],
        store_schema=False,  # text is text, however it was at hand
    ) as writer:
        for rows in _groups(table):
            writer.write_table(rows, row_group_size=ROW_GROUP)
    return memoryview(sink.getvalue())


def _groups(table: pa.Table) -> Iterator[pa.Table]:
    """The rows that are to be read together, in their order."""
    units = None
    if "unit" in table.column_names and not table["unit"].null_count:
        units = numbers(table["unit"])
    if units is None or (units[1:] < units[:-1]).any():
        yield table
        return
    one_a_unit = (units[1:] > units[:-1]).all()
    yield from WHOLE.parts_of(table, ROW_GROUP_BY_UNIT if one_a_unit else ROW_GROUP)


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
