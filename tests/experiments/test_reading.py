"""Reading several logs: folders, names, batches of a bounded size, columns that come late, what is told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from dashboard.cli import main
from experiments.faults import Fault
from experiments.log_rows import LogRows
from experiments.pilot import ingest
from experiments.reading.batches import BATCH_BYTES, BATCH_ROWS
from experiments.reading.folder import gathered, told_apart
from experiments.reading.found import Found, found
from experiments.reading.progress import Progress, duration
from experiments.study_file import read_study
from tests.experiments.hostile import COLUMNS, HEADER, ROW, same_row, written
from tests.small_pilot import DECLARED, SmallPilot

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = HEADER + ROW


def put(path: Path, content: bytes = GOOD) -> Path:
    """A file, in folders that are made for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_of_a_folder_every_log_is_meant_and_the_rest_named(tmp_path: Path) -> None:
    logs = [put(tmp_path / name) for name in ("day=1/part.csv", "day=2/part.csv", "x.jsonl.gz")]
    for other in (".hidden.csv", "_SUCCESS", "day=1/_part.csv", "notes.txt", ".git/x.csv"):
        put(tmp_path / other)
    alone = put(tmp_path / "elsewhere" / "notes.txt")
    if os.name == "posix":
        (tmp_path / "day=1" / "round").symlink_to(tmp_path)
    meant = gathered([tmp_path])
    assert list(meant.logs) == logs
    assert set(meant.left_out) == {
        *(str(Path(name)) for name in (".git/x.csv", ".hidden.csv", "_SUCCESS", "day=1/_part.csv")),
        *(str(Path(name)) for name in ("elsewhere/notes.txt", "notes.txt")),
    }
    assert meant.sentence.startswith("Left out, hidden or no log by its ending: ")
    assert meant.sentence.endswith(" and 1 more.")
    assert gathered([alone, *logs]).logs == (alone, *logs)  # what was named is meant, whatever its ending
    assert not gathered([alone]).sentence
    with pytest.raises(Fault, match=r"no log in the folder elsewhere\. Expected: \.csv, "):
        gathered([alone.parent])


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    places = ["a/1/part.csv", "b/1/part.csv", "b/2/part.csv", "other.csv"]
    names = told_apart([tmp_path / place for place in [*places, "a/../a/1/part.csv"]])
    assert list(names.values()) == ["a/1/part.csv", "b/1/part.csv", "2/part.csv", "other.csv"]


def test_a_folder_is_taken_in_by_the_command(
    pilot: SmallPilot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "logs" / "day=1" / "part.csv")
    put(tmp_path / "logs" / "day=2" / "part.csv", HEADER + ROW.replace(b"a,", b"b,") + b"\xff\n")
    put(tmp_path / "logs" / "notes.txt")
    words = ["--store", str(pilot.store.path), "--json", "ingest", "small", str(tmp_path / "logs")]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(file["file"], file["accepted"]) for file in told["files"]] == [
        ("day=1/part.csv", 1),
        ("day=2/part.csv", 1),
    ]
    assert told["files_left_out"] == ["notes.txt"]
    assert [row.partition(": ")[0] for row in pilot.rejected()] == ["day=2/part.csv:3"]


def batches(path: Path, columns: tuple[str, ...] = COLUMNS) -> Iterator[tuple[LogRows, pa.Table]]:
    """The batches of a file, each beside its reader as it then was."""
    declared = path.with_name("study.yaml")
    declared.write_text(DECLARED)
    file = found(path)
    rows = LogRows(file, read_study(declared), columns)
    for batch in rows.batches(Progress(lambda _: None, [file])):
        yield rows, batch


