"""A kept result is read back only for the data, the plan and the code that made it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import experiments.provenance
from experiments.faults import Fault
from experiments.keys import folder as keys_folder
from experiments.pilot import evaluation, stored_evaluation
from tests.small_pilot import DECLARED

ARMS = ("none", "warning")
LOG = "unit,occurred_at,event,arm\n" + "".join(
    f"u{i},2026-03-01T10:00:00,assigned,{ARMS[i % 2]}\nu{i},2026-03-{2 + i % 20:02d}T10:00:00,click,\n"
    for i in range(60)
)


def test_a_computed_result_is_read_back_as_it_was(pilot):
    pilot.log(LOG)
    assert stored_evaluation(pilot.store, "small") is None
    computed = evaluation(pilot.store, "small")
    assert stored_evaluation(pilot.store, "small") == computed


def test_more_data_make_a_kept_result_stale(pilot):
    pilot.log(LOG)
    evaluation(pilot.store, "small")
    pilot.log("unit,occurred_at,event,arm\nu99,2026-03-01T10:00:00,assigned,none\n", "more.csv")
    assert stored_evaluation(pilot.store, "small") is None


def test_other_code_does_not_read_a_kept_result(pilot, monkeypatch):
    pilot.log(LOG)
    evaluation(pilot.store, "small")
    monkeypatch.setattr(experiments.provenance, "code_fingerprint", lambda: "another clone")
    assert stored_evaluation(pilot.store, "small") is None


def test_a_kept_result_is_read_back_without_the_statistics(pilot):
    pilot.log(LOG)
    evaluation(pilot.store, "small")
    reads = (
        "import sys; from pathlib import Path; from experiments.store import Store;"
        "from experiments.pilot import stored_evaluation;"
        f"assert stored_evaluation(Store(Path({str(pilot.store.path)!r})), 'small');"
        "heavy = {'pandas', 'statsmodels', 'scipy.stats', 'duckdb', 'jsonschema', 'ruamel'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", reads], check=True)


def test_a_lost_key_is_not_silently_replaced_where_data_were_taken_in(pilot):
    pilot.log(LOG)
    for key in keys_folder().iterdir():
        key.unlink()
    with pytest.raises(Fault, match="key"):
        pilot.declare(DECLARED)
    assert list(keys_folder().iterdir()) == []
