"""What may leave the room: a `Release`, made only by `release()`, is all that anything is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.about import Provenance, Registration, StudyFacts
from analysis.finding import NotEstimable
from analysis.layout import LAYOUTS
from analysis.looks.planned import PlannedLook
from analysis.plan import Plan
from analysis.policy import INTERNAL, Policy
from analysis.release import findings as told
from analysis.release import people, reasons
from analysis.release.accrual import AssignedBy, accrual
from analysis.release.closing import as_seen
from analysis.release.curves import with_curves
from analysis.release.drafted import drafted
from analysis.release.drafts import refuse
from analysis.release.findings import released
from analysis.release.parts import (
    ReleasedArm,
    ReleasedCheck,
    ReleasedData,
    ReleasedFinding,
    ReleasedStep,
)
from analysis.release.scores import ReleasedCourse, released_courses
from analysis.release.small import hidden_keys, hides, withheld
from analysis.release.supplied import supplied_of
from analysis.supplement import Supplied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.evaluation import Evaluation
    from analysis.finding import Finding
    from analysis.release.tables import Published

__all__ = [
    "Release",
    "ReleasedArm",
    "ReleasedCheck",
    "ReleasedData",
    "ReleasedFinding",
    "ReleasedStep",
    "release",
    "released",
]

_BY_RELEASE = object()  # the key to the door: only `release()` holds it


@dataclass(frozen=True, slots=True)
class Release:
    """What may be shown, charted and exported of one evaluation. Only `release()` can make one.

    Raises TypeError when anything else tries to.
    """

    policy: Policy
    study: StudyFacts
    registration: Registration
    data: ReleasedData
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
    ] = ()  # of a series: each one's first day, ISO 8601, in the order of their numbers
    closed: bool = False  # the study still runs: nothing is told by arm
    scores: tuple[ReleasedCourse, ...] = ()
    looks: tuple[PlannedLook, ...] = ()
    accrual: tuple[AssignedBy, ...] = ()  # of a study that still runs, over all arms
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


def release(
    evaluation: Evaluation,
    policy: Policy = INTERNAL,
    earlier: Sequence[Published] = (),
    *,
    audited: bool = False,
    steward: bool = False,
) -> Release:
    """Let out what `policy` allows of an evaluation of a registered study; what is withheld says so.

    Of a study that still runs nothing is told by arm before a planned look, but to its `steward`.
    A public release is audited against what was published `earlier`, unless it was `audited` before.
    Raises ValueError for an evaluation without a study: a bare table has nothing to publish under. Raises Withheld
    where a rule forbids the release.
    """
    study, registration = evaluation.study, evaluation.registration
    if study is None or registration is None:
        raise ValueError("only an evaluation of a registered study can be released")
    evaluation, closed = as_seen(evaluation, steward=steward)
    made = _masked(evaluation, policy, study, registration)
    if closed:
        made = replace(made, closed=True, withheld=(closed, *made.withheld))
    if policy.public:
        refuse(drafted(made), policy)
    if policy.public and not audited:
        from analysis.release.audit import audit
        from analysis.release.published import published

        audit(published(evaluation, made), earlier)
    return made


def _masked(evaluation: Evaluation, policy: Policy, study: StudyFacts, registration: Registration) -> Release:
    """The release by the rules that concern one release alone."""
    rows = policy if LAYOUTS[evaluation.plan.layout].people else replace(policy, threshold=0)
    clustered = "cluster" in LAYOUTS[evaluation.plan.layout].requires
    keys = hidden_keys(evaluation.findings, policy)
    out = [f for f in evaluation.findings if withheld(f, rows, keys, clustered=clustered)]
    kept = people.kept(evaluation, rows)
    findings, gone = _findings([f for f in evaluation.findings if f not in out], rows, keys, kept, policy)
    out += gone
    flow = tuple(people.step(step, rows, shown=step.key in kept.steps) for step in evaluation.conduct.flow)
    planned = tuple(
        reasons.instead(f, rows, clustered=clustered) for f in out if f.default and f.subgroup is None
    )
    says = _says(findings, flow, policy, kept)
    return Release(
        policy=policy,
        study=study,
        registration=registration,
        data=people.data(evaluation, rows, units=kept.units, roughly=bool(says or out)),
        plan=evaluation.plan,
        provenance=evaluation.provenance,
        findings=reasons.without_adjusted(findings, out, rows),
        not_estimable=(*planned, *_refusals(evaluation, rows)),
        checks=tuple(
            people.check(result, policy, evaluation.labels, all_kept=kept.everything)
            for result in evaluation.checks
        ),
        flow=flow,
        withheld=(*says, *reasons.sentences(out, rows, clustered=clustered)),
        supplied=supplied_of(evaluation, policy, {outcome for outcome, _ in keys} | _whole(out), out),
        periods=evaluation.conduct.intervals.first_days if evaluation.conduct.intervals else (),
        scores=_scores(evaluation, rows, out, kept),
        looks=evaluation.looks,
        accrual=accrual(evaluation.conduct, rows, flow),
        made_by=_BY_RELEASE,
    )


def _findings(
    found: list[Finding],
    rows: Policy,
    keys: frozenset[tuple[str, str]],
    kept: people.Kept,
    policy: Policy,
) -> tuple[tuple[ReleasedFinding, ...], list[Finding]]:
    """The findings that are let out, and those of which no figure may be told."""
    out, gone = [], []
    for finding in found:
        hidden = hides(finding, keys)
        whole = told.untraced(finding, policy.threshold)
        cut = told.public(whole, rows, hidden=hidden and bool(rows.threshold)) if policy.public else whole
        if cut is None:
            gone.append(finding)
        else:
            curved = with_curves(cut, rows, hidden=hidden)
            out.append(released(curved, rows, hide_arms=hidden, missing=kept.missing))
    return tuple(out), gone


def _scores(
    evaluation: Evaluation, rows: Policy, out: list[Finding], kept: people.Kept
) -> tuple[ReleasedCourse, ...]:
    steps = {outcome.name: outcome.step for outcome in evaluation.plan.outcomes}
    return released_courses(evaluation.scores, rows, _whole(out), steps, counted=kept.missing)


def _refusals(evaluation: Evaluation, rows: Policy) -> tuple[NotEstimable, ...]:
    hide = rows.public and rows.threshold
    return tuple(told.unnamed(r) if hide else r for r in evaluation.not_estimable)


def _whole(out: list[Finding]) -> set[str]:
    """The outcomes of which the planned finding is withheld."""
    return {f.outcome.name for f in out if f.default and f.subgroup is None}


def _says(
    findings: tuple[ReleasedFinding, ...], flow: tuple[ReleasedStep, ...], policy: Policy, kept: people.Kept
) -> tuple[str, ...]:
    """Which counts are not shown as they are, and why."""
    if policy.rounds:
        return told.rounded_says(findings, policy)
    counts = [
        c for f in findings for arm in f.arms for c in (arm.n, arm.missing, arm.events) if c is not None
    ]
    counts += [count for step in flow for count in (*step.by_arm.values(), step.total)]
    if kept.everything and all(count.value is not None for count in counts):
        return ()
    return (f"Counts of 1 to {policy.threshold - 1} people, and what would reveal them, are not shown.",)
