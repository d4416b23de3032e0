"""Ordered levels against scipy, statsmodels and closed forms, and all that hangs on a null of one half."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.estimator import Settings, estimators
from analysis.evaluate import fit
from analysis.finding import Contrast, Effect
from analysis.gathering import gather
from analysis.layout import PARALLEL
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.table import UnitTable
from analysis.verdict import Bounds, bounds, judge

MOOD = Outcome("mood", "Mood", "ordinal", better="higher")


def levels(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    arm = np.repeat(["a", "b"], [50, 70])
    return pd.DataFrame(
        {
            "arm": arm,
            "mood": rng.binomial(4, np.where(arm == "b", 0.6, 0.45)) * 1.0,
            "x": rng.normal(size=120),
        }
    )


def estimate(name: str, frame: pd.DataFrame, *, outcome: Outcome = MOOD, covariates: tuple[str, ...] = ()):
    evidence = gather(UnitTable(frame, PARALLEL), outcome, Contrast("b", "a"), covariates=covariates)
    return fit(estimators()[name], evidence, Settings(), default=True)


def test_brunner_and_munzel_agree_with_scipy_and_with_statsmodels():
    from scipy.stats import brunnermunzel
    from statsmodels.stats.nonparametric import rank_compare_2indep

    frame = levels()
    treated, control = (frame.loc[frame["arm"] == arm, "mood"] for arm in "ba")
    found = estimate("brunner_munzel", frame).effect
    assert found.p_value == pytest.approx(brunnermunzel(treated, control).pvalue, rel=1e-9)
    theirs = rank_compare_2indep(treated, control)
    assert (found.estimate, found.df) == pytest.approx((theirs.prob1, theirs.df), rel=1e-9)
    assert (found.low, found.high) == pytest.approx(theirs.conf_int(), rel=1e-9)


@pytest.mark.parametrize("covariates", [(), ("x",)])
def test_proportional_odds_agree_with_statsmodels(covariates):
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    frame = levels(2)
    x = np.column_stack([frame["arm"] == "b", *(frame[name] for name in covariates)]).astype(float)
    theirs = OrderedModel(frame["mood"].astype(int), x, distr="logit").fit(method="newton", disp=0)
    found = estimate("proportional_odds", frame, covariates=covariates)
    assert np.log(found.effect.estimate) == pytest.approx(theirs.params.iloc[0], rel=1e-6)
    assert found.effect.se == pytest.approx(theirs.bse.iloc[0], rel=1e-5)
    assert found.estimate.parameters["log_likelihood"] == pytest.approx(theirs.llf, rel=1e-9)


def test_the_test_of_equal_odds_finds_odds_that_differ():
    frame = pd.DataFrame(
        {"arm": np.repeat(["a", "b"], 90), "mood": [0.0, 1, 2] * 30 + [0.0, 0, 2, 2, 2, 0] * 15}
    )
    more = estimate("proportional_odds", frame).estimate.parameters
    assert more["equal_odds_p"] < 1e-6


def test_margins_lie_around_one_half():
    guarded = Outcome("mood", "Mood", "ordinal", "guardrail", "higher", margin=0.1)
    assert bounds(guarded) == Bounds(0.5, 0.4, 0.6)
    assert judge(guarded, Effect(0.47, 0.42, 0.52)) == "non_inferior"
    assert judge(guarded, Effect(0.35, 0.31, 0.39)) == "harm"
    assert judge(MOOD, Effect(0.6, 0.51, 0.69)) == "benefit"
    assert judge(MOOD, Effect(0.4, 0.31, 0.49)) == "harm"


def test_the_interval_holds_no_impossible_probability():
    frame = pd.DataFrame({"arm": list("aaaabbbb"), "mood": [0.0, 0, 0, 2, 1, 3, 3, 3]})
    effect = estimate("brunner_munzel", frame).effect
    assert effect.low >= 0
    assert effect.high == 1.0


def test_arms_that_do_not_overlap_are_refused():
    frame = pd.DataFrame({"arm": list("aaabbb"), "mood": [0.0, 0, 1, 2, 3, 3]})
    for name in ("brunner_munzel", "proportional_odds"):
        with pytest.raises(Refusal):
            estimate(name, frame)


def test_for_scores_superiority_stands_beside_the_difference_in_means():
    tired = Outcome("mood", "Tired", "score", better="lower", margin=1.0)
    found = estimate("brunner_munzel", levels(), outcome=tired)
    assert found.outcome.scale.name == "probability_of_superiority"
    assert found.outcome.margin is None
    assert found.verdict == "harm"


def test_few_units_are_pointed_out():
    frame = pd.DataFrame({"arm": ["a", "b"] * 9, "y": np.arange(18) % 5})
    notes = [
        estimators()["brunner_munzel"]
        .fit(gather(UnitTable(each, PARALLEL), Outcome("y", "Y", "ordinal"), Contrast("b", "a")), Settings())
        .notes
        for each in (frame, pd.concat([frame, frame]))
    ]
    assert any("fewer than 10 units" in note for note in notes[0])
    assert notes[1] == ()
