"""Every block of the README runs, in order, and prints what the README says it prints.

In a ```console block a line that starts with `$ ` is a command and what follows is its output (`...` stands
for anything). A ```yaml or ```csv block whose first line is `# file: NAME` is written to NAME first.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.estimator import estimators

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
SAME = doctest.OutputChecker()
QUALIFIERS = {None: "", True: " with covariates", False: " without covariates"}
ESTIMANDS = {
    None: "",
    "individual-average": " (individual average)",
    "cluster-average": " (cluster average)",
}
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a console block with the output that each is said to print."""
    pieces = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(piece.partition("\n")[0], piece.partition("\n")[2].strip()) for piece in pieces]


def test_the_readme_begins_with_the_two_commands():
    shell = [text for language, text in BLOCKS if language == "sh"]
    assert [line.split("#")[0].strip() for line in shell[0].splitlines()] == [
        "python3 run.py demo",
        "python3 run.py test",
    ]


def test_every_language_of_a_block_is_one_this_test_knows():
    assert {language for language, _ in BLOCKS} <= {"sh", "console", "yaml", "csv", "python", "text"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("readme")


def test_every_block_prints_what_the_readme_says(folder):
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "WATCHKEEPER_KEYS": str(folder / "keys"),
        "WATCHKEEPER_STORE": str(folder / "store"),
        "COLUMNS": "100",
    }
    ran = 0
    for language, text in BLOCKS:
        if named := re.match(r"# file: (\S+)\n", text):
            (folder / named[1]).write_text(text[named.end() :], encoding="utf-8")
        elif language == "console":
            for command, expected in commands(text):
                done = subprocess.run(
                    ["bash", "-c", f"{command} 2>&1"],
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                )
                printed = done.stdout.replace("\N{NO-BREAK SPACE}", " ").strip()
                assert SAME.check_output(f"{expected}\n", f"{printed}\n", OPTIONS), (
                    f"$ {command}\nREADME:\n{expected}\nprinted:\n{done.stdout}"
                )
                ran += 1
    assert ran >= 8


def test_every_python_block_of_the_readme_holds():
    for language, text in BLOCKS:
        if language == "python":
            test = doctest.DocTestParser().get_doctest(text, {}, "README", "README.md", 0)
            assert doctest.DocTestRunner(optionflags=OPTIONS).run(test).failed == 0


def test_every_picture_and_file_the_readme_links_to_exists():
    linked = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    assert linked
    assert [target for target in linked if not (ROOT / target.split("#")[0]).exists()] == []


def grid() -> list[str]:
    """The rows of the README's table of methods, made from the registry."""
    from dashboard.document import estimator_document

    rows = []
    for estimator in estimators().values():
        shown = estimator_document(estimator)
        first: dict[str, list[str]] = {}
        for claim in shown["default_for"]:
            said = (
                f"{QUALIFIERS[claim.get('covariates')]}{ESTIMANDS[claim.get('estimand')]}"
                f"{' from totals' if claim.get('rows') is False else ''}"
                f"{' ' + claim['when'] if 'when' in claim else ''}"
            )
            first.setdefault(said, []).append(claim["kind"])
        cells = (
            f"`{estimator.name}`",
            ", ".join(shown["layouts"]),
            ", ".join(shown["kinds"]),
            "; ".join(f"{', '.join(kinds)}{said}" for said, kinds in first.items()),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def test_the_table_of_methods_is_the_registry():
    table = README.partition("| method | layout |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table == grid()
