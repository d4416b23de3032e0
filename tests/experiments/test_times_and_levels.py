"""Times to events, levels and dated counts: from events to units, from tables to units, and simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboard.cli import main
from experiments.faults import Fault
from experiments.pilot import evaluation
from experiments.store import Store
from experiments.tables.question import Question
from experiments.tables.tabular import estimate
from tests.small_pilot import DECLARED, SmallPilot, outside_keys

if TYPE_CHECKING:
    from pathlib import Path

OUTCOMES = """\
outcomes:
  - {id: back, role: primary, kind: time_to_event, event: click, window: {days: 4}, better: higher}
  - id: mood
    role: secondary
    kind: ordinal
    event: mood
    levels: [bad, fair, good]
    window: {days: 4}
    better: higher
  - {id: stars, role: secondary, kind: ordinal, event: stars, levels: [1, 3, 5], value: max, better: higher}
  - {id: clicks, role: secondary, kind: count, event: click, window: {days: 2}, dated: true, better: lower}
"""
STUDY = DECLARED[: DECLARED.index("outcomes:")] + OUTCOMES
LOG = """
    unit | occurred_at | event    | arm     | value
    a    | 01          | assigned | none    |
    a    | 01          | click    |         |
    a    | 02T12:00       | click    |         |
    a    | 02T00:00       | mood     |         | 2
    a    | 02T12:00       | mood     |         | 0
    b    | 01          | assigned | warning |
    b    | 05T00:00       | click    |         |
    b    | 02          | mood     |         | 7
    b    | 02          | stars    |         | 5
    b    | 03          | stars    |         | 3
    c    | 03          | assigned | warning |
    c    | 05T12:00       | other    |         |
"""
INTERVALS = """\
id,arm,start,stop,event
1,0,0,3,1
1,0,3,3,1
1,0,3,6,0
2,0,1,4,1
2,0,5,6,0
3,1,0,6,0
4,1,0,2,1
4,1,2,6,0
5,1,0,0,0
"""
ASKED = {"arm": "arm", "outcome": "event", "control": "0", "kind": "count", "unit": "id"}
DATED = {**ASKED, "time": "stop", "event": "event", "start": "start", "estimator": "recurrent_events"}


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallPilot:
    outside_keys(monkeypatch, tmp_path)
    return SmallPilot(tmp_path, STUDY)


def test_who_had_no_event_is_followed_to_the_end_of_the_window_or_of_the_log(pilot):
    pilot.table(LOG)
    units, _, _ = pilot.measured()
    by_arm = units.sort_values(["arm", "back.time"])
    assert by_arm["back.time"].tolist() == [
        0.0,
        2.0,
        4.0,
    ]  # the log ends on the fifth: two days after c's start
    assert by_arm["back.event"].tolist() == [1.0, 0.0, 0.0]


def test_a_level_is_the_place_of_its_word_or_the_number_itself(pilot):
    pilot.table(LOG.replace("05T12:00", "08T00:00"))
    units, _, _ = pilot.measured()
    assert sorted(units["mood"].dropna()) == [0.0]  # the last of a's; 7 is no level
    assert sorted(units["stars"].dropna()) == [2.0]  # the highest of b's


def test_a_dated_count_keeps_the_days_of_its_events(pilot):
    pilot.table(LOG.replace("05T12:00", "08T00:00"))
    units, _, _ = pilot.measured()
    told = units[units["clicks"] == 2]
    assert [list(times) for times in told["clicks.times"]] == [[0.0, 1.5]]
    assert set(units["clicks.followed"]) == {2.0}


def test_a_simulated_study_finds_the_effects_that_it_was_given(tmp_path, monkeypatch, capsys):
    outside_keys(monkeypatch, tmp_path)
    monkeypatch.setenv("WATCHKEEPER_STORE", str(tmp_path / "store"))
    declared = STUDY.replace("value: max", "window: {days: 4}").replace(
        "event: click, window: {days: 2}", "event: hit, window: {days: 2}"
    )
    (tmp_path / "study.yaml").write_text(declared)
    study, log = str(tmp_path / "study.yaml"), str(tmp_path / "log.csv")
    effects = {"back": 0.8, "mood": 0.6, "stars": 0.45, "clicks": 0.7}
    words = [word for name, size in effects.items() for word in ("--effect", f"{name}={size}")]
    assert main(["simulate", study, "--seed", "7", "--units", "3000", "--out", log, *words]) == 0
    for command in (["register", study], ["ingest", "small", log], ["analyze", "small"]):
        assert main(command) == 0
    found = {
        f.outcome.name: f.effect for f in evaluation(Store(tmp_path / "store"), "small").findings if f.default
    }
    for name, size in effects.items():
        assert found[name].low < size < found[name].high
        assert found[name].high - found[name].low < 0.25
    capsys.readouterr()


def test_intervals_of_units_count_from_their_own_start_and_gaps_count_for_nothing(tmp_path):
    path = tmp_path / "intervals.csv"
    path.write_text(INTERVALS)
    found = estimate(Question(table=path, **DATED)).findings[0]
    assert found.estimator == "recurrent_events"
    assert found.estimate.parameters["follow_up_control"] == 6 + 3 + 1
    assert found.estimate.parameters["events_control"] == 3
    assert [(arm.n, arm.missing) for arm in found.arms] == [(2, 0), (2, 1)]  # unit 5 was never watched


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("6,1,4,3,0", "ends before it begins"),
        ("3,1,2,5,0", "overlap"),
        ("3,0,6,7,0", "rows in two arms"),
        ("6,1,0,3,2", "neither 0 nor 1"),
        ("6,1,0,,1", "have a gap"),
    ],
)
def test_intervals_that_cannot_be_are_faults(row, says, tmp_path):
    path = tmp_path / "intervals.csv"
    path.write_text(f"{INTERVALS}{row}\n")
    with pytest.raises(Fault, match=says):
        estimate(Question(table=path, **DATED))
