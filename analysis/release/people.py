"""Counts of people on the way from the log to the analysis: which may be shown together without giving one away.

Steps, those missing from each outcome, those assigned twice or never, and checks' counts are all made of the same
people: one less another is a third. In public with exact counts, whatever would give a count of 1 to 9 goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from analysis.policy import Count
from analysis.release.parts import ReleasedCheck, ReleasedData, ReleasedStep
from analysis.release.precision import SMALLEST_P
from analysis.release.shown import FEW, significant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.about import FlowStep
    from analysis.check import CheckResult
    from analysis.evaluation import Evaluation
    from analysis.finding import Finding
    from analysis.policy import Policy

CHECK_HIDDEN = "What this check counted is not shown: it would tell of fewer than 10 people."
ROWS = 100  # to which counts of rows are rounded; fewer are told as its half


@dataclass(frozen=True, slots=True)
class Kept:
    """What may be shown: the keys of the flow's steps, who is missing, and how many units there are in all."""

    steps: frozenset[str]
    missing: bool
    units: bool

    @property
    def everything(self) -> bool:
        """Whether nothing has to go."""
        return self.missing and self.units


def kept(evaluation: Evaluation, policy: Policy) -> Kept:
    """What `policy` lets be shown of the counts of people that are made of one another."""
    flow, ran = evaluation.conduct.flow, evaluation.conduct
    all_steps = frozenset(step.key for step in flow)
    if not policy.public or policy.rounds or not policy.threshold:
        return Kept(all_steps, True, True)
    measured = [f for f in evaluation.findings if f.subgroup is None]
    between = [a - b for one, two in pairwise(flow) for a, b in _alike(one, two)]
    lost = [arm.missing for f in measured for arm in f.arms]
    beside = [ran.in_two_arms, ran.never_assigned]
    apart = {step.key: _apart(step, measured) for step in flow}
    if not any(policy.small(abs(count)) for count in (*between, *lost, *chain(*apart.values()))):
        return Kept(all_steps, True, not any(map(policy.small, beside)))
    last = flow[-1].key if flow else ""
    first = flow[0].key if flow else ""
    ends = [first] if flow and not any(policy.small(abs(c)) for c in _from_first(flow, apart[first])) else []
    return Kept(frozenset({last, *ends}), False, bool(ends) and not any(map(policy.small, beside)))


def _alike(one: FlowStep, two: FlowStep) -> Iterable[tuple[int, int]]:
    """Counts of two steps by arm, and in all."""
    return [(n, two.by_arm[arm]) for arm, n in one.by_arm.items() if arm in two.by_arm] + [
        (one.total, two.total)
    ]


def _apart(step: FlowStep, findings: Iterable[Finding]) -> list[int]:
    """How many more a step has in an arm than a finding."""
    return [step.by_arm[arm.arm] - arm.n for f in findings for arm in f.arms if arm.arm in step.by_arm]


def _from_first(flow: tuple[FlowStep, ...], apart: list[int]) -> list[int]:
    return [*apart, *(a - b for a, b in _alike(flow[0], flow[-1]))]


def step(found: FlowStep, policy: Policy, *, shown: bool = True) -> ReleasedStep:
    """A step as it may be shown; a small arm hides the total, which would give it back."""
    if not shown:
        return ReleasedStep(found.key, {arm: Count.masked() for arm in found.by_arm}, Count.masked())
    by_arm = {arm: Count.shown(count, policy) for arm, count in found.by_arm.items()}
    small = sum(count.value is None for count in by_arm.values())
    if small == 1 and policy.public:  # a total of another table and the other arms would give it back
        by_arm = {arm: count if count.value is None else Count.masked() for arm, count in by_arm.items()}
    return ReleasedStep(found.key, by_arm, Count.masked() if small else Count.shown(found.total, policy))


def check(result: CheckResult, policy: Policy, labels: Mapping[str, str], *, all_kept: bool) -> ReleasedCheck:
    """A check with its sentence written from what may be shown.

    Where counts are hidden, so are a check's own totals, and a statistic that would give a count back.
    """
    counts = {name: Count.shown(count, policy) for name, count in result.counts.items()}
    told = any(count.form == "exact" and count.value for count in counts.values())
    if policy.public and told and not (all_kept and all(c.form == "exact" for c in counts.values())):
        return ReleasedCheck(result.name, result.verdict, CHECK_HIDDEN, result.subject, None, None)
    shown = {name: count.text for name, count in counts.items()}
    if policy.rounds and result.p_value is not None and "p" in result.numbers:
        shown["p"] = _p_within(result.p_value)
    says = result.sentence(labels, **shown)
    bare = any(count.form != "exact" for count in counts.values()) or policy.rounds
    statistic, p_value = (None, None) if bare else (result.statistic, result.p_value)
    if policy.public:  # with all their digits they are fractions of counts
        statistic = None if statistic is None else significant(statistic, FEW)
        p_value = None if p_value is None else max(significant(p_value, 2), SMALLEST_P)
    return ReleasedCheck(result.name, result.verdict, says, result.subject, statistic, p_value)


def _p_within(p_value: float) -> str:
    """Between which limits a p-value lies: beside rounded counts its figures would tell them.

    >>> _p_within(0.0321), _p_within(0.2), _p_within(0.0002)
    ('p < 0.05', 'p > 0.05', 'p < 0.001')
    """
    limit = next((limit for limit in ("0.001", "0.01", "0.05") if p_value < float(limit)), None)
    return f"p < {limit}" if limit else "p > 0.05"


def data(evaluation: Evaluation, policy: Policy, *, units: bool, roughly: bool) -> ReleasedData:
    """The facts of the data. Where counts are hidden or rounded, rows are told `roughly`, in hundreds."""
    facts = evaluation.data
    day = 10 if policy.public else None

    def rows(count: int) -> Count:
        if not (roughly and count):
            return Count(count, f"{count:,}")
        near = round(count, -2) or ROWS // 2
        return Count(near, f"about {near:,}", "rounded")

    return ReleasedData(
        hash=facts.hash,
        events=rows(facts.events),
        units=Count.shown(facts.units, policy) if units else Count.masked(),
        rejected=rows(facts.rejected),
        duplicates=rows(facts.duplicates),
        first=facts.first and facts.first[:day],
        last=facts.last and facts.last[:day],
    )
