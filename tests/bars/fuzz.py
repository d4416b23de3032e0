"""Rows with e-mails, addresses, hashes, wrong types and broken text: refused with their place, and never kept."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.bars.bar import Bar, Count
from tests.bars.fuzz_values import BROKEN, REFUSED, name, not_plain, secret_id
from tests.bars.scenes import at_home, say
from tests.bars.searching import cells, everything, forms, hits, parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DECLARED = """\
study: fuzzed
title: A pilot with a dirty log
topic: moderator-wellness
company: platform-a
design:
  kind: cluster
  arms:
    none: {label: No warning, control: true}
    warning: {label: Warning}
outcomes:
  - {id: clicked, role: primary, kind: proportion, event: click, window: {days: 7}, better: lower}
  - {id: spent, role: secondary, kind: mean, event: visit, value: sum, window: {days: 7}, better: lower}
  - {id: burnout, role: secondary, kind: score, instrument: proqol-5, subscale: burnout, wave: after, better: lower}
log:
  attributes: [country]
"""
COLUMNS = (
    "unit", "occurred_at", "event", "event_id", "session", "arm", "cluster", "value", "instrument", "item",
    "wave", "country",
)  # fmt: skip
WORDS = {
    "event": {"assigned", "click", "visit", "survey_item"},
    "arm": {"none", "warning"},
    "cluster": {"team-1", "team-2"},
    "country": {"NZ", "AU"},
    "instrument": {"proqol-5"},
    "wave": {"after"},
}
OF_EVENTS = {
    "assigned": ("arm", "cluster", "country"),
    "visit": ("value",),
    "survey_item": ("instrument", "item"),
}
OF_EVENTS["survey_item"] += ("wave", "value")
ANYWHERE = ("unit", "occurred_at", "event")


@dataclass(slots=True)
class Row:
    """A row of a log; `poisoned` names the column with a value that is to be refused."""

    cells: dict[str, Any]
    poisoned: str = ""
    line: int = 0


def rows(rng: random.Random, how_many: int) -> list[Row]:
    """Rows of which three in four are to be refused for just one cell, after the assignments that they need."""
    made = []
    for number in range(how_many):
        event = rng.choice(("assigned", "visit", "survey_item"))
        team = rng.randint(1, 2)
        cells = dict.fromkeys(COLUMNS, "")
        cells |= {
            "unit": f"{secret_id(rng)} {number}",
            "occurred_at": f"2026-03-0{rng.randint(1, 9)}T10:00:00Z",
        }
        cells |= {
            "event": event,
            "event_id": secret_id(rng) + name(rng),
            "session": secret_id(rng) + name(rng),
        }
        if event == "assigned":
            cells |= {"arm": ("none", "warning")[team - 1], "cluster": f"team-{team}"}
            cells |= {"country": rng.choice(("NZ", "AU"))}
        else:
            cells |= {"value": str(rng.randint(1, 5))}
        if event == "survey_item":
            cells |= {"instrument": "proqol-5", "item": str(rng.randint(1, 30)), "wave": "after"}
        row = Row(cells)
        if number % 4:
            row.poisoned = rng.choice(ANYWHERE + OF_EVENTS[event])
            row.cells[row.poisoned] = REFUSED[row.poisoned](rng)
        made.append(row)
    return made


def as_csv(made: list[Row], rng: random.Random) -> bytes:
    """The rows as CSV, some with bytes that are no text, each row's first line noted on it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    line = 2
    for row in made:
        if row.poisoned and rng.random() < 0.05:
            row.cells[row.poisoned] = name(rng) + BROKEN
        row.line = line
        before = out.tell()
        writer.writerow(row.cells.values())
        line += out.getvalue().count("\n", before)
    return out.getvalue().encode("utf-8", "surrogateescape")


def as_json_lines(made: list[Row], rng: random.Random) -> bytes:
    """The rows as JSON Lines, some with lists, objects or half characters, some with numbers as numbers."""
    lines = []
    for number, row in enumerate(made, start=1):
        row.line = number
        if row.poisoned and rng.random() < 0.1:
            row.cells[row.poisoned] = not_plain(rng)
        elif not row.poisoned and row.cells["value"]:
            row.cells["value"] = int(row.cells["value"])
        elif row.poisoned == "value" and rng.random() < 0.2:
            row.cells["value"] = rng.choice((True, False, float("nan"), 10 ** rng.randint(13, 40)))
        lines.append(json.dumps(row.cells, ensure_ascii=rng.random() < 0.5))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def as_parquet(made: list[Row], _rng: random.Random) -> bytes:
    """The rows as Parquet, every column text."""
    import pyarrow as pa
    from pyarrow import parquet

    for number, row in enumerate(made, start=1):
        row.line = number
    table = pa.table({column: [row.cells[column] for row in made] for column in COLUMNS})
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    return bytes(sink.getvalue())


