"""What a log means: events drawn as a table on the left, the units they must come to on the right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

import experiments.ingest
from tests.small_pilot import CLUSTERED, DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.small_pilot import SmallPilot

EXPOSED = DECLARED.replace("outcomes:", "exposure: {event: warning_due}\noutcomes:")
AGES = "log: {attributes: [age]}\n"


def units(pilot: SmallPilot, *columns: str) -> list[tuple[object, ...]]:
    """The measured rows, in the order of the columns' values; a gap is None."""
    frame, _, _ = pilot.measured()
    rows = frame[list(columns)].itertuples(index=False)
    known = [tuple(None if isinstance(c, float) and math.isnan(c) else c for c in row) for row in rows]
    return sorted(known, key=repr)


def test_an_event_counts_from_the_exposure_until_just_before_the_windows_end(pilot: SmallPilot) -> None:
    pilot.table("""
        unit | occurred_at | event    | arm
        a    | 01T10:00    | assigned | none
        b    | 01T10:00    | assigned | warning
        c    | 01T10:00    | assigned | none
        d    | 01T10:00    | assigned | warning
        a    | 01T10:00    | click    |
        b    | 08T09:59    | click    |
        c    | 08T10:00    | click    |
        d    | 20T00:00    | click    |
    """)
    assert units(pilot, "arm", "clicked") == [("none", 0), ("none", 1), ("warning", 0), ("warning", 1)]


def test_whoever_was_not_followed_to_the_windows_end_is_missing_and_no_failure(pilot: SmallPilot) -> None:
    pilot.table("""
        unit | occurred_at | event    | arm
        a    | 01T00:00    | assigned | none
        b    | 02T00:00    | assigned | warning
        c    | 02T00:01    | assigned | none
        d    | 03T00:00    | assigned | warning
        d    | 03T00:01    | click    |
        a    | 09T00:00    | click    |
    """)
    assert units(pilot, "arm", "clicked") == [("none", 0), ("none", None), ("warning", 0), ("warning", None)]


UNTIL_THE_9TH = DECLARED.replace("outcomes:", "  end: 2026-03-09\noutcomes:")
SEVEN_DAYS_EARLIER = """
    unit | occurred_at | event    | arm
    a    | 02T23:59    | assigned | none
    b    | 03T00:00    | assigned | none
    c    | 03T00:01    | assigned | warning
"""


