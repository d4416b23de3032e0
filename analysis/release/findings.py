"""A finding as it may be shown: arms' counts masked or rounded, figures cut, series without thin periods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.finding import Finding, NotEstimable
from analysis.policy import Count
from analysis.release.guessing import coarse
from analysis.release.parts import ReleasedArm, ReleasedFinding
from analysis.release.precision import FEW, MANY, SMALLEST_P, cut, cut_estimate, figures_for, significant
from analysis.release.small import small_cell
from analysis.withholding import TOO_FEW, without_small_periods

if TYPE_CHECKING:
    from analysis.finding import ArmFigures
    from analysis.policy import Policy
    from analysis.supplement import Supplied

WHEN = "It is shown once each count of people behind it is at least 10."
UNNAMED = "What stands against it cannot be said without naming few people."

OF_SHARES = ("posterior_treatment", "posterior_control")
ROUNDED = "How it differs stands in its figures; counts of people are rounded here."
TENS = "Counts of people are rounded: “about 15” stands for 11 to 20. Shares are those of rounded counts."
OUTCOMES = "Outcomes with fewer than 10 people behind a figure are not shown."


def released(
    finding: Finding, policy: Policy, *, hide_arms: bool = False, missing: bool = True
) -> ReleasedFinding:
    """One finding with its arms' counts as `policy` lets them be seen.

    A small cell in one arm hides the figures of every arm: the effect and one arm would give the other back.
    `hide_arms` hides them because another contrast of the same outcome has a small cell, `missing` False hides
    how many were not measured.
    """
    hidden = hide_arms or small_cell(finding, policy)
    arms = tuple(_arm(arm, finding, policy, hidden=hidden, missing=missing) for arm in finding.arms)
    return ReleasedFinding(replace(finding, arms=()), arms)


def public(finding: Finding, policy: Policy, *, hidden: bool) -> Finding | None:
    """The finding with no more digits than may be told; None where none may be."""
    estimate = finding.estimate
    if not hidden:
        digits = figures_for(sum(arm.n for arm in finding.arms))
        p_adjusted = (
            None if finding.p_adjusted is None else max(significant(finding.p_adjusted, 2), SMALLEST_P)
        )
        told = cut_estimate(estimate, digits, rounds=policy.rounds)
        if policy.rounds and finding.outcome.kind == "proportion":
            told = replace(told, parameters={})  # shares among them
        return replace(finding, estimate=told, p_adjusted=p_adjusted)
    share = finding.outcome.kind == "proportion"
    tables = [(arm.n, arm.cells[1]) for arm in finding.arms if len(arm.cells) > 1]
    effect = coarse(finding.effect, tables, of_shares=share and not estimate.clusters)
    if effect is None:
        return None
    bare = replace(
        estimate,
        effects={finding.outcome.scale.name: effect},
        parameters={},
        notes=(),
        icc=None,
        profile={},
        unanswered={},
    )
    return replace(finding, estimate=bare, p_adjusted=None, adjusted_by=None)


def untraced(finding: Finding, threshold: int) -> Finding:
    """The finding without the values of its series' periods that rest on too few events."""
    trace = tuple(without_small_periods(line, threshold) for line in finding.estimate.trace)
    return replace(finding, estimate=replace(finding.estimate, trace=trace)) if trace else finding


def instead(finding: Finding) -> NotEstimable:
    """What stands where a planned finding is withheld."""
    return NotEstimable(finding.outcome.name, finding.contrast, None, TOO_FEW, WHEN)


def unnamed(refused: NotEstimable) -> NotEstimable:
    """A refusal without the counts that its reason tells."""
    told = refused.reason + refused.remedy
    return replace(refused, reason=UNNAMED, remedy="") if any(sign.isdigit() for sign in told) else refused


def cut_supplied(supplied: Supplied, policy: Policy, *, counted: bool) -> Supplied:
    """A supplement with its figures cut; where counts are rounded, without a sentence on people `counted`."""
    effects = {label: cut(effect, FEW) for label, effect in supplied.effects.items()}
    if not (policy.rounds and counted):
        parameters = {
            name: significant(value, FEW)
            for name, value in supplied.parameters.items()
            if not (policy.rounds and name in OF_SHARES)
        }
        return replace(supplied, effects=effects, parameters=parameters)
    return replace(supplied, effects=effects, parameters={}, notes=(), says=ROUNDED)


def _arm(arm: ArmFigures, finding: Finding, policy: Policy, *, hidden: bool, missing: bool) -> ReleasedArm:
    events = arm.figures.get("events")
    n = Count.shown(arm.n, policy)
    return ReleasedArm(
        arm=arm.arm,
        n=n,
        missing=Count.shown(arm.missing, policy) if missing else Count.masked(),
        events=None if events is None else _events(int(events), policy, hidden=hidden),
        figures={} if hidden else _figures(arm, finding, policy),
    )


def _figures(arm: ArmFigures, finding: Finding, policy: Policy) -> dict[str, float]:
    """Mean, spread and value, in public with few digits; a share of rounded counts is made of these."""
    figures = {name: value for name, value in arm.figures.items() if name != "events"}
    if not policy.public:
        return figures
    if policy.rounds and finding.outcome.kind == "proportion":
        n, events = Count.shown(arm.n, policy), Count.shown(int(arm.figures["events"]), policy)
        return {"value": float(f"{min((events.value or 0) / (n.value or 1), 1.0):.2g}")}
    digits = figures_for(arm.n) if policy.threshold else MANY
    return {name: significant(value, digits) for name, value in figures.items()}


def _events(events: int, policy: Policy, *, hidden: bool) -> Count:
    shown = Count.shown(events, policy)
    if hidden and (policy.public or shown.value is not None):
        return Count.masked()
    return shown
