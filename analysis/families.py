"""Families: findings that share one error rate, their adjusted p-values, and the verdicts these allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.multiplicity import adjust
from analysis.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.finding import Finding
    from analysis.plan import Plan

FAMILIES = ("primary", "secondary")  # each adjusted within itself; guardrails and safety spend no alpha


def judged(plan: Plan, findings: Iterable[Finding]) -> list[Finding]:
    """The findings with their families' adjusted p-values, and the verdicts these allow.

    A family is the planned findings of one role. A sensitivity analysis is judged as if it had been the planned
    one: its p-value takes that one's place. Where it has no p-value, the planned one's decides; where that has
    none either, the finding is neither benefit nor harm.
    """
    judged = list(findings)
    for role in FAMILIES:
        planned = [finding for finding in judged if finding.default and finding.outcome.role == role]
        if plan.adjust == "none" or len(planned) < 2:
            continue
        for i, finding in enumerate(judged):
            if finding.outcome.role == role and not finding.estimate.descriptive:
                judged[i] = _in_family(finding, planned, plan)
    return judged


def _in_family(finding: Finding, planned: Sequence[Finding], plan: Plan) -> Finding:
    others = [f.effect.p_value for f in planned if not _same_question(f, finding)]
    own = finding.effect.p_value
    deciding = own if own is not None else _planned_p(finding, planned)
    if deciding is None:
        return replace(finding, verdict=judge(finding.outcome, finding.effect, significant=False))
    adjusted = adjust([deciding, *(p for p in others if p is not None)], method=plan.adjust)[0]
    verdict = judge(finding.outcome, finding.effect, significant=adjusted < plan.alpha)
    if own is None:
        return replace(finding, verdict=verdict)
    return replace(finding, p_adjusted=adjusted, adjusted_by=plan.adjust, verdict=verdict)


def _planned_p(finding: Finding, planned: Sequence[Finding]) -> float | None:
    return next((f.effect.p_value for f in planned if _same_question(f, finding)), None)


def _same_question(one: Finding, other: Finding) -> bool:
    return (one.outcome.name, one.contrast) == (other.outcome.name, other.contrast)
