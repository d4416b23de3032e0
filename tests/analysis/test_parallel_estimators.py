"""Estimators of two independent arms: other software, closed forms, shared summaries, and saying no."""

from __future__ import annotations

import time

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.discrete.discrete_model import NegativeBinomial

from analysis.estimator import Declaration, Settings, choose, estimators, sensitivities
from analysis.evidence import Evidence, Rows
from analysis.figures.moments import Moments
from analysis.finding import Contrast, Estimate
from analysis.outcome import Outcome, kinds
from analysis.outcomes.count import Count
from analysis.outcomes.proportion import Proportion
from analysis.refusal import Refusal

Array = np.ndarray
CONTRAST = Contrast("warned", "control")


def evidence(
    kind: str,
    values: Array,
    treated: Array,
    *,
    covariates: Array | None = None,
    exposure: Array | None = None,
) -> Evidence:
    """Evidence from arrays of one length."""
    parts = {"value": np.asarray(values, dtype=float)}
    if kind == "count":
        parts["exposure"] = np.ones(values.size) if exposure is None else exposure
    sides = [{name: part[side] for name, part in parts.items()} for side in (~treated, treated)]
    control, treatment = (kinds()[kind].summarise(side) for side in sides)
    matrix = np.empty((values.size, 0)) if covariates is None else covariates
    names = tuple(f"x{i}" for i in range(matrix.shape[1]))
    rows = Rows(treated, parts, matrix, names)
    return Evidence(Outcome("y", "y", kind), CONTRAST, "parallel", control, treatment, rows)


def run(name: str, held: Evidence, *, level: float = 0.95) -> Estimate:
    return estimators()[name].fit(held, Settings(level=level))


def skewed(seed: int, n: int = 300) -> tuple[Array, Array, Array]:
    """Dispersed counts, the arm (a third treated) and two covariates."""
    rng = np.random.default_rng(seed)
    treated, x = rng.random(n) < 1 / 3, rng.normal(size=(n, 2))
    mean = np.exp(0.4 + 0.3 * x[:, 0] - 0.4 * treated) * rng.gamma(0.7, 1 / 0.7, n)
    return rng.poisson(mean).astype(float), treated, x


