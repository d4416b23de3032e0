"""register, ingest and rejects on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dashboard.cli import main
from tests.small_pilot import DECLARED, outside_keys

if TYPE_CHECKING:
    from pathlib import Path

LOG = (
    "unit,occurred_at,event,arm,note\n"
    "jane,2026-03-01,assigned,none,x\n"
    "joan,never,assigned,none,x\n"
    "jane,2026-03-02,scrolled,,x\n"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a study file and a log, and the store beside them."""
    outside_keys(monkeypatch, tmp_path)
    monkeypatch.setenv("WATCHKEEPER_STORE", str(tmp_path / "store"))
    (tmp_path / "study.yaml").write_text(DECLARED)
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command that succeeds prints."""
    assert main(list(words)) == 0
    out = capsys.readouterr()
    assert out.err == ""
    return out.out


def test_a_log_is_registered_taken_in_and_its_rejects_listed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registered = json.loads(said(capsys, "register", str(here / "study.yaml"), "--json"))
    assert registered["plan"]["hash"] in said(capsys, "register", str(here / "study.yaml"))
    assert registered["plan"]["amendments"] == []
    printed = said(capsys, "ingest", "small", str(here / "log.csv"))
    assert "log.csv: 1 accepted, 0 duplicate, 1 rejected, 1 left behind" in printed
    assert "Columns left behind: note." in printed
    assert "Not one event yet of: click." in printed
    assert "watchkeeper rejects small" in printed
    again = json.loads(said(capsys, "ingest", "small", str(here / "log.csv"), "--json"))
    assert (again["accepted"], again["duplicates"], again["rejected"], again["left_behind"]) == (0, 1, 1, 1)
    listed = said(capsys, "rejects", "small")
    assert listed.startswith("log.csv:3: occurred_at: found no readable time, expected a date and time")
    assert "joan" not in listed
    assert json.loads(said(capsys, "rejects", "small", "--json"))["rows"][0]["line"] == 3


def test_nothing_rejected_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "register", str(here / "study.yaml"))
    assert said(capsys, "rejects", "small") == "No row was rejected.\n"


def test_a_locked_plan_exits_with_3_and_an_amendment_is_printed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = str(here / "study.yaml")
    said(capsys, "register", study)
    said(capsys, "ingest", "small", str(here / "log.csv"))
    (here / "study.yaml").write_text(DECLARED.replace("days: 7", "days: 9"))
    assert main(["register", study]) == 3
    assert "is locked" in capsys.readouterr().err
    assert "Clicks come late." in said(capsys, "register", study, "--amend", "Clicks come late.")


def test_a_log_that_cannot_be_taken_in_exits_with_1_and_prints_no_result(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "register", str(here / "study.yaml"))
    (here / "log.csv").write_text("unit,when\njane,never\n")
    assert main(["ingest", "small", str(here / "log.csv"), "--json"]) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert "no column 'occurred_at'" in out.err
    assert "jane" not in out.err
