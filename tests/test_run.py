"""The two commands of a fresh clone: what run.py promises before anything is installed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted((ROOT / "lock").glob("*.txt"))


def pins(lock: Path) -> set[str]:
    return set(
        re.findall(r"^([A-Za-z0-9_.-]+==[^ \\;]+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    )


def test_run_needs_only_the_standard_library():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("words", [[], ["paint"]])
def test_a_wrong_word_gets_the_usage_and_exit_code_2(words):
    ran = subprocess.run([sys.executable, ROOT / "run.py", *words], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "run.py demo" in ran.stderr
    assert "run.py test" in ran.stderr


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_of_a_lock_has_hashes_and_no_host_stands_in_it(lock):
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert not re.search(
        r"^\s*-(?!-hash=sha256:)", text, re.MULTILINE
    )  # no option, so none that names a host


def test_an_environment_made_for_the_tests_also_serves_the_demo():
    assert pins(ROOT / "lock" / "demo.txt") <= pins(ROOT / "lock" / "test.txt")
