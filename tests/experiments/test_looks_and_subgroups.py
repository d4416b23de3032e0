"""Looks, subgroups and daily assignments from a study file and its log."""

from __future__ import annotations

import pytest

from analysis.finding import Subgroup
from experiments.measure import has_ended, measure
from experiments.pilot import evaluation
from tests.small_pilot import DECLARED, SmallPilot

PLANNED = (
    DECLARED.replace("  arms:", "  start: 2026-03-01\n  end: 2026-03-20\n  arms:")
    + """\
plan:
  looks: {spending: pocock, fractions: [0.5, 1.0], planned_units: 160}
  subgroups: [country]
  prior: {beta: [1, 1], sd: 0.2}
log: {attributes: [country]}
"""
)


def log(units: int, *, last: int) -> str:
    """Units assigned in turn on days 1 to 4, one in three clicking; something happens on day `last`."""
    rows = ["unit,occurred_at,event,arm,country"]
    for unit in range(units):
        day, arm, country = 1 + unit % 4, ("none", "warning")[unit // 4 % 2], ("fr", "de")[unit % 2]
        rows.append(f"u{unit},2026-03-0{day}T10:00:00,assigned,{arm},{country}")
        if unit % 3 == 0:
            rows.append(f"u{unit},2026-03-0{day + 1}T10:00:00,click,,")
    rows.append(f"u0,2026-03-{last}T10:00:00,click,,")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("end", "last", "taken_in", "ended"),
    [
        ("2026-03-20", "2026-03-14T10:00:00Z", "2026-03-14T12:00:00Z", False),
        ("2026-03-20", "2026-03-14T10:00:00Z", "2026-03-20T23:00:00Z", False),
        ("2026-03-20", "2026-03-14T10:00:00Z", "2026-03-21T00:00:00Z", True),
        ("2026-03-20", "2026-03-20T01:00:00Z", "2026-03-01T00:00:00Z", True),  # simulated ahead of its time
        (None, "2026-03-20T01:00:00Z", "2026-12-01T00:00:00Z", False),
    ],
)
def test_a_study_is_over_after_its_last_day(end, last, taken_in, ended, tmp_path):
    declared = PLANNED.replace("  end: 2026-03-20\n", f"  end: {end}\n" if end else "")
    study = SmallPilot(tmp_path, declared).store.study("small")
    assert has_ended(study, last=last, taken_in=taken_in) is ended


def test_a_study_is_at_the_look_that_its_measured_units_amount_to(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.measure.has_ended", lambda *_, **__: False)
    pilot = SmallPilot(tmp_path, PLANNED)
    pilot.log(log(80, last=14))
    found = evaluation(pilot.store, "small")
    [beside] = [supplied for supplied in found.supplied if supplied.name == "monitoring"]
    assert beside.parameters["look"] == 1
    assert beside.parameters["information"] == pytest.approx(0.5)
    assert "look 1 of 2" in " ".join(found.findings[0].estimate.notes)


def test_after_its_last_day_a_study_is_at_its_last_look(tmp_path):
    pilot = SmallPilot(tmp_path, PLANNED)
    pilot.log(log(80, last=20))
    found = evaluation(pilot.store, "small")
    [beside] = [supplied for supplied in found.supplied if supplied.name == "monitoring"]
    assert beside.parameters["look"] == 2


def test_declared_subgroups_and_prior_reach_the_findings(tmp_path):
    pilot = SmallPilot(tmp_path, PLANNED)
    pilot.log(log(80, last=20))
    found = evaluation(pilot.store, "small")
    groups = {finding.subgroup for finding in found.findings if finding.subgroup is not None}
    assert groups == {Subgroup("country", "de"), Subgroup("country", "fr")}
    says = {supplied.name: supplied.says for supplied in found.supplied}
    assert "beta(1, 1)" in says["bayesian_shares"]
    assert "20 percentage points (as declared)" in says["bayesian"]


def test_assignments_are_counted_day_by_day(tmp_path):
    pilot = SmallPilot(tmp_path, PLANNED)
    pilot.log(log(80, last=20))
    _, conduct, _ = measure(pilot.store, pilot.store.study("small"))
    assert conduct.assigned_by_day == ({"none": 10, "warning": 10},) * 4
    assert conduct.ended
