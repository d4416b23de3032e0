"""Panels against dense regressions, closed forms and enumeration."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from analysis.chance.adoption_orders import orders
from analysis.estimator import Settings, estimators
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import PANEL
from analysis.models.adoption import adoption
from analysis.models.group_time_effects import by_units, cells
from analysis.models.imputed_effects import imputed
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.table import UnitTable

OUTCOME = Outcome("y", "Reports", "series")
CONTRAST = Contrast("b", "a")


def frame_of(adopted, *, periods, seed=1, gaps=0, effect=0.0):
    """A panel of units that adopt at the given periods (0: never), with `gaps` cells not measured."""
    rng = np.random.default_rng(seed)
    unit, period = (
        np.repeat(np.arange(len(adopted)), periods),
        np.tile(np.arange(1, periods + 1), len(adopted)),
    )
    since = np.array(adopted)[unit]
    treated = (since > 0) & (period >= since)
    x = rng.normal(size=unit.size)
    y = rng.normal(size=len(adopted))[unit] + rng.normal(size=periods)[period - 1] + x + effect * treated
    y = y + rng.normal(size=unit.size)
    y[rng.choice(np.flatnonzero(period > 1), gaps, replace=False)] = np.nan
    arm = np.where(treated, "b", "a")
    return pd.DataFrame({"unit": [f"u{u:02}" for u in unit], "period": period, "arm": arm, "y": y, "x": x})


def evidence_of(frame, *, covariates=()):
    return gather(UnitTable(frame, PANEL), OUTCOME, CONTRAST, covariates=covariates)


def dense_effect(frame, *, covariates=()):
    """The imputation estimate by least squares on dummies, over periods with an untreated unit."""
    held = frame.dropna()
    x = pd.get_dummies(held[["unit", "period"]].astype(str), drop_first=False, dtype=float)
    x = np.column_stack([x, *[held[name] for name in covariates]])
    without, y = (held["arm"] == "a").to_numpy(), held["y"].to_numpy()
    told = held["period"].isin(held["period"][without]).to_numpy()
    beta = np.linalg.lstsq(x[without], y[without], rcond=None)[0]
    return float((y - x @ beta)[~without & told].mean())


ADOPTED = (0, 0, 0, 3, 3, 5, 5, 5, 6)


@pytest.mark.parametrize("covariates", [(), ("x",)])
@pytest.mark.parametrize("gaps", [0, 9])
def test_the_imputation_estimate_is_that_of_a_regression_on_dummies(gaps, covariates):
    frame = frame_of(ADOPTED, periods=8, gaps=gaps)
    found = imputed(adoption(evidence_of(frame, covariates=covariates)))
    assert found.average(found.cells) == pytest.approx(dense_effect(frame, covariates=covariates), rel=1e-9)


@pytest.mark.parametrize("covariates", [(), ("x",)])
def test_the_weights_are_the_derivatives_of_the_estimate(covariates):
    frame = frame_of(ADOPTED, periods=7, gaps=5)
    panel = adoption(evidence_of(frame, covariates=covariates))
    found = imputed(panel)
    weights = found.weights(found.cells / found.cells.sum())
    for row in frame.dropna().sample(6, random_state=1).index:
        moved = frame.assign(y=frame["y"] + (frame.index == row))
        unit, period = int(frame["unit"][row][1:]), int(frame["period"][row]) - 1
        change = dense_effect(moved, covariates=covariates) - dense_effect(frame, covariates=covariates)
        assert weights[unit, period] == pytest.approx(change, abs=1e-9)


def test_late_periods_without_an_untreated_unit_are_left_out_and_told():
    frame = frame_of((2, 3, 3, 5, 5), periods=7)
    found = imputed(adoption(evidence_of(frame)))
    assert found.notes == (
        "Left out: 3 late periods in which no platform is without the treatment any more.",
    )
    assert found.average(found.cells) == pytest.approx(dense_effect(frame), rel=1e-9)


def test_two_way_fixed_effects_are_those_of_a_regression_on_dummies():
    frame = frame_of(ADOPTED, periods=8, gaps=6)
    held = frame.dropna()
    x = pd.get_dummies(held[["unit", "period"]].astype(str), dtype=float)
    x = np.column_stack([(held["arm"] == "b").astype(float), x])
    expected = np.linalg.lstsq(x, held["y"], rcond=None)[0][0]
    found = estimators()["imputed_adoption"].fit(evidence_of(frame), Settings())
    assert found.parameters["two_way_fixed_effects"] == pytest.approx(expected, rel=1e-9)


def test_with_two_groups_and_two_periods_every_method_is_welchs_t_on_the_changes():
    frame = frame_of((0,) * 25 + (2,) * 20, periods=2)
    wide = frame.pivot(index="unit", columns="period", values="y")
    change = (wide[2] - wide[1]).to_numpy()
    others, adopters = change[:25], change[25:]
    expected = ttest_ind(adopters, others, equal_var=False)
    for name in ("imputed_adoption", "group_time"):
        effect = estimators()[name].fit(evidence_of(frame), Settings()).effects["level_change"]
        assert effect.estimate == pytest.approx(adopters.mean() - others.mean(), rel=1e-9)
        assert effect.df == pytest.approx(expected.df, rel=1e-9)
        assert effect.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_the_share_of_cohorts_is_part_of_the_uncertainty_of_their_mean():
    """Against the jackknife over units, which knows nothing of influence functions."""
    panel = adoption(evidence_of(frame_of((0,) * 60 + (3,) * 40 + (4,) * 50, periods=5, effect=3.0)))
    found = by_units(panel, [cell for cell in cells(panel, against="never") if cell.since >= 0])
    from dataclasses import replace

    without = []
    for unit in range(150):
        kept = np.arange(150) != unit
        part = replace(panel, y=panel.y[kept], covariates=panel.covariates[kept], adopted=panel.adopted[kept])
        without.append(
            by_units(part, [cell for cell in cells(part, against="never") if cell.since >= 0]).estimate
        )
    jackknife = np.sqrt(149 / 150 * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert found.error.se == pytest.approx(jackknife, rel=0.03)


def test_the_permutation_counts_every_order_of_the_dates():
    frame = frame_of((0, 0, 2, 2, 4), periods=5, effect=2.0)
    found = orders(adoption(evidence_of(frame)), seed=1)
    observed, dates = dense_effect(frame), (0, 0, 2, 2, 4)
    every = []
    for order in sorted(set(permutations(dates))):
        since = np.repeat(order, 5)
        treated = (since > 0) & (frame["period"].to_numpy() >= since)
        every.append(dense_effect(frame.assign(arm=np.where(treated, "b", "a"))))
    assert found.of_values.size == len(every) == 30
    assert found.observed == pytest.approx(observed, rel=1e-9)
    assert np.sort(found.of_values) == pytest.approx(np.sort(every), rel=1e-8, abs=1e-10)
    assert found.p_value() == pytest.approx(np.mean(np.abs(every) >= abs(observed) - 1e-9))


def test_an_effect_just_inside_the_interval_is_not_rejected_and_one_just_outside_is():
    frame = frame_of((0, 0, 0, 3, 3, 4, 4, 5), periods=6, seed=3, effect=1.0)
    effect = estimators()["adoption_permutation"].fit(evidence_of(frame), Settings()).effects["level_change"]
    for end, inwards in ((effect.low, 1), (effect.high, -1)):
        for step, inside in ((1e-6, True), (-1e-6, False)):
            supposed = end + inwards * step
            shifted = frame.assign(y=frame["y"] - supposed * (frame["arm"] == "b"))
            assert (orders(adoption(evidence_of(shifted)), seed=1).p_value() > 0.05) == inside


def test_a_test_whose_every_order_is_as_extreme_is_refused():
    """One platform takes it up and one does not: both orders give the same effect but for its sign."""
    held = evidence_of(frame_of((0, 3), periods=6))
    with pytest.raises(Refusal, match="nothing is tested"):
        estimators()["adoption_permutation"].fit(held, Settings())


def test_dates_are_exchanged_inside_strata_only():
    frame = frame_of((0, 0, 3, 0, 0, 3), periods=5)
    frame["stratum"] = np.where(frame["unit"] < "u03", "one", "two")
    assert orders(adoption(evidence_of(frame)), seed=1).of_values.size == 9


def test_units_treated_from_the_start_are_left_out_and_told():
    found = adoption(evidence_of(frame_of((1, 1, 0, 0, 3, 3), periods=5)))
    assert found.adopted.size == 4
    assert found.notes == (
        "Left out: 2 that had the treatment from the first period on and so tell no change.",
    )


def broken(kind):
    frame = frame_of((0, 0, 3, 3), periods=6)
    if kind == "given up":
        return frame.assign(arm=np.where((frame["arm"] == "b") & (frame["period"] < 5), "b", "a"))
    if kind == "twice":
        return pd.concat([frame, frame.iloc[:1]])
    if kind == "together":
        return frame.assign(arm=np.where(frame["period"] < 3, "a", "b"))
    return frame.assign(arm=np.where(frame["unit"] < "u02", "b", "a"))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("given up", "gave? up again|gave up"),
        ("twice", "several rows"),
        ("together", "no platform was without"),
        ("never", "No platform took"),
    ],
)
@pytest.mark.parametrize("name", ["imputed_adoption", "group_time", "adoption_permutation"])
def test_a_panel_that_cannot_answer_is_refused_with_its_reason(name, kind, reason):
    with pytest.raises(Refusal, match=reason):
        estimators()[name].fit(evidence_of(broken(kind)), Settings())


def test_below_forty_platforms_the_imputation_gives_no_p_value():
    few = estimators()["imputed_adoption"].fit(evidence_of(frame_of(ADOPTED, periods=8)), Settings())
    assert few.descriptive
    assert few.effects["level_change"].p_value is None


def controlled(frame, **words):
    return estimators()["controlled_series"].fit(evidence_of(frame, **words), Settings())


def test_a_controlled_series_is_the_series_of_differences():
    from analysis.layout import SERIES

    frame = frame_of((0, 0, 21), periods=40, effect=2.0)
    wide = frame.pivot(index="period", columns="unit", values="y")
    gap = pd.DataFrame({"y": (wide["u02"] - wide[["u00", "u01"]].mean(axis=1)).to_numpy()})
    gap = gap.assign(arm=np.where(np.arange(40) < 20, "a", "b"), period=np.arange(1, 41))
    alone = estimators()["segmented_series"].fit(
        gather(UnitTable(gap, SERIES), OUTCOME, CONTRAST), Settings()
    )
    found = controlled(frame)
    ours, theirs = (e.effects["level_change"] for e in (found, alone))
    assert (ours.estimate, ours.low, ours.p_value) == pytest.approx(
        (theirs.estimate, theirs.low, theirs.p_value)
    )
    assert set(found.profile) == {"u00", "u01"}


def test_a_covariate_that_differs_between_platforms_counts_as_their_difference():
    frame = frame_of((0, 21), periods=40, effect=2.0)
    gap = frame["x"][40:].to_numpy() - frame["x"][:40].to_numpy()
    same = frame.assign(x=np.tile(gap, 2))
    assert controlled(frame, covariates=("x",)).effects == controlled(same, covariates=("x",)).effects


def test_the_stacked_model_without_a_treatment_in_either_series_has_their_own_lines():
    """With the same variances and no autocorrelation the stacked level is the difference of the two levels."""
    frame = frame_of((0, 21), periods=400, seed=9)
    frame["arm"] = np.where((frame["unit"] == "u01") & (frame["period"] > 200), "b", "a")
    found = controlled(frame)
    assert found.parameters["stacked_level"] == pytest.approx(
        found.effects["level_change"].estimate, abs=0.05
    )


def test_a_controlled_series_without_a_control_is_refused():
    frame = frame_of((21,), periods=40)
    with pytest.raises(Refusal, match="at least one that never did"):
        controlled(frame)
