"""Tables of series, panels and wedges as strangers write them: dates, gaps, seasons, changes told in other ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.evaluation import Evaluation
from experiments.faults import Fault
from experiments.tables.periods import change_period, is_calendar, periods
from experiments.tables.question import Question
from experiments.tables.tabular import estimate

ADOPTED = (3, 4, 4, 5, 0, 0)


def asked(tmp_path: Path, frame: pd.DataFrame, **words: Any) -> Evaluation:
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    return estimate(Question(table=path, kind="series", outcome="y", **words))


def weekdays(n: int = 60) -> pd.DataFrame:
    t = np.arange(1, n + 1)
    rng = np.random.default_rng(3)
    day = 1 + (t - 1) % 7
    y = rng.normal(size=n) + np.array([0, 2, 5, 1, -3, 0, 1.0])[day - 1]
    dates = pd.date_range("2026-01-05", periods=n).strftime("%Y-%m-%d")
    after = (t >= 31).astype(int)
    return pd.DataFrame({"t": t, "date": dates, "day": day, "after": after, "y": y})


def staggered(adopted: tuple[int, ...] = ADOPTED) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    cells = [(f"p{u}", t, g) for u, g in enumerate(adopted) for t in range(1, 8)]
    frame = pd.DataFrame(cells, columns=["platform", "t", "g"])
    frame["month"] = frame["t"].map(lambda t: f"2026-{t:02}-01")
    return frame.assign(y=rng.normal(size=len(frame)))


def level_of(found: Evaluation) -> float:
    return found.findings[0].effect.estimate


def test_a_weekday_stays_a_season_where_days_are_missing(tmp_path: Path) -> None:
    frame = weekdays().drop(index=[4, 19, 40])
    words: dict[str, Any] = {"layout": "series", "period": "t", "changes": ("31",)}
    as_season = level_of(asked(tmp_path, frame, season="day", **words))
    assert level_of(asked(tmp_path, frame, covariates=("day",), **words)) == pytest.approx(as_season)
    words |= {"period": "date", "changes": ("2026-02-04",)}
    assert level_of(asked(tmp_path, frame, covariates=("day",), **words)) == pytest.approx(as_season)


def test_months_of_a_weekly_series_are_a_season_and_a_trend_is_none() -> None:
    weeks = pd.date_range("2022-01-03", periods=120, freq="W-MON")
    frame = pd.DataFrame({"week": weeks.strftime("%Y-%m-%d"), "month": weeks.month, "n": range(120)})
    frame["staff"] = np.random.default_rng(1).integers(3, 8, 120)
    assert is_calendar(frame, "month", "week")
    assert not is_calendar(frame, "n", "week")
    assert not is_calendar(frame, "staff", "week")


@pytest.mark.parametrize("first", ["2024-01-31", "2024-01-15", "2024-01-01"])
def test_dates_one_a_month_count_months(first: str) -> None:
    days = pd.date_range(first, periods=12, freq="ME" if first.endswith("31") else pd.DateOffset(months=1))
    frame = pd.DataFrame({"t": days.strftime("%Y-%m-%d")})
    assert periods(frame, "t").tolist() == list(range(1, 13))
    assert change_period(frame, "t", "2024-05") == 5


def test_a_change_may_be_told_by_the_column_of_what_held(tmp_path: Path) -> None:
    told = asked(tmp_path, weekdays(), layout="series", period="t", arm="after")
    named = asked(tmp_path, weekdays(), layout="series", period="t", changes=("31",))
    assert level_of(told) == pytest.approx(level_of(named))


def test_covariates_that_the_line_holds_already_are_left_out_and_told(tmp_path: Path) -> None:
    words: dict[str, Any] = {"layout": "series", "period": "t", "changes": ("31",)}
    found = asked(tmp_path, weekdays(), covariates=("after", "t"), **words)
    assert level_of(found) == pytest.approx(level_of(asked(tmp_path, weekdays(), **words)))
    assert sum("was left out" in note for note in found.findings[0].estimate.notes) == 2


@pytest.mark.parametrize(
    ("period", "change", "says"),
    [
        ("t", "99", "no period before the change"),
        ("t", "1", "no period before the change"),
        ("t", "soon", "is no period of the column"),
        ("date", "February 2026", "is no period of the column"),
        ("date", "04/02/2026", "is no period of the column"),
        ("date", "31", "is no period of the column"),
        ("date", "2027-01-01", "no period before the change"),
    ],
)
def test_a_change_outside_the_series_is_a_fault(period: str, change: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(Fault, match=says):
        asked(tmp_path, weekdays(), layout="series", period=period, changes=(change,))


def test_adoptions_may_be_dates_and_never(tmp_path: Path) -> None:
    frame = staggered()
    words: dict[str, Any] = {"layout": "panel", "unit": "platform", "sequence": "g"}
    numbered = level_of(asked(tmp_path, frame, period="t", **words))
    for never in ("never", "", "0"):
        dated = frame.assign(g=[never if g == 0 else f"2026-{g:02}-01" for g in frame["g"]])
        assert level_of(asked(tmp_path, dated, period="month", **words)) == pytest.approx(numbered)


@pytest.mark.parametrize(
    ("adopted", "words", "says"),
    [
        (ADOPTED, {"arm": "g", "control": "0"}, "in one arm throughout"),
        ((0, 0, 0), {"sequence": "g"}, "No platform adopts"),
        ((9, 9, 0), {"sequence": "g"}, "No platform adopts"),
        ((1, 1, 1), {"sequence": "g"}, "No platform adopts"),
        (ADOPTED, {"arm": "platform", "changes": ("4",)}, "Name it with --control"),
        (ADOPTED, {"arm": "platform", "control": "p5", "changes": ("40",)}, "no period before the change"),
        (ADOPTED, {"sequence": "y"}, "several periods of adoption"),
    ],
)
def test_a_panel_that_tells_no_adoption_is_a_fault(
    adopted: tuple[int, ...], words: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(Fault, match=says):
        asked(tmp_path, staggered(adopted), layout="panel", unit="platform", period="t", **words)


def test_one_adopter_is_no_matter_for_cohorts_or_orders(tmp_path: Path) -> None:
    found = asked(tmp_path, staggered((4, 0, 0)), layout="panel", unit="platform", period="t", sequence="g")
    assert [finding.estimator for finding in found.findings] == ["imputed_adoption"]
    assert {refused.estimator for refused in found.not_estimable} == {"controlled_series"}


def test_platforms_are_their_own_arms_where_no_arm_is_named(tmp_path: Path) -> None:
    frame = staggered((0, 0)).rename(columns={"platform": "series"})
    words: dict[str, Any] = {"layout": "panel", "period": "t", "changes": ("4",), "control": "p1"}
    unit = asked(tmp_path, frame, unit="series", **words)
    assert level_of(unit) == pytest.approx(level_of(asked(tmp_path, frame, arm="series", **words)))


def test_a_kind_that_no_layout_answers_for_is_a_fault_that_names_those_that_fit(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    weekdays().to_csv(path, index=False)
    with pytest.raises(Fault, match="one of the kinds series"):
        estimate(Question(path, "proportion", "y", layout="series", period="t", changes=("31",)))


def test_the_time_since_the_switch_of_a_wedge_may_be_named_and_must_agree(tmp_path: Path) -> None:
    cells = [(c, t, int(t >= 2 + c % 3)) for c in range(6) for t in range(1, 5) for _ in range(3)]
    frame = pd.DataFrame(cells, columns=["c", "t", "arm"]).assign(y=np.random.default_rng(1).normal(size=72))
    frame["since"] = (frame["t"] - 1 - frame["c"] % 3).clip(lower=0)
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    question = Question(path, "mean", "y", layout="stepped", cluster="c", period="t", exposure="since")
    assert estimate(question).findings
    frame.assign(since=frame["since"] + 1).to_csv(path, index=False)
    with pytest.raises(Fault, match="does not count the periods"):
        estimate(question)


def test_sites_are_called_after_their_effect_and_need_no_times(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    pd.DataFrame({"hr": [-0.2, -0.4, 0.1], "se": [0.2, 0.3, 0.2]}).to_csv(path, index=False)
    question = Question(
        path, "time_to_event", "hr", layout="sites", effect="hr", se="se", scale="hazard_ratio"
    )
    assert estimate(question).findings[0].estimator == "pooled_reml"
