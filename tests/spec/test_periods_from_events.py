"""What a log means where units have periods: events on the left, rows of units and periods on the right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

import experiments.ingest

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.about import Conduct
    from tests.small_pilot import SmallPilot

HEAD = """\
study: small
title: A small pilot
topic: moderator-wellness
company: platform-a
"""
CROSSOVER = (
    HEAD
    + """\
design:
  kind: crossover
  arms: {grey: {label: Greyscale, control: true}, blur: {label: Blurred}}
outcomes:
  - {id: items, role: primary, kind: count, event: decided, per: day, window: {days: 7}, better: higher}
"""
)
WEDGE = (
    HEAD
    + """\
design:
  kind: stepped-wedge
  arms: {usual: {control: true}, blur: {label: Blurred}}
  start: 2026-03-01
  end: 2026-03-12
  period: {days: 4}
  steps: {north: 2026-03-05, south: 2026-03-09}
outcomes:
  - {id: items, role: primary, kind: count, event: decided, better: higher}
"""
)
ANSWERED = CROSSOVER.replace("items, role: primary", "items, role: secondary") + (
    "  - {id: distress, role: primary, kind: score, instrument: k6, subscale: total, wave: end, better: lower}\n"
)


@pytest.fixture(autouse=True)
def _taken_in_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs are taken in after the study was over."""
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-06-01T00:00:00+00:00")


def rows(pilot: SmallPilot, *columns: str) -> list[tuple[object, ...]]:
    """The measured rows in their order; a gap is None."""
    frame, _, _ = pilot.measured()
    found = frame[list(columns)].itertuples(index=False)
    return [tuple(None if isinstance(c, float) and math.isnan(c) else c for c in row) for row in found]


def ran(pilot: SmallPilot) -> Conduct:
    """How the pilot ran."""
    return pilot.measured()[1]


