"""What the log of a series means: events on the left, the days, weeks or months that they come to on the right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import experiments.ingest
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.small_pilot import SmallPilot

    New = Callable[[str], SmallPilot]

SERIES = """\
study: small
title: A small series
topic: deterrence
company: platform-a
design:
  kind: interrupted-series
  interval: day
  changes:
    - {on: 2026-03-04, label: Warning put up}
outcomes:
  - {id: searches, role: primary, kind: series, numerator: {event: search}, better: lower}
"""
RATE = SERIES.replace("{event: search}", "{event: search}, denominator: {event: visit}")
TOTALS = SERIES.replace("{event: search}", "{event: search, value: sum}")
WEEKS = SERIES.replace("interval: day", "interval: week")
PLATFORMS = SERIES.replace("interrupted-series", "controlled-series").replace(
    "  changes:\n    - {on: 2026-03-04, label: Warning put up}\n",
    "  adoption: {one: 2026-03-04, other: never}\n",
)


@pytest.fixture(autouse=True)
def taken_in_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-03-31T00:00:00+00:00")


def rows(pilot: SmallPilot, *columns: str) -> list[tuple[object, ...]]:
    """The measured rows by unit and period; a gap is None."""
    frame, _, _ = pilot.measured()
    found = frame[list(columns)].itertuples(index=False)
    return [tuple(None if isinstance(c, float) and math.isnan(c) else c for c in row) for row in found]


def test_a_day_without_events_between_two_days_with_some_counts_as_0(new_pilot: New) -> None:
    pilot = new_pilot(SERIES.replace("  interval", "  start: 2026-02-20\n  interval"))
    pilot.table("""
        unit | occurred_at      | event
        a    | 2026-02-20T00:01 | search
        a    | 2026-02-20T23:59 | search
        b    | 2026-02-22T00:00 | search
        b    | 2026-02-23T12:00 | search
    """)
    assert rows(pilot, "period", "searches", "arm") == [(1, 2, "before"), (2, 0, "before"), (3, 1, "before")]
    _, conduct, data = pilot.measured()
    assert conduct.intervals is not None
    assert (conduct.intervals.silent, conduct.intervals.cut, conduct.intervals.observed) == (1, 1, 3)
    assert data.events == 4


def test_without_a_declared_start_the_first_and_the_last_day_are_not_whole(new_pilot: New) -> None:
    pilot = new_pilot(SERIES)
    pilot.table("""
        unit | occurred_at | event
        a    | 02T08:00    | search
        a    | 03T08:00    | search
        a    | 04T08:00    | search
        a    | 05T08:00    | search
    """)
    assert rows(pilot, "period", "searches", "arm") == [(2, 1, "before"), (3, 1, "warning-put-up")]


def test_a_log_that_begins_later_than_the_study_is_not_taken_for_silence(new_pilot: New) -> None:
    pilot = new_pilot(SERIES.replace("  interval", "  start: 2026-02-20\n  interval"))
    pilot.table("""
        unit | occurred_at | event
        a    | 02T08:00    | search
        a    | 03T08:00    | search
        a    | 04T08:00    | search
    """)
    assert rows(pilot, "period", "searches") == [(12, 1)]  # 3 March; on the 2nd it began, on the 4th it ended


def test_a_study_that_is_over_is_observed_until_the_end_of_its_last_day(
    new_pilot: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments.ingest, "now", lambda: "2026-04-01T00:00:00+00:00")
    pilot = new_pilot(SERIES.replace("  interval", "  end: 2026-03-12\n  interval"))
    pilot.table("""
        unit | occurred_at | event
        a    | 01T00:00    | search
        a    | 10T08:00    | search
        a    | 12T08:00    | search
        a    | 13T08:00    | search
    """)
    assert rows(pilot, "searches")[-3:] == [(1,), (0,), (1,)]


def test_days_are_those_of_the_studys_time_zone_also_when_the_clocks_change(new_pilot: New) -> None:
    pilot = new_pilot(
        SERIES.replace("2026-03-04", "2026-03-29").replace("  interval", "  start: 2026-03-01\n  interval")
        + "log: {time_zone: Europe/Paris}\n"
    )
    pilot.table("""
        unit | occurred_at               | event
        a    | 2026-03-01T00:00:00+01:00 | search
        a    | 2026-03-28T22:59:59Z      | search
        a    | 2026-03-28T23:00:00Z      | search
        a    | 2026-03-29T21:59:59Z      | search
        a    | 2026-03-29T22:00:00Z      | search
        a    | 2026-03-30T22:00:00Z      | search
    """)
    assert rows(pilot, "searches", "arm")[-3:] == [
        (1, "before"),
        (2, "warning-put-up"),
        (1, "warning-put-up"),
    ]


def test_totals_need_no_unit_and_the_last_one_tells_of_its_whole_day(new_pilot: New) -> None:
    pilot = new_pilot(TOTALS)
    pilot.table("""
        occurred_at | event  | value
        02T00:00    | search | 120
        03T00:00    | search | 0
        04T00:00    | search | 95.5
    """)
    assert rows(pilot, "searches", "arm") == [(120, "before"), (0, "before"), (95.5, "warning-put-up")]
    assert pilot.measured()[1].intervals.silent == 0


def test_a_log_of_single_events_needs_its_units(new_pilot: New) -> None:
    with pytest.raises(Fault, match="has no column 'unit'"):
        new_pilot(SERIES).log("occurred_at,event\n2026-03-02,search\n")


def test_the_week_in_which_a_change_falls_and_weeks_cut_short_are_left_out(new_pilot: New) -> None:
    pilot = new_pilot(WEEKS)
    pilot.table("""
        unit | occurred_at | event
        a    | 2026-02-18  | search
        a    | 2026-02-23  | search
        a    | 03T10:00    | search
        a    | 09T10:00    | search
        a    | 15T10:00    | search
        a    | 16T10:00    | search
    """)
    assert rows(pilot, "period", "searches", "arm") == [(2, 1, "before"), (4, 2, "warning-put-up")]
    assert pilot.measured()[1].intervals.mixed == 1


def test_an_interval_with_nothing_to_divide_by_is_missing(new_pilot: New) -> None:
    pilot = new_pilot(RATE.replace("  interval", "  start: 2026-03-01\n  interval").replace("04", "12"))
    pilot.table("""
        unit | occurred_at | event
        a    | 01T10:00    | visit
        a    | 01T10:00    | search
        a    | 02T10:00    | search
        a    | 03T10:00    | visit
        b    | 03T10:00    | visit
        a    | 04T10:00    | visit
    """)
    measured = rows(pilot, "searches", "searches.exposure")
    assert measured == [(1, 1), (1, None), (0, 2)]


def test_each_platform_has_its_own_rows_and_adopts_on_its_own_day(new_pilot: New) -> None:
    pilot = new_pilot(PLATFORMS.replace("  interval", "  start: 2026-02-20\n  interval"))
    intake = pilot.table("""
        unit | occurred_at      | event  | cluster
        a    | 2026-02-20T00:00 | search | one
        a    | 2026-02-20T00:00 | search | other
        a    | 03T10:00         | search | one
        a    | 04T10:00         | search | one
        a    | 04T11:00         | search | other
        a    | 05T10:00         | search | other
        a    | 05T10:00         | search | one
        a    | 05T10:00         | search | third
        a    | 05T10:00         | search |
    """)
    assert intake.files[0].rejected == 2
    assert rows(pilot, "unit", "period", "searches", "arm")[11:13] == [
        ("one", 12, 1, "control"),
        ("one", 13, 1, "treated"),
    ]
    assert rows(pilot, "unit", "searches", "arm")[-1] == ("other", 1, "control")
    assert [row for row in pilot.rejected() if "platform" in row]


def test_a_platform_without_any_events_is_named(new_pilot: New) -> None:
    pilot = new_pilot(PLATFORMS)
    pilot.log("unit,occurred_at,event,cluster\na,2026-03-01,search,one\na,2026-03-05,search,one\n")
    with pytest.raises(Fault, match="other"):
        pilot.measured()


def test_seasons_and_concurrent_events_become_columns(new_pilot: New) -> None:
    events = "  events: [{from: 2026-03-02, to: 2026-03-03, label: News, adjust: true}]\n"
    pilot = new_pilot(SERIES.replace("outcomes:", f"{events}outcomes:"))
    pilot.log("unit,occurred_at,event\n" + "".join(f"a,2026-03-0{day},search\n" for day in range(1, 7)))
    assert rows(pilot, "season", "event.1") == [
        ("Sunday", 0.0),
        ("Monday", 1.0),
        ("Tuesday", 1.0),
        ("Wednesday", 0.0),
        ("Thursday", 0.0),
    ]


@pytest.mark.parametrize(("interval", "alias"), [("day", "D"), ("week", "W-SUN"), ("month", "M")])
def test_counts_are_those_that_pandas_finds_on_the_local_calendar(
    new_pilot: New, interval: str, alias: str
) -> None:
    zone = "America/New_York"
    declared = RATE.replace("interval: day", f"interval: {interval}").replace("2026-03-04", "2026-01-05")
    pilot = new_pilot(declared + f"log: {{time_zone: {zone}}}\n")
    rng = np.random.default_rng(8)
    seconds = np.sort(rng.choice(200 * 86_400, 4_000, replace=False))
    at = pd.Timestamp("2025-09-10T03:17:00Z") + pd.to_timedelta(seconds, unit="s")
    event = rng.choice(["search", "visit"], at.size)
    text = [f"u{i % 37},{t.isoformat()},{e}\n" for i, (t, e) in enumerate(zip(at, event, strict=True))]
    pilot.log("unit,occurred_at,event\n" + "".join(text))
    spans = at.tz_convert(zone).tz_localize(None).to_period(alias)
    counted = pd.crosstab(spans, event).iloc[1:-1]  # the first and the last are not whole
    if interval != "day":
        counted = counted[
            ~((counted.index.start_time < "2026-01-05") & (counted.index.end_time > "2026-01-05"))
        ]
    assert rows(pilot, "searches", "searches.exposure") == list(counted.itertuples(index=False, name=None))
