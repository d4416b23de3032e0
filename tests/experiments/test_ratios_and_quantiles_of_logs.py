"""Ratios and quantiles as logs know them: declared, measured from events, and simulated with a known truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.evaluation import Evaluation
from dashboard.cli import main
from experiments.pilot import evaluation
from experiments.plan import analysis_plan
from experiments.store import Store
from experiments.study_file import StudyFaults, read_study
from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from pathlib import Path

OUTCOMES = """\
outcomes:
  - {id: clicks, role: primary, kind: ratio, numerator: {event: click}, denominator: {event: search},
     window: {days: 4}, better: lower}
  - {id: minutes, role: secondary, kind: ratio, numerator: {event: case, value: sum}, denominator: {event: case},
     window: {days: 4}, better: lower, simulate: {rate: 12}}
  - {id: slow, role: secondary, kind: quantile, event: stay, value: max, q: 0.8, window: {days: 4}, better: lower,
     simulate: {mean: 20, sd: 8, lowest: 0}}
"""
STUDY = DECLARED[: DECLARED.index("outcomes:")] + OUTCOMES
LOG = """
    unit | occurred_at | event    | arm     | value
    a    | 01          | assigned | none    |
    a    | 01T10:00    | search   |         |
    a    | 02          | search   |         |
    a    | 02          | click    |         |
    a    | 02          | case     |         | 4
    a    | 03          | case     |         | 8
    a    | 07          | search   |         |
    a    | 07          | case     |         | 99
    a    | 02          | stay     |         | 3
    a    | 03          | stay     |         | 7
    b    | 01          | assigned | warning |
    c    | 05          | assigned | warning |
    c    | 05          | search   |         |
    c    | 08          | other    |         |
"""
EFFECTS = {"clicks": -0.1, "minutes": 3.0, "slow": -4.0}


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallPilot:
    outside_keys(monkeypatch, tmp_path)
    return SmallPilot(tmp_path, STUDY)


def test_both_parts_of_a_ratio_are_measured_in_its_window(pilot):
    pilot.table(LOG)
    units, _, _ = pilot.measured()
    control = units[units["arm"] == "none"].iloc[0]
    assert [control[f"clicks.{part}"] for part in ("numerator", "denominator")] == [1.0, 2.0]
    assert [control[f"minutes.{part}"] for part in ("numerator", "denominator")] == [12.0, 2.0]
    assert control["slow"] == 7.0


def test_nobody_counts_before_the_window_is_over_and_who_did_nothing_counts(pilot):
    pilot.table(LOG)
    units, _, _ = pilot.measured()
    warned = units[units["arm"] == "warning"]
    assert sorted(warned["clicks.denominator"].fillna(-1)) == [-1.0, 0.0]


def test_the_plan_keeps_the_quantile_and_says_what_is_measured(pilot):
    outcomes = {outcome.name: outcome for outcome in analysis_plan(pilot.store.study("small")).outcomes}
    assert outcomes["slow"].options == {"q": 0.8}
    assert outcomes["minutes"].measure == "sum of case per case within 4 days after assignment"
    assert outcomes["slow"].measure == "80 % quantile of largest stay within 4 days after assignment"


def test_another_quantile_is_another_plan(pilot, tmp_path):
    (tmp_path / "other.yaml").write_text(STUDY.replace("q: 0.8", "q: 0.9"))
    assert read_study(tmp_path / "other.yaml").plan_hash != pilot.store.study("small").plan_hash


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Evaluation:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("simulated")
        outside_keys(patch, folder)
        patch.setenv("WATCHKEEPER_STORE", str(folder / "store"))
        (folder / "study.yaml").write_text(STUDY)
        study, log = str(folder / "study.yaml"), str(folder / "log.csv")
        words = [word for name, size in EFFECTS.items() for word in ("--effect", f"{name}={size}")]
        assert main(["simulate", study, "--seed", "5", "--units", "3000", "--out", log, *words]) == 0
        for command in (["register", study], ["ingest", "small", log], ["analyze", "small"]):
            assert main(command) == 0
        return evaluation(Store(folder / "store"), "small")


def test_a_simulated_study_finds_the_effects_that_it_was_given(found):
    planned = {finding.outcome.name: finding for finding in found.findings if finding.default}
    for name, size in EFFECTS.items():
        assert planned[name].effect.low < size < planned[name].effect.high
        assert planned[name].effect.p_value < 0.01
    assert planned["clicks"].estimator == "delta_ratio"
    assert planned["slow"].estimator == "quantile_bootstrap"


def test_the_control_arm_has_the_declared_ratio(found):
    control = {f.outcome.name: f.estimate.parameters for f in found.findings if f.default}
    assert control["clicks"]["ratio_control"] == pytest.approx(0.3, abs=0.03)
    assert control["minutes"]["ratio_control"] == pytest.approx(12, abs=1)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("numerator: {event: click}, ", "", r"outcomes\[0\].numerator: missing, expected an event"),
        ("{event: search}", "{event: click}", r"outcomes\[0\].denominator: is the numerator as well"),
        ("{event: search}", "{event: search, value: max}", "expected count or sum"),
        ("q: 0.8, ", "", r"outcomes\[2\].q: missing, expected a share"),
        ("q: 0.8", "q: 1", "found 1, expected a share of the units above 0 and below 1"),
    ],
)
def test_a_ratio_or_quantile_that_cannot_be_is_a_fault(before, after, says, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.replace(before, after, 1))
    with pytest.raises(StudyFaults, match=says):
        read_study(path)


@pytest.mark.parametrize(
    ("effect", "change", "says"),
    [
        ("clicks=-0.4", ("", ""), "would have a ratio of -0.1"),
        ("slow=-1", ("lowest: 0", "lowest: 0, highest: 40"), "cannot be drawn"),
        ("slow=-60", ("", ""), "would have a quantile of"),
        ("clicks=0", ("event: case, value", "event: search, value"), "all read the event"),
    ],
)
def test_what_cannot_be_simulated_is_a_fault(effect, change, says, tmp_path, capsys):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.replace(*change, 1))
    assert main(["simulate", str(path), "--out", str(tmp_path / "log.csv"), "--effect", effect]) != 0
    assert says in capsys.readouterr().err
