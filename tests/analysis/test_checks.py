"""The checks, against R, a published model, closed forms, and what their sentences may give away."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.about import Conduct
from analysis.check import checks
from analysis.checks.attrition import CAUTIOUS, OPTIMISTIC, OVERALL, bounds, judge_attrition
from analysis.checks.balance import chance, standardised_difference
from analysis.checks.sample_ratio import chi_square, exact_multinomial
from analysis.finding import Contrast
from analysis.layout import CLUSTERED, PARALLEL
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.table import UnitTable

SRM = Path(__file__).parents[1] / "references" / "srm_two_arm"
PLAN = Plan((Outcome("y", "Clicks", "mean"),), (Contrast("b", "a"),), "parallel", covariates=("x",))
RNG = np.random.default_rng(11)


def table(n: int = 400, *, clusters: int = 0, **columns) -> UnitTable:
    arm = np.where(np.arange(n) % 2, "b", "a")
    frame = pd.DataFrame({"arm": arm, "y": RNG.normal(size=n), "x": RNG.normal(size=n), **columns})
    return UnitTable(frame.assign(cluster=np.arange(n) % clusters) if clusters else frame, _layout(clusters))


def _layout(clusters: int):
    return CLUSTERED if clusters else PARALLEL


def conduct(a: int = 200, b: int = 200, **named) -> Conduct:
    return Conduct({"a": a, "b": b}, {"a": 1.0, "b": 1.0}, **named)


def run(name: str, *, plan: Plan = PLAN, units: UnitTable | None = None, how: Conduct | None = None):
    return checks()[name].run(plan, units or table(), how or conduct())


def test_the_sample_ratio_is_that_of_r():
    data = pd.read_csv(SRM / "data.csv")
    expected = json.loads((SRM / "case.json").read_text())["expected"]
    statistic, p_value = chi_square(list(data["n"]), list(data["share"]))
    assert (statistic, p_value) == pytest.approx((expected["chisq"], expected["p"]), rel=1e-9)
    exact = exact_multinomial([int(n) for n in data["n"]], list(data["share"]))
    assert exact == pytest.approx(expected["binom_exact_p"], rel=1e-6)
    (found,) = run("sample_ratio", how=conduct(*data["n"]))
    assert (found.verdict, found.p_value) == ("fail", pytest.approx(expected["p"], rel=1e-9))


def test_three_arms_are_tested_against_their_shares_exactly():
    """All splits of 12 into three, by scipy's multinomial."""
    observed, shares = [9, 2, 1], [2, 1, 1]
    law = stats.multinomial(12, [0.5, 0.25, 0.25])
    splits = [(i, j, 12 - i - j) for i in range(13) for j in range(13 - i)]
    p_value = sum(law.pmf(split) for split in splits if law.pmf(split) <= law.pmf(observed) * (1 + 1e-9))
    assert exact_multinomial(observed, shares) == pytest.approx(p_value)


@pytest.mark.parametrize(("a", "b", "verdict"), [(500, 500, "pass"), (545, 455, "warn"), (560, 440, "fail")])
def test_the_sample_ratio_fails_below_1_in_1000_and_warns_below_1_in_100(a, b, verdict):
    (found,) = run("sample_ratio", how=conduct(a, b))
    assert found.verdict == verdict
    assert found.sentence().startswith(f"Units assigned: a {a}, b {b};")


def test_clusters_are_tested_exactly_and_shown_unmasked():
    (found,) = run("sample_ratio", how=conduct(12, 0, assigned_by="cluster"))
    assert found.p_value == pytest.approx(2 / 2**12)
    assert found.verdict == "fail"
    assert found.counts == {}
    assert "a 12, b 0" in found.sentence()


def test_few_units_are_tested_exactly():
    (found,) = run("sample_ratio", how=conduct(7, 1))
    assert found.p_value == pytest.approx(2 * (1 + 8) / 2**8)
    assert found.statistic is None


def test_a_declared_share_is_respected():
    how = Conduct({"a": 900, "b": 100}, {"a": 9.0, "b": 1.0})
    assert run("sample_ratio", how=how)[0].verdict == "pass"


@pytest.mark.parametrize(("bound", "correlations"), [(CAUTIOUS, (0.45, 0.39)), (OPTIMISTIC, (0.27, 0.22))])
def test_the_attrition_bounds_stand_for_one_size_of_bias(bound, correlations):
    """In the published model those stay whose latent response is highest; the bias it gives is 0.05 SD or a
    little more for every entry up to half missing, which no slip of a digit would."""
    for overall, difference in zip(OVERALL[1:6], bound[1:6], strict=True):
        lost = [(overall + sign * difference / 2) / 100 for sign in (1, -1)]
        biases = [
            rho * stats.norm.pdf(stats.norm.ppf(share)) / (1 - share)
            for rho, share in zip(correlations, lost, strict=True)
        ]
        assert biases[0] - biases[1] == pytest.approx(0.0545, abs=0.0015)


def test_attrition_bounds_lie_between_the_published_points():
    assert bounds(0.1) == (0.063, 0.109)
    assert bounds(0.15) == pytest.approx((0.0585, 0.1045))


