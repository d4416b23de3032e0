"""Files that nobody should send: what each is, and how reading it must end. As a command, files damaged at random.

`python -m tests.experiments.hostile 400` damages that many logs, reads each, and prints how it ended.
"""

from __future__ import annotations

import gzip
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from experiments.faults import Fault
from experiments.log_rows import LogRows
from experiments.reading.found import found
from experiments.reading.progress import Progress
from experiments.study_file import read_study
from tests.small_pilot import DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

COLUMNS = ("unit", "occurred_at", "event", "event_id", "session", "arm", "value")
HEADER = b"unit,occurred_at,event,arm\n"
ROW = b"a,2026-03-01,assigned,none\n"
OBJECT = b'{"unit": "a", "occurred_at": "2026-03-01", "event": "assigned", "arm": "none"}\n'
MANY = 60_000_000  # bytes of a bomb, at least


@dataclass(frozen=True)
class Hostile:
    """A file: its name, how its bytes are made, and either what the refusal says or how many lines are read."""

    name: str
    make: Callable[[], bytes]
    says: str = ""
    rows: int = 0
    malformed: Sequence[int] = field(default=())


def as_parquet(**columns: Any) -> bytes:
    """A Parquet file of two rows, with some columns in place of the usual ones."""
    usual = {"unit": ["a", "b"], "occurred_at": ["2026-03-01"] * 2, "event": ["assigned"] * 2}
    return written(pa.table({**usual, **columns}))


def written(table: pa.Table, **options: Any) -> bytes:
    """A table as a Parquet file."""
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, **options)
    return bytes(sink.getvalue())


def same_row(times: int) -> bytes:
    """A Parquet file that says one row very often, in a few bytes."""
    ones = pa.array(np.zeros(times, dtype=np.int8))
    row = {name: pa.DictionaryArray.from_arrays(ones, ["a"]) for name in COLUMNS[:3]}
    return written(pa.table(row), compression="zstd")


def long_cells() -> bytes:
    """A small Parquet file of two hundred thousand cells, each a million characters long."""
    cells = pa.DictionaryArray.from_arrays(pa.array(np.zeros(200_000, dtype=np.int8)), ["x" * 1_000_000])
    text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(200_000, dtype=np.int8)), ["a"])
    return written(pa.table({"unit": cells, "occurred_at": text, "event": text}), compression="zstd")


def one_letter_changed() -> bytes:
    """A Parquet file with checksums, of which one letter inside a page is another one."""
    table = pa.table({name: ["abcdefgh"] * 3 for name in COLUMNS})
    whole = written(table, compression="none", write_page_checksum=True, write_statistics=False)
    return whole.replace(b"abcdefgh", b"abcdefgx", 1)


def of_json(*lines: bytes) -> bytes:
    """A sound object before and after each of some lines."""
    return OBJECT + b"".join(line + b"\n" + OBJECT for line in lines)


