"""Families: findings that share one error rate, their adjusted p-values, and the verdicts these allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.multiplicity import adjust, many_to_one
from analysis.plan import FAMILIES
from analysis.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.finding import Contrast, Finding
    from analysis.plan import Plan

    Question = tuple[str, Contrast]

TOGETHER = "dunnett"


def judged(plan: Plan, findings: Iterable[Finding]) -> list[Finding]:
    """The findings with their families' adjusted p-values, and the verdicts these allow.

    A family is the planned findings of one role. Sensitivity analyses spend no alpha of their own: one is benefit
    or harm only where the planned finding passed its family and its own p-value, if it has one, is below alpha.
    Where the planned estimator gives no p-value, nothing is benefit or harm.
    """
    judged = list(findings)
    for role in FAMILIES:
        planned = [f for f in judged if f.default and f.outcome.role == role and f.subgroup is None]
        asked = [(o.name, contrast) for o in plan.outcomes if o.role == role for contrast in plan.contrasts]
        in_order = plan.adjust == "fixed-sequence" and len(asked) > 1
        if plan.adjust == "none" or not (len(planned) > 1 or (planned and in_order)):
            continue
        adjusted = _adjusted(plan, planned, asked)
        for i, finding in enumerate(judged):
            if finding.outcome.role == role and not finding.estimate.descriptive and finding.subgroup is None:
                judged[i] = _in_family(finding, plan, adjusted)
    return judged


def _adjusted(plan: Plan, planned: list[Finding], asked: list[Question]) -> dict[Question, float]:
    """The adjusted p-value of every question that has a p-value."""
    raw = {_question(f): f.effect.p_value for f in planned if f.effect.p_value is not None}
    if plan.adjust == "fixed-sequence":  # a question without an answer stops the sequence
        every = [raw.get(question, 1.0) for question in asked]
        in_turn = dict(zip(asked, adjust(every, method=plan.adjust), strict=True))
        return {question: in_turn.get(question, 1.0) for question in raw}
    together = [f for f in planned if f.effect.p_value is not None]
    if plan.adjust == TOGETHER or (together and all(f.estimate.simultaneous for f in together)):
        return _together(together)
    return dict(zip(raw, adjust(list(raw.values()), method=plan.adjust), strict=True))


def _together(planned: list[Finding]) -> dict[Question, float]:
    """Each outcome's arms against the control together (Dunnett), times the number of outcomes (Bonferroni)."""
    outcomes = {f.outcome.name: [g for g in planned if g.outcome.name == f.outcome.name] for f in planned}
    adjusted: dict[Question, float] = {}
    for found in outcomes.values():
        for finding, p_value in zip(found, _against_control(found), strict=True):
            adjusted[_question(finding)] = min(1.0, p_value * len(outcomes))
    return adjusted


def _against_control(found: list[Finding]) -> list[float]:
    p_values = [f.effect.p_value or 0.0 for f in found]
    if all(f.estimate.simultaneous for f in found):
        return p_values
    return many_to_one(p_values, dfs=[f.effect.df for f in found], sizes=[_sizes(f) for f in found])


def _sizes(finding: Finding) -> tuple[int, int]:
    """How many units, or clusters where these were assigned, treatment and control have; 0 where unknown."""
    clusters = finding.estimate.clusters
    if clusters:
        return clusters["treatment"], clusters["control"]
    by_arm = {arm.arm: arm.n for arm in finding.arms}
    return by_arm.get(finding.contrast.treatment, 0), by_arm.get(finding.contrast.control, 0)


def _in_family(finding: Finding, plan: Plan, adjusted: Mapping[Question, float]) -> Finding:
    decides = adjusted.get(_question(finding))
    own = finding.effect.p_value
    significant = decides is not None and decides < plan.alpha and (own is None or own < plan.alpha)
    verdict = judge(finding.outcome, finding.effect, significant=significant)
    if finding.default and decides is not None:
        method = TOGETHER if finding.estimate.simultaneous else plan.adjust
        return replace(finding, p_adjusted=decides, adjusted_by=method, verdict=verdict)
    return replace(finding, verdict=verdict)


def _question(finding: Finding) -> Question:
    return finding.outcome.name, finding.contrast
