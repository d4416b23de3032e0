"""What may leave the room: a `Release`, made only by `release()`, is all that anything is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.about import DataFacts, Provenance, Registration, StudyFacts
from analysis.finding import Effect, Finding, NotEstimable
from analysis.layout import LAYOUTS
from analysis.plan import Plan
from analysis.policy import INTERNAL, Count, Policy
from analysis.withholding import (
    shown,
    small_cell,
    thin_level,
    thin_sentence,
    told_together,
    whole,
    without_small_periods,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.about import FlowStep
    from analysis.check import CheckResult
    from analysis.evaluate import Evaluation
    from analysis.finding import ArmFigures
    from analysis.supplement import Supplied

_BY_RELEASE = object()  # the key to the door: only `release()` holds it


@dataclass(frozen=True, slots=True)
class ReleasedArm:
    """One arm of a finding. `figures` (mean, sd, value) is empty where a cell behind it is masked."""

    arm: str
    n: Count
    missing: Count
    events: Count | None
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class ReleasedFinding:
    """A finding whose arms are masked where they must be. `finding.arms` is empty: the counts are in `arms`."""

    finding: Finding
    arms: tuple[ReleasedArm, ...]

    @property
    def effect(self) -> Effect:
        """The effect on the primary scale."""
        return self.finding.effect


@dataclass(frozen=True, slots=True)
class ReleasedCheck:
    """A check's result with its sentence already written from what may be shown."""

    name: str
    verdict: str
    says: str
    subject: str | None
    statistic: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class ReleasedStep:
    """A step of the flow of units, by arm and in all."""

    key: str
    by_arm: dict[str, Count]
    total: Count


@dataclass(frozen=True, slots=True)
class Release:
    """What may be shown, charted and exported of one evaluation. Only `release()` can make one.

    Raises TypeError when anything else tries to.
    """

    policy: Policy
    study: StudyFacts
    registration: Registration
    data: DataFacts
    plan: Plan
    provenance: Provenance
    findings: tuple[ReleasedFinding, ...]
    not_estimable: tuple[NotEstimable, ...]
    checks: tuple[ReleasedCheck, ...]
    flow: tuple[ReleasedStep, ...]
    withheld: tuple[str, ...]
    supplied: tuple[Supplied, ...] = ()
    periods: tuple[
        str, ...
    ] = ()  # of a series: the first day of each, ISO 8601, in the order of their numbers
    made_by: object = None

    def __post_init__(self) -> None:
        if self.made_by is not _BY_RELEASE:
            raise TypeError("a Release is made by analysis.disclosure.release(), and by nothing else")

    def default_findings(self) -> tuple[ReleasedFinding, ...]:
        """The findings by the planned estimators, in the order of the plan."""
        return tuple(f for f in self.findings if f.finding.default)

    def sensitivity(self, finding: ReleasedFinding) -> tuple[ReleasedFinding, ...]:
        """The sensitivity analyses beside a planned finding."""
        key = (finding.finding.outcome.name, finding.finding.contrast)
        return tuple(
            f
            for f in self.findings
            if not f.finding.default
            and f.finding.subgroup is None
            and (f.finding.outcome.name, f.finding.contrast) == key
        )

    def subgroups(self, finding: ReleasedFinding) -> tuple[ReleasedFinding, ...]:
        """The same finding in each level of each declared attribute, in order."""
        key = (finding.finding.outcome.name, finding.finding.contrast)
        return tuple(
            f
            for f in self.findings
            if f.finding.subgroup is not None and (f.finding.outcome.name, f.finding.contrast) == key
        )

    def beside(self, finding: ReleasedFinding) -> tuple[Supplied, ...]:
        """The supplements that stand beside a planned finding."""
        key = (finding.finding.outcome.name, finding.finding.contrast)
        return tuple(s for s in self.supplied if (s.outcome, s.contrast) == key)

    def arm_label(self, arm: str) -> str:
        """The declared label of an arm."""
        return next((a.label for a in self.study.arms if a.name == arm), arm)


