"""What a log means: events drawn as a table on the left, the units they must come to on the right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

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


def test_the_log_is_complete_until_the_declared_end_of_the_study(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(DECLARED.replace("outcomes:", "  end: 2026-03-09\noutcomes:"))
    pilot.table("""
        unit | occurred_at | event    | arm
        a    | 02T23:59    | assigned | none
        b    | 03T00:00    | assigned | none
        c    | 03T00:01    | assigned | warning
    """)
    assert units(pilot, "arm", "clicked") == [("none", 0), ("none", 0), ("warning", None)]


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


def test_a_session_window_holds_the_events_of_the_exposures_own_session(
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
    """)
    assert units(pilot, "arm", "clicked") == [("none", 1), ("warning", 0), ("warning", 0)]


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
