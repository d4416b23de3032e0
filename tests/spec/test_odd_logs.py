"""What a log tells beside its units: who was not followed yet, what is odd, and how reliable a score is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import experiments.ingest
from analysis.figures.reliability import cronbach_alpha
from tests.small_pilot import CLUSTERED, DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.about import LogFacts
    from tests.small_pilot import SmallPilot

LOG = """
    unit | occurred_at | event    | arm     | value
    a    | 01T00:00    | assigned | none    |
    a    | 03T00:00    | seen     |         | 2
    b    | 01T00:00    | assigned | warning |
    b    | 03T00:00    | seen     |         | 1
    c    | 05T00:00    | assigned | none    |
    c    | 07T00:00    | seen     |         | 2
    d    | 05T00:00    | assigned | warning |
    a    | 09T00:00    | seen     |         | 1
    a    | 09T00:00    | click    |         |
"""
KINDS = {
    "proportion": "event: click",
    "count": "event: click",
    "count by day": "event: click, per: day",
    "mean": "event: seen, value: sum",
    "quantile": "event: seen, value: mean, q: 0.5",
    "ordinal": "event: seen, levels: [1, 2]",
    "ratio": "numerator: {event: click}, denominator: {event: seen}",
}


@pytest.mark.parametrize("kind", KINDS)
def test_who_could_not_reach_the_windows_end_is_missing_whatever_the_outcome(
    new_pilot: Callable[[str], SmallPilot], kind: str
) -> None:
    """c and d were assigned four days before the log ends: that nothing came of a week is not known of them."""
    declared = f"kind: {kind.split()[0]}, {KINDS[kind]}"
    pilot = new_pilot(DECLARED.replace("kind: proportion, event: click", declared))
    pilot.table(LOG)
    frame, conduct, _ = pilot.measured()
    late = frame["exposure"] >= "2026-03-05"
    parts = [name for name in frame if str(name).split(".")[0] == "clicked"]
    assert frame.loc[late, parts].isna().any(axis=1).all()
    assert frame.loc[~late, parts].notna().all(axis=None)
    assert conduct.not_followed == {"clicked": 2}


def test_a_time_to_an_event_is_followed_until_the_log_ends(new_pilot: Callable[[str], SmallPilot]) -> None:
    pilot = new_pilot(
        DECLARED.replace("kind: proportion, event: click", "kind: time_to_event, event: click").replace(
            "lower}", "higher}"
        )
    )
    pilot.table(LOG)
    frame, conduct, _ = pilot.measured()
    assert sorted(frame["clicked.time"]) == [4, 4, 7, 7]
    assert set(frame["clicked.event"]) == {0}
    assert conduct.not_followed == {"clicked": 2}


def test_nothing_of_the_follow_up_stays_in_the_unit_table(pilot: SmallPilot) -> None:
    pilot.table(LOG.replace("seen", "click"))
    frame, _, _ = pilot.measured()
    assert set(frame) == {"arm", "exposure", "clicked"}


def test_the_halves_of_a_window_are_those_of_its_units(new_pilot: Callable[[str], SmallPilot]) -> None:
    pilot = new_pilot(DECLARED.replace("proportion", "count").replace("days: 7", "days: 4"))
    pilot.table("""
        unit | occurred_at | event    | arm
        a    | 01T00:00    | assigned | none
        a    | 01T10:00    | click    |
        a    | 02T23:59    | click    |
        a    | 03T00:00    | click    |
        b    | 01T00:00    | assigned | none
        b    | 04T00:00    | click    |
        b    | 05T00:00    | click    |
        c    | 06T00:00    | assigned | none
        c    | 07T00:00    | click    |
    """)
    _, conduct, _ = pilot.measured()
    found = conduct.halves["clicked"]["none"]
    assert (found.n, found.first, found.last) == (2, 1.0, 1.0)
    assert (found.first_variance, found.last_variance, found.change_variance) == (2.0, 0.0, 2.0)
    assert (found.with_first, found.with_last) == (1, 2)


def test_clusters_have_the_halves_of_their_means(new_pilot: Callable[[str], SmallPilot]) -> None:
    pilot = new_pilot(CLUSTERED)
    pilot.table("""
        unit | occurred_at | event    | arm  | cluster
        a    | 01T00:00    | assigned | none | x
        b    | 01T00:00    | assigned | none | x
        a    | 01T10:00    | click    |      |
        c    | 01T00:00    | assigned | none | y
        c    | 07T00:00    | click    |      |
        a    | 20T00:00    | click    |      |
    """)
    _, conduct, _ = pilot.measured()
    found = conduct.halves["clicked"]["none"]
    assert (found.n, found.first, found.last, found.change_variance) == (2, 0.25, 0.5, 1.125)


def facts(pilot: SmallPilot, rows: list[str]) -> LogFacts:
    assigned = [f"u{i},2026-03-01T00:00:00Z,assigned,none," for i in range(40)]
    pilot.log("\n".join(["unit,occurred_at,event,arm,session,event_id", *_numbered([*assigned, *rows]), ""]))
    _, conduct, _ = pilot.measured()
    assert conduct.log is not None
    return conduct.log


def _numbered(rows: list[str]) -> list[str]:
    return [f"{row},e{i}" for i, row in enumerate(rows)]


def test_a_unit_bursts_with_more_than_an_event_a_second_for_a_minute(pilot: SmallPilot) -> None:
    fast = [f"u1,2026-03-02T10:00:{i % 60:02}Z,click,," for i in range(61)]
    steady = [f"u2,2026-03-02T10:{i // 60:02}:{i % 60:02}Z,click,," for i in range(600)]
    found = facts(pilot, [*fast, *steady])
    assert (found.units, found.events, found.bursting, found.in_bursts) == (2, 661, 1, 61)


def test_a_minute_is_crowded_that_holds_many_times_what_busy_ones_do(pilot: SmallPilot) -> None:
    quiet = [f"u{i % 40},2026-03-02T{i // 60:02}:{i % 60:02}:07Z,click,," for i in range(600)]
    batch = [f"u{i % 40},2026-03-03T10:00:{i % 50:02}.5Z,click,," for i in range(120)]
    assert facts(pilot, [*quiet, *batch]).crowded_minutes == 1


def test_many_units_at_one_instant_are_a_clock_or_a_batch(pilot: SmallPilot) -> None:
    spread = [f"u{i},2026-03-02T10:{i:02}:{i:02}.25Z,click,," for i in range(40)]
    at_once = [f"u{i},2026-03-03T10:00:00.5Z,click,," for i in range(20)]
    assert facts(pilot, [*spread, *at_once]).crowded_instants == 1


def test_a_log_written_to_the_minute_has_no_crowded_instants(pilot: SmallPilot) -> None:
    rows = [f"u{i},2026-03-0{day}T10:00:00Z,click,," for day in (2, 3) for i in range(30)]
    assert facts(pilot, rows).crowded_instants == 0


def test_a_session_that_lasts_longer_than_a_day_and_events_after_the_intake_are_told(
    pilot: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-03-09T00:00:00+00:00")
    rows = [
        *("u1,2026-03-02T10:00:00Z,click,,s1", "u1,2026-03-03T10:00:01Z,click,,s1"),
        *("u2,2026-03-02T10:00:00Z,click,,s2", "u2,2026-03-03T10:00:00Z,click,,s2"),
        *("u3,2026-03-09T00:04:00Z,click,,", "u3,2026-03-09T00:06:00Z,click,,"),
    ]
    found = facts(pilot, rows)
    assert (found.lasting, found.future, found.early) == (1, 1, 0)


def test_events_more_than_a_year_before_the_assignment_are_told(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    before = "covariates:\n  - {id: earlier, event: click, window: {days: -28}}\n"
    pilot = new_pilot(DECLARED + before)
    rows = ["u1,2025-02-01T00:00:00Z,click,,", "u2,2025-01-01T00:00:00Z,click,,"]
    assert facts(pilot, rows).early == 1


LOCAL = """
instruments:
  strain-local:
    title: Strain, local form
    items: 4
    lowest: 0
    highest: 6
    step: 2
    reversed: [4]
    licence: Free for all.
    source: Our own validation, 2025
    subscales:
      total:
        label: Strain
        items: [1, 2, 4]
        fewest: 2
        cutoffs: [{label: high strain, at: 12, source: "Our own validation, 2025"}]
