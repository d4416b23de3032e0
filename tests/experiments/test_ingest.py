"""Taking logs in: what is accepted, what is not and why, and that counts add up."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from experiments import pseudonyms
from experiments.faults import Fault
from experiments.pilot import ingest
from experiments.sql import part
from tests.small_pilot import CLUSTERED, DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.small_pilot import SmallPilot

HEADER = "unit,occurred_at,event,arm,value\n"
GOOD = "a,2026-03-01T10:00,assigned,none,\nb,2026-03-01T10:00,assigned,warning,\na,2026-03-02T10:00,click,,\n"
VALUED = DECLARED.replace("kind: proportion", "kind: mean, value: mean")
SURVEY = DECLARED.replace(
    "kind: proportion, event: click, window: {days: 7}",
    "kind: score, instrument: who-5, subscale: total, wave: after",
)


def counts(pilot: SmallPilot, content: str | bytes, name: str = "log.csv") -> tuple[int, int, int, int]:
    """Accepted, duplicate, rejected, left behind."""
    intake = pilot.log(content, name)
    return intake.accepted, intake.duplicates, intake.rejected, intake.left_behind


def test_the_same_file_again_adds_nothing(pilot: SmallPilot) -> None:
    assert counts(pilot, HEADER + GOOD) == (3, 0, 0, 0)
    before = pilot.store.manifest("small")
    assert counts(pilot, HEADER + GOOD) == (0, 3, 0, 0)
    assert counts(pilot, HEADER + GOOD, "renamed.csv") == (0, 3, 0, 0)
    assert pilot.store.manifest("small") == before


def test_the_same_events_in_any_format_are_the_same_events(pilot: SmallPilot) -> None:
    rows = [dict(zip(HEADER.strip().split(","), line.split(","), strict=True)) for line in GOOD.split()]
    lines = "".join(json.dumps({k: v for k, v in row.items() if v}) + "\n" for row in rows)
    table = pa.Table.from_pylist(rows)
    typed = table.set_column(
        1,
        "occurred_at",
        pa.array([row["occurred_at"] for row in rows])
        .cast(pa.timestamp("s"))
        .cast(pa.timestamp("ns", "UTC")),
    )
    for name, content in (
        ("a.csv", (HEADER + GOOD).encode()),
        ("b.csv.gz", gzip.compress((HEADER + GOOD).replace("\n", "\r\n").encode())),
        ("c.csv", ("\ufeff" + HEADER + GOOD.replace("T10:00", " 10:00:00.000")).encode()),
        (
            "d.csv",
            (HEADER + GOOD.replace("T10:00", "T11:30+01:30").replace("assigned", '"assigned"')).encode(),
        ),
        ("e.jsonl", lines.encode()),
        ("f.jsonl.gz", gzip.compress(lines.encode())),
        ("g.parquet", _parquet(table)),
        ("h.parquet", _parquet(typed)),
    ):
        taken = counts(pilot, content, name)
        assert taken == ((3, 0, 0, 0) if name == "a.csv" else (0, 3, 0, 0)), name


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    return bytes(sink.getvalue())


@pytest.mark.parametrize(
    ("declared", "row", "place"),
    [
        (DECLARED, ",2026-03-02,click,,", "unit: found nothing"),
        (DECLARED, "   ,2026-03-02,click,,", "unit: found too many characters"),
        (DECLARED, f"{'x' * 201},2026-03-02,click,,", "unit: found too many characters"),
        (DECLARED, "a,2026-02-30,click,,", "occurred_at: found no readable time"),
        (DECLARED, "a,yesterday,click,,", "occurred_at: found no readable time"),
        (DECLARED, "a,,click,,", "occurred_at: found nothing"),
        (DECLARED, "a,２０２６-03-02,click,,", "occurred_at: found no readable time"),
        (DECLARED, "a,1826-03-02,click,,", "occurred_at: found a year out of range"),
        (DECLARED, "a,2026-03-02,,,", "event: found nothing"),
        (DECLARED, "a,2026-03-02,jane@example.org,,", "event: found text that is no code"),
        (DECLARED, "c,2026-03-02,assigned,,", "arm: found nothing"),
        (DECLARED, "c,2026-03-02,assigned,warnign,", "arm: found an unknown arm"),
        (DECLARED, "a,2026-03-02,click,,12x", "value: found no number"),
        (DECLARED, "a,2026-03-02,click,,１２", "value: found no number"),
        (DECLARED, "a,2026-03-02,click,,nan", "value: found no number"),
        (DECLARED, "a,2026-03-02,click,,1e300", "value: found a number out of range"),
        (DECLARED, "a,2026-02-28,click,,", "occurred_at: found an outcome before its unit was assigned"),
        (DECLARED, "a,2026-03-02,click", "found another number of fields"),
        (DECLARED, "a,2026-03-02,click,,,", "found another number of fields"),
        (VALUED, "a,2026-03-02,click,,", "value: found nothing"),
    ],
)
def test_a_row_at_fault_is_rejected_with_its_place_and_never_its_value(
    new_pilot: Callable[[str], SmallPilot], declared: str, row: str, place: str
) -> None:
    pilot = new_pilot(declared)
    good = GOOD.replace("click,,", "click,,5")
    assert counts(pilot, f"{HEADER}{good}{row}\n{good}") == (3, 3, 1, 0)
    (said,) = pilot.rejected()
    assert said.startswith(f"log.csv:5: {place}")
    for cell in row.split(","):
        assert len(cell) < 4 or cell not in said or cell in ("click", "assigned")


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("who-5,6,after,3", "item: found no item of the instrument"),
        ("who-5,0,after,3", "item: found no item of the instrument"),
        ("who-5,one,after,3", "item: found no item of the instrument"),
        ("who-5,1,after,6", "value: found an answer out of range"),
        ("who-5,1,after,2.5", "value: found an answer out of range"),
        ("who-5,1,after,", "value: found nothing"),
        ("who-5,1,,3", "wave: found nothing"),
        (",1,after,3", "instrument: found nothing"),
    ],
)
def test_an_answer_outside_the_questionnaire_is_rejected(
    new_pilot: Callable[[str], SmallPilot], answer: str, place: str
) -> None:
    pilot = new_pilot(SURVEY)
    rows = f"a,2026-03-01,assigned,none,,,,\na,2026-03-02,survey_item,,{answer}\n"
    assert counts(pilot, f"unit,occurred_at,event,arm,instrument,item,wave,value\n{rows}") == (1, 0, 1, 0)
    assert pilot.rejected()[0].startswith(f"log.csv:3: {place}")


def test_events_that_the_study_does_not_use_are_left_behind_and_counted(pilot: SmallPilot) -> None:
    assert counts(pilot, f"{HEADER}{GOOD}a,2026-03-02,scrolled,,\n") == (3, 0, 0, 1)
    stored = b"".join(path.read_bytes() for path in pilot.folder.glob("store/**/*") if path.is_file())
    assert b"scrolled" not in stored


def test_columns_outside_the_vocabulary_are_left_behind_and_named(pilot: SmallPilot) -> None:
    content = "unit,occurred_at,event,arm,note,jane@example.org\na,2026-03-01,assigned,none,secret words,x\n"
    intake = pilot.log(content)
    assert intake.columns_left_behind == ("note", "a column with an unusual name")


def test_a_declared_event_that_never_occurs_is_pointed_out(pilot: SmallPilot) -> None:
    assert pilot.log(HEADER + "a,2026-03-01T10:00,assigned,none,\n").absent == ("click",)
    assert pilot.log(HEADER + GOOD).absent == ()


def test_both_contradicting_assignments_of_one_log_are_rejected(pilot: SmallPilot) -> None:
    again = "a,2026-03-05T10:00,assigned,warning,\nb,2026-03-05T10:00,assigned,warning,\n"
    assert counts(pilot, HEADER + GOOD + again) == (3, 0, 2, 0)
    assert [row.split(": found")[0] for row in pilot.rejected()] == ["log.csv:2: arm", "log.csv:5: arm"]
    frame, conduct, _ = pilot.measured()
    assert list(frame["arm"]) == ["warning"]
    assert conduct.in_two_arms == 1


def test_a_cluster_in_two_arms_is_rejected_whole(new_pilot: Callable[[str], SmallPilot]) -> None:
    pilot = new_pilot(CLUSTERED)
    rows = (
        "a,2026-03-01,assigned,none,t1\nb,2026-03-01,assigned,warning,t1\n"
        "c,2026-03-01,assigned,warning,t2\nd,2026-03-01,assigned,warning,t3\nd,2026-03-02,assigned,warning,t2\n"
    )
    assert counts(pilot, "unit,occurred_at,event,arm,cluster\n" + rows) == (1, 0, 4, 0)
    assert [row.split(": found")[0] for row in pilot.rejected()] == [
        "log.csv:2: arm",
        "log.csv:3: arm",
        "log.csv:5: cluster",
        "log.csv:6: cluster",
    ]


def test_an_event_id_that_names_events_of_two_units_is_rejected(pilot: SmallPilot) -> None:
    rows = "a,2026-03-01,assigned,none,1\nb,2026-03-01,assigned,warning,2\nb,2026-03-02,click,,1\n"
    assert counts(pilot, "unit,occurred_at,event,arm,event_id\n" + rows) == (2, 0, 1, 0)
    assert pilot.rejected()[0].startswith(
        "log.csv:4: event_id: found an id that names an event of another unit"
    )


def test_an_outcome_before_an_assignment_that_came_with_an_earlier_file_is_rejected(
    pilot: SmallPilot,
) -> None:
    pilot.log(HEADER + GOOD, "first.csv")
    assert counts(pilot, HEADER + "b,2026-02-01,click,,\nb,2026-03-03,click,,\n", "second.csv") == (
        1,
        0,
        1,
        0,
    )
    assert pilot.rejected()[0].startswith("second.csv:2: occurred_at")


def test_lines_are_numbered_as_an_editor_numbers_them(pilot: SmallPilot) -> None:
    content = (
        'unit,occurred_at,event,arm,"a, note"\r\n'  # 1
        'a,2026-03-01,assigned,none,"one, two"\r\n'  # 2
        "\r\n"  # 3, empty
        'a,2026-03-02,click,,"over\r\nthree\r\nlines"\r\n'  # 4 to 6
        "a,never,click,,\r\n"  # 7
        "too,few\r\n"  # 8
        'b,2026-03-01,assigned,warning,"a ""quoted"" word"\r\n'  # 9
        "b,never,click,,"  # 10
    )
    assert counts(pilot, content) == (3, 0, 3, 0)
    assert [row.split(": ")[0] for row in pilot.rejected()] == ["log.csv:7", "log.csv:8", "log.csv:10"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("log.csv", b"", "log.csv is empty."),
        ("log.csv", b"unit,occurred_at,event\n", "log.csv has a header and no events."),
        ("log.csv", b"unit,ocurred_at,event\na,2026-03-01,click\n", "no column 'occurred_at'"),
        ("log.csv", b"unit,ocurred_at,event\na,2026-03-01,click\n", 'Did you mean "ocurred_at"?'),
        ("log.csv", b"unit;occurred_at;event\na;2026-03-01;click\n", "separated by another sign"),
        ("log.csv", b"unit,unit,event\na,b,click\n", "names a column twice"),
        ("log.csv", b"PAR1" + b"\0" * 50, "it holds Parquet"),
        ("log.csv", b"PK\x03\x04rest", "a zip archive or a spreadsheet"),
        ("log.csv", gzip.compress(b"unit,occurred_at,event\n"), "it holds comma-separated text, compressed"),
        ("log.csv", b'{"unit": "a"}\n', "it holds JSON Lines"),
        ("log.csv", "unit,occurred_at".encode("utf-16"), "text in UTF-16"),
        ("log.csv", b"\xff\xfa,\x00\n1,2\n", "is no header"),
        ("log.csv.gz", b"unit,occurred_at,event\n", "not what its name says"),
        (
            "log.csv.gz",
            gzip.compress(b"unit,occurred_at,event\n" + b"a,b,c\n" * 9999)[:-20],
            "damaged or cut off",
        ),
        ("log.jsonl", b"[1, 2]\n", "not what its name says"),
        ("log.jsonl", b'{"unit": \n', "no JSON objects"),
        ("log.jsonl", b"{}\n", "no JSON objects"),
        ("log.parquet", b"PAR1" + b"\0" * 50, "damaged or cut off"),
        ("log.parquet", b"unit,occurred_at,event\n", "it holds comma-separated text"),
        ("log.xlsx", b"PK\x03\x04rest", "says nothing about its format"),
        ("log.csv", b"unit,occurred_at,event\na,2026-03-01,assigned\n", "no column 'arm'"),
        ("log.csv", b"unit,occurred_at,event\na,2026-03-01,scrolled\n", "No row names an event"),
    ],
)
def test_a_file_at_fault_is_refused_in_one_sentence_and_nothing_is_written(
    pilot: SmallPilot, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(Fault, match=says.replace("?", r"\?").replace(".", r"\.")):
        pilot.log(content, name)
    assert not pilot.store.manifest("small").segments


def test_a_log_of_which_every_row_is_rejected_is_refused_and_its_rows_are_listed(pilot: SmallPilot) -> None:
    with pytest.raises(Fault, match="2 rejected, nothing taken in"):
        pilot.log(HEADER + "a,never,click,,\nb,never,click,,\n")
    assert not pilot.store.manifest("small").segments
    assert len(pilot.rejected()) == 2


def test_a_folder_or_an_absent_file_is_a_fault(pilot: SmallPilot) -> None:
    with pytest.raises(Fault, match="does not exist"):
        ingest(pilot.store, "small", [pilot.folder / "absent.csv"])
    with pytest.raises(Fault, match="is a folder"):
        ingest(pilot.store, "small", [pilot.folder])


def test_the_files_of_one_call_are_taken_in_together_or_not_at_all(pilot: SmallPilot) -> None:
    good, bad = pilot.file(HEADER + GOOD, "good.csv"), pilot.file("unit,event\na,click\n", "bad.csv")
    with pytest.raises(Fault, match=r"bad\.csv"):
        ingest(pilot.store, "small", [good, bad])
    assert not pilot.store.manifest("small").files
    more = pilot.file(HEADER + "a,2026-03-01T09:00,click,,\n", "early.csv")
    intake = ingest(pilot.store, "small", [more, good])
    assert [(file.file, file.accepted, file.rejected) for file in intake.files] == [
        ("early.csv", 0, 1),
        ("good.csv", 3, 0),
    ]


def test_an_unknown_study_is_a_fault_with_the_nearest_name(pilot: SmallPilot) -> None:
    with pytest.raises(Fault, match='Did you mean "small"'):
        ingest(pilot.store, "smal", [pilot.file(HEADER + GOOD)])
    with pytest.raises(Fault, match="No study of that name"):
        ingest(pilot.store, "../small", [pilot.file(HEADER + GOOD)])


def test_columns_are_read_under_the_names_that_the_study_gives_them(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(
        DECLARED + "log: {columns: {unit: user_hash, occurred_at: ts}, attributes: [country]}\n"
    )
    content = (
        "user_hash,ts,event,arm,country\na,2026-03-01,assigned,none,FR\nb,never,assigned,none,two words\n"
    )
    assert counts(pilot, content + "c,2026-03-01,assigned,none,two words\n") == (1, 0, 2, 0)
    assert [row.split(": found")[0] for row in pilot.rejected()] == ["log.csv:3: ts", "log.csv:4: country"]


def test_rows_that_were_rejected_are_taken_in_once_the_plan_knows_them(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(DECLARED)
    content = f"{HEADER}{GOOD}c,2026-03-01,assigned,third,\n"
    assert counts(pilot, content) == (3, 0, 1, 0)
    pilot.declare(
        DECLARED.replace("outcomes:", "    third: {label: Third}\noutcomes:"), reason="an arm was forgotten"
    )
    assert counts(pilot, content) == (1, 3, 0, 0)
    assert pilot.rejected() == []
    (file,) = pilot.store.manifest("small").files
    assert (file.accepted, file.duplicates, file.rejected) == (4, 0, 0)


def test_progress_tells_rows_and_pace(pilot: SmallPilot) -> None:
    said: list[str] = []
    ingest(pilot.store, "small", [pilot.file(HEADER + GOOD)], progress=said.append)
    assert any("3 rows read" in line and "a second" in line for line in said)


def test_units_that_would_share_a_number_are_refused(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pseudonyms.number

    def all_alike(mac: Any, start: int) -> Any:
        """Every unit gets number 7, beside a second number of its own."""
        return part("CAST(7 AS UBIGINT)") if start == 1 and mac.name == "mac" else real(mac, start)

    monkeypatch.setattr(pseudonyms, "number", all_alike)
    with pytest.raises(Fault, match="came out as the same pseudonym"):
        pilot.log(HEADER + GOOD)


def test_no_raw_id_reaches_the_disk(pilot: SmallPilot) -> None:
    rows = (
        "jane-doe,2026-03-01,assigned,none,secret-event,secret-visit\n"
        "jane-doe,bad,click,,secret-2,secret-visit\n"
    )
    pilot.log("unit,occurred_at,event,arm,event_id,session\n" + rows)
    pilot.measured()
    for path in pilot.store.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".parquet":
                content += str(parquet.read_table(path).to_pylist()).encode()
            assert b"jane" not in content
            assert b"secret" not in content


def test_another_key_is_noticed_before_anything_is_taken_in(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pilot.log(HEADER + GOOD)
    key = tmp_path / "keys" / "small.key"
    key.write_text("00" * 32)
    with pytest.raises(Fault, match="another one than"):
        pilot.log(HEADER + "c,2026-03-01,assigned,none,\n", "more.csv")
    monkeypatch.setenv("WATCHKEEPER_KEYS", str(tmp_path / "elsewhere"))
    with pytest.raises(Fault, match="is not in"):
        pilot.log(HEADER + "c,2026-03-01,assigned,none,\n", "more.csv")
