"""Missing values: shifts, bounds and weights against brute force and statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.about import Conduct
from analysis.effects import t_effect
from analysis.evaluate import evaluate
from analysis.finding import Contrast
from analysis.layout import PARALLEL
from analysis.models.missing import Attrition, lee_bounds, shifted, tipping_point, weighted_difference
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.table import UnitTable


def supplied(frame: pd.DataFrame, *, kind: str = "mean", covariates: tuple[str, ...] = (), **options: float):
    outcome = Outcome("y", "Y", kind, options=options)
    plan = Plan((outcome,), (Contrast("b", "a"),), "parallel", covariates=covariates)
    conduct = Conduct({arm: int(n) for arm, n in frame["arm"].value_counts().items()}, shares={})
    answers = evaluate(plan, UnitTable(frame, PARALLEL), conduct)
    return {told.name: told for told in answers.supplied}.get("missing_data"), answers.findings[0]


def study(seed: int, *, effect: float = -3.0, events: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    arm, x = np.repeat(["a", "b"], 100), rng.normal(size=200)
    y = 10 + x + effect * (arm == "b") + rng.normal(size=200)
    y = (y > 9).astype(float) if events else y
    return pd.DataFrame(
        {"arm": arm, "x": x, "y": np.where(rng.random(200) < 0.25 + 0.1 * (x > 0), np.nan, y)}
    )


def test_where_nothing_is_missing_nothing_is_said():
    assert supplied(study(1).dropna())[0] is None


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("estimate", [-4.0, 2.5])
def test_at_the_tipping_point_the_interval_just_reaches_no_effect(estimate, sign):
    effect, arm = t_effect(estimate, 0.7, df=80, level=0.95), Attrition(60, 45)
    delta = tipping_point(effect, arm, sign=sign)
    moved = shifted(effect, arm, delta, sign=sign)
    assert min(abs(moved.low), abs(moved.high)) < 1e-9
    closer = [shifted(effect, arm, part * delta, sign=sign) for part in np.linspace(-0.999, 0.999, 41)]
    assert all(found.low > 0 or found.high < 0 for found in closer)


def test_an_unclear_effect_has_no_tipping_point_of_its_interval():
    assert tipping_point(t_effect(1.0, 0.7, df=80, level=0.95), Attrition(60, 45)) is None


def test_a_shift_is_what_filling_in_would_give():
    frame = study(2)
    told, finding = supplied(frame, delta=2.0)
    (effect,) = told.effects.values()
    treated = frame["arm"] == "b"
    filled = frame["y"].fillna(frame.groupby("arm")["y"].transform("mean") + 2.0 * treated)
    assert effect.estimate == pytest.approx(filled[treated].mean() - filled[~treated].mean())
    assert told.parameters["complete_case_difference"] == pytest.approx(finding.effect.estimate)


@pytest.mark.parametrize("more", ["treatment", "control"])
def test_bounds_are_those_of_repeating_every_value_and_cutting_whole_ones(more):
    rng = np.random.default_rng(4)
    large, small = rng.normal(size=9), rng.normal(size=7)
    arms = {
        "treatment": (Attrition(12, 9), Attrition(10, 7)),
        "control": (Attrition(10, 7), Attrition(12, 9)),
    }
    values = (large, small) if more == "treatment" else (small, large)
    low, high, share = lee_bounds(*values, treated=arms[more][0], untreated=arms[more][1])
    assert share == pytest.approx((9 / 12 - 7 / 10) / (9 / 12))
    each = np.sort(np.repeat(large, 1000))  # a thousandth of a value can now be cut
    kept = round(each.size * (1 - share))
    means = each[:kept].mean() - small.mean(), each[-kept:].mean() - small.mean()
    expected = means if more == "treatment" else (-means[1], -means[0])
    assert (low, high) == pytest.approx(expected, rel=1e-3)


def test_weights_agree_with_a_logistic_model_by_statsmodels():
    import statsmodels.api as sm

    frame = study(5)
    told, _ = supplied(frame, covariates=("x",))
    means = {}
    for arm, rows in frame.groupby("arm"):
        observed = rows["y"].notna()
        chance = sm.Logit(observed.astype(float), sm.add_constant(rows["x"])).fit(disp=0).predict()
        means[arm] = np.average(rows["y"][observed], weights=1 / chance[observed])
    assert told.effects["weighted for who stayed"].estimate == pytest.approx(means["b"] - means["a"])


def test_the_weighted_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(800):
        treated, x = np.arange(240) % 2 == 1, rng.normal(size=240)
        y = 2 * x + rng.normal(size=240)
        y[rng.random(240) < 1 / (1 + np.exp(0.5 - x))] = np.nan
        effect = weighted_difference(y, treated, x[:, None], level=0.95)
        held += effect.low <= 0 <= effect.high
    assert 0.92 < held / 800 < 0.975


def test_shares_of_events_are_shifted_only_as_far_as_shares_go():
    told, finding = supplied(study(7, events=True), kind="proportion")
    assert 0 < len(told.effects) <= 3
    rate = finding.arms[1].figures["value"]
    shifts = [float(label.rsplit(" ", 1)[1]) for label in told.effects]
    assert all(0 <= rate + shift <= 1 for shift in shifts)
    assert told.says.endswith(".")
