"""The command line on terminals that know few characters, few columns, or less of a disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dashboard.cli import main
from dashboard.printed import evaluation_lines
from tests.support import example_release

if TYPE_CHECKING:
    from pathlib import Path


def run(store: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dashboard.cli", "--store", str(store), *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})


def test_a_terminal_that_knows_only_ascii_gets_near_signs(demo_store: Path) -> None:
    done = run(demo_store, "analyze", "honeypot-warnings-2022", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "^ Benefit" in done.stdout
    assert "With 'Police can trace your address', 'Stayed away from the site' rose by" in done.stdout


def test_the_document_stays_the_same_on_a_terminal_that_knows_only_ascii(demo_store: Path) -> None:
    words = ("analyze", "honeypot-warnings-2022", "--json")
    bare, full = (run(demo_store, *words, PYTHONIOENCODING=known) for known in ("ascii", "utf-8"))
    assert bare.stdout.isascii()
    assert json.loads(bare.stdout) == json.loads(full.stdout)


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_lines_fit_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(map(len, evaluation_lines(example_release("blurring")))) <= columns


@pytest.mark.parametrize("words", [("analyze", "x"), ("export", "x", "--list"), ("demo", "--no-browser")])
def test_a_store_that_is_a_file_is_one_sentence(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "store"
    file.write_text("", encoding="utf-8")
    assert main(["--store", str(file), *words]) == 1
    assert "is a file. Expected: the folder of a store." in capsys.readouterr().err
