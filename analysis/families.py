"""Families: findings that share one error rate, their adjusted p-values, and the verdicts these allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.multiplicity import adjust
from analysis.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.finding import Contrast, Finding
    from analysis.plan import Plan

    Question = tuple[str, Contrast]

FAMILIES = ("primary", "secondary")  # each adjusted within itself; guardrails and safety spend no alpha


def judged(plan: Plan, findings: Iterable[Finding]) -> list[Finding]:
    """The findings with their families' adjusted p-values, and the verdicts these allow.

    A family is the planned findings of one role. Sensitivity analyses spend no alpha of their own: one is benefit
    or harm only where the planned finding passed its family and its own p-value, if it has one, is below alpha.
    Where the planned estimator gives no p-value, nothing is benefit or harm.
    """
    judged = list(findings)
    for role in FAMILIES:
        planned = [f for f in judged if f.default and f.outcome.role == role and f.subgroup is None]
        if plan.adjust == "none" or len(planned) < 2:
            continue
        adjusted = _adjusted(plan, planned)
        for i, finding in enumerate(judged):
            if finding.outcome.role == role and not finding.estimate.descriptive and finding.subgroup is None:
                judged[i] = _in_family(finding, plan, adjusted)
    return judged


def _adjusted(plan: Plan, planned: list[Finding]) -> dict[Question, float]:
    raw = {_question(f): f.effect.p_value for f in planned if f.effect.p_value is not None}
    return dict(zip(raw, adjust(list(raw.values()), method=plan.adjust), strict=True))


def _in_family(finding: Finding, plan: Plan, adjusted: Mapping[Question, float]) -> Finding:
    decides = adjusted.get(_question(finding))
    own = finding.effect.p_value
    significant = decides is not None and decides < plan.alpha and (own is None or own < plan.alpha)
    verdict = judge(finding.outcome, finding.effect, significant=significant)
    if finding.default and decides is not None:
        return replace(finding, p_adjusted=decides, adjusted_by=plan.adjust, verdict=verdict)
    return replace(finding, verdict=verdict)


def _question(finding: Finding) -> Question:
    return finding.outcome.name, finding.contrast