@pytest.mark.parametrize(
    ("name", "content", "lines"),
    [
        ("l.csv", HEADER + b"a,b,c,d\n" * 1_100_000, 1_100_000),
        ("l.csv", HEADER + (b"a," + b"x" * 999 + b",,\n") * 150_000, 150_000),
        ("l.parquet", same_row(900_000), 900_000),
        ("l.parquet", written(pa.table({name: ["x" * 900] * 40_000 for name in COLUMNS})), 40_000),
        ("l.csv", HEADER + b"a\n" * 160_000, 0),
    ],
    ids=["many rows", "wide rows", "Parquet", "wide Parquet", "malformed"],
)
def test_no_batch_is_larger_than_it_may_be(name: str, content: bytes, lines: int, tmp_path: Path) -> None:
    seen: list[int] = []
    for rows, batch in batches(put(tmp_path / name, content)):
        assert batch.num_rows <= BATCH_ROWS
        assert batch.nbytes <= BATCH_BYTES * 1.1  # places in text are counted a little differently
        assert len(rows.malformed) <= 100_000
        seen += batch["line"].to_pylist()
        seen += [line.line for line in rows.malformed]
        rows.malformed.clear()
    first = 1 if name.endswith("parquet") else 2
    assert seen == list(range(first, first + (lines or 160_000)))


def test_a_column_that_first_appears_late_is_read(tmp_path: Path) -> None:
    row: dict[str, Any] = {"unit": "a", "occurred_at": "2026-03-01", "event": "click"}
    lines = [row] * 150 + [{**row, "value": "7", "note": "x"}]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    ((rows, batch),) = batches(put(tmp_path / "log.jsonl", content))
    assert batch["value"].to_pylist() == [None] * 150 + ["7"]
    assert "value" not in rows.absent
    assert rows.left_behind == ["note"]


def test_progress_says_which_file_how_many_rows_how_fast_and_how_long_yet() -> None:
    told: list[str] = []
    now = [0.0]
    files = [Found(Path(name), name, size, "", ()) for name, size in (("a.csv", 300), ("b.csv", 700))]
    progress = Progress(told.append, files, clock=lambda: now[0])
    progress.begin(0)
    progress.read(0, share=0)
    progress.rejected(12)
    now[0] = 1.0
    progress.read(5_000, share=0.5)
    now[0] = 1.1
    progress.read(6_000, share=0.9)  # too soon to be told
    now[0] = 10.0
    progress.begin(1)
    progress.read(20_000, share=0.1)
    assert told[0] == "file 1 of 2: a.csv: 0 rows read, 0 a second, 0 rejected, 0%"
    assert told[1] == "file 1 of 2: a.csv: 5,000 rows read, 5,000 a second, 12 rejected, 15%, 6 s left"
    assert told[2] == "file 2 of 2: b.csv: 26,000 rows read, 2,600 a second, 12 rejected, 37%, 17 s left"
    assert len(told) == 3
    assert [duration(seconds) for seconds in (89.4, 90, 5_369, 5_399)] == [
        "89 s",
        "2 min",
        "89 min",
        "1 h 30 min",
    ]


@pytest.mark.parametrize("name", ["log.csv.gz", "log.csv", "log.jsonl", "log.parquet"])
def test_the_share_of_a_file_that_was_read_ends_at_all_of_it(name: str, tmp_path: Path) -> None:
    import gzip

    content = {
        "log.csv": GOOD,
        "log.csv.gz": gzip.compress(GOOD),
        "log.jsonl": b'{"unit": "a", "occurred_at": "2026-03-01", "event": "click"}\n',
        "log.parquet": written(pa.table({column: ["a"] for column in COLUMNS})),
    }[name]
    path = put(tmp_path / name, content)
    put(tmp_path / "study.yaml", DECLARED.encode())
    told: list[str] = []
    file = found(path)
    rows = LogRows(file, read_study(tmp_path / "study.yaml"), COLUMNS)
    list(rows.batches(Progress(told.append, [file])))
    assert told[-1].endswith("0 rejected, 100%")


def test_the_same_file_named_twice_is_read_once(pilot: SmallPilot, tmp_path: Path) -> None:
    path = put(tmp_path / "inbox" / "log.csv")
    intake = ingest(pilot.store, "small", [path, path.parent / ".." / "inbox" / "log.csv"])
    assert [(file.file, file.accepted, file.duplicates) for file in intake.files] == [("log.csv", 1, 0)]