def release(evaluation: Evaluation, policy: Policy = INTERNAL) -> Release:
    """Let out what `policy` allows of an evaluation of a registered study; what is withheld says so.

    Raises ValueError for an evaluation without a study: a bare table has nothing to publish under.
    """
    if evaluation.study is None or evaluation.registration is None:
        raise ValueError("only an evaluation of a registered study can be released")
    rows = policy if LAYOUTS[evaluation.plan.layout].people else replace(policy, threshold=0)
    thin = [f for f in evaluation.findings if rows.threshold and thin_level(f, policy.threshold)]
    small = {told_together(f) for f in evaluation.findings if small_cell(f, policy.threshold)}
    findings = tuple(
        released(finding, rows, hide_arms=not small.isdisjoint({told_together(finding), whole(finding)}))
        for finding in (_untraced(f, policy) for f in evaluation.findings if f not in thin)
    )
    flow = tuple(_step(step, rows) for step in evaluation.conduct.flow)
    return Release(
        policy=policy,
        study=evaluation.study,
        registration=evaluation.registration,
        data=evaluation.data,
        plan=evaluation.plan,
        provenance=evaluation.provenance,
        findings=findings,
        not_estimable=evaluation.not_estimable,
        checks=tuple(_checked(result, policy, evaluation.labels) for result in evaluation.checks),
        flow=flow,
        withheld=(*_withheld(findings, flow, policy), *thin_sentence(thin, policy.threshold)),
        supplied=tuple(
            shown(each, small={outcome for outcome, _ in small}, thin=thin, threshold=policy.threshold)
            for each in evaluation.supplied
        ),
        periods=evaluation.conduct.intervals.first_days if evaluation.conduct.intervals else (),
        made_by=_BY_RELEASE,
    )


def released(finding: Finding, policy: Policy, *, hide_arms: bool = False) -> ReleasedFinding:
    """One finding with its arms' counts as `policy` lets them be seen.

    A small cell in one arm hides the figures of every arm: the effect and one arm would give the other back.
    `hide_arms` hides them because another contrast of the same outcome has a small cell.
    """
    hidden = hide_arms or small_cell(finding, policy.threshold)
    arms = tuple(_arm(arm, policy, hidden=hidden) for arm in finding.arms)
    return ReleasedFinding(replace(finding, arms=()), arms)


def _untraced(finding: Finding, policy: Policy) -> Finding:
    """The finding without the values of its series' periods that rest on too few events."""
    trace = tuple(without_small_periods(line, policy.threshold) for line in finding.estimate.trace)
    return replace(finding, estimate=replace(finding.estimate, trace=trace)) if trace else finding


def _arm(arm: ArmFigures, policy: Policy, *, hidden: bool) -> ReleasedArm:
    events = arm.figures.get("events")
    shown = {name: value for name, value in arm.figures.items() if name != "events"}
    return ReleasedArm(
        arm=arm.arm,
        n=Count.shown(arm.n, policy),
        missing=Count.shown(arm.missing, policy),
        events=None if events is None else _events(int(events), policy, hidden=hidden),
        figures={} if hidden else shown,
    )


def _events(events: int, policy: Policy, *, hidden: bool) -> Count:
    shown = Count.shown(events, policy)
    return Count(None, "masked") if hidden and shown.value is not None else shown


def _checked(result: CheckResult, policy: Policy, labels: Mapping[str, str]) -> ReleasedCheck:
    counts = {name: Count.shown(count, policy) for name, count in result.counts.items()}
    says = result.sentence(labels, **{name: count.text for name, count in counts.items()})
    masked = any(count.value is None for count in counts.values())  # a statistic would give the count back
    statistic, p_value = (None, None) if masked else (result.statistic, result.p_value)
    return ReleasedCheck(result.name, result.verdict, says, result.subject, statistic, p_value)


def _step(step: FlowStep, policy: Policy) -> ReleasedStep:
    by_arm = {arm: Count.shown(count, policy) for arm, count in step.by_arm.items()}
    hidden = any(count.value is None for count in by_arm.values())
    total = Count(None, "masked") if hidden else Count.shown(step.total, policy)
    return ReleasedStep(step.key, by_arm, total)


def _withheld(
    findings: tuple[ReleasedFinding, ...], flow: tuple[ReleasedStep, ...], policy: Policy
) -> tuple[str, ...]:
    masked = [
        count
        for arm in (arm for finding in findings for arm in finding.arms)
        for count in (arm.n, arm.missing, arm.events)
        if count is not None and count.value is None
    ] + [count for step in flow for count in (*step.by_arm.values(), step.total) if count.value is None]
    if not masked:
        return ()
    return (f"Counts of 1 to {policy.threshold - 1} people, and what would reveal them, are not shown.",)
