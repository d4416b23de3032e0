"""Reading logs: the quick way and the careful way agree, and nothing that a file may hold ends in a traceback."""

from __future__ import annotations

import csv
import io
import json
import random
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from experiments.faults import Fault
from experiments.formats import delimited
from experiments.formats.delimited import DelimitedReader
from experiments.formats.parquet import ParquetReader
from experiments.log_format import Block
from tests.small_pilot import DECLARED, SmallPilot

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.log_format import Malformed

CELL = st.text(st.sampled_from('ab,"\n\r é\x00'), max_size=5)


def rows_and_lines(block: Block) -> list[tuple[int, tuple[str, ...]]]:
    """Each row's line and cells."""
    cells = zip(*(block.table[name].to_pylist() for name in block.table.column_names), strict=True)
    return list(zip(block.lines.tolist(), cells, strict=True))


@given(st.lists(st.tuples(CELL, CELL), max_size=6), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=300, deadline=None)
def test_the_quick_way_gives_up_or_agrees_with_the_careful_way(
    rows: list[tuple[str, str]], ending: str
) -> None:
    out = io.StringIO()
    for row in rows:
        csv.writer(out, lineterminator=ending).writerow(row)
        out.write(ending * (row[0] == "b"))  # an empty line
    content = out.getvalue().encode()
    (careful,) = delimited._careful(content, ("a", "b"), ("a", "b"), 2)
    ends = delimited._line_ends(content)
    assert ends == content.count(b"\n")
    quick = delimited._quick(content, ("a", "b"), ("a", "b"), 2, ends) if content else None
    if quick is not None:
        assert rows_and_lines(quick) == rows_and_lines(careful)
        assert not careful.malformed


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_as_rows_or_refused(content: bytes) -> None:
    reader = DelimitedReader(io.BytesIO(b"a,b\n" + content), "log.csv")
    for block in reader.blocks(("a", "b")):
        assert block.table.num_rows == len(block.lines)


def test_blocks_are_cut_between_rows_even_inside_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        (f"u{i}", "x" * (i % 7) + ("\n" if i % 11 == 0 else "") + ('"' if i % 13 == 0 else ""))
        for i in range(500)
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    content = out.getvalue()
    expected, line = [], 2
    for row in rows:
        expected.append((line, row))
        line += 1 + row[1].count("\n")
    for size in (7, 64, 1000):
        monkeypatch.setattr(delimited, "BLOCK", size)
        reader = DelimitedReader(io.BytesIO(b"a,b\n" + content.encode()), "log.csv")
        found: list[tuple[int, tuple[str, ...]]] = []
        malformed: list[Malformed] = []
        for block in reader.blocks(("a", "b")):
            found += rows_and_lines(block)
            malformed += block.malformed
        assert found == expected
        assert not malformed


def nasty(rng: random.Random) -> str:
    """A cell that has no place in a log."""
    kinds = [
        lambda: f"user{rng.randrange(999)}@example.org",
        lambda: ".".join(str(rng.randrange(256)) for _ in range(4)),
        lambda: f"https://example.org/{rng.randrange(10**6)}",
        lambda: f"{rng.getrandbits(128):032x}",
        lambda: f"{rng.getrandbits(64):016x}",
        lambda: "2001:db8::" + f"{rng.randrange(16**4):x}",
        lambda: "".join(chr(0xFF10 + rng.randrange(10)) for _ in range(4)),
        lambda: f"{rng.randrange(100)} High Street",
        lambda: "+33 " + str(rng.randrange(10**8, 10**9)),
        lambda: "9" * rng.randrange(30, 400),
        lambda: "caf\u00e9 \u202e\u0000",
        lambda: "x" * rng.randrange(300, 2000),
        lambda: "'; DROP TABLE events; --",
        lambda: "N/A",
    ]
    return rng.choice(kinds)()


