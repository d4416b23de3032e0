"""What stands beside a finding: subgroups, and a Bayesian reading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.about import Conduct
from analysis.chance.beta_binomial import Beta, Difference
from analysis.evaluate import evaluate
from analysis.finding import Contrast
from analysis.layout import CLUSTERED, PARALLEL
from analysis.models.joint_tests import wald, wald_by_cluster
from analysis.models.linear import cr2, least_squares
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.table import UnitTable

PLAN = Plan(
    (Outcome("y", "Y", "mean", better="higher"),), (Contrast("b", "a"),), "parallel", subgroups=("country",)
)


def study(*, sizes: dict[str, int], difference: float = 0.0, clusters: int = 0) -> UnitTable:
    rng = np.random.default_rng(1)
    country = np.repeat(list(sizes), list(sizes.values()))
    treated = np.arange(country.size) % 2 == 1
    y = rng.normal(size=country.size) + treated * (1 + difference * (country == "fr"))
    frame = pd.DataFrame({"arm": np.where(treated, "b", "a"), "y": y, "subgroup.country": country})
    if clusters:
        frame["cluster"] = [f"team {place % clusters}" for place in range(country.size)]
    return UnitTable(frame, CLUSTERED if clusters else PARALLEL)


def beside(table: UnitTable, plan: Plan = PLAN):
    answers = evaluate(plan, table, Conduct({}, {}))
    groups = {f.subgroup.level: f for f in answers.findings if f.subgroup is not None}
    return groups, {supplied.name: supplied for supplied in answers.supplied}, answers


def test_levels_are_estimated_as_if_each_were_a_study_and_never_tested():
    table = study(sizes={"fr": 80, "de": 120}, difference=2.0)
    groups, supplied, _ = beside(table)
    for level, finding in groups.items():
        here = table.frame[table.frame["subgroup.country"] == level]
        b, a = (here.loc[here["arm"] == arm, "y"] for arm in "ba")
        interval = stats.ttest_ind(b, a, equal_var=False).confidence_interval()
        assert (finding.effect.low, finding.effect.high) == pytest.approx((interval.low, interval.high))
        assert (finding.effect.p_value, finding.verdict, finding.default) == (None, "inconclusive", False)
    assert supplied["subgroups"].parameters["interaction_p"] < 0.001
    shrunken = supplied["subgroups"].effects
    assert groups["de"].effect.estimate < shrunken["de"].estimate < shrunken["fr"].estimate
    assert shrunken["fr"].estimate < groups["fr"].effect.estimate


def test_the_interaction_of_two_levels_is_the_welch_test_of_two_differences():
    table = study(sizes={"fr": 60, "de": 90}, difference=0.7)
    figures = beside(table)[1]["subgroups"].parameters
    cells = [part["y"] for _, part in table.frame.groupby(["subgroup.country", "arm"])]
    variance = sum(cell.var() / cell.size for cell in cells)
    difference = cells[3].mean() - cells[2].mean() - cells[1].mean() + cells[0].mean()
    assert figures["interaction_f"] == pytest.approx(difference**2 / variance)
    assert figures["interaction_df2"] == 150 - 4


def test_small_levels_are_shown_together_and_take_the_next_smallest_with_them():
    groups, _, _ = beside(study(sizes={"fr": 60, "de": 90, "at": 4}))
    assert sorted(groups) == ["de", "other"]
    groups, _, _ = beside(study(sizes={"fr": 60, "de": 90, "at": 12, "ch": 12}))
    assert sorted(groups) == ["de", "fr", "other"]
    groups, supplied, _ = beside(study(sizes={"fr": 60, "at": 4}))
    assert (groups, "subgroups" in supplied) == ({}, True)


def test_an_attribute_that_cannot_be_answered_leaves_the_others():
    held = study(sizes={"fr": 60, "de": 90})
    frame = held.frame.assign(**{"subgroup.all {of}": "one"})
    plan = replace(PLAN, subgroups=("country", "all {of}"))
    answers = beside(UnitTable(frame, held.layout), plan)[2]
    first, second = (supplied for supplied in answers.supplied if supplied.name == "subgroups")
    assert "interaction_p" in first.parameters
    assert "by all {of} cannot be told." in second.sentence({})


def test_one_level_alone_is_refused_and_the_finding_stands():
    groups, supplied, answers = beside(study(sizes={"fr": 60}))
    assert (groups, "subgroups" in supplied) == ({}, False)
    assert "subgroups" in [refused.estimator for refused in answers.not_estimable]
    assert answers.findings[0].default


def test_counts_are_compared_by_how_far_their_levels_lie_apart():
    table = study(sizes={"fr": 100, "de": 100})
    rng = np.random.default_rng(2)
    rate = np.where((table.frame["arm"] == "b") & (table.frame["subgroup.country"] == "fr"), 5.0, 1.5)
    counted = UnitTable(table.frame.assign(y=rng.poisson(rate).astype(float)), PARALLEL)
    groups, supplied, _ = beside(counted, replace(PLAN, outcomes=(Outcome("y", "Y", "count"),)))
    figures = supplied["subgroups"].parameters
    logs = [np.log(finding.effect.estimate) for finding in groups.values()]
    apart = (logs[0] - logs[1]) ** 2 / sum(finding.effect.se**2 for finding in groups.values())
    assert figures["interaction_f"] == pytest.approx(apart)


def test_clusters_are_compared_by_cr2_and_hotelling():
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(14), rng.integers(4, 9, 14))
    treated, level = cluster % 2 == 1, rng.integers(0, 3, cluster.size)
    x = np.column_stack([np.ones(cluster.size), treated, level == 1, level == 2]).astype(float)
    x = np.column_stack([x, treated[:, None] * x[:, 2:]])
    fit = least_squares(x, rng.normal(size=cluster.size) + rng.normal(size=14)[cluster])
    one = wald_by_cluster(fit, cluster, [4])
    alone = cr2(fit, cluster, contrast=np.eye(6)[4])
    assert (one.f, one.df2) == pytest.approx(((fit.coefficients[4] / alone.se) ** 2, alone.df))
    both = wald_by_cluster(fit, cluster, [4, 5])
    assert (both.f, both.df2) == pytest.approx(_hotelling(fit, cluster, [4, 5]))
    by_unit = wald_by_cluster(fit, np.arange(cluster.size), [4, 5])
    assert by_unit.f < wald(fit, [4, 5]).f  # HC2 with the degrees of freedom estimated


def _hotelling(fit, cluster, tested):
    """Pustejovsky and Tipton's test by the whole matrices."""
    hat = fit.x @ fit.inverse @ fit.x.T
    left = np.eye(hat.shape[0]) - hat
    rows = []
    for each in np.unique(cluster):
        here = cluster == each
        values, vectors = np.linalg.eigh(np.eye(here.sum()) - hat[np.ix_(here, here)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        rows.append(fit.inverse[tested] @ fit.x[here].T @ root @ left[here])
    scores = [row @ (fit.residuals) for row in rows]
    covariance, b = sum(np.outer(score, score) for score in scores), fit.coefficients[tested]
    values, vectors = np.linalg.eigh(fit.inverse[np.ix_(tested, tested)])
    rows = [vectors @ np.diag(values**-0.5) @ vectors.T @ row for row in rows]
    q = len(tested)
    spread = sum(
        (one[s] @ other[s]) * (one[t] @ other[t]) + (one[s] @ other[t]) * (one[t] @ other[s])
        for s in range(q)
        for t in range(q)
        for one in rows
        for other in rows
    )
    eta = q * (q + 1) / spread
    return (eta - q + 1) / (eta * q) * (b @ np.linalg.solve(covariance, b)), eta - q + 1


@pytest.mark.parametrize(
    ("treatment", "control"),
    [
        ((3, 40), (9, 35)),
        ((0, 50), (0, 60)),
        ((0, 12), (12, 12)),
        ((700, 2000), (9, 20)),
        ((1, 90_000), (2, 30)),
    ],
)
@pytest.mark.parametrize("difference", [-0.3, -0.01, 0.0, 0.02, 0.4])
def test_the_posterior_of_a_difference_agrees_with_draws(treatment, control, difference):
    rng = np.random.default_rng(4)
    arms = [Beta.after(events, n, prior=(0.5, 0.5)) for events, n in (treatment, control)]
    drawn = rng.beta(arms[0].a, arms[0].b, 400_000) - rng.beta(arms[1].a, arms[1].b, 400_000)
    found = Difference(*arms).below(difference)
    assert found == pytest.approx((drawn < difference).mean(), abs=0.004)
    assert Difference(arms[1], arms[0]).below(-difference) == pytest.approx(1 - found, abs=1e-10)


def test_a_sceptic_moves_the_estimate_towards_no_effect_by_its_share_of_the_information():
    plan = replace(PLAN, subgroups=(), prior_sd=0.2)
    _, supplied, answers = beside(study(sizes={"fr": 4000}), plan)
    found, sceptic = answers.findings[0].effect, supplied["bayesian"]
    weight = 0.2**2 / (0.2**2 + found.se**2)
    assert sceptic.effects["sceptical prior"].estimate == pytest.approx(weight * found.estimate, rel=1e-3)
    assert "0.2 (as declared)" in sceptic.says
    own = plan.outcomes[0]
    _, supplied, _ = beside(
        study(sizes={"fr": 4000}), replace(plan, prior_sd=0.0, outcomes=(replace(own, margin=0.5),))
    )
    assert supplied["bayesian"].parameters["prior_sd"] == pytest.approx(0.5 / stats.norm.ppf(0.975))