"""
STRAINED = (
    DECLARED.replace("id: clicked", "id: strain").replace(
        "kind: proportion, event: click, window: {days: 7}",
        "kind: score, instrument: strain-local, subscale: total, wave: after",
    )
    + "covariates:\n"
    "  - {id: strain_before, instrument: strain-local, subscale: total, wave: before}\n"
) + LOCAL


def test_a_studys_own_instrument_scores_and_tells_how_its_items_hang_together(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    pilot = new_pilot(STRAINED)
    answers = {"a": (0, 2, 6), "b": (4, 4, 0), "c": (6, 4, 2), "d": (2, 2, None)}
    rows = ["unit,occurred_at,event,arm,instrument,item,wave,value"]
    for unit, given in answers.items():
        rows.append(f"{unit},2026-03-01,assigned,none,,,,")
        rows += [
            f"{unit},2026-03-05,survey_item,,strain-local,{item},after,{value}"
            for item, value in zip((1, 2, 4), given, strict=True)
            if value is not None
        ]
    rows += ["a,2026-03-06,survey_item,,strain-local,1,after,3"]  # between two steps
    pilot.log("\n".join([*rows, ""]))
    frame, conduct, _ = pilot.measured()
    assert sorted(frame["strain"]) == [2, 6, 14, 14]  # d's missing item is filled in with the mean of two
    assert [line for line in pilot.rejected() if "in steps of 2" in line]
    turned = np.array([[0, 2, 0], [4, 4, 6], [6, 4, 4]], dtype=float)
    found = conduct.reliability["strain"]
    assert (found.people, found.items) == (3, 3)
    assert found.alpha == pytest.approx(cronbach_alpha(turned))
