"""On the command line a running study is closed to files, open to its steward, and its holder is warned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboard.cli import main
from tests.experiments.test_looks_and_subgroups import PLANNED, log
from tests.small_pilot import SmallPilot, outside_keys

if TYPE_CHECKING:
    from pathlib import Path

RUNNING = PLANNED.replace("2026-03", "2099-03").replace("units: 160", "units: 400")
CLOSED = "This study still runs: until its next planned look, only its steward sees figures by arm."


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with one study between its looks."""
    outside_keys(monkeypatch, tmp_path)
    pilot = SmallPilot(tmp_path, RUNNING)
    pilot.log(log(150, last=14))
    return str(pilot.store.path)


def test_files_are_closed_to_all_but_the_steward(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "forest.csv"
    wanted = ["--store", store, "export", "small", "--out", str(out)]
    assert main(wanted) == 3
    assert capsys.readouterr().err == f"{CLOSED} Its steward exports with --as-steward.\n"
    assert not out.exists()
    assert main([*wanted, "--as-steward"]) == 0
    assert "clicked" in out.read_text()
    assert main([*wanted, "--chart", "design"]) == 0


@pytest.mark.parametrize("command", ["analyze", "quality"])
def test_who_holds_the_data_sees_them_and_is_warned(
    command: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--store", store, command, "small"]) == 0
    said = capsys.readouterr()
    assert "‘No warning’ 76, ‘Warning’ 74" in said.out
    assert said.err == f"{CLOSED} You see them because you hold the data: do not pass them on.\n"
    assert main(["--store", store, "--quiet", command, "small"]) == 0
    assert capsys.readouterr().err == ""
