"""Crossovers and repeated surveys against least squares by statsmodels, closed forms and simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.estimator import Declaration, Settings, estimators
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import CROSSOVER, REPEATED
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.table import UnitTable
from analysis.world import Scene, worlds

SETTINGS = Settings()
B_AGAINST_A = Contrast("b", "a")
Y = Outcome("y", "Y", "score")


def crossed(seed: int, *, units: int = 12, arms: str = "abc", teams: int = 0) -> pd.DataFrame:
    """Units that get every arm in turn, in cyclic orders; whole teams in one order where there are teams."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit in range(units):
        order = (unit % teams if teams else unit) % len(arms)
        level, team = rng.normal(), unit % teams if teams else 0
        for period in range(len(arms)):
            arm = arms[(period + order) % len(arms)]
            y = 10 + level + 0.4 * period + (arm == "b") + rng.normal()
            rows.append(
                {"unit": f"u{unit}", "period": period + 1.0, "arm": arm, "y": y, "cluster": f"t{team}"}
            )
    frame = pd.DataFrame(rows)
    return frame if teams else frame.drop(columns="cluster")


def run(name: str, frame: pd.DataFrame, *, contrast: Contrast = B_AGAINST_A, layout=CROSSOVER, outcome=Y):
    table = UnitTable(frame, layout)
    return estimators()[name].fit(gather(table, outcome, contrast), SETTINGS)


def test_three_arms_in_three_periods_are_least_squares_with_unit_and_period_effects():
    import statsmodels.formula.api as smf

    frame = crossed(1).sample(frac=0.85, random_state=3)
    effect = run("crossover_periods", frame).effects["mean_difference"]
    other = smf.ols("y ~ C(arm) + C(period) + C(unit)", frame).fit()
    assert effect.estimate == pytest.approx(other.params["C(arm)[T.b]"])
    assert effect.se == pytest.approx(other.bse["C(arm)[T.b]"])
    assert effect.df == other.df_resid
    assert effect.p_value == pytest.approx(other.pvalues["C(arm)[T.b]"])


def test_units_without_both_arms_are_said_not_to_count():
    frame = crossed(2, arms="ab")
    assert not run("crossover_periods", frame).notes
    lacking = run("crossover_periods", frame.drop(index=3))
    assert "do not count here" in lacking.notes[0]
    kept = frame[frame["unit"] != frame.loc[3, "unit"]]
    assert lacking.effects == run("crossover_periods", kept).effects


def test_carry_over_is_the_difference_of_sums_and_its_interval_is_shown():
    from scipy import stats

    frame = crossed(3, arms="ab")
    found = run("crossover_periods", frame).parameters
    wide = frame.pivot(index="unit", columns="period", values="y")
    first = frame[frame["period"] == 1].set_index("unit")["arm"]
    sums = wide.sum(axis=1)
    test = stats.ttest_ind(sums[first == "a"], sums[first == "b"])
    assert found["carryover_t"] == pytest.approx(test.statistic)
    assert found["carryover_p"] == pytest.approx(test.pvalue)
    interval = test.confidence_interval()
    assert (found["carryover_low"], found["carryover_high"]) == pytest.approx((interval.low, interval.high))


def test_an_order_given_to_teams_makes_the_interval_go_by_teams():
    teams, people = (crossed(4, units=48, arms="ab", teams=t) for t in (8, 0))
    by_team = run("crossover_periods", teams)
    assert by_team.effects["mean_difference"].df < 8
    assert "Teams" in by_team.notes[0]
    assert run("crossover_periods", people).effects["mean_difference"].df == 46
    means = (
        teams.groupby(["cluster", "period", "arm"], as_index=False)["y"]
        .mean()
        .rename(columns={"cluster": "unit"})
    )
    alone = run("crossover_periods", means).effects["mean_difference"]
    assert by_team.effects["mean_difference"].estimate == pytest.approx(alone.estimate)
    assert by_team.effects["mean_difference"].se == pytest.approx(alone.se)


def test_four_teams_give_no_p_value():
    few = run("crossover_periods", crossed(5, units=24, arms="ab", teams=4))
    assert few.descriptive
    assert few.effects["mean_difference"].p_value is None


def test_arms_that_all_changed_at_once_cannot_be_told_from_periods():
    frame = crossed(6, arms="ab")
    frame["arm"] = np.where(frame["period"] == 1, "a", "b")
    with pytest.raises(Refusal, match="cannot be told from units and periods"):
        run("crossover_periods", frame)


