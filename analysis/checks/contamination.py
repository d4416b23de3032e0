"""Contamination: units that were given two arms, or that met another arm than their own.

A share s of units that met the other arm shrinks an intention-to-treat effect by about s (up to s in each arm), so
that up to 1 in 100 passes and more than 1 in 20 fails: by then the loss is no longer small beside a confidence
interval. Units given two arms are left out of every finding; they count towards the same bounds. Two arms one after
the other, where the design means it so, are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult
from analysis.layout import CROSSOVER, PARALLEL, STEPPED

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome
    from analysis.plan import Plan

WARN, FAIL = 0.01, 0.05


@dataclass(frozen=True, slots=True)
class _Words:
    """What counts as two arms, and as another arm, in a design."""

    none: str
    twice: str
    other: str


_WORDS = {
    PARALLEL.name: _Words(
        "was given two arms or met another arm than its own",
        "Given two arms",
        "Met another arm than their own",
    ),
    CROSSOVER.name: _Words(
        "was given two arms in one period or met another arm than that period's",
        "Given two arms in one period",
        "Met another arm than the period's",
    ),
    STEPPED.name: _Words(
        "was in two clusters or met what its cluster did not have at the time",
        "In two clusters",
        "Met what their cluster did not have at the time",
    ),
}


def share(conduct: Conduct, units: int) -> float:
    """Units with two arms or under another arm, as a share of all that were assigned.

    >>> from analysis.about import Conduct
    >>> share(Conduct({}, {}, in_two_arms=2, saw_other_arm=3), 98)
    0.05
    """
    everyone = units + conduct.in_two_arms
    return (conduct.in_two_arms + conduct.saw_other_arm) / everyone if everyone else 0.0


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    if not table.layout.people:
        return ()
    told = _WORDS.get(plan.layout, _WORDS[PARALLEL.name])
    touched = share(conduct, table.units)
    verdict: Outcome = "fail" if touched > FAIL else "warn" if touched > WARN else "pass"
    # The share itself is not said: with the number of units it would give away a masked count.
    extent = {"pass": "no more than 1 in 100", "warn": "more than 1 in 100", "fail": "more than 1 in 20"}[
        verdict
    ]
    if not touched:
        return (CheckResult("contamination", "pass", f"No unit {told.none}."),)
    return (
        CheckResult(
            "contamination",
            verdict,
            f"{told.twice}, and left out: {{in_two_arms}} units. {told.other}: {{saw_other_arm}} "
            f"units. Together {extent}.",
            {"in_two_arms": conduct.in_two_arms, "saw_other_arm": conduct.saw_other_arm},
        ),
    )


CHECK = Check(
    name="contamination",
    label="Contamination",
    means="Units that met the other arm make the arms more alike, so that an effect looks smaller than it is.",
    advice="Find out how units met another arm: several accounts, shared devices, or a change of team.",
    run=_run,
)
