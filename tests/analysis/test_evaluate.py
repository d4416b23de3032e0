"""A plan and a table become findings: families, refusals, gaps, and the order of the answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.about import Conduct
from analysis.covariates import design_matrix
from analysis.evaluate import evaluate
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import CLUSTERED, PARALLEL
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.refusal import Refusal
from analysis.table import UnitTable

CONTRASTS = (Contrast("ip-tracing", "control"), Contrast("illegality", "control"))
STAYED = Outcome("stayed", "Stayed away", "proportion", "primary", "higher")


def prichard_2022() -> pd.DataFrame:
    """The counts of Prichard and others 2022 (doi 10.1177/10790632211013809): who stayed away."""
    counts = {"control": (27, 100), "ip-tracing": (40, 81), "illegality": (52, 99)}
    return pd.DataFrame(
        [{"arm": arm, "stayed": float(i < stayed)} for arm, (stayed, n) in counts.items() for i in range(n)]
    )


def answers(frame, outcomes=(STAYED,), **plan):
    table = UnitTable(frame, PARALLEL)
    assigned = {str(arm): int(n) for arm, n in frame["arm"].value_counts().items()}
    conduct = Conduct(assigned, dict.fromkeys(assigned, 1.0))
    return evaluate(Plan(tuple(outcomes), CONTRASTS, "parallel", **plan), table, conduct)


def defaults(found):
    return [finding for finding in found.findings if finding.default]


def test_the_published_odds_ratios_come_out():
    ratios = [round(f.estimate.effects["odds_ratio"].estimate, 2) for f in defaults(answers(prichard_2022()))]
    assert ratios == [2.64, 2.99]


def test_two_contrasts_of_the_primary_outcome_are_one_family():
    found = defaults(answers(prichard_2022()))
    raw = [f.effect.p_value for f in found]
    assert [f.p_adjusted for f in found] == pytest.approx([raw[0], 2 * raw[1]])  # Holm by hand
    assert {f.adjusted_by for f in found} == {"holm"}


def test_guardrails_and_safety_outcomes_spend_no_alpha():
    frame = prichard_2022().assign(safety=lambda d: d["stayed"], guard=lambda d: d["stayed"])
    outcomes = (
        STAYED,
        Outcome("safety", "s", "proportion", "safety", "higher"),
        Outcome("guard", "g", "proportion", "guardrail", "higher", 0.05),
    )
    found = defaults(answers(frame, outcomes))
    assert [f.p_adjusted is None for f in found] == [False, False, True, True, True, True]


def test_primary_and_secondary_outcomes_are_families_of_their_own():
    frame = prichard_2022().assign(other=lambda d: d["stayed"])
    found = defaults(answers(frame, (STAYED, Outcome("other", "o", "proportion", "secondary", "higher"))))
    assert found[0].p_adjusted == pytest.approx(found[2].p_adjusted)


def test_a_difference_that_fails_its_family_is_inconclusive():
    frame = pd.DataFrame({"arm": ["control"] * 100 + ["ip-tracing"] * 100 + ["illegality"] * 100})
    frame["stayed"] = [float(i % 100 < n) for i, n in enumerate([30] * 100 + [44] * 100 + [44] * 100)]
    found = defaults(answers(frame))
    assert all(f.effect.p_value < 0.05 <= 2 * f.effect.p_value for f in found)
    assert [f.verdict for f in found] == ["inconclusive", "inconclusive"]
    alone = defaults(answers(frame, adjust="none"))
    assert [f.verdict for f in alone] == ["benefit", "benefit"]


def test_a_sensitivity_analysis_claims_nothing_that_its_planned_finding_may_not():
    frame = pd.DataFrame({"arm": ["control"] * 100 + ["ip-tracing"] * 100 + ["illegality"] * 100})
    frame["stayed"] = [float(i % 100 < n) for i, n in enumerate([30] * 100 + [44] * 100 + [44] * 100)]
    newcombe = next(f for f in answers(frame).findings if f.estimator == "newcombe")
    assert newcombe.effect.low > 0
    assert (newcombe.p_adjusted, newcombe.verdict) == (None, "inconclusive")
    alone = next(f for f in answers(frame, adjust="none").findings if f.estimator == "newcombe")
    assert alone.verdict == "benefit"


def test_a_sensitivity_analysis_whose_own_p_value_fails_is_inconclusive():
    frame = pd.DataFrame({"arm": ["control"] * 40 + ["ip-tracing"] * 40 + ["illegality"] * 40})
    frame["stayed"] = [float(i % 40 < n) for i, n in enumerate([12] * 40 + [21] * 40 + [30] * 40)]
    found = [f for f in answers(frame).findings if f.contrast == CONTRASTS[0]]
    planned, fisher = found[0], next(f for f in found if f.estimator == "fisher_exact")
    assert (planned.verdict, planned.p_adjusted < 0.05 < fisher.effect.p_value) == ("benefit", True)
    assert fisher.verdict == "inconclusive"


@pytest.mark.parametrize(("shares", "interacted"), [((1, 1), False), ((1, 2), True)])
def test_lins_regression_follows_the_declared_shares_and_not_the_sizes_seen(shares, interacted):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"arm": ["control"] * 40 + ["ip-tracing"] * 80, "x": rng.normal(size=120)})
    frame["minutes"] = frame["x"] * np.where(frame["arm"] == "control", 1, 3) + rng.normal(size=120)
    found = answers(
        frame,
        (Outcome("minutes", "Minutes", "mean"),),
        covariates=("x",),
        shares=dict(zip(("control", "ip-tracing"), shares, strict=True)),
    )
    (planned,) = defaults(found)
    chosen = "interacted_estimate" if interacted else "additive_estimate"
    assert planned.effect.estimate == planned.estimate.parameters[chosen]
    assert (
        planned.estimate.parameters["interacted_estimate"] != planned.estimate.parameters["additive_estimate"]
    )


def test_the_planned_estimator_comes_first_and_its_sensitivity_analyses_follow():
    found = answers(prichard_2022()).findings
    assert next(f.default for f in found if f.contrast == CONTRASTS[0]) is True
    assert {f.estimator for f in found if not f.default} >= {"newcombe", "fisher_exact"}


def test_an_outcome_that_nobody_has_is_refused_with_a_remedy_and_the_others_go_on():
    frame = prichard_2022().assign(lost=np.nan)
    found = answers(frame, (STAYED, Outcome("lost", "Lost", "proportion", "secondary")))
    assert len(defaults(found)) == 2
    assert {n.outcome for n in found.not_estimable} == {"lost"}
    assert all(n.reason and n.remedy for n in found.not_estimable)


def test_a_scale_without_a_finite_effect_is_said_to_be_not_estimable_and_the_finding_stands():
    frame = prichard_2022()
    frame.loc[frame["arm"] == "control", "stayed"] = 0.0
    found = answers(frame)
    assert set(defaults(found)[0].estimate.effects) == {"risk_difference"}
    reasons = [n.reason for n in found.not_estimable if n.contrast == CONTRASTS[0]]
    assert any("risk ratio" in reason for reason in reasons)
    assert any("odds ratio" in reason for reason in reasons)


def test_missing_outcomes_are_counted_by_arm_and_left_out():
    frame = prichard_2022()
    frame.loc[frame.index[:5], "stayed"] = np.nan
    evidence = gather(UnitTable(frame, PARALLEL), STAYED, CONTRASTS[0])
    assert (evidence.control.n, evidence.control.missing, evidence.treatment.missing) == (95, 5, 0)
    assert evidence.require_rows().y.size == 95 + 81


def test_the_flow_ends_with_the_units_whose_main_outcome_was_measured():
    frame = prichard_2022()
    frame.loc[frame.index[:5], "stayed"] = np.nan
    assert answers(frame).analysed.by_arm == {"control": 95, "ip-tracing": 81, "illegality": 99}
    assert answers(frame.assign(stayed=np.nan)).analysed.total == 0


def test_a_gap_in_a_covariate_is_filled_with_the_mean_and_nobody_is_lost():
    matrix, names = design_matrix(pd.DataFrame({"age": [20.0, np.nan, 40.0]}), ("age",))
    assert names == ("age",)
    assert matrix[:, 0].tolist() == [20.0, 30.0, 40.0]


def test_a_category_becomes_indicators_without_its_first_level():
    matrix, names = design_matrix(pd.DataFrame({"country": ["fr", "be", "fr", "nl"]}), ("country",))
    assert names == ("country=fr", "country=nl")
    assert matrix.tolist() == [[1, 0], [0, 0], [1, 0], [0, 1]]


def test_a_covariate_that_does_not_vary_is_dropped():
    assert design_matrix(pd.DataFrame({"age": [30.0, 30.0]}), ("age",))[0].shape == (2, 0)


@pytest.mark.parametrize(
    ("values", "says"),
    [(["yes"] * 280, "text where numbers"), ([2.0] * 280, "declared as proportion")],
)
def test_values_that_the_kind_cannot_have_are_refused(values, says):
    frame = prichard_2022().assign(stayed=values)
    with pytest.raises(Refusal, match=says):
        gather(UnitTable(frame, PARALLEL), STAYED, CONTRASTS[0])


def test_a_clustered_table_needs_its_clusters():
    with pytest.raises(Refusal, match="no column 'cluster'"):
        UnitTable(prichard_2022(), CLUSTERED)
    with pytest.raises(Refusal, match="empty cells"):
        UnitTable(prichard_2022().assign(cluster=None), CLUSTERED)
