"""The benchmarks start, their study files are read, all ways give the same figures, and peaks are told apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.study_file import read_study

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = ("measuring", "from_events", "moments", "ingesting", "others")


def run(name, *words, folder):
    return subprocess.run(
        [sys.executable, BENCHMARKS / f"{name}.py", *words],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_benchmark_says_its_default_and_its_full_size(name, tmp_path):
    asked = run(name, "--help", folder=tmp_path)
    assert asked.returncode == 0, asked.stderr
    assert "full size" in asked.stdout


@pytest.mark.parametrize("outcomes", ["ten_outcomes", "eight_outcomes", "ten_without_gaps"])
def test_the_study_file_of_a_benchmark_is_one_that_the_program_reads(outcomes, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import logs

    declared = getattr(logs, outcomes)()
    logs.write_study(tmp_path / "study.yaml", declared, clustered=outcomes == "eight_outcomes")
    study = read_study(tmp_path / "study.yaml")
    assert [outcome.id for outcome in study.outcomes] == [outcome["id"] for outcome in declared]


@pytest.fixture
def unit_table(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from unit_tables import write_units

    write_units(tmp_path / "units.parquet", units=2_000, clustered=False)
    return str(tmp_path / "units.parquet")


def test_ours_from_sums_and_those_of_pandas_from_a_unit_table_are_the_same_ten_figures(unit_table):
    import competitors
    from others import ours_from_units
    from workbench import agreement

    ours, theirs = ours_from_units(unit_table), competitors.from_units_pandas(unit_table)
    assert len(ours) == 10
    assert ours.keys() == theirs.keys()
    assert agreement(ours, theirs) < 1e-9


def test_the_peak_of_a_process_and_those_of_its_children_are_told_apart(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from workbench import run as measured

    hold = "import time; held = bytes(range(256)) * {} * 4096; time.sleep(0.4)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold.format(150)!r}])"
    taken = measured([sys.executable, "-c", f"{child}; {hold.format(50)}"])
    assert 150 < taken.others < 200
    assert 50 < taken.own < 100
    assert max(taken.own, taken.others) <= taken.peak < 250
    assert 0 < taken.cpu < taken.wall


def test_a_page_is_timed_anew_and_again(demo_store, monkeypatch, tmp_path):
    monkeypatch.setenv("WATCHKEEPER_STORE", str(demo_store))
    timed = run("pages", "--step", "scripts", "quality", "moderator-blur-sim", "", folder=tmp_path)
    assert timed.returncode == 0, timed.stderr
    told = json.loads(timed.stdout)
    assert told["first"] > told["again"] > 0
    assert told["new"] > 0
    assert told["heavy"] == []
