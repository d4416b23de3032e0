"""`watchkeeper calibrate`: a small run, taken up where it ended, and refused methods in `watchkeeper estimate`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from analysis.calibration import work
from analysis.calibration.asked import add_arguments
from analysis.calibration.cells import cells
from analysis.calibration.exact import counted
from analysis.calibration.table import Row, kept, read
from analysis.refused import refused
from dashboard.cli import main

DESIGN = "50 units an arm"


def asked(out: Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    parser.set_defaults(wrong_use=parser.error)
    given = ["--processes", "1", "--only", "welch", "--design", DESIGN, "--out", str(out)]
    return parser.parse_args([*given, *words])


def test_a_run_writes_its_rows_and_is_taken_up_where_it_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "table.csv"
    work.run(asked(out, "--replicates", "25"))
    assert [(row.estimator, row.kind, row.replicates) for row in read(out)] == [
        ("welch", "mean", 25),
        ("welch", "score", 25),
    ]
    assert "--replicates 25" in out.read_text(encoding="utf-8").splitlines()[0]
    capsys.readouterr()
    work.run(asked(out, "--replicates", "25"))
    assert capsys.readouterr().err == ""


def test_rows_do_not_depend_on_how_the_work_was_divided() -> None:
    pending = [cell for cell in cells() if cell.estimator == "welch" and cell.design == DESIGN][:1]
    rows: list[Row] = []
    work.work([*pending, *counted()[1:2]], 50, map, keep=rows.append)
    assert rows[0].key == pending[0].key
    assert rows[1].replicates == 0


def test_a_design_that_the_grid_lacks_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        work.run(asked(tmp_path / "table.csv", "--design", "a thousand clusters"))
    assert ended.value.code == 2


def test_the_kept_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["rows"]) == len(kept())
    assert main(["calibrate", "--show", "--only", "cluster_robust"]) == 0
    assert "cluster_robust" in capsys.readouterr().out


@pytest.mark.parametrize("name", refused())
def test_a_refused_method_is_refused_with_its_reason(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("arm,y\n0,1\n1,2\n0,2\n1,3\n", encoding="utf-8")
    assert main(["estimate", str(table), "--kind", "mean", "--outcome", "y", "--estimator", name]) == 1
    told = capsys.readouterr().err
    assert refused()[name].reason in told
    assert refused()[name].instead in told


def test_the_list_names_what_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["refused"]
    assert [entry["name"] for entry in listed] == list(refused())
    assert main(["estimate", "--list"]) == 0
    assert "hussey_hughes" in capsys.readouterr().out
