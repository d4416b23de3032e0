"""Writes simulated rows as a log in a study's own words: CSV, JSONL (either also .gz) or Parquet, by the name."""

from __future__ import annotations

import csv as csv_text
import gzip
import io
import json
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from experiments.faults import Fault
from experiments.simulation.log_table import decoded
from experiments.simulation.trial import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from experiments.simulation.log_table import Table
    from experiments.simulation.trial import Whole
    from experiments.study import DeclaredLog

    Sink = IO[bytes] | gzip.GzipFile
    Writer = Callable[[Table, Sink, DeclaredLog], None]

# A Parquet file of events in order of unit is smallest so; None is a dictionary, other columns stand as they are.
PACKED = {"occurred_at": "BYTE_STREAM_SPLIT", "session": "DELTA_BINARY_PACKED"} | dict.fromkeys(
    ("event", "arm", "cluster", "value", "instrument", "item", "wave")
)
QUARTER = 15 * 60  # no clock in the world changes within one
PIECE = 1_000_000  # rows written at a time


def write(made: Table, out: Path, *, log: DeclaredLog) -> None:
    """Write the table to `out`, whole or not at all; the same table gives the same bytes.

    Raises Fault for a name that is no format's, and where the file cannot be written.
    """
    writer = _writer(out)
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file:
            writer(made, file, log)
        part.replace(out)
    except OSError as failure:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Fault(f"{out} cannot be written: {failure.strerror}.", do="Choose another place.") from failure


def _writer(out: Path) -> Writer:
    name = out.name.lower()
    for ending, writer in WRITERS.items():
        if name.endswith(ending):
            return writer
        if ending != ".parquet" and name.endswith(f"{ending}.gz"):
            return partial(_zipped, writer)
    raise Fault(
        f"{out.name} does not say which format is wanted.",
        expected="a name that ends in .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet",
    )


def _zipped(writer: Writer, made: Table, file: IO[bytes], log: DeclaredLog) -> None:
    with gzip.GzipFile(filename="", mode="wb", compresslevel=4, fileobj=file, mtime=0) as packed:
        writer(made, packed, log)


def _csv(made: Table, file: Sink, log: DeclaredLog) -> None:
    """Cells without quotes: no word of a study file that goes into a log can hold a comma, quote or line break."""
    from pyarrow import csv

    header = io.StringIO()
    csv_text.writer(header, lineterminator="\n").writerow(made.column_names)
    file.write(header.getvalue().encode())
    bare = csv.WriteOptions(include_header=False, quoting_style="none")
    for piece in _as_text(made, log):
        csv.write_csv(piece, file, bare)


def _jsonl(made: Table, file: Sink, log: DeclaredLog) -> None:
    """One object a row, empty cells left out; whole columns are joined, for a Python loop would take minutes."""
    from pyarrow import compute

    for piece in _as_text(made, log):
        cells = []
        for name, column in zip(piece.column_names, piece.columns, strict=True):
            text = column.combine_chunks()
            written = _quoted(text) if str(text.type) == "string" else text.cast("string")
            cells.append(compute.binary_join_element_wise(f"{json.dumps(name)}: ", written, ""))
        filled = compute.binary_join_element_wise(*cells, ", ", null_handling="skip")
        lines = compute.binary_join_element_wise("{", filled, "}\n", "")
        _, offsets, written = lines.buffers()
        file.write(memoryview(written)[: int(np.frombuffer(offsets, np.int32)[len(lines)])])


def _parquet(made: Table, file: Sink, log: DeclaredLog) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    place = made.column_names.index(log.theirs("occurred_at"))
    moments = made.column(place).cast(pa.timestamp("s", tz="UTC"))
    stamped = made.set_column(place, made.column_names[place], moments)
    words = [name for name in PACKED if log.theirs(name) in made.column_names]
    parquet.write_table(
        stamped,
        file,
        compression="zstd",
        use_dictionary=[log.theirs(name) for name in words if PACKED[name] is None],
        column_encoding={log.theirs(name): PACKED[name] for name in words if PACKED[name]},
    )


WRITERS = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}


def local_times(at: Whole, zone: str) -> Any:
    """Instants (seconds since 1970, UTC) as ISO 8601 text on the clock of a time zone, with its offset.

    >>> local_times(np.array([1_772_323_200]), "Europe/Paris").to_pylist()
    ['2026-03-01T01:00:00+01:00']
    """
    import pyarrow as pa
    from pyarrow import compute

    quarters, place = np.unique(at // QUARTER, return_inverse=True)
    clock = ZoneInfo(zone)
    ends = [datetime.fromtimestamp(int(quarter) * QUARTER, clock).isoformat()[19:] for quarter in quarters]
    local = at + np.array([_seconds(end) for end in ends], dtype=np.int64)[place]
    days = pa.array((local // DAY).astype("datetime64[D]")).cast("string")
    clocks = pa.array((local % DAY).astype(np.int32)).cast(pa.time32("s")).cast("string")
    timed = compute.binary_join_element_wise(days, clocks, "T")
    return compute.binary_join_element_wise(timed, decoded(place, ends).cast("string"), "")


def _seconds(offset: str) -> int:
    """The seconds of an offset such as +05:45."""
    return (1 if offset[0] == "+" else -1) * (int(offset[1:3]) * 3600 + int(offset[4:6]) * 60)


def _as_text(made: Table, log: DeclaredLog) -> Iterator[Table]:
    """The table in pieces, with local times, and with words where codes stand for them."""
    import pyarrow as pa

    when = made.column_names.index(log.theirs("occurred_at"))
    for first in range(0, made.num_rows, PIECE):
        piece = made.slice(first, PIECE)
        columns = [
            column.cast("string") if pa.types.is_dictionary(column.type) else column for column in piece
        ]
        columns[when] = local_times(piece.column(when).to_numpy(), log.time_zone)
        yield pa.table(columns, names=made.column_names)


def _quoted(column: Any) -> Any:
    """Text as JSON writes it; each different word is escaped once."""
    import pyarrow as pa

    coded = column.dictionary_encode()
    words = pa.array([json.dumps(word) for word in coded.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(coded.indices, words).cast("string")