def test_cells_that_have_no_place_in_a_log_are_rejected_and_nowhere_kept(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(DECLARED + "log: {attributes: [country]}\n")
    rng = random.Random(20_260_101)
    rows = [["a", "2026-03-01", "assigned", "none", "", "FR"]]
    cells = []
    for _ in range(3000):
        row = ["a", "2026-03-02", "click", "", "", ""]
        place = rng.choice([1, 2, 3, 4, 5])
        row[place] = nasty(rng)
        cells.append(row[place])
        rows.append(row)
    out = io.StringIO()
    csv.writer(out).writerows([["unit", "occurred_at", "event", "arm", "value", "country"], *rows])
    intake = pilot.log(out.getvalue())
    assert (intake.accepted, intake.rejected, intake.left_behind) == (1, 3000, 0)
    listed = pilot.rejected()
    assert [int(row.split(":")[1]) for row in listed] == sorted(int(row.split(":")[1]) for row in listed)
    kept = b"".join(p.read_bytes() for p in pilot.store.path.rglob("*") if p.is_file())
    kept += "".join(listed).encode()
    kept += b"".join(
        str(parquet.read_table(p).to_pylist()).encode() for p in pilot.store.path.rglob("*.parquet")
    )
    assert not [cell for cell in set(cells) if len(cell) > 6 and cell.encode() in kept]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'"text"',
        b'{"unit": {"id": 1}, "occurred_at": "2026-03-01", "event": "click"}',
        b'{"unit": "\\ud800", "occurred_at": "2026-03-01", "event": "click"}',
        b"[" * 5000,
        b'{"unit": "' + b"x" * 2_000_000 + b'"}',
        b"\xff\xfe\x00",
    ],
)
def test_a_line_that_is_no_event_is_rejected_and_the_next_one_read(pilot: SmallPilot, line: bytes) -> None:
    good = b'{"unit": "a", "occurred_at": "2026-03-01", "event": "assigned", "arm": "none", "value": 1e3}\n'
    intake = pilot.log(good + line + b"\n" + good.replace(b'"a"', b'"b"'), "log.jsonl")
    assert (intake.accepted, intake.rejected) == (2, 1)
    assert pilot.rejected()[0].startswith("log.jsonl:2: ")


def test_bytes_that_are_no_text_spoil_only_their_own_row(pilot: SmallPilot) -> None:
    rows = [unit + b",2026-03-01,assigned,none\n" for unit in (b"a", b"\xe9", b"\x00")]
    content = b"unit,occurred_at,event,arm\n" + b"".join(rows)
    intake = pilot.log(content)
    assert (intake.accepted, intake.rejected) == (1, 2)
    assert [row.split(", expected")[0] for row in pilot.rejected()] == [
        "log.csv:3: found bytes that are not UTF-8",
        "log.csv:4: unit: found too many characters, or a line break",
    ]


def test_a_small_parquet_file_that_unfolds_to_a_huge_one_is_refused(pilot: SmallPilot) -> None:
    huge = pa.array(["x" * 1_000_000]).take(pa.array(np.zeros(50_000, dtype=np.int64))[:1])
    cells = pa.DictionaryArray.from_arrays(pa.array(np.zeros(50_000, dtype=np.int32)), huge)
    text = pa.array(["assigned"] * 50_000)
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table({"unit": cells, "occurred_at": text, "event": text}), sink)
    content = bytes(sink.getvalue())
    assert len(content) < 3_000_000
    with pytest.raises(Fault, match="far too long"):
        pilot.log(content, "log.parquet")


def test_a_parquet_file_with_lists_or_damage_inside_is_refused(pilot: SmallPilot) -> None:
    sink = pa.BufferOutputStream()
    columns = {"unit": [["a"]], "occurred_at": ["2026-03-01"], "event": ["click"]}
    parquet.write_table(pa.table(columns), sink)
    with pytest.raises(Fault, match="holds lists"):
        pilot.log(bytes(sink.getvalue()), "log.parquet")
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table({name: ["a" * 50] * 500 for name in columns}), sink, compression="gzip")
    content = bytearray(bytes(sink.getvalue()))
    content[20:200] = bytes(180)
    with pytest.raises(Fault, match="damaged or cut off"):
        pilot.log(bytes(content), "log.parquet")


def as_parquet(**columns: pa.Array) -> bytes:
    """A Parquet file of two assignments, with some columns in place of ours."""
    words = {"unit": ["a", "b"], "occurred_at": ["2026-03-01T10:00"] * 2, "event": ["assigned"] * 2}
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table({**words, "arm": ["none", "warning"], **columns}), sink)
    return bytes(sink.getvalue())