def test_a_period_of_a_crossover_begins_with_its_assignment_and_ends_with_the_next_one(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(CROSSOVER)
    pilot.table("""
        unit | occurred_at | event    | arm  | period
        a    | 01T00:00    | assigned | grey | 1
        a    | 01T00:00    | decided  |      |
        a    | 06T23:59    | decided  |      |
        a    | 07T00:00    | assigned | blur | 2
        a    | 07T00:00    | decided  |      |
        a    | 13T23:59    | decided  |      |
        a    | 14T00:00    | decided  |      |
        b    | 02T00:00    | assigned | blur | 1
        b    | 20T00:00    | assigned | grey | 2
        b    | 08T00:00    | decided  |      |
        b    | 10T00:00    | decided  |      |
        b    | 30T00:00    | decided  |      |
    """)
    # a's first period was cut to six days; b's ended with its window
    assert rows(pilot, "unit", "period", "arm", "items", "items.exposure") == [
        (1, 1, "blur", 1, 7),
        (1, 2, "grey", 0, 7),
        (2, 1, "grey", 2, 6),
        (2, 2, "blur", 2, 7),
    ]


def test_a_missing_period_is_no_row_and_an_unfinished_one_is_not_measured(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(CROSSOVER)
    pilot.table("""
        unit | occurred_at | event    | arm  | period
        a    | 01T00:00    | assigned | grey | period-1
        a    | 10T00:00    | assigned | blur | period-2
        b    | 10T00:00    | assigned | grey | period-2
        b    | 16T00:00    | decided  |      |
    """)
    assert rows(pilot, "period", "arm", "items") == [(2, "grey", None), (1, "grey", 0), (2, "blur", None)]


def test_a_declared_length_ends_a_period_that_no_assignment_ends(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(CROSSOVER.replace("outcomes:", "  period: {days: 5}\noutcomes:"))
    pilot.table("""
        unit | occurred_at | event    | arm  | period
        a    | 01T00:00    | assigned | grey | 1
        a    | 05T23:59    | decided  |      |
        a    | 06T00:00    | decided  |      |
        a    | 07T00:00    | assigned | blur | 2
        b    | 30T00:00    | assigned | blur | 1
    """)
    assert rows(pilot, "period", "arm", "items", "items.exposure") == [
        (1, "blur", None, None),
        (1, "grey", 1, 5),
        (2, "blur", 0, 5),
    ]


def test_whoever_has_two_arms_in_one_period_is_left_out_and_two_arms_in_turn_are_no_fault(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(CROSSOVER)
    intake = pilot.table("""
        unit | occurred_at | event    | arm  | period
        a    | 01T00:00    | assigned | grey | 1
        a    | 09T00:00    | assigned | blur | 2
        a    | 02T00:00    | decided  | blur |
        b    | 01T00:00    | assigned | grey | 1
        b    | 02T00:00    | assigned | blur | 1
        b    | 09T00:00    | assigned | blur | 2
        c    | 01T00:00    | assigned | blur | 1
        c    | 09T00:00    | assigned | grey | 2
        c    | 10T00:00    | decided  | grey |
        c    | 20T00:00    | decided  | grey |
    """)
    assert intake.rejected == 2
    assert [(unit, arm) for unit, arm in rows(pilot, "unit", "arm")] == [
        (1, "blur"), (1, "grey"), (2, "grey"), (2, "blur"),
    ]  # fmt: skip
    conduct = ran(pilot)
    assert conduct.assigned == {"grey": 1, "blur": 1}
    assert (conduct.in_two_arms, conduct.saw_other_arm, conduct.never_assigned) == (1, 1, 0)
    assert (conduct.flow[0].by_arm, conduct.flow[0].total) == ({"grey": 2, "blur": 2}, 2)


@pytest.mark.parametrize(
    ("period", "says"), [("", "found nothing"), ("first", "found no number of a period"), ("0", "no number")]
)
def test_an_assignment_says_which_period_it_is_for(
    new_pilot: Callable[[str], SmallPilot], period: str, says: str
) -> None:
    pilot = new_pilot(CROSSOVER)
    pilot.table(f"""
        unit | occurred_at | event    | arm  | period
        a    | 01T00:00    | assigned | grey | 1
        a    | 09T00:00    | assigned | blur | {period}
    """)
    assert len(pilot.rejected()) == 1
    assert says in pilot.rejected()[0]


def test_a_clock_can_start_with_an_exposure_in_its_own_period(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(CROSSOVER.replace("outcomes:", "exposure: {event: shift}\noutcomes:"))
    pilot.table("""
        unit | occurred_at | event    | arm  | period
        a    | 01T00:00    | assigned | grey | 1
        a    | 03T08:00    | shift    |      |
        a    | 03T07:59    | decided  |      |
        a    | 03T08:00    | decided  |      |
        a    | 11T00:00    | assigned | blur | 2
        b    | 01T00:00    | assigned | blur | 1
        b    | 11T00:00    | assigned | grey | 2
        b    | 12T08:00    | shift    |      |
        b    | 25T00:00    | decided  |      |
    """)
    assert rows(pilot, "period", "arm", "items") == [(2, "grey", 0), (1, "grey", 1)]
    conduct = ran(pilot)
    assert [(step.key, step.by_arm, step.total) for step in conduct.flow] == [
        ("assigned", {"grey": 2, "blur": 2}, 2),
        ("exposed", {"grey": 2, "blur": 0}, 2),
    ]


def k6(unit: str, day: str, wave: str, answer: int) -> str:
    """All six answers to the K6, the same number each."""
    return "".join(
        f"        {unit} | {day} | survey_item | | | k6 | {item} | {wave} | {answer}\n"
        for item in range(1, 7)
    )


SURVEYED = """
        unit | occurred_at | event | arm | period | instrument | item | wave | value
        a | 01T00:00 | assigned | grey | 1 | | | |
        a | 09T00:00 | assigned | blur | 2 | | | |
"""


def test_an_answer_belongs_to_the_period_in_which_it_was_given(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(ANSWERED)
    pilot.table(SURVEYED + k6("a", "08T00:00", "end", 3) + k6("a", "10T00:00", "end", 1))
    assert rows(pilot, "period", "distress") == [(1, 18), (2, 6)]


def test_with_a_wave_for_each_period_a_late_answer_still_belongs_to_its_own(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(ANSWERED.replace("wave: end", "waves: [first, second]"))
    pilot.table(SURVEYED + k6("a", "10T00:00", "first", 2) + k6("a", "11T00:00", "second", 4))
    assert rows(pilot, "period", "distress") == [(1, 12), (2, 24)]


def test_units_are_numbered_by_what_their_rows_hold_and_not_by_pseudonym(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    drawn = """
        unit | occurred_at | event    | arm  | period
        {0}  | 01T00:00    | assigned | grey | 1
        {0}  | 09T00:00    | assigned | blur | 2
        {1}  | 01T00:00    | assigned | grey | 1
        {1}  | 09T00:00    | assigned | blur | 2
        {2}  | 01T00:00    | assigned | grey | 1
        {2}  | 09T00:00    | assigned | blur | 2
        {0}  | 10T00:00    | decided  |      |
        {1}  | 02T00:00    | decided  |      |
        {2}  | 30T00:00    | decided  |      |
    """
    expected = [(1, 1, 0), (1, 2, 0), (2, 1, 0), (2, 2, 1), (3, 1, 1), (3, 2, 0)]
    pilot = new_pilot(CROSSOVER)
    pilot.table(drawn.format("a", "b", "c"))
    assert rows(pilot, "unit", "period", "items") == expected


def test_a_cluster_of_a_stepped_wedge_has_the_treatment_from_its_step_on(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(WEDGE)
    pilot.table("""
        unit | occurred_at | event    | arm | cluster
        a    | 01T00:00    | assigned |     | north
        b    | 01T00:00    | assigned |     | south
        a    | 04T23:59    | decided  |     |
        a    | 05T00:00    | decided  |     |
        a    | 08T23:59    | decided  |     |
        b    | 09T00:00    | decided  |     |
        b    | 12T23:59    | decided  |     |
        b    | 12T23:58    | decided  |     |
        b    | 13T00:00    | decided  |     |
    """)
    assert rows(pilot, "unit", "cluster", "period", "arm", "items") == [
        (1, "north", 1, "usual", 1),
        (1, "north", 2, "blur", 2),
        (1, "north", 3, "blur", 0),
        (2, "south", 1, "usual", 0),
        (2, "south", 2, "usual", 0),
        (2, "south", 3, "blur", 3),
    ]
    conduct = ran(pilot)
    assert (conduct.assigned, conduct.shares, conduct.saw_other_arm) == ({}, {}, 0)
    assert (conduct.flow[0].by_arm, conduct.flow[0].total) == ({"usual": 2, "blur": 2}, 2)


def test_who_comes_later_has_no_row_before_and_a_log_that_ends_early_has_none_after(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-03-07T00:00:00+00:00")
    pilot = new_pilot(WEDGE)
    pilot.table("""
        unit | occurred_at | event    | arm | cluster
        a    | 01T00:00    | assigned |     | north
        b    | 06T12:00    | assigned |     | south
        a    | 06T12:00    | decided  |     |
    """)
    assert rows(pilot, "cluster", "period", "arm") == [
        ("south", 2, "usual"),
        ("north", 1, "usual"),
        ("north", 2, "blur"),
    ]


def test_the_period_in_which_a_cluster_changes_midway_is_left_out_for_it(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(
        WEDGE.replace("north: 2026-03-05", "north: 2026-03-06").replace(
            "}\noutcomes", ", west: never}\noutcomes"
        )
    )
    pilot.table("""
        unit | occurred_at | event    | arm | cluster
        a    | 01T00:00    | assigned |     | north
        b    | 01T00:00    | assigned |     | west
    """)
    assert rows(pilot, "cluster", "period", "arm") == [
        ("north", 1, "usual"),
        ("north", 3, "blur"),
        ("west", 1, "usual"),
        ("west", 2, "usual"),
        ("west", 3, "usual"),
    ]


def test_a_cluster_without_a_step_is_rejected_and_a_unit_in_two_clusters_left_out(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(WEDGE)
    intake = pilot.table("""
        unit | occurred_at | event    | arm   | cluster
        a    | 01T00:00    | assigned | usual | north
        a    | 05T00:00    | assigned | blur  | north
        b    | 01T00:00    | assigned |       | north
        b    | 05T00:00    | assigned |       | south
        c    | 01T00:00    | assigned |       | east
        d    | 01T00:00    | assigned |       | south
        d    | 02T00:00    | decided  | blur  |
    """)
    assert intake.rejected == 3
    assert [row for row in pilot.rejected() if "design.steps" in row]
    assert {cluster for (cluster,) in rows(pilot, "cluster")} == {"north", "south"}
    conduct = ran(pilot)
    assert (conduct.in_two_arms, conduct.saw_other_arm) == (1, 1)


def test_periods_begin_at_midnight_of_the_studys_own_time_zone(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(WEDGE + "log: {time_zone: Europe/Paris}\n")
    pilot.table("""
        unit | occurred_at       | event    | arm | cluster
        a    | 01T00:00          | assigned |     | north
        a    | 05T00:00          | decided  |     |
        a    | 04T23:59          | decided  |     |
        a    | 05T00:30          | decided  |     |
    """)
    assert rows(pilot, "period", "items") == [(1, 1), (2, 2), (3, 0)]


def test_an_event_before_the_first_clock_is_the_baseline_of_every_period(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    covariates = "covariates:\n  - {id: before, event: seen, window: {days: -7}}\n"
    pilot = new_pilot(CROSSOVER + covariates)
    pilot.table("""
        unit | occurred_at | event    | arm  | period
        a    | 09T00:00    | assigned | grey | 1
        a    | 16T00:00    | assigned | blur | 2
        a    | 08T00:00    | seen     |      |
        a    | 10T00:00    | seen     |      |
        a    | 30T00:00    | decided  |      |
    """)
    assert rows(pilot, "period", "before") == [(1, 1), (2, 1)]


def test_an_order_that_misses_its_first_period_counts_with_those_that_go_on_alike(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(CROSSOVER)
    pilot.table("""
        unit | occurred_at | event    | arm  | period
        a    | 01T00:00    | assigned | grey | 1
        a    | 09T00:00    | assigned | blur | 2
        b    | 01T00:00    | assigned | blur | 1
        b    | 09T00:00    | assigned | grey | 2
        c    | 09T00:00    | assigned | grey | 2
        d    | 01T00:00    | assigned | grey | 1
    """)
    assert ran(pilot).assigned == {"grey": 2, "blur": 2}


def test_where_whole_clusters_have_an_order_it_is_clusters_that_are_counted(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(CROSSOVER.replace("  arms:", "  assigned_by: cluster\n  arms:"))
    intake = pilot.table("""
        unit | occurred_at | event    | arm  | period | cluster
        a    | 01T00:00    | assigned | grey | 1      | north
        b    | 01T00:00    | assigned | grey | 1      | north
        a    | 09T00:00    | assigned | blur | 2      | north
        c    | 01T00:00    | assigned | blur | 1      | south
        c    | 09T00:00    | assigned | grey | 2      | south
        d    | 01T00:00    | assigned | blur | 1      | west
        e    | 01T00:00    | assigned | grey | 1      | west
    """)
    assert intake.rejected == 2
    assert sorted(rows(pilot, "cluster", "period", "arm")) == [
        ("north", 1, "grey"),
        ("north", 1, "grey"),
        ("north", 2, "blur"),
        ("south", 1, "blur"),
        ("south", 2, "grey"),
    ]
    assert (ran(pilot).assigned, ran(pilot).assigned_by) == ({"grey": 1, "blur": 1}, "cluster")


SURVEYS = (
    HEAD
    + """\
design: {kind: individual, arms: {usual: {control: true}, blur: {}}}
outcomes:
  - {id: low, role: primary, kind: score, instrument: k6, subscale: total, better: lower, waves: [w1, w2]}
"""
)


def test_each_wave_of_a_survey_is_a_column_and_the_last_one_is_the_outcome(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(SURVEYS)
    pilot.table(
        """
        unit | occurred_at | event | arm | period | instrument | item | wave | value
        a | 01T00:00 | assigned | usual | | | | |
        b | 01T00:00 | assigned | blur | | | | |
        """.rstrip(" ")
        + k6("a", "08T00:00", "w1", 3)
        + k6("a", "15T00:00", "w2", 1)
        + k6("b", "08T00:00", "w1", 2)
        + k6("b", "15T00:00", "w3", 4)
    )
    assert sorted(rows(pilot, "arm", "low@w1", "low@w2", "low")) == [
        ("blur", 12, None, None),
        ("usual", 18, 6, 6),
    ]


def test_a_matched_pair_is_the_stratum_of_its_clusters(new_pilot: Callable[[str], SmallPilot]) -> None:
    declared = HEAD + "design: {kind: cluster, pairs: pair, arms: {usual: {control: true}, blur: {}}}\n"
    outcomes = CROSSOVER[CROSSOVER.index("outcomes:") :]
    pilot = new_pilot(declared + outcomes + "log: {attributes: [pair]}\n")
    pilot.table("""
        unit | occurred_at | event    | arm   | cluster | pair
        a    | 01T00:00    | assigned | usual | north   | p1
        b    | 01T00:00    | assigned | blur  | south   | p1
    """)
    assert sorted(rows(pilot, "cluster", "stratum")) == [("north", "p1"), ("south", "p1")]
