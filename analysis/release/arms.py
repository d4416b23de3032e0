"""An arm of a finding as it may be shown: counts whole, masked or rounded, averages with few digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.policy import Count
from analysis.release.parts import ReleasedArm
from analysis.release.shown import (
    MANY,
    Shown,
    arm_decimals,
    decimals_for,
    factor_of,
    figures_for,
    significant,
)
from analysis.release.tens import WHOLE, mean_and_sd

if TYPE_CHECKING:
    from analysis.finding import ArmFigures, Finding
    from analysis.policy import Policy


def in_tens(finding: Finding, policy: Policy) -> bool:
    """Whether the finding is of people, whose counts are rounded, one by one: their spread would tell how many.

    The intervals of clusters do not: they go by what differs between clusters.
    """
    return policy.rounds and not finding.estimate.clusters and not rounded_shares(finding, policy)


def rounded_shares(finding: Finding, policy: Policy) -> bool:
    """Whether the finding compares shares of people whose counts are rounded: exact figures would tell them."""
    return policy.rounds and finding.outcome.kind == "proportion" and not finding.estimate.clusters


def told_arm(
    arm: ArmFigures, finding: Finding, policy: Policy, *, hidden: bool, missing: bool
) -> ReleasedArm:
    """An arm with its counts as `policy` shows them, and its figures unless they are `hidden`.

    Where counts are rounded, none of a part of the people beside all of them: the averages of all parts, weighted
    by their people, are the whole's.
    """
    events = arm.figures.get("events")
    n = Count.shown(arm.n, policy)
    beside_mean = (
        policy.rounds and "mean" in arm.figures
    )  # the one over the other is how many people there are
    part = in_tens(finding, policy) and finding.subgroup is not None
    return ReleasedArm(
        arm=arm.arm,
        n=n,
        missing=Count.shown(arm.missing, policy) if missing else Count.masked(),
        events=None if events is None or beside_mean else _events(int(events), policy, hidden=hidden),
        figures={} if hidden or part else _figures(arm, finding, policy),
    )


def _figures(arm: ArmFigures, finding: Finding, policy: Policy) -> dict[str, float]:
    """Mean, spread and value, in public with few digits; a share of rounded counts is made of these."""
    figures = {name: value for name, value in arm.figures.items() if name != "events"}
    if not policy.public:
        return figures
    if policy.rounds and finding.outcome.kind == "proportion":
        n, events = Count.shown(arm.n, policy), Count.shown(int(arm.figures["events"]), policy)
        return {"value": float(f"{min((events.value or 0) / (n.value or 1), 1.0):.2g}")}
    if policy.rounds and finding.outcome.kind in WHOLE:
        return _of_steps(figures, finding.outcome.step, arm.n)
    digits = figures_for(arm.n) if policy.threshold else MANY
    return {name: _steady(value, finding, people=arm.n, figures=digits) for name, value in figures.items()}


def _of_steps(figures: dict[str, float], step: float, people: int) -> dict[str, float]:
    """Averages of whole steps, as coarse as every count of the ten allows."""
    sd = figures.get("sd")
    told = {
        name: mean_and_sd(value, None, people, step=step)[0]
        for name, value in figures.items()
        if name != "sd"
    }
    _, spread = mean_and_sd(figures.get("mean", 0.0), sd, people, step=step)
    return told if spread is None else {**told, "sd": spread}


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
