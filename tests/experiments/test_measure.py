"""The query against a plain reimplementation: on random logs both come to the same units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from tests.small_pilot import DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.small_pilot import SmallPilot

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2026-03-01")
MANY = """\
exposure: {event: due}
outcomes:
  - {id: any3, role: primary, kind: proportion, event: click, window: {days: 3}, better: lower}
  - {id: any_visit, role: secondary, kind: proportion, event: click, window: session, better: lower}
  - {id: any_ever, role: secondary, kind: proportion, event: search, better: lower}
  - {id: clicks, role: secondary, kind: count, event: click, window: {hours: 36}, per: day, better: lower}
  - {id: searches, role: secondary, kind: count, event: search, window: {days: 5}, per: exposure, better: lower}
  - {id: mean3, role: secondary, kind: mean, event: search, value: mean, window: {days: 3}, better: lower}
  - {id: sum3, role: secondary, kind: mean, event: search, value: sum, window: {days: 3}, better: lower}
  - {id: max3, role: secondary, kind: mean, event: search, value: max, window: {days: 3}, better: lower}
  - {id: last3, role: secondary, kind: mean, event: search, value: last, window: {minutes: 4000}, better: lower}
covariates:
  - {id: before, event: click, window: {days: -4}}
  - {id: spent, event: search, value: sum, window: {days: -2}}
"""
OUTCOMES = {
    "any3": ("click", 3 * DAY, "any"),
    "any_ever": ("search", None, "any"),
    "clicks": ("click", 1.5 * DAY, "count"),
    "searches": ("search", 5 * DAY, "count"),
    "mean3": ("search", 3 * DAY, "mean"),
    "sum3": ("search", 3 * DAY, "sum"),
    "max3": ("search", 3 * DAY, "max"),
    "last3": ("search", pd.Timedelta(minutes=4000), "last"),
}


def random_log(seed: int, *, units: int = 40, events: int = 600) -> pd.DataFrame:
    """Events within twelve days, on a coarse grid of times so that edges and ties are common."""
    rng = np.random.default_rng(seed)
    known = [f"u{i}" for i in range(units)]
    assigned = pd.DataFrame(
        {
            "unit": known,
            "occurred_at": START + pd.to_timedelta(rng.integers(0, 16, units) * 6, unit="h"),
            "event": "assigned",
            "arm": rng.choice(["none", "warning"], units),
        }
    ).iloc[: units - 3]
    rows = pd.DataFrame(
        {
            "unit": rng.choice(known, events),
            "occurred_at": START + pd.to_timedelta(rng.integers(0, 48, events) * 6, unit="h"),
            "event": rng.choice(["due", "click", "search"], events, p=[0.2, 0.4, 0.4]),
            "value": np.round(rng.normal(10, 5, events), 2),
            "session": rng.choice(["s1", "s2", ""], events),
        }
    )
    log = pd.concat([assigned, rows], ignore_index=True).drop_duplicates()
    # One visit a moment: of two first exposures in different visits at one time, either could count.
    due = log["event"] == "due"
    return log[~(due & log.duplicated(["unit", "occurred_at", "event"]))].fillna({"arm": "", "session": ""})


def by_hand(log: pd.DataFrame) -> pd.DataFrame:
    """The unit table by loops over units: as slow and as plain as can be. `clicks` and `searches` are in no
    covariate window only if they come before the assignment: ingest then has rejected nothing, as both are used.
    """
    end = log["occurred_at"].max()
    rows = []
    for _, events in log.groupby("unit"):
        assigned = events[events["event"] == "assigned"]
        if assigned.empty:
            continue
        since = assigned["occurred_at"].iloc[0]
        due = events[(events["event"] == "due") & (events["occurred_at"] >= since)].sort_values("occurred_at")
        if due.empty:
            continue
        t, visit = due["occurred_at"].iloc[0], due["session"].iloc[0]
        row: dict[str, Any] = {"arm": assigned["arm"].iloc[0], "exposure": t}
        for name, (event, span, how) in OUTCOMES.items():
            row[name] = np.nan
            if span is None or t + span <= end:
                row[name] = _value(_between(events, event, t, t + span if span else None), how)
        in_visit = _between(events[events["session"] == visit], "click", t, None)
        row["any_visit"] = float(len(in_visit) > 0) if visit else np.nan
        row["clicks.exposure"] = 1.5 if t + 1.5 * DAY <= end else np.nan
        row["searches.exposure"] = (
            float(len(_between(events, "due", t, t + 5 * DAY))) if t + 5 * DAY <= end else np.nan
        )
        row["before"] = float(len(_between(events, "click", t - 4 * DAY, t)))
        row["spent"] = _value(_between(events, "search", t - 2 * DAY, t), "sum")
        rows.append(row)
    return pd.DataFrame(rows)


def _between(events: pd.DataFrame, event: str, low: pd.Timestamp, high: pd.Timestamp | None) -> pd.DataFrame:
    here = (events["event"] == event) & (events["occurred_at"] >= low)
    return events[here & (events["occurred_at"] < high)] if high is not None else events[here]


def _value(found: pd.DataFrame, how: str) -> float:
    values = found["value"]
    if how in ("any", "count"):
        return float(len(found) > 0) if how == "any" else float(len(found))
    if how == "last":
        latest = found[found["occurred_at"] == found["occurred_at"].max()]
        return float(latest["value"].max()) if len(found) else np.nan
    return float(getattr(values, how)()) if len(found) or how == "sum" else np.nan


@pytest.mark.parametrize("seed", range(6))
def test_the_query_equals_loops_over_units(new_pilot: Callable[[str], SmallPilot], seed: int) -> None:
    pilot = new_pilot(DECLARED[: DECLARED.index("outcomes:")] + MANY)
    log = random_log(seed)
    intake = pilot.log(log.to_csv(index=False))
    assert (intake.accepted, intake.rejected, intake.duplicates) == (len(log), 0, 0)
    expected = by_hand(log)
    frame, conduct, _ = pilot.measured()
    order = ["arm", "exposure", *sorted(set(expected) - {"arm", "exposure"})]
    frame = frame[order].sort_values(order, ignore_index=True)
    expected = expected[order].sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(frame, expected, check_dtype=False, rtol=1e-12, atol=0)
    assert conduct.never_assigned == len(set(log["unit"]) - set(log.loc[log["event"] == "assigned", "unit"]))


def test_sums_of_values_do_not_depend_on_their_order(new_pilot: Callable[[str], SmallPilot]) -> None:
    declared = DECLARED.replace("kind: proportion", "kind: mean, value: sum")
    values = [0.1, 1e9, -1e9, 0.2, 0.3]
    rows = [f"a,2026-03-02T00:00:{i:02},click,,{v}\n" for i, v in enumerate(values)]
    header = "unit,occurred_at,event,arm,value\na,2026-03-01,assigned,none,\na,2026-03-20,click,,0\n"
    pilot = new_pilot(declared)
    pilot.log(header + "".join(rows))
    assert pilot.measured()[0]["clicked"].tolist() == [0.6]