def test_the_attrition_test_is_pearsons():
    theirs = stats.chi2_contingency([[12, 188], [30, 170]], correction=False)
    assert judge_attrition((12, 30), (200, 200), by_cluster=False)[1] == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize(
    ("missing", "n", "by_cluster", "verdict"),
    [
        ((0, 0), (50, 50), False, "pass"),
        ((100, 120), (1000, 1000), False, "pass"),  # 2 points apart
        ((100, 180), (1000, 1000), False, "warn"),  # 8 points
        ((100, 240), (1000, 1000), False, "fail"),  # 14 points
        ((1, 4), (20, 20), False, "warn"),  # 15 points, and chance may be why
        ((1, 4), (20, 20), True, "fail"),
        ((35, 35), (50, 50), False, "fail"),  # alike, but too many
    ],
)
def test_verdicts_on_attrition(missing, n, by_cluster, verdict):
    assert judge_attrition(missing, n, by_cluster=by_cluster)[0] == verdict


def test_attrition_counts_each_outcome_and_tells_counts_apart():
    units = table(400)
    units.frame.loc[units.frame.index[1:120:2], "y"] = np.nan
    (found,) = run("attrition", units=units)
    assert found.verdict == "fail"
    assert found.subject == "y"
    assert found.counts == {"lost_treatment": 60, "n_treatment": 200, "lost_control": 0, "n_control": 200}
    said = found.sentence(lost_treatment="<10")
    assert "Clicks: not measured for <10 of 200 units in b" in said
    assert "60" not in said


def test_an_outcome_that_the_table_does_not_hold_is_left_to_the_findings():
    assert run("attrition", units=UnitTable(table().frame.drop(columns="y"), PARALLEL)) == ()


def test_standardised_differences_follow_their_formula():
    treated, control = RNG.normal(0.3, 2, 50), RNG.normal(0, 1, 40)
    by_hand = (treated.mean() - control.mean()) / np.sqrt(
        (np.var(treated, ddof=1) + np.var(control, ddof=1)) / 2
    )
    assert standardised_difference(treated, control) == pytest.approx(by_hand)


def test_chance_balances_as_often_as_it_says():
    """Of 2,000 null covariates in a study of 2 x 30, 1 in 20 has a chance below 0.05."""
    draws = [standardised_difference(RNG.normal(size=30), RNG.normal(size=30)) for _ in range(2000)]
    assert sum(chance(d, 30, 30) < 0.05 for d in draws) == pytest.approx(100, abs=3.3 * np.sqrt(95))


@pytest.mark.parametrize(
    ("n", "shift", "verdict"),
    [
        (4000, 0.0, "pass"),
        (4000, 0.15, "warn"),
        (4000, 0.4, "fail"),
        (20, 0.4, "pass"),
        (40000, 0.06, "pass"),
    ],
)
def test_verdicts_on_balance(n, shift, verdict):
    base = stats.norm.ppf((np.arange(n // 2) + 0.5) / (n // 2))  # the same normal shape in both arms
    (found,) = run("balance", units=table(n, x=np.repeat(base, 2) + shift * (np.arange(n) % 2)))
    assert found.verdict == verdict
    assert found.subject == "x"


def test_a_category_is_looked_at_level_by_level():
    n = 2000
    level = np.where(np.arange(n) % 2, "urban", np.where(np.arange(n) % 4, "rural", "urban"))
    (found,) = run("balance", units=table(n, x=level))
    assert found.verdict == "fail"


def test_clusters_that_differ_by_chance_do_not_warn_by_their_units():
    """Ten clusters of 100 whose means differ: by units the arms are far apart, by clusters they need not be."""
    means = np.array([0.0, 0.1, 1.0, 1.3, -1.0, -0.2, 0.5, 1.0, -0.5, 0.0])
    x = means[np.arange(1000) % 10] + 0.1 * RNG.normal(size=1000)
    (by_unit,) = run("balance", units=table(1000, x=x))
    (by_cluster,) = run("balance", units=table(1000, clusters=10, x=x))
    assert (by_unit.verdict, by_cluster.verdict) == ("fail", "pass")


@pytest.mark.parametrize(
    ("in_two", "saw_other", "verdict"), [(0, 0, "pass"), (2, 1, "pass"), (5, 5, "warn"), (12, 20, "fail")]
)
def test_verdicts_on_contamination(in_two, saw_other, verdict):
    (found,) = run("contamination", how=conduct(in_two_arms=in_two, saw_other_arm=saw_other))
    assert found.verdict == verdict
    assert found.statistic is None  # a share and the number of units would give a masked count away


@pytest.mark.parametrize(("empty", "days", "verdict"), [(0, 30, "pass"), (1, 30, "warn"), (25, 30, "warn")])
def test_verdicts_on_gaps(empty, days, verdict):
    (found,) = run("log_gaps", how=conduct(days_without_events=empty, days=days))
    assert found.verdict == verdict


def test_no_sentence_holds_a_masked_count():
    units = table(60)
    units.frame.loc[units.frame.index[1:15:2], "y"] = np.nan  # 7 missing
    how = conduct(30, 30, in_two_arms=3, saw_other_arm=4)
    for check in checks().values():
        for found in check.run(PLAN, units, how):
            said = found.sentence(**dict.fromkeys(found.counts, "<10"))
            assert not {"7", "3", "4"} & set(said.replace(",", " ").replace(".", " ").split())


def test_a_sentence_names_arms_by_their_labels_where_these_are_known():
    (found,) = run("sample_ratio", how=conduct(60, 40))
    assert found.sentence({"a": "No warning"}).startswith("Units assigned: ‘No warning’ 60, b 40;")


def test_a_covariate_is_called_by_its_label_where_it_has_one():
    units = table(60)
    units.frame["x"] = np.arange(60.0)
    plan = replace(PLAN, covariates=("x",), covariate_labels={"x": "Searches before"})
    (found,) = checks()["balance"].run(plan, units, conduct(30, 30))
    assert found.sentence().startswith("Searches before: ")
