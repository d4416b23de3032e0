"""Novelty: whether the effect in the last half of a window differs from that in the first.

For windows of at least four days, of outcomes that count events or ask for any: each unit's last half beside its
first, as ratios of treatment over control, by Welch's t (clusters: of their means). It warns where chance would do
so in less than 1 in 100 comparisons, and never fails: an effect that grows or fades is a finding too. It is silent
where an arm has fewer than 10 units (clusters: 3), or fewer than 10 people with an event in one of the halves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult
from analysis.checks._words import format_p
from analysis.models.novelty import enough, novelty
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.about import Conduct, Halves
    from analysis.cells import Table
    from analysis.check import Outcome as Verdict
    from analysis.finding import Contrast
    from analysis.outcome import Outcome
    from analysis.plan import Plan

WARN = 0.01


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    by_cluster = conduct.assigned_by == "cluster"
    found = (
        _result(outcome, contrast, arms[contrast.treatment], arms[contrast.control])
        for outcome in plan.outcomes
        if (arms := conduct.halves.get(outcome.name))
        for contrast in plan.contrasts
        if {contrast.treatment, contrast.control} <= set(arms)
        and all(enough(arms[arm], by_cluster=by_cluster) for arm in (contrast.treatment, contrast.control))
    )
    return tuple(result for result in found if result is not None)


def _result(outcome: Outcome, contrast: Contrast, treated: Halves, control: Halves) -> CheckResult | None:
    try:
        found = novelty(treated, control)
    except Refusal:
        return None
    p_value = found.change.p_value
    verdict: Verdict = "warn" if p_value is not None and p_value < WARN else "pass"
    changes = "smaller" if found.fades else "larger"
    told = {
        "pass": "as far apart in the first half of the window as in the last, but for chance",
        "warn": f"a {changes} distance apart in the last half of the window than in the first",
    }[verdict]
    return CheckResult(
        "novelty",
        verdict,
        f"{{outcome}}: {{treatment}} and {{control}} are {told} ({{p}}).",
        {},
        {"outcome": outcome.label, "p": format_p(1.0 if p_value is None else p_value)},
        found.change.estimate,
        p_value,
        outcome.name,
        arms={"treatment": contrast.treatment, "control": contrast.control},
    )


CHECK = Check(
    name="novelty",
    label="Novelty and habituation",
    means="An effect that fades as the new wears off, or grows as people learn, is not the effect of years.",
    advice="Look at the effect in both halves of the window; measure for longer before counting on it.",
    run=_run,
)
