"""Several arms against one control: Dunnett's integral, the families it decides, and sequences that stop."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.about import Conduct
from analysis.chance.distributions import two_sided_t
from analysis.chance.many_to_one import critical_t, largest_t_tail, loadings
from analysis.estimator import Declaration, choose
from analysis.evaluate import Answers, evaluate
from analysis.finding import Contrast
from analysis.layout import PARALLEL
from analysis.multiplicity import adjust, many_to_one
from analysis.outcome import Outcome
from analysis.plan import Adjustment, Plan
from analysis.table import UnitTable

CONTRASTS = (Contrast("b", "a"), Contrast("c", "a"), Contrast("d", "a"))
MEAN = Outcome("y", "Y", "mean")


def analysed(
    outcomes: tuple[Outcome, ...], *, adjust: Adjustment, covariates: tuple[str, ...] = (), **columns
) -> Answers:
    """Four arms of 20, 30, 25 and 40 units; `columns` replace those drawn."""
    rng = np.random.default_rng(9)
    arm = np.repeat(["a", "b", "c", "d"], [20, 30, 25, 40])
    frame = pd.DataFrame({"arm": arm, "x": rng.normal(size=arm.size), "y": rng.normal(size=arm.size)})
    frame["y"] += frame["x"] + 0.6 * (arm == "b")
    frame["z"] = (rng.random(arm.size) < 0.3 + 0.4 * (arm == "d")).astype(float)
    plan = Plan(outcomes, CONTRASTS, "parallel", adjust=adjust, covariates=covariates)
    return evaluate(plan, UnitTable(frame.assign(**columns), PARALLEL), Conduct({}, {}))


@pytest.mark.parametrize("df", [1, 2.5, 8, 60, 1e5])
@pytest.mark.parametrize("t", [0.2, 1.5, 4.0])
def test_one_comparison_is_students_t(df, t):
    assert largest_t_tail(t, [0.6], df) == pytest.approx(two_sided_t(t, df), rel=1e-7)


@pytest.mark.parametrize("shared", [[0.5, 0.8], [0.3, 0.9, 0.6]])
@pytest.mark.parametrize("df", [4, 37])
def test_the_tail_is_that_of_a_multivariate_t(shared, df):
    correlations = np.outer(shared, shared)
    np.fill_diagonal(correlations, 1)
    joint = stats.multivariate_t(shape=correlations, df=df)
    box = np.full(len(shared), 2.1)
    inside = joint.cdf(box, lower_limit=-box, maxpts=1_000_000, random_state=1)
    assert largest_t_tail(2.1, shared, df) == pytest.approx(1 - inside, abs=2e-6)


def test_critical_values_are_those_of_dunnetts_table():
    """Two-sided 5 %, equal arms: Dunnett 1964, table II."""
    half = 0.5**0.5
    table = {(1, 10): 2.23, (3, 10): 2.76, (2, 20): 2.38, (4, 20): 2.65, (9, 60): 2.77}
    assert {key: round(critical_t([half] * key[0], key[1], level=0.95), 2) for key in table} == table


def test_dunnett_is_what_scipy_integrates_by_chance():
    rng = np.random.default_rng(2)
    arms = [rng.normal(0.4 * i, 1, 10 + 4 * i) for i in range(4)]
    chance = stats.dunnett(*arms[1:], control=arms[0], rng=np.random.default_rng(3))
    shared = loadings([arm.size for arm in arms[1:]], arms[0].size)
    ours = [largest_t_tail(t, shared, sum(arm.size for arm in arms) - 4) for t in chance.statistic]
    assert ours == pytest.approx(chance.pvalue, rel=5e-3, abs=1e-4)


def test_a_plan_of_dunnett_shows_dunnett_first_and_adjusts_no_further():
    found = analysed((MEAN,), adjust="dunnett").findings
    planned = [finding for finding in found if finding.default]
    assert {finding.estimator for finding in planned} == {"dunnett"}
    assert [f.p_adjusted for f in planned] == [f.effect.p_value for f in planned]
    assert {f.adjusted_by for f in planned} == {"dunnett"}
    assert choose(Declaration("parallel", "mean", arms=2, together=True)).name == "welch"


def test_a_guardrail_spends_no_alpha_on_several_arms():
    guardrail = Outcome("y", "Y", "mean", "guardrail", margin=1.0)
    found = [f for f in analysed((guardrail,), adjust="dunnett").findings if f.default]
    assert {(f.estimator, f.p_adjusted) for f in found} == {("welch", None)}


def test_several_outcomes_of_one_family_share_its_error_rate():
    alone = analysed((MEAN,), adjust="dunnett").findings
    both = analysed((MEAN, Outcome("z", "Z", "proportion")), adjust="dunnett").findings
    one, two = (
        [f.p_adjusted for f in found if f.default and f.outcome.name == "y"] for found in (alone, both)
    )
    assert two == pytest.approx([min(1.0, 2 * p) for p in one])


@pytest.mark.parametrize(
    ("outcome", "covariates"),
    [(Outcome("z", "Z", "proportion"), ()), (MEAN, ("x",))],
    ids=["proportion", "ancova"],
)
def test_other_estimators_take_dunnetts_distribution_between_bonferroni_and_nothing(outcome, covariates):
    planned = [f for f in analysed((outcome,), adjust="dunnett", covariates=covariates).findings if f.default]
    assert {finding.estimator for finding in planned} <= {"score_interval", "ancova"}
    for finding in planned:
        raw, adjusted = finding.effect.p_value, finding.p_adjusted
        assert raw <= adjusted <= min(1.0, 3 * raw)
        assert raw > 0.9 or raw < adjusted


def test_unknown_sizes_are_taken_as_independent():
    assert many_to_one([0.01, 0.02], dfs=[None, None], sizes=[(0, 0), (0, 0)]) == pytest.approx(
        [1 - 0.99**2, 1 - 0.98**2]
    )


def test_a_fixed_sequence_stops_at_the_first_that_fails():
    assert adjust([0.04, 0.2, 0.001], method="fixed-sequence") == [0.04, 0.2, 0.2]


def test_a_question_without_an_answer_stops_a_fixed_sequence():
    """Nobody in the arm b has the outcome: nothing after it in the plan's order counts."""
    arm = np.repeat(["a", "b", "c", "d"], [20, 30, 25, 40])
    y = np.where(arm == "b", np.nan, np.random.default_rng(1).normal(size=arm.size) + 5 * (arm == "c"))
    found = [f for f in analysed((MEAN,), adjust="fixed-sequence", y=y).findings if f.default]
    assert [f.p_adjusted for f in found] == [1.0, 1.0]
    assert found[0].effect.p_value < 1e-6
    assert {f.verdict for f in found} <= {"inconclusive"}


def test_a_fixed_sequence_keeps_the_order_of_the_plan():
    found = [f for f in analysed((MEAN,), adjust="fixed-sequence").findings if f.default]
    raw = [f.effect.p_value for f in found]
    assert [f.p_adjusted for f in found] == list(np.maximum.accumulate(raw))
