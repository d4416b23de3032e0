"""Columns of a range's events as Arrow holds them, read without a query, a few units after the others."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.parquet_files import Files
    from experiments.unit_range import UnitRange

BATCH = 65_536  # rows that are read together


def log_blocks(held: Files, within: UnitRange, names: Sequence[str]) -> Iterator[pa.Table]:
    """Columns of the rows of a range, `unit` among them: all rows of some units, then those of others, in order.

    Words come as dictionaries, a list of words to each chunk; a file that lacks a column is null in it. Where
    files overlap all rows come at once, those of a unit in the order of files.
    """
    import pyarrow as pa

    wanted = _with_dictionaries(held.schema, names)
    here = held.within(within)
    if not here.paths:
        return
    files = sorted((_told(path)[1][0][0], _told(path)[1][-1][1], path) for path in here.paths)
    if any(before[1] >= after[0] for before, after in pairwise(files)):
        batches = [rows for *_, path in files for rows in _batches(path, within, wanted)]
        yield _sorted(pa.concat_tables([wanted.empty_table(), *batches]))
        return
    for *_, path in files:
        yield from _by_unit(_batches(path, within, wanted))


def with_columns(rows: pa.Table, schema: pa.Schema, names: Sequence[str]) -> pa.Table:
    """Columns of rows at hand as `log_blocks` gives those of files; their words are dictionaries already."""
    return _as_wanted(rows, _with_dictionaries(schema, names))


def _as_wanted(rows: pa.Table, wanted: pa.Schema) -> pa.Table:
    """The wanted columns, null where the rows lack one."""
    import pyarrow as pa

    there = rows.column_names
    columns = [rows[f.name] if f.name in there else pa.nulls(rows.num_rows, f.type) for f in wanted]
    return pa.table(columns, schema=wanted)


def _with_dictionaries(schema: pa.Schema, names: Sequence[str]) -> pa.Schema:
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    kinds = {name: schema.field(name).type for name in names}
    return pa.schema([(name, words if pa.types.is_string(kind) else kind) for name, kind in kinds.items()])


def _sorted(rows: pa.Table) -> pa.Table:
    import numpy as np

    rows = rows.unify_dictionaries()
    return rows.take(column(np.argsort(numbers(rows["unit"]), kind="stable")))


def _by_unit(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Rows in the order of units, anew in blocks of which none ends amidst a unit's."""
    import numpy as np
    import pyarrow as pa

    rest: list[pa.Table] = []
    for rows in batches:
        units = numbers(rows["unit"])
        last = int(np.searchsorted(units, units[-1:])[0]) if units.size else 0
        if last:
            yield pa.concat_tables([*rest, rows.slice(0, last)])
            rest = []
        rest.append(rows.slice(last))
    if rest:
        yield pa.concat_tables(rest)


def _batches(path: Path, within: UnitRange, wanted: pa.Schema) -> Iterator[pa.Table]:
    """A file's rows of units of a range, some after the others; groups of rows without any are not read."""
    import pyarrow as pa
    from pyarrow import parquet

    words = [field.name for field in wanted if pa.types.is_dictionary(field.type)]
    told, ends = _told(path)
    file = parquet.ParquetFile(path, metadata=told, read_dictionary=words)
    there = [name for name in wanted.names if name in file.schema_arrow.names]
    groups = [group for group, (low, high) in enumerate(ends) if within.meets(low, high)]
    for batch in file.iter_batches(BATCH, row_groups=groups, columns=there, use_threads=False):
        rows = within.of(pa.Table.from_batches([batch]))
        yield _as_wanted(rows, wanted)


@cache
def _told(path: Path) -> tuple[Any, tuple[tuple[int, int], ...]]:
    """What a file, which never changes, says of itself, and the smallest and largest unit of each group of rows."""
    from pyarrow import parquet

    told = parquet.read_metadata(path)
    place = told.schema.to_arrow_schema().get_field_index("unit")
    units = (told.row_group(group).column(place).statistics for group in range(told.num_row_groups))
    return told, tuple((one.min, one.max) for one in units)


def places(words: pa.ChunkedArray, names: Sequence[str]) -> NDArray[Any]:
    """The place of each word of a dictionary column among `names`, or behind them all."""
    import numpy as np

    known = {name: place for place, name in enumerate(names)}
    found = np.empty(len(words), dtype=np.min_scalar_type(len(names)))
    start = 0
    for chunk in words.chunks:
        told = [known.get(word, len(names)) for word in chunk.dictionary.to_pylist()]
        here = np.array([*told, len(names)], dtype=found.dtype)  # the last for a gap
        found[start : start + len(chunk)] = here[numbers(chunk.indices.fill_null(len(told)))]
        start += len(chunk)
    return found