FORMATS: dict[str, Callable[[list[Row], random.Random], bytes]] = {
    "a.csv": as_csv,
    "b.csv.gz": lambda made, rng: gzip.compress(as_csv(made, rng)),
    "c.jsonl": as_json_lines,
    "d.jsonl.gz": lambda made, rng: gzip.compress(as_json_lines(made, rng)),
    "e.parquet": as_parquet,
}


def run(folder: Path, tries: int) -> Count:
    """Take in `tries` rows to be refused, and a third as many good ones, in every format; then search."""
    count, rng = Count(), random.Random(20260301)
    at_home(folder)
    outside = folder / "incoming"
    outside.mkdir()
    (outside / "study.yaml").write_text(DECLARED, encoding="utf-8")
    said = [say(folder, "register", str(outside / "study.yaml"))]
    made = {file: rows(rng, tries * 4 // 3 // len(FORMATS) + 4) for file in FORMATS}
    for file, written in FORMATS.items():
        (outside / file).write_bytes(written(made[file], rng))
    said.append(say(folder, "ingest", "fuzzed", "--json", *(str(outside / file) for file in FORMATS)))
    said += [say(folder, "rejects", "fuzzed", "--json"), say(folder, "rejects", "fuzzed")]
    for code, text in said:
        count.hold(code == 0 and "Traceback" not in text, f"a command ends with {code}")
    if not count.breaches:
        _counted(count, made, json.loads(said[1][1]), json.loads(said[2][1]))
        _searched(count, made, folder, "\n".join(text for _, text in said).encode())
    return count


def _counted(
    count: Count, made: dict[str, list[Row]], intake: dict[str, Any], listed: dict[str, Any]
) -> None:
    """Just the good rows came in; each of the others is listed once, with its line, column and reason."""
    reasons = {(row["file"], row["line"]): row for row in listed["rows"]}
    count.hold(len(reasons) == len(listed["rows"]), "a row is listed twice")
    brought = {file["file"]: file for file in intake["files"]}
    for file, of_file in made.items():
        good = [row for row in of_file if not row.poisoned]
        count.add("good rows", len(good))
        count.add("good rows taken in", brought[file]["accepted"])
        count.add("rows to be refused", len(of_file) - len(good))
        count.hold(brought[file]["accepted"] == len(good), f"{file}: other rows than the good ones came in")
        for row in of_file:
            reason = reasons.pop((file, row.line), None)
            if row.poisoned:
                count.add("refused with line and reason", int(reason is not None))
                _placed(count, file, row, reason)
            else:
                count.hold(reason is None, f"{file}:{row.line}: a good row was refused")
    count.hold(not reasons, "a line is listed that no row is at")


def _placed(count: Count, file: str, row: Row, reason: dict[str, Any] | None) -> None:
    where = f"{file}:{row.line} ({row.poisoned} {row.cells[row.poisoned]!r})"
    if reason is None:
        count.hold(False, f"{where}: not refused")
        return
    count.add("of them with the column", int(reason["column"] == row.poisoned))
    right = reason["column"] in (row.poisoned, "") and reason["found"] and reason["expected"]
    count.hold(right, f"{where}: refused as {reason}")


def _searched(count: Count, made: dict[str, list[Row]], folder: Path, said: bytes) -> None:
    """No refused value and no id stands anywhere in the store, beside it or in what was said."""
    values: set[bytes] = set()
    for row in (row for of_file in made.values() for row in of_file):
        values |= forms(str(row.cells["unit"]))
        for column in ("session", "event_id"):
            values |= parts(row.cells[column])
        if row.poisoned:
            values |= parts(row.cells[row.poisoned])
    count.add("values looked for", len(values))
    places = [
        (path, content)
        for place in ("store", "keys", "temporary")
        for path, content in everything(folder / place)
    ]
    for path, content in [*places, (folder / "what was said", said)]:
        count.add("bytes searched", len(content))
        found = hits(values, content)
        count.hold(not found, f"{len(found)} values stand in {path.relative_to(folder)}: {sorted(found)[:3]}")
    allowed = set().union(*WORDS.values())
    for path in (folder / "store").rglob("segments/*.parquet"):
        words = {cell for cell in cells(path) if isinstance(cell, str)} - {""}
        count.hold(words <= allowed, f"{path.name} holds {len(words - allowed)} words that no study declares")


BAR = Bar(
    "fuzz",
    "rows to be refused: 0 crashes, 0 taken in, each with line, field and reason, no value anywhere",
    short=3_000,
    full=50_000,
    run=run,
)