def test_a_unit_with_two_rows_in_a_period_is_refused():
    frame = crossed(7, arms="ab")
    with pytest.raises(Refusal, match="several rows in one period"):
        run("crossover_periods", pd.concat([frame, frame.iloc[:1]]))


def repeated(
    seed: int, *, units: int, waves: tuple[str, ...], effect: float = 0.0, arms: int = 2, **truth: float
):
    outcome = Outcome("y", "Y", "score", waves=waves)
    declared = Declaration("repeated", "score", arms=arms)
    scene = Scene(declared, outcome, units=units, truth=truth)
    return worlds()["repeated"].draw(np.random.default_rng(seed), scene, effect).frame, outcome


def test_without_drop_out_every_wave_of_the_model_is_a_t_test_with_one_variance():
    from scipy import stats

    frame, outcome = repeated(1, units=40, waves=("1", "2", "3"), effect=4.0, dropout=0.0)
    found = run("repeated_measures", frame, layout=REPEATED, outcome=outcome)
    for wave, effect in found.profile.items():
        values = frame[outcome.wave_column(wave)]
        test = stats.ttest_ind(values[frame["arm"] == "b"], values[frame["arm"] == "a"])
        assert effect.estimate / effect.se == pytest.approx(test.statistic, rel=1e-6)
        assert effect.df == pytest.approx(38, rel=1e-6)
    assert found.effects["mean_difference"] == found.profile["3"]


def test_the_model_is_right_where_completers_mislead():
    """Drop-out that follows from the last answer, and more so with the treatment: missing at random."""
    outcome = Outcome("y", "Y", "score", waves=("1", "2"))
    rng = np.random.default_rng(3)
    n = 20_000
    treated = np.arange(n) % 2 == 1
    first = rng.normal(size=n)
    second = 0.8 * first + 0.6 * rng.normal(size=n)
    last = np.where(treated & (first > 0), np.nan, second)
    frame = pd.DataFrame({"arm": np.where(treated, "b", "a"), "y@1": first, "y@2": last, "y": last})
    model, stayed = (
        run(name, frame, layout=REPEATED, outcome=outcome).effects["mean_difference"].estimate
        for name in ("repeated_measures", "completers")
    )
    assert abs(model) < 0.04
    assert stayed < -0.5


def test_a_change_over_two_waves_is_the_paired_t_test():
    from scipy import stats

    frame, outcome = repeated(4, units=25, waves=("1", "2"), arms=1, dropout=0.0)
    found = run("random_slope", frame, contrast=Contrast("all", "all"), layout=REPEATED, outcome=outcome)
    test = stats.ttest_rel(frame["y@2"], frame["y@1"])
    effect = found.effects["mean_difference"]
    assert effect.estimate / effect.se == pytest.approx(test.statistic, rel=1e-6)
    assert effect.df == pytest.approx(24, rel=1e-6)


def test_a_change_over_waves_that_all_answered_is_the_t_test_of_slopes():
    from scipy import stats

    frame, outcome = repeated(5, units=30, waves=("0", "1", "4"), arms=1, dropout=0.0, slope=0.5)
    found = run("random_slope", frame, contrast=Contrast("all", "all"), layout=REPEATED, outcome=outcome)
    times = np.array([0.0, 1.0, 4.0])
    values = frame[["y@0", "y@1", "y@4"]].to_numpy()
    slopes = (values @ (times - times.mean())) / ((times - times.mean()) ** 2).sum()
    test = stats.ttest_1samp(slopes, 0.0)
    effect = found.effects["mean_difference"]
    assert effect.estimate == pytest.approx(slopes.mean())
    assert effect.estimate / effect.se == pytest.approx(test.statistic, rel=1e-6)


def test_waves_without_numbers_are_said_to_be_one_period_apart():
    frame, outcome = repeated(6, units=30, waves=("week-4", "week-8", "week-12"), arms=1)
    found = run("random_slope", frame, contrast=Contrast("all", "all"), layout=REPEATED, outcome=outcome)
    assert any("one period apart" in note for note in found.notes)


def test_a_wave_without_one_arm_is_refused():
    frame, outcome = repeated(7, units=40, waves=("1", "2"))
    frame.loc[frame["arm"] == "b", "y@1"] = np.nan
    with pytest.raises(Refusal, match="At some wave nobody of one arm"):
        run("repeated_measures", frame, layout=REPEATED, outcome=outcome)
