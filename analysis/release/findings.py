"""A finding as it may be shown: arms' counts masked or rounded, figures cut, series without thin periods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.finding import Finding, NotEstimable
from analysis.policy import Count
from analysis.release.arms import in_tens, rounded_shares, told_arm
from analysis.release.guessing import coarse, veiled
from analysis.release.parts import ReleasedArm, ReleasedFinding
from analysis.release.precision import SMALLEST_P, cut_estimate, shown_of
from analysis.release.shown import figures_for, significant
from analysis.release.small import small_cell
from analysis.release.tens import WHOLE, on_fewest
from analysis.verdict import judge
from analysis.withholding import without_small_periods

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.finding import Effect, Verdict
    from analysis.policy import Policy

UNNAMED = "What stands against it cannot be said without naming few people."

ALIKE = 0.125  # of the interval: so far the difference of rounded shares may be from the effect
COARSE = (
    "Effects on shares stand on a coarse grid, their intervals widened to it, and by the planned method alone: "
    "finer ones would give the counts back."
)
OF_FEWEST = (
    "Intervals are those of the fewest people that the rounded counts allow, and by the planned method alone: "
    "others would give the counts back."
)
TENS = "Counts of people are rounded: “about 15” stands for 11 to 20. Shares are those of rounded counts."


def released(
    finding: Finding, policy: Policy, *, hide_arms: bool = False, missing: bool = True
) -> ReleasedFinding:
    """One finding with its arms' counts as `policy` lets them be seen.

    A small cell in one arm hides the figures of every arm: the effect and one arm would give the other back.
    `hide_arms` hides them because another contrast of the same outcome has a small cell, `missing` False hides
    how many were not measured.
    """
    hidden = hide_arms or small_cell(finding, policy)
    arms = tuple(told_arm(arm, finding, policy, hidden=hidden, missing=missing) for arm in finding.arms)
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
    told_of_tables, of_people = rounded_shares(finding, policy), in_tens(finding, policy)
    if (told_of_tables or of_people) and not (finding.default or finding.subgroup):
        return None  # two methods' intervals tell more of the same people than one
    if not hidden and of_people:
        return _in_tens(finding)
    if not hidden and not told_of_tables:
        digits = figures_for(sum(Count.shown(arm.n, policy).value or 0 for arm in finding.arms))
        p_adjusted = (
            None if finding.p_adjusted is None else max(significant(finding.p_adjusted, 2), SMALLEST_P)
        )
        told = cut_estimate(estimate, finding.outcome, digits, rounds=policy.rounds)
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
    return replace(finding, estimate=bare, verdict=verdict, p_adjusted=None)


def _in_tens(finding: Finding) -> Finding:
    """The finding with intervals by the fewest people of the tens, and the verdict that these allow."""
    estimate = finding.estimate
    step = finding.outcome.step if finding.outcome.kind in WHOLE else 0.0

    def wide(name: str, effect: Effect) -> Effect:
        shown = shown_of(name, finding.outcome)
        of_steps = step if name == "mean_difference" else 0.0
        return on_fewest(effect, finding.arms, ratio=shown.ratio, step=of_steps)

    main = finding.outcome.scale.name
    told = replace(
        estimate,
        effects={name: wide(name, effect) for name, effect in estimate.effects.items()},
        profile={name: wide(main, effect) for name, effect in estimate.profile.items()},
        parameters={},
        notes=tuple(note for note in estimate.notes if not any(sign.isdigit() for sign in note)),
        icc=None,
        trace=(),
    )
    verdict = _judged(finding, told.effects[main])
    return replace(finding, estimate=told, verdict=verdict, p_adjusted=None)


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


def unnamed(refused: NotEstimable) -> NotEstimable:
    """A refusal without the counts that its reason tells."""
    told = refused.reason + refused.remedy
    return replace(refused, reason=UNNAMED, remedy="") if any(sign.isdigit() for sign in told) else refused


def rounded_says(findings: Iterable[ReleasedFinding], policy: Policy) -> tuple[str, ...]:
    """What a reader has to know of rounded counts."""
    told = [each.finding for each in findings]
    says = [TENS]
    says += [COARSE] if any(rounded_shares(each, policy) for each in told) else []
    says += [OF_FEWEST] if any(in_tens(each, policy) for each in told) else []
    return tuple(says)
