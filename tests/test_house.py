"""The rules of the house: the tools find nothing, modules and functions stay short, and starting stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path for room in ("analysis", "experiments", "dashboard") for path in (ROOT / room).rglob("*.py")
)
TOOLS = Path(sys.executable).parent
HEAVY = {"pandas", "statsmodels", "scipy.stats", "streamlit", "duckdb", "plotly"}


@pytest.mark.parametrize(
    "words", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports"]], ids=" ".join
)
def test_the_tool_finds_nothing(words):
    done = subprocess.run(
        [TOOLS / words[0], *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_a_sentence_and_stays_short(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert (ast.get_docstring(tree) or "").split("\n\n")[0].endswith((".", "?"))
    assert len(text.splitlines()) <= 250
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno + 1 > 40]
    assert not long


@pytest.mark.parametrize(
    "code",
    [
        "import dashboard.cli; dashboard.cli.parser()",
        "import analysis.estimator; analysis.estimator.estimators()",
        "import analysis.check; analysis.check.checks()",
    ],
)
def test_starting_imports_nothing_heavy(code):
    """Help, the list of estimators and stored results must come at once: each of these takes a second or more."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, sep='\\n')"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not HEAVY & set(done.stdout.splitlines())
