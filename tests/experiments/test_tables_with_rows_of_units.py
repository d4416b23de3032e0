"""Tables with several rows a unit, and questions that name too little: an answer or one sentence, in any order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.evaluation import Evaluation
from experiments.faults import Fault
from experiments.tables.periods import is_calendar
from experiments.tables.question import Question
from experiments.tables.tabular import estimate

SURVEY = {"kind": "mean", "outcome": "y", "layout": "repeated", "unit": "id", "period": "wave"}
AGAIN = {
    "kind": "count",
    "outcome": "event",
    "unit": "id",
    "start": "start",
    "time": "stop",
    "event": "event",
}


def asked(tmp_path: Path, frame: pd.DataFrame, **words: Any) -> Evaluation:
    table = tmp_path / "table.csv"
    frame.to_csv(table, index=False)
    return estimate(Question(table=table, **words))


@pytest.fixture
def survey() -> pd.DataFrame:
    """Forty people at three waves, with a baseline that counts."""
    rng = np.random.default_rng(3)
    before = rng.normal(size=40)
    frame = pd.DataFrame({"id": np.repeat(np.arange(40), 3), "wave": np.tile([1, 2, 3], 40)})
    frame["arm"], frame["x"] = frame["id"] % 2, before[frame["id"]]
    return frame.assign(y=3 * frame["x"] + rng.normal(size=120))


@pytest.fixture
def intervals() -> pd.DataFrame:
    """Thirty people, each watched over two intervals."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"id": np.repeat(np.arange(30), 2), "start": np.tile([0, 5], 30)})
    frame = frame.assign(stop=frame["start"] + 4, arm=frame["id"] % 2, event=rng.integers(0, 2, 60))
    return frame.assign(x=rng.normal(size=30)[frame["id"]])


def test_a_covariate_that_one_row_of_a_unit_lacks_is_taken_from_another(tmp_path, survey):
    whole = asked(tmp_path, survey, **SURVEY, covariates=("x",)).findings[0].effect
    gaps = survey.assign(x=survey["x"].where(survey["wave"] == 2))
    for frame in (gaps, gaps.sample(frac=1, random_state=1)):
        found = asked(tmp_path, frame, **SURVEY, covariates=("x",)).findings[0].effect
        assert (found.estimate, found.se) == pytest.approx((whole.estimate, whole.se), rel=1e-6)


@pytest.mark.parametrize("name", ["of", "wave", "value", "happened", "stop"])
def test_a_covariate_may_be_called_what_we_call_things(tmp_path, survey, intervals, name):
    renamed = survey.rename(columns={"wave": "visit"}).rename(columns={"x": name})
    found = asked(tmp_path, renamed, **SURVEY | {"period": "visit"}, covariates=(name,)).findings
    assert found[0].effect.se == pytest.approx(
        asked(tmp_path, survey, **SURVEY, covariates=("x",)).findings[0].effect.se, rel=1e-6
    )
    columns = AGAIN | {"time": "end"}
    again = intervals.rename(columns={"stop": "end"}).rename(columns={"x": name})
    assert asked(tmp_path, again, **columns, covariates=(name,), estimator="recurrent_events").findings


def test_what_changes_within_a_unit_is_a_fault(tmp_path, survey, intervals):
    for frame, words in ((survey, SURVEY), (intervals, AGAIN)):
        with pytest.raises(Fault, match="two arms"):
            asked(tmp_path, frame.assign(arm=np.arange(len(frame)) % 2), **words)
        with pytest.raises(Fault, match='"x" changes from row to row'):
            asked(tmp_path, frame.assign(x=np.arange(len(frame))), **words, covariates=("x",))


def test_a_place_in_the_calendar_is_one_for_all_rows_of_a_period():
    period = np.repeat([1, 2, 3, 4], 2)
    season, people = np.array([1, 2, 3, 1])[period - 1], np.array([1, 3, 2, 1, 3, 2, 1, 2])
    frame = pd.DataFrame({"period": period, "season": season, "band": people})
    assert is_calendar(frame, "season", "period")
    assert frame.drop_duplicates("period")["band"].tolist() == [
        1,
        2,
        3,
        1,
    ]  # as it happens, in the first rows
    assert not is_calendar(frame, "band", "period")


def test_numbered_levels_are_known_where_some_are_missing(tmp_path):
    frame = pd.DataFrame({"arm": [0, 1] * 10, "y": [*np.tile([1, 1, 2, 3, 3], 4)[:19], np.nan]})
    words = {"kind": "ordinal", "outcome": "y"}
    plain = asked(tmp_path, frame, **words).findings[0].effect.estimate
    assert asked(tmp_path, frame, **words, levels=("1", "2", "3")).findings[0].effect.estimate == plain


def test_nobody_compared_is_nobody_better(tmp_path, survey):
    found = asked(tmp_path, survey.drop(columns="arm"), **SURVEY)
    assert [finding.estimator for finding in found.findings] == ["random_slope"]
    assert found.supplied == ()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"kind": "ratio", "outcome": "y"}, "--numerator and --denominator"),
        ({"kind": "ratio", "outcome": "y", "numerator": "y"}, "--numerator and --denominator"),
        ({"kind": "mean", "outcome": "y", "numerator": "y", "denominator": "x"}, "has no numerator"),
        ({"kind": "time_to_event", "outcome": "y", "time": "x", "event": "y", "start": "x"}, "--kind count"),
        ({"kind": "mean", "outcome": "y", "levels": ("1", "2")}, "has no levels"),
        ({"kind": "ordinal", "outcome": "word"}, "--levels never,once,often"),
        ({**SURVEY, "layout": "crossover", "sequence": "word"}, 'no column "arm"'),
    ],
)
def test_a_question_that_names_too_little_or_too_much_is_told_so(tmp_path, survey, words, says):
    frame = survey.drop(columns="arm").assign(tool=survey["arm"], word="once")
    arm = {} if words.get("layout") == "crossover" else {"arm": "tool"}
    with pytest.raises(Fault) as fault:
        asked(tmp_path, frame, **words, **arm)
    assert says in str(fault.value)


def test_an_outcome_of_two_columns_is_called_by_both(tmp_path, survey):
    first = survey[survey["wave"] == 1].assign(searches=range(1, 41), came=1)
    ratio = {"kind": "ratio", "outcome": "y", "numerator": "y", "denominator": "searches"}
    assert asked(tmp_path, first, **ratio).plan.outcomes[0].label == "y / searches"
    times = {"kind": "time_to_event", "outcome": "came", "time": "searches", "event": "came"}
    assert asked(tmp_path, first, **times).plan.outcomes[0].label == "time to came"


def test_a_crossover_in_which_nobody_changed_arms_is_refused_by_every_estimator(tmp_path, survey):
    words = {**SURVEY, "layout": "crossover"}
    found = asked(tmp_path, survey[survey["wave"] < 3], **words)
    assert found.findings == ()
    assert {refusal.estimator for refusal in found.not_estimable} == {"crossover_periods", "crossover_mixed"}