DAMAGED = "damaged or cut off"
NO_HEADER = "is no header"
OTHER = "is not what its name says"
FILES = {
    "a bomb of rows": Hostile(
        "l.csv.gz", lambda: gzip.compress(HEADER + b",,,\n" * (MANY // 4), 1), "unfolds to far more"
    ),
    "a bomb of empty lines": Hostile(
        "l.csv.gz", lambda: gzip.compress(HEADER + b"\n" * 2 * MANY), "unfolds to far more"
    ),
    "a bomb of one endless line": Hostile(
        "l.csv.gz", lambda: gzip.compress(HEADER + b"a" * 2 * MANY), "unfolds to far more"
    ),
    "a bomb of one endless object": Hostile(
        "l.jsonl.gz", lambda: gzip.compress(OBJECT + b"{" * 2 * MANY), "unfolds to far more"
    ),
    "zeros, compressed": Hostile("l.csv.gz", lambda: gzip.compress(bytes(MANY), 1), "holds empty bytes"),
    "a row said a million times": Hostile("l.parquet", lambda: same_row(3_000_000), "unfolds to far more"),
    "cells of a million characters": Hostile("l.parquet", long_cells, "far too long"),
    "a header of a million columns": Hostile("l.csv", lambda: b"a," * 1_000_000 + b"b\n1\n", NO_HEADER),
    "a header of ten thousand columns": Hostile(
        "l.csv", lambda: b",".join(b"%d" % i for i in range(10_001)) + b"\n1\n", "far too many columns"
    ),
    "Parquet of ten thousand columns": Hostile(
        "l.parquet", lambda: written(pa.table({str(i): [1] for i in range(10_001)})), "far too many columns"
    ),
    "objects of ten thousand names": Hostile(
        "l.jsonl",
        lambda: OBJECT + b"{" + b",".join(b'"%d":1' % i for i in range(10_001)) + b"}\n",
        "far too many columns",
    ),
    "a header of many megabytes": Hostile("l.csv", lambda: b"unit" * 5_000_000, NO_HEADER),
    "no header": Hostile("l.csv", lambda: ROW * 2, "has no column 'unit'"),
    "only a header": Hostile("l.csv", lambda: HEADER, "a header and no events"),
    "nothing": Hostile("l.csv", lambda: b"", "is empty"),
    "nothing, compressed": Hostile("l.csv.gz", lambda: gzip.compress(b""), "is empty"),
    "UTF-16": Hostile("l.csv", lambda: (HEADER + ROW).decode().encode("utf-16"), "UTF-16"),
    "UTF-16 the other way": Hostile("l.csv", lambda: b"\xfe\xff" + (HEADER + ROW).decode().encode("utf-16-be"),
                                    "UTF-16"),
    "UTF-16 without a mark": Hostile("l.csv", lambda: (HEADER + ROW).decode().encode("utf-16-le"), "UTF-16"),
    "UTF-32": Hostile("l.csv", lambda: (HEADER + ROW).decode().encode("utf-32"), "UTF-32"),
    "UTF-32 the other way": Hostile(
        "l.csv", lambda: b"\x00\x00\xfe\xff" + HEADER.decode().encode("utf-32-be"), "UTF-32"
    ),
    "UTF-16 objects": Hostile("l.jsonl", lambda: OBJECT.decode().encode("utf-16-le"), "no JSON objects"),
    "a Latin header": Hostile("l.csv", lambda: "unit,occurred_at,événement\n".encode("latin-1"), NO_HEADER),
    "a Latin row": Hostile(
        "l.csv", lambda: HEADER + ROW + ROW.replace(b"a,", b"\xe9,") + ROW, rows=2, malformed=[3]
    ),
    "a mark before the text": Hostile("l.csv", lambda: b"\xef\xbb\xbf" + HEADER + ROW, rows=1),
    "a mark before the objects": Hostile("l.jsonl", lambda: b"\xef\xbb\xbf" + OBJECT, rows=1),
    "lines that end as on old machines": Hostile(
        "l.csv", lambda: (HEADER + ROW * 3).replace(b"\n", b"\r"), NO_HEADER
    ),
    "returns inside a row": Hostile("l.csv", lambda: HEADER + ROW + b"a,b\r,c,d\n" + ROW, rows=2, malformed=[3]),
    "a quote that is never closed": Hostile(
        "l.csv", lambda: HEADER + ROW + b'"a,2026-03-01,assigned,none\n' + ROW * 3, rows=1, malformed=[3]
    ),
    "line breaks inside quotes": Hostile(
        "l.csv", lambda: HEADER + b'"a\n\nb",x,y,z\n' + ROW + b"1\n", rows=2, malformed=[6]
    ),
    "a line of megabytes": Hostile(
        "l.csv", lambda: HEADER + ROW + b"x" * 3_000_000 + b"\n" + ROW, rows=2, malformed=[3]
    ),
    "nested a hundred thousand times": Hostile(
        "l.jsonl", lambda: of_json(b"[" * 100_000, b'{"a":' * 100_000), rows=3, malformed=[2, 4]
    ),
    "objects that say a thing twice": Hostile(
        "l.jsonl", lambda: of_json(b'{"unit": "a", "unit": "b"}'), rows=2, malformed=[2]
    ),
    "numbers without an end": Hostile(
        "l.jsonl", lambda: of_json(b'{"unit": ' + b"9" * 100_000 + b', "value": NaN}'), rows=3
    ),
    "no object anywhere": Hostile("l.jsonl", lambda: b"{\n" * 50, "no JSON objects"),
    "lists in Parquet": Hostile("l.parquet", lambda: as_parquet(unit=[["a"], []]), "lists, objects or bytes"),
    "objects in Parquet": Hostile("l.parquet", lambda: as_parquet(event=[{"x": 1}, None]), "lists, objects"),
    "bytes in Parquet": Hostile("l.parquet", lambda: as_parquet(unit=[b"a", b"b"]), "lists, objects or bytes"),
    "bytes of a fixed length": Hostile(
        "l.parquet", lambda: as_parquet(unit=pa.array([b"ab", b"cd"], pa.binary(2))), "lists, objects or bytes"
    ),
    "a length of time": Hostile(
        "l.parquet", lambda: as_parquet(value=pa.array([1, 2], pa.duration("s"))), "lists, objects or bytes"
    ),
    "decimals": Hostile("l.parquet", lambda: as_parquet(value=pa.array([1, 2], pa.decimal128(9, 2))), rows=2),
    "a dictionary": Hostile(
        "l.parquet", lambda: as_parquet(event=pa.array(["a", "b"]).dictionary_encode()), rows=2
    ),
    "a column twice": Hostile(
        "l.parquet",
        lambda: written(pa.Table.from_arrays([pa.array(["a"])] * 2, names=["unit", "unit"])),
        "names a column twice",
    ),
    "Parquet without rows": Hostile(
        "l.parquet", lambda: written(pa.table({name: pa.array([], pa.string()) for name in COLUMNS})),
        "a header and no events",
    ),
    "Parquet without columns": Hostile("l.parquet", lambda: written(pa.table({})), "has no column 'unit'"),
    "thousands of row groups": Hostile(
        "l.parquet",
        lambda: written(pa.table({name: ["a"] * 3000 for name in COLUMNS}), row_group_size=1),
        rows=3000,
    ),
    "encrypted Parquet": Hostile("l.parquet", lambda: b"PARE" + as_parquet()[4:-4] + b"PARE", OTHER),
    "Parquet cut in half": Hostile("l.parquet", lambda: as_parquet()[:-200], DAMAGED),
    "a page that is not what its checksum says": Hostile("l.parquet", one_letter_changed, DAMAGED),
    "two compressed files in one": Hostile(
        "l.csv.gz", lambda: gzip.compress(HEADER + ROW) + gzip.compress(ROW), rows=2
    ),
    "rubbish after a compressed file": Hostile(
        "l.csv.gz", lambda: gzip.compress(HEADER + ROW) + b"rubbish", DAMAGED
    ),
    "a compressed file cut in half": Hostile(
        "l.csv.gz", lambda: gzip.compress(HEADER + ROW * 1000)[:-9], DAMAGED
    ),
    "a wrong checksum": Hostile(
        "l.csv.gz", lambda: gzip.compress(HEADER + ROW)[:-8] + bytes(8), DAMAGED
    ),
    "compressed twice": Hostile("l.csv.gz", lambda: gzip.compress(gzip.compress(HEADER + ROW)), "empty bytes"),
    "a spreadsheet": Hostile("l.csv", lambda: b"PK\x03\x04" + bytes(100), "a spreadsheet"),
    "another ending": Hostile("l.xlsx", lambda: HEADER + ROW, "says nothing about its format"),
}  # fmt: skip


def read(path: Path) -> tuple[int, list[int]]:
    """How many rows a file has, and which of its lines are none. Raises Fault where it is refused."""
    declared = path.with_name("study.yaml")
    declared.write_text(DECLARED)
    file = found(path)
    rows = LogRows(file, read_study(declared), COLUMNS)
    batches = rows.batches(Progress(lambda _: None, [file]))
    return sum(batch.num_rows for batch in batches), [line.line for line in rows.malformed]


def damaged(seed: int) -> Iterator[tuple[str, bytes]]:
    """Sound logs in every format, each with a few bytes changed, cut out or doubled at random."""
    rng = random.Random(seed)
    table = pa.table({name: [f"{name}{i % 7}" for i in range(500)] for name in COLUMNS})
    text = HEADER + ROW * 500
    sound = {
        "l.csv": text,
        "l.csv.gz": gzip.compress(text, mtime=0),
        "l.jsonl": OBJECT * 300,
        "l.jsonl.gz": gzip.compress(OBJECT * 300, mtime=0),
        "l.parquet": written(table),
        "m.parquet": written(table, compression="zstd", row_group_size=100, version="1.0"),
        "n.parquet": written(table, compression="gzip", use_dictionary=False, data_page_version="2.0"),
    }
    while True:
        name = rng.choice(list(sound))
        content = bytearray(sound[name])
        for _ in range(rng.randrange(1, 4)):
            place = rng.randrange(len(content))
            end = place + rng.choice([1, 1, 1, 8, 200])
            change = rng.choice(["flip", "cut", "double", "noise"])
            if change == "flip":
                content[place] ^= 1 << rng.randrange(8)
            elif change == "cut":
                del content[place:end]
            elif change == "double":
                content[place:place] = content[place:end]
            else:
                content[place:end] = rng.randbytes(end - place)
        yield name, bytes(content)


def endings(times: int, folder: Path, *, seed: int = 20_260_401) -> Counter[str]:
    """How the reading of so many damaged logs ended. Anything but rows and a Fault is raised."""
    ended: Counter[str] = Counter()
    for _, (name, content) in zip(range(times), damaged(seed), strict=False):
        path = folder / name
        path.write_bytes(content)
        try:
            read(path)
        except Fault as fault:
            ended[str(fault)] += 1
        else:
            ended["read"] += 1
    return ended


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for said, count in endings(int(sys.argv[1]), Path(scratch)).most_common():
            print(f"{count:6,}  {said}")
