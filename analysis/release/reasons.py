"""What stands where a finding is withheld, and why: the true reason, as far as it tells of nobody.

That nobody or everybody had an event is told no more than that few had: both are reasons to withhold, said as one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from analysis.finding import NotEstimable
from analysis.release.parts import ReleasedFinding
from analysis.release.small import rests_on_too_few

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.finding import Finding
    from analysis.policy import Policy

Why = Literal["thin", "told", "rests"]

WHEN = "It is shown once each count of people behind it is at least 10."
WHEN_MORE = "It is shown once more people are measured."
FEW_NONE_ALL = "A figure of it would tell of fewer than 10 people, of nobody or of everybody."
RESTS = "An average, a median or a model of it rests on too few people, or on people who are all alike."
OUTCOMES = {
    "told": "Outcomes are not shown of which a figure would tell of fewer than 10 people, of nobody or of "
    "everybody.",
    "rests": "Outcomes are not shown whose averages, medians or models rest on too few people, or on people who "
    "are all alike.",
}
GROUPS = {
    "told": "Groups are not shown of which a figure, or one of the groups beside them, would tell of fewer than 10 "
    "people, of nobody or of everybody.",
    "rests": "Groups are not shown whose averages, medians or models rest on too few people, or on people who are "
    "all alike.",
}
WITH_WITHHELD = (
    "The p-value adjusted for several questions is not shown: it is made with that of an outcome that is "
    "withheld."
)


def why(finding: Finding, policy: Policy, *, clustered: bool) -> Why:
    """Why a finding is withheld: few people in an arm, what its figures would tell, or what they rest on."""
    if any(arm.n < policy.threshold for arm in finding.arms):
        return "thin"
    if policy.public and rests_on_too_few(finding, policy, clustered=clustered):
        return "rests"
    return "told"


def instead(finding: Finding, policy: Policy, *, clustered: bool) -> NotEstimable:
    """What stands where a planned finding is withheld."""
    rests = why(finding, policy, clustered=clustered) == "rests"
    reason, remedy = (RESTS, WHEN_MORE) if rests else (FEW_NONE_ALL, WHEN)
    return NotEstimable(finding.outcome.name, finding.contrast, None, reason, remedy)


def sentences(out: Iterable[Finding], policy: Policy, *, clustered: bool) -> tuple[str, ...]:
    """That outcomes and groups are withheld, where some are, with each reason once."""
    out = list(out)
    reasons = [(f.subgroup is not None, why(f, policy, clustered=clustered)) for f in out]
    planned = {reason for f, (group, reason) in zip(out, reasons, strict=True) if f.default and not group}
    groups = {reason for group, reason in reasons if group}
    thin = f"Groups with fewer than {policy.threshold} people in an arm are not shown."
    return (
        *((OUTCOMES["told"],) if planned & {"thin", "told"} else ()),
        *((OUTCOMES["rests"],) if "rests" in planned else ()),
        *((thin,) if "thin" in groups else ()),
        *(GROUPS[reason] for reason in ("told", "rests") if reason in groups),
    )


def without_adjusted(
    findings: Iterable[ReleasedFinding], out: Iterable[Finding], policy: Policy
) -> tuple[ReleasedFinding, ...]:
    """The findings without p-values that are made with one of a withheld outcome; the verdicts stay, and say so.

    Two p-values adjusted by Holm are twice the smaller one and the larger: the one tells the other.
    """
    hidden = {f.outcome.role for f in out if f.default and f.subgroup is None and f.p_adjusted is not None}
    return tuple(
        replace(found, finding=replace(found.finding, p_adjusted=None).saying(WITH_WITHHELD))
        if policy.public and found.finding.p_adjusted is not None and found.finding.outcome.role in hidden
        else found
        for found in findings
    )
