"""A finding as it may be shown: arms' counts masked or rounded, figures cut, series without thin periods."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.finding import Finding, NotEstimable
from analysis.policy import Count
from analysis.release.guessing import coarse, veiled
from analysis.release.parts import ReleasedArm, ReleasedFinding
from analysis.release.precision import (
    SMALLEST_P,
    cut,
    cut_estimate,
    cut_parameter,
)
from analysis.release.shown import (
    FEW,
    MANY,
    Shown,
    arm_decimals,
    decimals_for,
    factor_of,
    figures_for,
    significant,
)
from analysis.release.small import small_cell
from analysis.verdict import judge
from analysis.withholding import TOO_FEW, without_small_periods

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.finding import ArmFigures, Effect, Verdict
    from analysis.policy import Policy
    from analysis.supplement import Supplied

WHEN = "It is shown once each count of people behind it is at least 10."
UNNAMED = "What stands against it cannot be said without naming few people."

OF_SHARES = ("posterior_treatment", "posterior_control")
ROUNDED = "How it differs stands in its figures; counts of people are rounded here."
ALIKE = 0.125  # of the interval: so far the difference of rounded shares may be from the effect
BESIDE_ROUNDED = (
    "This is not shown where counts of people are rounded: together with the effect it would tell them."
)
COARSE = (
    "Effects on shares stand on a coarse grid, their intervals widened to it, and by the planned method alone: "
    "finer ones would give the counts back."
)
PLACED = re.compile(r"[0-9]+(?= % of the planned information)")
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
    if not _agree(arms, finding.effect) and rounded_shares(finding, policy):
        arms = tuple(replace(arm, events=arm.events and Count.masked(), figures={}) for arm in arms)
    return ReleasedFinding(replace(finding, arms=()), arms)


def _agree(arms: tuple[ReleasedArm, ...], effect: Effect) -> bool:
    """Whether the shares of two arms, as they are told, differ about as the effect says, and in its direction."""
    shares = [arm.figures["value"] for arm in arms if "value" in arm.figures]
    if len(shares) != len(arms) or len(arms) != 2:
        return True
    apart = shares[1] - shares[0]
    if effect.low is None or effect.high is None or apart * effect.estimate < 0:
        return False
    return abs(apart - effect.estimate) <= ALIKE * (effect.high - effect.low)


def public(finding: Finding, policy: Policy, *, hidden: bool) -> Finding | None:
    """The finding with no more digits than may be told; None where none may be.

    The verdict on an effect that is told on a grid is that of its interval there, which holds more.
    """
    estimate = finding.estimate
    whole = finding.subgroup is None
    told_of_tables = rounded_shares(finding, policy)
    if told_of_tables and not (finding.default or finding.subgroup):
        return None  # two methods' intervals tell more of the same table than one
    if not hidden and not told_of_tables:
        digits = figures_for(sum(arm.n for arm in finding.arms))
        p_adjusted = (
            None if finding.p_adjusted is None else max(significant(finding.p_adjusted, 2), SMALLEST_P)
        )
        told = cut_estimate(estimate, finding.outcome, digits, rounds=policy.rounds)
        if policy.rounds and finding.outcome.kind == "proportion":
            told = replace(told, parameters={})  # shares among them
        return replace(finding, estimate=told, p_adjusted=p_adjusted)
    tables = [(arm.n, arm.cells[1]) for arm in finding.arms if len(arm.cells) > 1]
    if hidden:
        of_shares = finding.outcome.kind == "proportion" and not estimate.clusters
        effect = coarse(finding.effect, tables, of_shares=of_shares)
    else:
        of_shares = finding.outcome.scale.name == "risk_difference"
        effect = veiled(finding.effect, tables, of_shares=of_shares, whole=whole)
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
    verdict = _judged(finding, effect)
    return replace(finding, estimate=bare, verdict=verdict, p_adjusted=None, adjusted_by=None)


def rounded_shares(finding: Finding, policy: Policy) -> bool:
    """Whether the finding compares shares of people whose counts are rounded: exact figures would tell them."""
    return policy.rounds and finding.outcome.kind == "proportion" and not finding.estimate.clusters


def _judged(finding: Finding, told: Effect) -> Verdict:
    """The verdict that the interval allows as it is told; no benefit or harm where the family forbids them."""
    if finding.estimate.descriptive:
        return finding.verdict
    allowed = judge(finding.outcome, finding.effect) == finding.verdict
    return judge(finding.outcome, told, significant=allowed)


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


def cut_supplied(supplied: Supplied, policy: Policy, *, counted: bool, shares: bool = False) -> Supplied:
    """A supplement with its figures cut; where counts are rounded, without a sentence on people `counted`.

    Beside the `shares` of rounded counts it says nothing that can be computed from them.
    """
    if shares:
        return _silent(supplied)
    if policy.rounds:
        supplied = _roughly_placed(supplied)
    effects = {label: cut(effect, FEW) for label, effect in supplied.effects.items()}
    if not (policy.rounds and counted):
        parameters = {
            name: cut_parameter(name, value, FEW)
            for name, value in supplied.parameters.items()
            if not (policy.rounds and name in OF_SHARES)
        }
        return replace(supplied, effects=effects, parameters=parameters)
    return replace(supplied, effects=effects, parameters={}, notes=(), says=ROUNDED)


def rounded_says(findings: Iterable[ReleasedFinding], policy: Policy) -> tuple[str, ...]:
    """What a reader has to know of rounded counts."""
    coarse_ones = any(rounded_shares(each.finding, policy) for each in findings)
    return (TENS, COARSE) if coarse_ones else (TENS,)


def _silent(supplied: Supplied) -> Supplied:
    notes = tuple(note for note in supplied.notes if not any(sign.isdigit() for sign in note))
    return replace(supplied, effects={}, parameters={}, notes=notes, says=BESIDE_ROUNDED)


def _roughly_placed(supplied: Supplied) -> Supplied:
    """With the share of the planned information to the nearest tenth: it is a count of people over a known one."""
    if "information" not in supplied.parameters:
        return supplied
    share = round(supplied.parameters["information"], 1)
    says = PLACED.sub(f"{100 * share:.0f}", supplied.says)
    return replace(supplied, says=says, parameters={**supplied.parameters, "information": share})


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
    return {name: _steady(value, finding, people=arm.n, figures=digits) for name, value in figures.items()}


def _steady(value: float, finding: Finding, *, people: int, figures: int) -> float:
    """An arm's figure with so many significant figures, or as it is shown where that differs."""
    outcome = finding.outcome
    factor = factor_of(outcome.scale, outcome)
    shown = factor * value
    own = factor == 1.0 and not outcome.scale.is_ratio
    places = decimals_for(shown)
    if own:
        decimals = Shown.of(outcome.scale, outcome).decimals(finding.effect)
        places = arm_decimals(value, people=people, decimals=decimals)
    told = significant(value, figures)
    if round(factor * told, places) == round(shown, places):
        return told
    return float(f"{round(shown, places) / factor:.12g}")


def _events(events: int, policy: Policy, *, hidden: bool) -> Count:
    shown = Count.shown(events, policy)
    if hidden and (policy.public or shown.value is not None):
        return Count.masked()
    return shown
