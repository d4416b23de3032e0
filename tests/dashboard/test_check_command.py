"""`watchkeeper check` and `watchkeeper schema`, as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.cli import main

EXAMPLE = Path(__file__).parents[1] / "experiments" / "example.yaml"


def test_a_good_study_is_summed_up_in_one_line_and_what_the_plan_leaves_open_is_said_beside_it(capsys):
    assert main(["check", str(EXAMPLE)]) == 0
    out, err = capsys.readouterr()
    [line] = out.splitlines()
    assert "ip-warning-2026: individually randomised; arms control (control), ip-trace; " in line
    assert "outcomes entered_site (primary proportion); plan " in line
    assert err.count("note: plan.looks") == err.count("note:") == 1


def test_a_bad_study_ends_in_exit_code_1_with_every_fault_on_standard_error(capsys, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8").replace("alpha: 0.05", "alpha: 5"), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert (
        err == f"{path}:27:10: plan.alpha: found 5, expected a number above 0 and below 0.5, such as 0.05\n"
    )


def test_several_files_are_checked_and_one_bad_one_is_enough_to_fail(capsys, tmp_path):
    assert main(["check", str(EXAMPLE), str(tmp_path / "none.yaml")]) == 1
    out, err = capsys.readouterr()
    assert "ip-warning-2026" in out
    assert "There is no file" in err


def test_the_document_holds_what_was_understood_and_every_fault(capsys, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("study: x\n", encoding="utf-8")
    assert main(["check", "--json", str(EXAMPLE), str(path)]) == 1
    good, bad = json.loads(capsys.readouterr().out)["files"]
    assert (good["valid"], good["study"], len(good["plan_hash"])) == (True, "ip-warning-2026", 64)
    assert [arm["arm"] for arm in good["arms"]] == ["control", "ip-trace"]
    assert not bad["valid"]
    assert {"line": 1, "column": 8, "path": "study"}.items() <= bad["faults"][-1].items()


def test_check_without_a_file_is_wrong_use(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["check"])
    assert stopped.value.code == 2
    assert "STUDY.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("of", ["study", "evaluation"])
def test_a_schema_is_printed_as_one_json_document(capsys, of):
    from jsonschema import Draft202012Validator

    assert main(["schema", of]) == 0
    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_check_is_quick_because_it_loads_nothing_heavy():
    heavy = {"pandas", "statsmodels", "scipy.stats", "duckdb", "streamlit", "plotly"}
    program = (
        "import sys; from dashboard.cli import main; main(['check', sys.argv[1]]); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
