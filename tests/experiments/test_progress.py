"""A pilot's stage follows from its declared days, its data and its planned looks, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from experiments.progress import Known, Stage, day_of, progress

START, END = date(2026, 3, 2), date(2026, 5, 3)
TODAY = date(2026, 4, 1)
HALF = Known(held=True, start=START, end=END, until=date(2026, 3, 30), taken_in=TODAY)


@pytest.mark.parametrize(
    ("known", "today", "stage", "overdue"),
    [
        (Known(held=False), TODAY, "planned", False),
        (Known(held=False, start=date(2026, 6, 1)), TODAY, "planned", False),
        (Known(held=False, start=START), TODAY, "planned", True),
        (HALF, TODAY, "running", False),
        (HALF, date(2026, 6, 1), "running", True),
        (replace(HALF, end=None), TODAY, "running", False),
        (replace(HALF, look=1, looks=3), TODAY, "look", False),
        (replace(HALF, look=0, looks=3), TODAY, "running", False),
        (replace(HALF, look=3, looks=3), TODAY, "running", False),
        (replace(HALF, until=END), date(2026, 6, 1), "finished", False),
        (replace(HALF, until=END, look=2, looks=3), date(2026, 6, 1), "finished", False),
        (replace(HALF, timed=False), TODAY, "finished", False),
    ],
)
def test_the_stage_follows_from_what_is_known(known: Known, today: date, stage: Stage, overdue: bool) -> None:
    found = progress(known, today=today)
    assert (found.stage, found.overdue) == (stage, overdue)


def test_a_log_taken_in_after_the_last_day_ends_a_pilot_and_one_taken_in_on_that_day_does_not() -> None:
    assert progress(replace(HALF, taken_in=END), today=END).stage == "running"
    assert progress(replace(HALF, taken_in=date(2026, 5, 4)), today=date(2026, 5, 4)).stage == "finished"


def test_a_finished_pilot_says_when_its_data_stop_more_than_a_month_before_its_end() -> None:
    late = date(2026, 6, 1)
    assert progress(replace(HALF, until=date(2026, 4, 1), taken_in=late), today=late).overdue
    assert not progress(replace(HALF, until=date(2026, 4, 2), taken_in=late), today=late).overdue


def test_the_age_of_data_counts_days_and_invented_times_have_none() -> None:
    assert progress(HALF, today=TODAY).age == 2
    assert progress(HALF, today=date(2026, 3, 1)).age == 0
    assert progress(replace(HALF, timed=False), today=TODAY).until is None


def test_days_are_told_in_utc() -> None:
    assert day_of("2026-05-03T23:30:00-02:00") == date(2026, 5, 4)
    assert day_of("2026-05-03") == date(2026, 5, 3)