@pytest.mark.parametrize("adjusted", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_negative_binomial_agrees_with_statsmodels(seed: int, adjusted: bool) -> None:
    y, treated, x = skewed(seed)
    exposure = np.random.default_rng(seed).uniform(0.5, 2, y.size)
    held = evidence("count", y, treated, covariates=x if adjusted else None, exposure=exposure)
    found = run("negative_binomial", held)
    design = np.column_stack([np.ones(y.size), treated, *([x] if adjusted else [])])
    model = NegativeBinomial(y, design, offset=np.log(exposure))
    theirs = model.fit(disp=0, maxiter=2_000, gtol=1e-7, warn_convergence=False)
    effect = found.effects["rate_ratio"]
    assert np.log(effect.estimate) == pytest.approx(theirs.params[1], abs=1e-6)
    assert effect.se == pytest.approx(theirs.bse[1], rel=1e-4)  # theirs by numerical derivatives
    assert found.parameters["dispersion"] == pytest.approx(theirs.params[-1], rel=1e-5)
    assert found.parameters["log_likelihood"] == pytest.approx(theirs.llf, rel=1e-9)
    assert effect.df == y.size - design.shape[1]


def test_counts_that_vary_less_than_chance_have_no_dispersion() -> None:
    y, treated = np.tile([2.0, 3.0, 2.0, 3.0], 50), np.repeat([True, False], 100)
    found = run("negative_binomial", evidence("count", y, treated))
    poisson = sm.GLM(y, sm.add_constant(treated.astype(float)), family=sm.families.Poisson()).fit()
    assert found.parameters["dispersion"] == 0
    assert found.effects["rate_ratio"].se == pytest.approx(poisson.bse[1], rel=1e-8)
    assert any("vary no more" in note for note in found.notes)


@pytest.mark.parametrize("name", ["negative_binomial", "quasi_poisson", "poisson_robust"])
def test_without_covariates_the_rate_ratio_is_that_of_the_arms_rates(name: str) -> None:
    y, treated, _ = skewed(4)
    effects = run(name, evidence("count", y, treated)).effects
    rates = y[treated].mean(), y[~treated].mean()
    assert effects["rate_ratio"].estimate == pytest.approx(rates[0] / rates[1], rel=1e-8)
    assert effects["rate_difference"].estimate == pytest.approx(rates[0] - rates[1], rel=1e-8)


def test_the_rate_difference_is_the_delta_methods() -> None:
    y, treated, _ = skewed(5)
    found = run("poisson_robust", evidence("count", y, treated)).effects["rate_difference"]
    # HC3 of two arms without covariates: each arm's variance of the mean, once more over 1 - 1/n
    parts = [y[side].var(ddof=0) / side.sum() / (1 - 1 / side.sum()) ** 2 for side in (treated, ~treated)]
    assert found.se == pytest.approx(np.sqrt(sum(parts)), rel=1e-8)


def test_robust_poisson_is_statsmodels_poisson_with_its_scores() -> None:
    y, treated, x = skewed(6)
    found = run("poisson_robust", evidence("count", y, treated, covariates=x))
    design = np.column_stack([np.ones(y.size), treated, x])
    theirs = sm.GLM(y, design, family=sm.families.Poisson()).fit(cov_type="HC0", tol=1e-12)
    assert np.log(found.effects["rate_ratio"].estimate) == pytest.approx(theirs.params[1], abs=1e-9)
    assert found.parameters["se_hc0"] == pytest.approx(theirs.bse[1], rel=1e-7)
    assert found.parameters["se_hc0"] < found.parameters["se_hc2"] < found.parameters["se_hc3"]


def test_shared_counts_with_their_spread_give_the_same_answer_as_rows() -> None:
    y, treated, _ = skewed(7)
    held = evidence("count", y, treated)
    shared = Evidence(held.outcome, CONTRAST, "parallel", held.control, held.treatment)
    from_rows, from_counts = run("poisson_robust", held).effects, run("poisson_robust", shared).effects
    for scale, effect in from_rows.items():
        other = from_counts[scale]
        assert other.estimate == pytest.approx(effect.estimate, rel=1e-9)
        assert (other.low, other.high, other.df) == pytest.approx(
            (effect.low, effect.high, effect.df), rel=1e-7
        )


def test_shared_totals_alone_give_a_rate_ratio_without_an_interval() -> None:
    held = Evidence(
        Outcome("y", "y", "count"), CONTRAST, "parallel", Count(0, 40, 200.0), Count(0, 30, 300.0)
    )
    found = run("poisson_robust", held)
    effect = found.effects["rate_ratio"]
    assert effect.estimate == pytest.approx(0.5)
    assert (effect.low, effect.high, effect.p_value) == (None, None, None)
    assert any("No interval" in note for note in found.notes)


@pytest.mark.parametrize("kind", ["proportion", "mean", "score"])
def test_summaries_alone_give_the_very_same_answer_as_rows(kind: str) -> None:
    rng = np.random.default_rng(8)
    treated = np.arange(500) % 3 == 0
    values = (rng.random(500) < 0.2).astype(float) if kind == "proportion" else rng.normal(40, 9, 500)
    held = evidence(kind, values, treated)
    shared = Evidence(held.outcome, CONTRAST, "parallel", held.control, held.treatment)
    for estimator in estimators().values():
        alone = not estimator.needs & {"rows", "grouped"}
        if "parallel" in estimator.layouts and kind in estimator.kinds and alone:
            assert estimator.fit(shared, Settings()) == estimator.fit(held, Settings())


def test_welch_agrees_with_scipy() -> None:
    rng = np.random.default_rng(9)
    a, b = rng.exponential(3, 40), rng.normal(2, 1, 25)
    held = evidence("mean", np.r_[a, b], np.r_[np.ones(40, bool), np.zeros(25, bool)])
    effect = run("welch", held, level=0.9).effects["mean_difference"]
    theirs = stats.ttest_ind(a, b, equal_var=False)
    interval = theirs.confidence_interval(0.9)
    assert (effect.p_value, effect.df) == pytest.approx((theirs.pvalue, theirs.df), rel=1e-10)
    assert (effect.low, effect.high) == pytest.approx((interval.low, interval.high), rel=1e-10)


def test_a_change_in_per_cent_needs_means_above_zero() -> None:
    held = Evidence(
        Outcome("y", "y", "mean"), CONTRAST, "parallel", Moments(9, -1.0, 8.0), Moments(9, 1.0, 8.0)
    )
    found = run("welch", held)
    assert "percent_change" not in found.effects
    assert "per cent" in found.unanswered["percent_change"]


def test_a_change_in_per_cent_is_the_ratio_of_the_means() -> None:
    held = Evidence(
        Outcome("y", "y", "mean"), CONTRAST, "parallel", Moments(90, 8.0, 80.0), Moments(90, 6.0, 80.0)
    )
    effect = run("welch", held).effects["percent_change"]
    assert effect.estimate == pytest.approx(-25.0)
    assert effect.low is not None
    assert effect.high is not None
    # on the log scale the interval lies evenly around the ratio
    assert (1 + effect.low / 100) * (1 + effect.high / 100) == pytest.approx(0.75**2)


def test_arms_of_unequal_size_let_slopes_differ_and_equal_ones_do_not() -> None:
    rng = np.random.default_rng(10)
    x = rng.normal(size=(240, 1))
    for treated, interacted in ((np.arange(240) % 2 == 0, False), (np.arange(240) % 4 == 0, True)):
        y = 5 + 2 * x[:, 0] + treated * (1 + x[:, 0]) + rng.normal(size=240)
        effect = run("ancova", evidence("mean", y, treated, covariates=x)).effects["mean_difference"]
        arm, centred = treated.astype(float), x[:, 0] - x.mean()
        columns = [np.ones(240), arm, centred, *([arm * centred] if interacted else [])]
        theirs = sm.OLS(y, np.column_stack(columns)).fit(cov_type="HC2", use_t=True)
        assert (effect.estimate, effect.se) == pytest.approx((theirs.params[1], theirs.bse[1]), rel=1e-9)
        assert (effect.df, effect.p_value) == pytest.approx((theirs.df_resid, theirs.pvalues[1]), rel=1e-8)


def test_standardising_without_predictive_covariates_gives_the_plain_difference() -> None:
    treated = np.arange(400) % 2 == 0
    y = (np.arange(400) % 10 < 3).astype(float)
    x = np.tile([-1.0, -1.0, 1.0, 1.0], 100)[:, None]  # unrelated to the arm by construction
    held = evidence("proportion", y, treated, covariates=x)
    effect = run("standardised_logistic", held).effects["risk_difference"]
    assert effect.estimate == pytest.approx(y[treated].mean() - y[~treated].mean(), abs=1e-3)


def test_standardised_risks_are_the_averages_of_two_predictions() -> None:
    rng = np.random.default_rng(11)
    x, treated = rng.normal(size=(500, 2)), rng.random(500) < 0.4
    y = (rng.random(500) < 1 / (1 + np.exp(-(x[:, 0] - 0.8 + 0.7 * treated)))).astype(float)
    found = run("standardised_logistic", evidence("proportion", y, treated, covariates=x))
    model = sm.Logit(y, np.column_stack([np.ones(500), treated, x])).fit(disp=0, tol=1e-12)
    risks = [model.predict(np.column_stack([np.ones(500), np.full(500, arm), x])).mean() for arm in (1, 0)]
    assert found.parameters["risk_treatment"] == pytest.approx(risks[0], rel=1e-9)
    assert found.effects["risk_difference"].estimate == pytest.approx(risks[0] - risks[1], rel=1e-8)
    assert found.effects["odds_ratio"].estimate == pytest.approx(
        risks[0] / (1 - risks[0]) / (risks[1] / (1 - risks[1])), rel=1e-8
    )


def test_the_influence_functions_standard_error_is_what_resampling_finds() -> None:
    rng = np.random.default_rng(12)
    x, treated = rng.normal(size=(400, 1)), rng.random(400) < 0.5
    y = (rng.random(400) < 1 / (1 + np.exp(-(1.2 * x[:, 0] - 0.5)))).astype(float)
    effects = run("standardised_logistic", evidence("proportion", y, treated, covariates=x)).effects
    draws: dict[str, list[float]] = {scale: [] for scale in effects}
    for _ in range(1_500):
        pick = rng.integers(0, 400, 400)
        again = run(
            "standardised_logistic", evidence("proportion", y[pick], treated[pick], covariates=x[pick])
        )
        for scale, effect in again.effects.items():
            draws[scale].append(effect.estimate if scale == "risk_difference" else np.log(effect.estimate))
    for scale, effect in effects.items():
        assert effect.se == pytest.approx(np.std(draws[scale]), rel=0.08)


def test_cuped_is_welch_on_what_the_covariate_leaves() -> None:
    rng = np.random.default_rng(13)
    x, treated = rng.normal(size=(200, 1)), rng.random(200) < 0.5
    y = 3 * x[:, 0] + treated + rng.normal(size=200)
    found = run("cuped", evidence("mean", y, treated, covariates=x))
    slope = np.cov(y, x[:, 0])[0, 1] / x[:, 0].var(ddof=1)
    left = y - slope * x[:, 0]
    theirs = stats.ttest_ind(left[treated], left[~treated], equal_var=False)
    assert found.parameters["slope"] == pytest.approx(slope)
    assert found.effects["mean_difference"].p_value == pytest.approx(theirs.pvalue, rel=1e-8)


def zero_cell(treated_events: int, control_events: int) -> Evidence:
    arms = Proportion(1180, control_events), Proportion(1200, treated_events)
    return Evidence(Outcome("y", "y", "proportion"), CONTRAST, "parallel", *arms)


def test_an_empty_control_arm_leaves_the_ratios_out_and_says_so() -> None:
    found = run("score_interval", zero_cell(7, 0))
    assert set(found.effects) == {"risk_difference"}
    assert "risk ratio" in found.unanswered["risk_ratio"]
    assert "odds ratio" in found.unanswered["odds_ratio"]


def test_an_empty_treatment_arm_has_a_risk_ratio_of_zero_with_an_upper_end() -> None:
    ratio = run("score_interval", zero_cell(0, 7)).effects["risk_ratio"]
    assert (ratio.estimate, ratio.low) == (0.0, 0.0)
    assert ratio.high is not None
    assert 0 < ratio.high < 1


def test_an_event_that_nobody_had_has_an_interval_but_no_test() -> None:
    found = run("score_interval", zero_cell(0, 0))
    effect = found.effects["risk_difference"]
    assert effect.p_value is None
    assert effect.low is not None
    assert effect.low < 0
    assert "odds_ratio" not in run("fisher_exact", zero_cell(0, 0)).effects


HALF = np.arange(40) % 2 == 0


@pytest.mark.parametrize(
    ("name", "kind", "values", "covariates"),
    [
        ("welch", "mean", np.full(40, 3.0), None),
        ("ancova", "mean", np.full(40, 3.0), np.arange(40.0)[:, None]),
        ("ancova", "mean", np.arange(40.0), np.arange(40.0)[:, None]),
        ("cuped", "mean", np.arange(40.0), np.arange(40.0)[:, None]),
        ("negative_binomial", "count", np.zeros(40), None),
        ("quasi_poisson", "count", HALF.astype(float), None),
        ("poisson_robust", "count", np.ones(40), None),
        ("standardised_logistic", "proportion", HALF.astype(float), np.arange(40.0)[:, None]),
        ("standardised_logistic", "proportion", (np.arange(40) > 19).astype(float), np.arange(40.0)[:, None]),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    name: str, kind: str, values: Array, covariates: Array | None
) -> None:
    with pytest.raises(Refusal):
        run(name, evidence(kind, values, HALF, covariates=covariates))


def test_one_unit_an_arm_has_no_spread() -> None:
    with pytest.raises(Refusal, match="fewer than two"):
        run("welch", evidence("mean", np.array([1.0, 2.0]), np.array([True, False])))


@pytest.mark.parametrize(
    ("kind", "covariates", "rows", "name"),
    [
        ("proportion", False, True, "score_interval"),
        ("proportion", True, True, "standardised_logistic"),
        ("proportion", False, False, "score_interval"),
        ("mean", False, True, "welch"),
        ("mean", True, True, "ancova"),
        ("score", True, True, "ancova"),
        ("score", False, False, "welch"),
        ("count", False, True, "negative_binomial"),
        ("count", True, True, "negative_binomial"),
        ("count", False, False, "poisson_robust"),
    ],
)
def test_the_declaration_alone_chooses_the_default(
    kind: str, covariates: bool, rows: bool, name: str
) -> None:
    declaration = Declaration("parallel", kind, covariates=covariates, rows=rows, grouped=rows)
    assert choose(declaration).name == name
    if not rows:
        assert not any("rows" in other.needs for other in sensitivities(declaration))


def test_a_large_table_of_counts_is_fitted_in_seconds() -> None:
    rng = np.random.default_rng(14)
    treated, x = np.arange(130_000) % 2 == 0, rng.normal(size=(130_000, 3))
    parts = kinds()["count"].draw(rng, 130_000, 1.0, base=np.where(treated, 0.8, 1.0), spread=2.0)
    for covariates in (None, x):
        held = evidence("count", parts["value"], treated, covariates=covariates)
        start = time.perf_counter()
        found = run("negative_binomial", held)
        assert time.perf_counter() - start < 10  # about one second on two quiet cores
        assert found.effects["rate_ratio"].estimate == pytest.approx(0.8, abs=0.04)


def test_counts_in_the_billions_are_fitted() -> None:
    y, treated = np.array([1.0, 3, 2, 5, 4, 6]) * 1e9, np.repeat([True, False], 3)
    effect = run("poisson_robust", evidence("count", y, treated)).effects["rate_ratio"]
    # HC3 of two arms without covariates: each arm's variance over n - 1 and its squared mean
    variance = sum(y[side].var(ddof=1) / 2 / y[side].mean() ** 2 for side in (treated, ~treated))
    assert (effect.estimate, effect.se) == pytest.approx((0.4, np.sqrt(variance)), rel=1e-9)


def test_cuped_refuses_a_covariate_that_repeats_the_arm() -> None:
    rng = np.random.default_rng(15)
    covariate = HALF.astype(float)[:, None] * 3
    with pytest.raises(Refusal, match="collinear"):
        run("cuped", evidence("mean", rng.normal(size=40), HALF, covariates=covariate))


@pytest.mark.parametrize("name", ["negative_binomial", "poisson_robust"])
def test_counts_of_few_units_come_with_a_warning(name: str) -> None:
    for units, warned in ((49, True), (50, False)):
        y, _, _ = skewed(16, n=2 * units)
        notes = run(name, evidence("count", y, np.arange(2 * units) % 2 == 0)).notes
        assert any("fewer than 50" in note for note in notes) == warned
