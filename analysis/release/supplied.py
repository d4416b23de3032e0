"""A supplement as it may be shown: nothing beside a small cell, few digits, no count where counts are rounded."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.layout import LAYOUTS
from analysis.release.arms import in_tens, rounded_shares
from analysis.release.precision import cut, cut_parameter, shown_of
from analysis.release.shown import FEW
from analysis.withholding import shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from analysis.evaluation import Evaluation
    from analysis.finding import Finding
    from analysis.outcome import Outcome
    from analysis.policy import Policy
    from analysis.supplement import Supplied

OF_SHARES = ("posterior_treatment", "posterior_control")
ROUNDED = "How it differs stands in its figures; counts of people are rounded here."
BESIDE_ROUNDED = (
    "This is not shown where counts of people are rounded: together with the effect it would tell them."
)
OF_A_LOOK = frozenset({"look", "looks", "information", "reached", "harm_reached"})
PLACED = re.compile(r"[0-9]+(?= % of the planned information)")


def supplied_of(
    evaluation: Evaluation, policy: Policy, small: Collection[str], out: Collection[Finding]
) -> tuple[Supplied, ...]:
    """What stands beside the findings: `small` are outcomes of which figures are hidden, `out` what is withheld."""
    masked = [
        (each, shown(each, small=small, thin=out, threshold=policy.threshold)) for each in evaluation.supplied
    ]
    if not policy.public:
        return tuple(each for _, each in masked)
    of_people = evaluation.findings if LAYOUTS[evaluation.plan.layout].people else ()
    apart = {f.outcome.name for f in of_people if rounded_shares(f, policy) or in_tens(f, policy)}
    outcomes = {outcome.name: outcome for outcome in evaluation.plan.outcomes}
    return tuple(
        _beside_rounded(each)
        if each.outcome in apart
        else _cut(each, policy, outcome=outcomes[each.outcome], counted=bool(before.cells))
        for before, each in masked
    )


def _cut(supplied: Supplied, policy: Policy, *, outcome: Outcome, counted: bool) -> Supplied:
    """A supplement with its figures cut; where counts are rounded, without a sentence on people `counted`."""
    if policy.rounds:
        supplied = _roughly_placed(supplied)
    shown = shown_of(supplied.scale or outcome.scale.name, outcome)
    effects = {label: cut(effect, FEW, shown) for label, effect in supplied.effects.items()}
    if not (policy.rounds and counted):
        parameters = {
            name: cut_parameter(name, value, FEW)
            for name, value in supplied.parameters.items()
            if not (policy.rounds and name in OF_SHARES)
        }
        return replace(supplied, effects=effects, parameters=parameters)
    return replace(supplied, effects=effects, parameters={}, notes=(), says=ROUNDED)


def _beside_rounded(supplied: Supplied) -> Supplied:
    """Beside figures of people whose counts are rounded it says nothing that can be computed from them.

    Of a look only which it is and whether its boundary is reached: z, the boundary and what was spent are made of
    the exact share of the planned people.
    """
    notes = tuple(note for note in supplied.notes if not any(sign.isdigit() for sign in note))
    placed = _roughly_placed(supplied)
    place, _, figures = placed.says.partition(" z for ")
    if whether := figures.partition(", which is ")[2]:
        kept = {name: value for name, value in placed.parameters.items() if name in OF_A_LOOK}
        says = f"{place} the boundary for {{treatment}} against {{control}} is {whether}"
        return replace(supplied, effects={}, parameters=kept, notes=notes, says=says)
    return replace(supplied, effects={}, parameters={}, notes=notes, says=BESIDE_ROUNDED)


def _roughly_placed(supplied: Supplied) -> Supplied:
    """With the share of the planned information to the nearest tenth: it is a count of people over a known one."""
    if "information" not in supplied.parameters:
        return supplied
    share = round(supplied.parameters["information"], 1)
    says = PLACED.sub(f"{100 * share:.0f}", supplied.says)
    return replace(supplied, says=says, parameters={**supplied.parameters, "information": share})