def test_a_log_taken_in_after_the_study_was_over_is_complete_until_the_end_of_its_last_day(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-03-10T00:00:00+00:00")
    pilot = new_pilot(UNTIL_THE_9TH)
    pilot.table(SEVEN_DAYS_EARLIER)
    assert units(pilot, "arm", "clicked") == [("none", 0), ("none", 0), ("warning", None)]


def test_an_extract_taken_in_before_the_study_was_over_ends_with_its_last_event(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-03-09T23:59:59+00:00")
    pilot = new_pilot(UNTIL_THE_9TH)
    pilot.table(SEVEN_DAYS_EARLIER)
    assert units(pilot, "arm", "clicked") == [("none", None), ("none", None), ("warning", None)]
    # the same file again is no newer extract, and events that came later are
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-03-20T00:00:00+00:00")
    pilot.table(SEVEN_DAYS_EARLIER)
    assert units(pilot, "arm", "clicked") == [("none", None), ("none", None), ("warning", None)]
    pilot.log("unit,occurred_at,event\na,2026-03-04,click\n", "later.csv")
    assert units(pilot, "arm", "clicked") == [("none", 0), ("none", 1), ("warning", None)]


def test_the_last_day_ends_at_midnight_of_the_studys_own_time_zone(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-03-09T14:59:59+00:00")
    pilot = new_pilot(UNTIL_THE_9TH + "log: {time_zone: Asia/Tokyo}\n")
    pilot.table("""
        unit | occurred_at | event    | arm
        a    | 03T00:00    | assigned | none
        b    | 03T00:01    | assigned | warning
    """)
    assert units(pilot, "arm", "clicked") == [("none", None), ("warning", None)]
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-03-09T15:00:00+00:00")
    pilot.log("unit,occurred_at,event\na,2026-03-04,click\n", "later.csv")
    assert units(pilot, "arm", "clicked") == [("none", 1), ("warning", None)]


def test_everybody_assigned_is_analysed_in_the_arm_they_were_given(pilot: SmallPilot) -> None:
    pilot.table("""
        unit | occurred_at | event    | arm
        a    | 01T10:00    | assigned | none
        b    | 01T10:00    | assigned | warning
        a    | 01T11:00    | click    | warning
        x    | 01T11:00    | click    |
        b    | 09T00:00    | click    |
    """)
    assert units(pilot, "arm", "clicked") == [("none", 1), ("warning", 0)]
    _, conduct, data = pilot.measured()
    assert conduct.assigned == {"none": 1, "warning": 1}
    assert (conduct.saw_other_arm, conduct.never_assigned) == (1, 1)
    assert (data.units, data.events) == (3, 5)


def test_the_clock_starts_at_the_first_exposure_after_the_assignment(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(EXPOSED)
    pilot.table("""
        unit | occurred_at | event       | arm
        a    | 01T08:00    | warning_due |
        a    | 01T10:00    | assigned    | none
        a    | 02T10:00    | warning_due |
        a    | 03T10:00    | warning_due |
        a    | 09T09:59    | click       |
        b    | 01T10:00    | assigned    | warning
        b    | 02T10:00    | warning_due |
        b    | 02T09:59    | click       |
        b    | 09T10:00    | click       |
        n    | 01T10:00    | assigned    | warning
        n    | 02T10:00    | click       |
    """)
    assert units(pilot, "arm", "clicked") == [("none", 1), ("warning", 0)]
    _, conduct, _ = pilot.measured()
    assert [(step.key, step.by_arm) for step in conduct.flow] == [
        ("assigned", {"none": 1, "warning": 2}),
        ("exposed", {"none": 1, "warning": 1}),
    ]


def test_a_session_window_holds_what_follows_the_exposure_in_its_own_session(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(EXPOSED.replace("{days: 7}", "session"))
    pilot.table("""
        unit | occurred_at | event       | arm     | session
        a    | 01T10:00    | assigned    | none    |
        a    | 01T10:01    | warning_due |         | s1
        a    | 01T10:02    | click       |         | s1
        b    | 01T10:00    | assigned    | warning |
        b    | 01T10:01    | warning_due |         | s1
        b    | 01T10:02    | warning_due |         | s2
        b    | 01T10:03    | click       |         | s2
        c    | 01T10:00    | assigned    | warning |
        c    | 01T10:01    | warning_due |         |
        c    | 01T10:02    | click       |         |
        d    | 01T09:58    | assigned    | none    | s9
        d    | 01T09:59    | click       |         | s9
        d    | 01T10:01    | warning_due |         | s9
        e    | 01T10:00    | assigned    | none    | s1
        e    | 01T10:01    | warning_due |         | s1
        a    | 01T10:02    | click       |         | s2
    """)
    # b clicked in another session, d before the warning, and for c the log does not tell
    expected = [("none", 0), ("none", 0), ("none", 1), ("warning", 0), ("warning", None)]
    assert units(pilot, "arm", "clicked") == expected


def test_an_event_that_comes_twice_counts_once(new_pilot: Callable[[str], SmallPilot]) -> None:
    pilot = new_pilot(DECLARED.replace("proportion", "count"))
    intake = pilot.table("""
        unit | occurred_at | event    | arm  | event_id
        a    | 01T10:00    | assigned | none |
        a    | 02T10:00    | click    |      |
        a    | 02T10:00    | click    |      |
        a    | 02T10:01    | click    |      | 17
        a    | 02T10:02    | click    |      | 17
        a    | 12T10:02    | click    |      | 18
    """)
    assert (intake.accepted, intake.duplicates) == (4, 2)
    assert units(pilot, "arm", "clicked") == [("none", 2)]


@pytest.mark.parametrize(("per", "divisor"), [("day", 7), ("exposure", 2), ("none", 1)])
def test_a_count_comes_with_what_it_is_divided_by(
    new_pilot: Callable[[str], SmallPilot], per: str, divisor: float
) -> None:
    pilot = new_pilot(EXPOSED.replace("kind: proportion", f"kind: count, per: {per}"))
    pilot.table("""
        unit | occurred_at | event       | arm
        a    | 01T10:00    | assigned    | none
        a    | 01T10:00    | warning_due |
        a    | 01T10:00    | click       |
        a    | 03T10:00    | warning_due |
        a    | 03T10:01    | click       |
        a    | 08T10:00    | warning_due |
        a    | 09T10:00    | click       |
    """)
    assert units(pilot, "clicked", "clicked.exposure") == [(2, divisor)]


def test_a_count_per_exposure_in_a_session_is_divided_by_that_sessions_exposures(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    declared = EXPOSED.replace("kind: proportion", "kind: count, per: exposure")
    pilot = new_pilot(declared.replace("{days: 7}", "session"))
    pilot.table("""
        unit | occurred_at | event       | arm  | session
        a    | 01T10:00    | assigned    | none |
        a    | 01T10:01    | warning_due |      | s1
        a    | 01T10:02    | click       |      | s1
        a    | 01T10:03    | warning_due |      | s1
        a    | 01T10:03    | click       |      | s1
        a    | 01T10:04    | click       |      | s1
        a    | 01T11:00    | warning_due |      | s2
        a    | 01T11:01    | click       |      | s2
    """)
    assert units(pilot, "clicked", "clicked.exposure") == [(3, 2)]


def test_a_day_is_24_hours_also_when_the_clocks_change(new_pilot: Callable[[str], SmallPilot]) -> None:
    pilot = new_pilot(DECLARED.replace("{days: 7}", "{days: 1}") + "log: {time_zone: Europe/Paris}\n")
    pilot.table("""
        unit | occurred_at | event    | arm
        a    | 28T12:00    | assigned | none
        a    | 29T12:59    | click    |
        b    | 28T12:00    | assigned | warning
        b    | 29T13:00    | click    |
    """)
    assert units(pilot, "arm", "clicked") == [("none", 1), ("warning", 0)]


def test_what_happens_at_the_very_moment_of_the_exposure_follows_it(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    before = "covariates: [{id: before, event: click, window: {minutes: -1}}]\n"
    pilot = new_pilot(EXPOSED.replace("{days: 7}", "{minutes: 1}") + before)
    pilot.table("""
        unit | occurred_at | event       | arm
        a    | 01T10:00    | click       |
        a    | 01T10:00    | warning_due |
        a    | 01T10:00    | assigned    | none
        b    | 01T10:00    | assigned    | warning
        b    | 01T10:01    | warning_due |
        b    | 01T10:00    | click       |
        b    | 01T10:02    | click       |
    """)
    assert units(pilot, "arm", "clicked", "before") == [("none", 1, 0), ("warning", 0, 1)]


@pytest.mark.parametrize(("value", "expected"), [("mean", 2.0), ("sum", 6.0), ("max", 3.0), ("last", 1.5)])
def test_values_in_the_window_are_put_together_as_declared(
    new_pilot: Callable[[str], SmallPilot], value: str, expected: float
) -> None:
    pilot = new_pilot(DECLARED.replace("kind: proportion", f"kind: mean, value: {value}"))
    pilot.table("""
        unit | occurred_at | event    | arm     | value
        a    | 01T10:00    | assigned | none    |
        a    | 02T10:00    | click    |         | 3
        a    | 03T10:00    | click    |         | 1.5
        a    | 02T11:00    | click    |         | 1.5
        a    | 08T10:00    | click    |         | 99
        b    | 01T10:00    | assigned | warning |
        b    | 09T10:00    | click    |         | 99
    """)
    nothing = 0.0 if value == "sum" else None
    assert units(pilot, "arm", "clicked") == [("none", expected), ("warning", nothing)]


def test_a_covariate_counts_what_lies_before_the_exposure(new_pilot: Callable[[str], SmallPilot]) -> None:
    covariates = """covariates:
  - {id: before, event: search, window: {days: -7}}
  - {id: clicks_before, event: click, window: {days: -7}}
  - {id: age, attribute: age}
"""
    pilot = new_pilot(DECLARED + covariates + AGES)
    pilot.table("""
        unit | occurred_at | event    | arm     | age
        a    | 10T10:00    | assigned | none    | 18-24
        a    | 03T10:00    | search   |         |
        a    | 10T09:59    | search   |         |
        a    | 03T09:59    | search   |         |
        a    | 10T10:00    | search   |         |
        a    | 09T10:00    | click    |         |
        a    | 11T10:00    | click    |         |
        b    | 10T10:00    | assigned | warning |
        b    | 20T10:00    | search   |         |
    """)
    found = units(pilot, "arm", "clicked", "before", "clicks_before")
    assert found == [("none", 1, 2, 1), ("warning", 0, 0, 0)]
    frame, _, _ = pilot.measured()
    assert frame.set_index("arm")["age"].fillna("?").to_dict() == {"none": "18-24", "warning": "?"}


def test_strata_are_put_together_from_the_attributes(new_pilot: Callable[[str], SmallPilot]) -> None:
    declared = DECLARED.replace("outcomes:", "  strata: [country, age]\noutcomes:")
    pilot = new_pilot(declared + "log: {attributes: [age, country]}\n")
    pilot.table("""
        unit | occurred_at | event    | arm     | age   | country
        a    | 01T10:00    | assigned | none    | 18-24 | FR
        b    | 01T10:00    | assigned | warning |       | DE
    """)
    assert units(pilot, "stratum") == [("DE / unknown",), ("FR / 18-24",)]


def test_a_score_needs_every_answer_at_its_own_wave(new_pilot: Callable[[str], SmallPilot]) -> None:
    declared = DECLARED.replace(
        "kind: proportion, event: click, window: {days: 7}",
        "kind: score, instrument: who-5, subscale: total, wave: after",
    )
    pilot = new_pilot(
        declared + "covariates: [{id: start, instrument: who-5, subscale: total, wave: before}]\n"
    )
    header = "unit,occurred_at,event,arm,instrument,item,wave,value\n"
    rows = ["a,2026-03-02,assigned,none,,,,", "b,2026-03-02,assigned,warning,,,,"]
    rows += [f"a,2026-03-01,survey_item,,who-5,{item},before,1" for item in range(1, 6)]
    rows += [f"a,2026-03-09,survey_item,,who-5,{item},after,{item}" for item in range(1, 6)]
    rows += ["a,2026-03-10,survey_item,,who-5,5,after,0"]  # an answer corrected later
    rows += [f"b,2026-03-09,survey_item,,who-5,{item},after,3" for item in range(1, 5)]
    rows += ["b,2026-03-09,survey_item,,who-5,1,other,3"]
    intake = pilot.log(header + "\n".join(rows) + "\n")
    assert (intake.rejected, intake.left_behind) == (0, 1)
    # WHO-5: the sum of five answers times 4
    assert units(pilot, "arm", "clicked", "start") == [("none", 40, 20), ("warning", None, None)]


def test_in_a_cluster_design_arm_and_cluster_come_from_the_assignment(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(CLUSTERED)
    pilot.table("""
        unit | occurred_at | event    | arm     | cluster
        a    | 01T10:00    | assigned | none    | team-1
        b    | 01T10:00    | assigned | none    | team-1
        c    | 01T10:00    | assigned | warning | team-2
        c    | 09T10:00    | click    |         |
    """)
    assert units(pilot, "arm", "cluster") == [("none", "team-1")] * 2 + [("warning", "team-2")]
    _, conduct, _ = pilot.measured()
    assert conduct.assigned_by == "cluster"
    assert conduct.assigned == {"none": 1, "warning": 1}


def test_units_that_the_log_assigns_twice_are_left_out_whichever_file_came_first(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    first = "unit,occurred_at,event,arm\na,2026-03-01,assigned,none\nb,2026-03-01,assigned,none\n"
    second = "unit,occurred_at,event,arm\na,2026-03-02,assigned,warning\nc,2026-03-01,assigned,warning\n"
    pilot = new_pilot(DECLARED)
    pilot.log(first, "first.csv")
    pilot.log(second, "second.csv")
    assert units(pilot, "arm") == [("none",), ("warning",)]
    assert pilot.measured()[1].in_two_arms == 1
    assert [row.split(", expected")[0] for row in pilot.rejected()] == [
        "second.csv:2: arm: found an assignment that contradicts another one"
    ]


def test_days_without_any_event_are_counted(pilot: SmallPilot) -> None:
    pilot.table("""
        unit | occurred_at | event    | arm
        a    | 01T10:00    | assigned | none
        a    | 02T10:00    | click    |
        a    | 05T10:00    | click    |
    """)
    _, conduct, _ = pilot.measured()
    assert (conduct.days, conduct.days_without_events) == (5, 2)


def test_times_without_an_offset_are_read_in_the_zone_of_the_study(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(DECLARED + "log: {time_zone: Europe/Paris}\n")
    pilot.table(
        """
        unit | occurred_at               | event    | arm
        a    | 2026-03-01T10:00          | assigned | none
        b    | 2026-07-01T10:00          | assigned | none
        c    | 2026-03-01T10:00Z         | assigned | none
        d    | 2026-03-01T10:00:30+05:30 | assigned | none
        e    | 2026-03-29T02:30          | assigned | none
        f    | 2026-10-25T02:30          | assigned | none
    """.replace("2026-03-01T10:00:30+05:30", "2026-03-01T10:00:30+05:30")
    )
    frame, _, _ = pilot.measured()
    assert sorted(str(time) for time in frame["exposure"]) == [
        "2026-03-01 04:30:30",
        "2026-03-01 09:00:00",
        "2026-03-01 10:00:00",
        "2026-07-01 08:00:00",
        "2026-10-25 01:30:00",
    ]
    assert [row.split(", expected")[0] for row in pilot.rejected()] == [
        "log.csv:6: occurred_at: found a time that the change of clocks skips"
    ]