TEN = pd.Timestamp("2026-03-01T10:00")


@pytest.mark.parametrize(
    "columns",
    [
        {"occurred_at": pa.array([TEN] * 2, pa.timestamp("s"))},
        {"occurred_at": pa.array([TEN] * 2, pa.timestamp("ns"))},
        {"occurred_at": pa.array([TEN.tz_localize("UTC")] * 2, pa.timestamp("ms", "Asia/Tokyo"))},
        {"event": pa.array(["assigned"] * 2).dictionary_encode()},
        {"unit": pa.array(["a", "b"], pa.large_string()).dictionary_encode()},
        {"unit": pa.array([1, 2])},
        {"value": pa.nulls(2)},
        {"extra": pa.array([["x"], []])},
    ],
)
def test_other_types_of_the_same_cells_are_the_same_events(
    pilot: SmallPilot, columns: dict[str, pa.Array]
) -> None:
    assert pilot.log(as_parquet(**columns), "log.parquet").accepted == 2
    assert sorted(pilot.measured()[0]["exposure"]) == [TEN, TEN]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"unit": pa.array([b"a", b"\xff"]).view(pa.string())}, "unit holds bytes that are not UTF-8"),
        ({"unit": pa.array([b"a", b"b"])}, "unit holds lists, objects or bytes"),
        ({"unit": pa.array([{"x": 1}, None])}, "unit holds lists, objects or bytes"),
        ({"occurred_at": pa.array([2**60, 0]).view(pa.timestamp("ms"))}, "times that no calendar has"),
        ({"occurred_at": pa.array([2**62, -(2**62)]).view(pa.timestamp("us"))}, "None of the rows"),
        ({"occurred_at": pa.array([1, 2])}, "None of the rows"),
        ({"value": pa.array([float("nan"), float("inf")])}, "None of the rows"),
    ],
)
def test_cells_of_a_type_that_says_nothing_are_refused(
    pilot: SmallPilot, columns: dict[str, pa.Array], says: str
) -> None:
    with pytest.raises(Fault, match=says):
        pilot.log(as_parquet(**columns), "log.parquet")
    assert not pilot.store.manifest("small").events


def test_a_parquet_file_changed_anywhere_is_read_or_refused(pilot: SmallPilot) -> None:
    whole = as_parquet()
    random_ = random.Random(20260301)
    for _ in range(30):
        changed = bytearray(whole)
        for _ in range(3):
            changed[random_.randrange(len(whole))] = random_.randrange(256)
        held = pilot.store.manifest("small").events
        with suppress(Fault):
            held += pilot.log(bytes(changed), "log.parquet").accepted
        # all of what was accepted, and nothing of what was refused
        assert pilot.store.manifest("small").events == held


def test_numbers_in_json_keep_their_digits(pilot: SmallPilot) -> None:
    rows = [{"unit": 7, "occurred_at": "2026-03-01", "event": "assigned", "arm": "none"}]
    rows += [{"unit": "7", "occurred_at": "2026-03-02", "event": "click", "value": 0.1}]
    assert pilot.log("".join(json.dumps(row) + "\n" for row in rows), "log.jsonl").accepted == 2
    assert pilot.measured()[2].units == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), name=st.sampled_from(["l.csv", "l.jsonl", "l.csv.gz", "l.parquet"]))
def test_no_file_ends_in_a_traceback(pilot: SmallPilot, content: bytes, name: str) -> None:
    with pytest.raises(Fault):  # three hundred bytes at random never hold the three columns
        pilot.log(content, name)


def test_the_groups_of_rows_of_a_parquet_file_do_not_pile_up_in_memory() -> None:
    sink, schema = io.BytesIO(), pa.schema([("unit", pa.string())])
    groups = [pa.table({"unit": [f"{group:04}-{row:035}" for row in range(10_000)]}) for group in range(40)]
    with parquet.ParquetWriter(sink, schema) as writer:
        for group in groups:
            writer.write_table(group)
    whole = sum(group.nbytes for group in groups)
    groups.clear()
    sink.seek(0)
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in ParquetReader(sink, "log.parquet").blocks(("unit",))]
    assert len(held) == 40
    assert max(held) < whole / 2
