"""Looks before the end: boundaries against simulated trials, and what each look allows to be said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.about import Conduct
from analysis.evaluate import evaluate
from analysis.finding import Contrast
from analysis.layout import CLUSTERED, PARALLEL
from analysis.looks.anytime import allocation_e_values, mixture_p, sequence_half_width
from analysis.looks.boundaries import classic_boundaries, spending_boundaries, stopping
from analysis.looks.monitoring import Look
from analysis.looks.spending import SPENDING
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.refusal import Refusal
from analysis.table import UnitTable

OUTCOME = Outcome("y", "Y", "mean")
PLAN = Plan(
    (OUTCOME,),
    (Contrast("b", "a"),),
    "parallel",
    looks=(0.5, 1.0),
    spending="obrien-fleming",
    planned_units=400,
)
HALFWAY = Look(0.5, (0.5, 1.0), "obrien-fleming", 0.05, number=1, final=False, few=False)


def study(units: int, *, shift: float, clusters: int = 0) -> UnitTable:
    y = np.tile([-1.0, 1.0], units // 2) + 0.001 * np.arange(units)
    treated = np.arange(units) % 4 < 2
    frame = pd.DataFrame({"arm": np.where(treated, "b", "a"), "y": y + shift * treated})
    if clusters:
        frame["cluster"] = np.where(treated, "b", "a") + (np.arange(units) % (clusters // 2)).astype(
            str
        ).astype(object)
    return UnitTable(frame, CLUSTERED if clusters else PARALLEL)


def analysed(table: UnitTable, plan: Plan = PLAN, *, ended: bool = False):
    answers = evaluate(plan, table, Conduct({"a": 1, "b": 1}, {"a": 1.0, "b": 1.0}, ended=ended))
    beside = {supplied.name: supplied for supplied in answers.supplied}
    return answers.findings[0], beside.get("monitoring")


@pytest.mark.parametrize("spending", sorted(SPENDING))
@pytest.mark.parametrize("fractions", [(0.2, 0.5, 0.55, 1.0), (0.9, 1.0), (0.1, 0.11, 0.12, 0.6, 1.0)])
def test_boundaries_are_crossed_as_often_as_was_spent_in_the_multivariate_normal(spending, fractions):
    found = spending_boundaries(fractions, spending=spending)
    covariance = [[np.sqrt(min(s, t) / max(s, t)) for s in fractions] for t in fractions]
    for look in range(2, min(len(fractions), 3) + 1):
        box = np.minimum(found.z[:look], 9.0)
        among = np.array(covariance)[:look, :look]
        inside = stats.multivariate_normal.cdf(
            box, cov=among, lower_limit=-box, abseps=1e-8, releps=1e-8, maxpts=1_000_000, rng=1
        )
        assert 1 - inside == pytest.approx(found.spent[look - 1], abs=1e-6)
    assert found.spent[-1] == pytest.approx(0.05, abs=1e-12)


def test_simulated_trials_stop_as_often_as_the_recursion_says():
    rng, fractions, z = np.random.default_rng(1), np.array([0.3, 0.6, 1.0]), np.array([2.5, 2.2, 2.0])
    steps = rng.normal(size=(400_000, 3)) * np.sqrt(np.diff(fractions, prepend=0)) + 1.5 * np.diff(
        fractions, prepend=0
    )
    seen = steps.cumsum(axis=1) / np.sqrt(fractions)
    out = np.abs(seen) >= z
    first = np.where(out.any(axis=1), out.argmax(axis=1), 3)
    upward = [float(((first == look) & (seen[:, look] > 0)).mean()) for look in range(3)]
    assert stopping(fractions, z, drift=1.5) == pytest.approx(upward, abs=0.003)


def test_one_look_is_no_looks():
    assert spending_boundaries([1.0]).z[0] == pytest.approx(stats.norm.ppf(0.975), abs=1e-12)
    assert classic_boundaries([1.0]).z[0] == pytest.approx(stats.norm.ppf(0.975), abs=1e-12)


@pytest.mark.parametrize("fractions", [[], [0.5, 0.4], [0.5, 1.2], [0.0, 1.0]])
def test_shares_that_are_none_are_refused(fractions):
    with pytest.raises(Refusal):
        spending_boundaries(fractions)


@pytest.mark.parametrize("p_value", [0.5, 0.04, 0.003, 1e-6, 1e-30])
def test_the_repeated_p_value_is_the_error_rate_whose_boundary_is_just_reached(p_value):
    repeated = HALFWAY.repeated_p(p_value)
    assert repeated == 1.0 or HALFWAY.at(repeated).nominal[-1] == pytest.approx(p_value, rel=1e-6)
    assert repeated >= p_value


def test_an_early_look_needs_the_boundary_for_a_verdict_and_the_last_look_less():
    early, beside = analysed(study(200, shift=-0.4))
    single, _ = analysed(study(200, shift=-0.4), replace(PLAN, looks=()))
    assert (single.verdict, early.verdict) == ("benefit", "inconclusive")
    assert early.effect.level == 0.95
    assert early.effect.p_value > 0.05 > single.effect.p_value
    assert beside.parameters["boundary_z"] == pytest.approx(2.9626, abs=1e-4)
    assert beside.parameters["reached"] == 0
    late, beside = analysed(study(200, shift=-0.4), ended=True)
    assert (late.verdict, beside.parameters["look"], beside.parameters["reached"]) == ("benefit", 2, 1)


def test_harm_is_called_out_before_its_verdict_is_due():
    finding, beside = analysed(study(200, shift=0.35))
    assert (finding.verdict, beside.parameters["harm_reached"]) == ("inconclusive", 1)
    assert beside.notes


def test_between_planned_looks_only_the_confidence_sequence_speaks():
    finding, beside = analysed(study(300, shift=-2.0))
    assert (finding.verdict, finding.effect.p_value, finding.estimate.descriptive) == (
        "inconclusive",
        None,
        True,
    )
    sequence = beside.effects["confidence sequence"]
    assert sequence.low < finding.effect.low < finding.effect.high < sequence.high < 0


def test_a_study_that_does_not_say_how_long_it_is_is_held_to_its_first_boundary():
    finding, beside = analysed(study(200, shift=-0.4), replace(PLAN, planned_units=0))
    assert "information" not in beside.parameters
    assert beside.parameters["boundary_z"] == pytest.approx(2.9626, abs=1e-4)
    assert finding.verdict == "inconclusive"


def test_few_clusters_never_stop_early_and_pay_nothing_for_it():
    plan = replace(PLAN, layout="clustered")
    early, beside = analysed(study(200, shift=-2.0, clusters=12), plan)
    assert (early.verdict, early.effect.p_value) == ("inconclusive", None)
    assert "too few to stop early" in beside.says
    late, _ = analysed(study(200, shift=-2.0, clusters=12), plan, ended=True)
    single, _ = analysed(study(200, shift=-2.0, clusters=12), replace(plan, looks=()))
    assert (late.effect.low, late.effect.high) == pytest.approx((single.effect.low, single.effect.high))


def test_a_confidence_sequence_holds_at_every_look_and_a_plain_interval_does_not():
    rng, alpha = np.random.default_rng(2), 0.05
    n = np.arange(20, 2001, 20)
    sums = rng.normal(size=(2000, 100)).cumsum(axis=1) * np.sqrt(20)
    means, half = sums / n, np.array([sequence_half_width(1 / k, n=k, best_at=1000) for k in n])
    assert (np.abs(means) > half).any(axis=1).mean() <= alpha
    assert (np.abs(means) > 1.96 / np.sqrt(n)).any(axis=1).mean() > 0.3
    p_values = np.array(
        [[mixture_p(m, 1 / k, mixing=0.01) for m, k in zip(row, n, strict=True)] for row in means[:300]]
    )
    assert (p_values.min(axis=1) <= alpha).mean() <= alpha


def test_the_evidence_against_fair_shares_is_the_mean_of_likelihood_ratios_over_the_prior():
    rng = np.random.default_rng(3)
    drawn = rng.beta(5, 5, 400_000)
    brute = np.mean((drawn / 0.5) ** 14 * ((1 - drawn) / 0.5) ** 6)
    [found] = allocation_e_values(np.array([[14.0, 6.0]]), [1, 1])
    assert found == pytest.approx(brute, rel=0.01)
