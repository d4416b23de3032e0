"""From a plan and a table of units to an evaluation: checks, findings, verdicts, refusals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.about import FlowStep
from analysis.check import CheckResult, checks
from analysis.estimator import choose, sensitivities, unheld
from analysis.evidence import Uncounted
from analysis.families import judged
from analysis.finding import ArmFigures, Contrast, Estimate, Finding, NotEstimable
from analysis.gathering import gather
from analysis.layout import CROSSOVER, PARALLEL
from analysis.looks.monitoring import look_at
from analysis.outcome import kinds
from analysis.plan import Plan
from analysis.refusal import Refusal
from analysis.supplement import Beside, Supplied, supplements
from analysis.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.estimator import Declaration, Estimator, Settings
    from analysis.evidence import Evidence
    from analysis.looks.monitoring import Look
    from analysis.outcome import Outcome, Summary

SMALLEST_P = "The smallest p-value that this design could have given is {:.2g}: it can never be below {:.2g}."
STRATA_UNUSED = "The strata of the assignment are not used here."

FINDING_STANDS = "Read the finding on its primary scale, which stands."


@dataclass(frozen=True, slots=True)
class Answers:
    """The statistical part of an evaluation."""

    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    not_estimable: tuple[NotEstimable, ...]
    analysed: FlowStep
    supplied: tuple[Supplied, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """What was found on one outcome under one contrast; the planned finding, if any, comes first."""

    findings: tuple[Finding, ...]
    refused: tuple[NotEstimable, ...]
    supplied: tuple[Supplied, ...] = ()


def evaluate(
    plan: Plan,
    table: Table,
    conduct: Conduct,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Answers:
    """Run the plan on the table: checks first, then each outcome and contrast, the default estimator first.

    Sensitivity analyses follow their default finding. `progress` is told each outcome as it begins.
    """
    answered: list[Answered] = []
    for outcome in plan.outcomes:
        progress(outcome.label)
        answered += [_answered(plan, table, conduct, outcome, contrast) for contrast in plan.contrasts]
    results = tuple(r for check in checks().values() for r in check.run(plan, table, conduct))
    findings = judged(plan, [finding for part in answered for finding in part.findings])
    return Answers(
        results,
        tuple(findings),
        tuple(refusal for part in answered for refusal in part.refused),
        _analysed(plan, table, findings),
        tuple(supplied for part in answered for supplied in part.supplied),
    )


def _analysed(plan: Plan, table: Table, findings: Iterable[Finding]) -> FlowStep:
    """Units whose first primary outcome was measured: the last step of the flow (CONSORT 2025, item 22).

    Where a unit has a row for each period, it is counted once under each arm, and once in all; in a crossover,
    which compares within units, only those count that were measured under more than one arm.
    """
    by_arm = {arm: 0 for contrast in plan.contrasts for arm in (contrast.control, contrast.treatment)}
    main = next((outcome for outcome in plan.outcomes if outcome.role == "primary"), None)
    if main is not None and table.layout.people and {"unit", "period"} <= set(table.known):
        measured = table.known[table.known[_values(main)].notna().all(axis=1)]
        if table.layout == CROSSOVER:
            measured = measured[measured.groupby("unit")["arm"].transform("nunique") > 1]
        units = measured.groupby("arm")["unit"].nunique()
        by_arm = {arm: int(units.get(arm, 0)) for arm in by_arm}
        return FlowStep("analysed", by_arm, int(measured["unit"].nunique()))
    whole = [f for f in findings if f.outcome == main and f.subgroup is None]
    by_arm |= {arm.arm: arm.n for f in reversed(whole) for arm in f.arms}  # the planned analysis comes first
    return FlowStep("analysed", by_arm)


def _values(outcome: Outcome) -> list[str]:
    return [outcome.column(part) for part in kinds()[outcome.kind].parts]


def fit(
    estimator: Estimator,
    evidence: Evidence,
    settings: Settings,
    *,
    default: bool,
    look: Look | None = None,
) -> Finding:
    """One estimator on one piece of evidence; the verdict is still that of an unadjusted finding.

    At one of several looks, interval and p-value allow for them. Raises Refusal where the estimator cannot answer.
    """
    at = settings if look is None else replace(settings, level=look.level)
    estimate = _noted(estimator, evidence, estimator.fit(evidence, at))
    estimate = estimate if look is None else look.repeated(estimate)
    summaries = (
        (evidence.contrast.control, evidence.control),
        (evidence.contrast.treatment, evidence.treatment),
    )
    arms = tuple(
        _figures(arm, summary)
        for arm, summary in dict(summaries).items()
        if not isinstance(summary, Uncounted)
    )
    outcome = evidence.outcome.on(estimate.scale)
    verdict = "inconclusive" if estimate.descriptive else judge(outcome, estimate.effects[outcome.scale.name])
    return Finding(outcome, evidence.contrast, estimator.name, default, estimate, arms, verdict)


def _noted(estimator: Estimator, evidence: Evidence, estimate: Estimate) -> Estimate:
    """The estimate with what was supposed on its way, of covariates and of strata, and what no data could show."""
    notes = evidence.notes if estimator.needs & {"rows", "grouped"} else ()
    if evidence.stratified and evidence.layout == PARALLEL.name and "strata" not in estimator.needs:
        notes = (*notes, STRATA_UNUSED)
    smallest, level = estimate.parameters.get("smallest_p", 0.0), next(iter(estimate.effects.values())).level
    if smallest >= 1 - level:
        notes = (SMALLEST_P.format(smallest, 1 - level), *notes)
    return replace(estimate, notes=(*estimate.notes, *notes)) if notes else estimate


def answer(
    plan: Plan,
    evidence: Evidence,
    declaration: Declaration,
    *,
    asked: str | None = None,
    table: Table | None = None,
    conduct: Conduct | None = None,
    look: Look | None = None,
) -> Answered:
    """Every estimator that can answer, the default one (or the one `asked` for) first, and what stands beside it.

    Raises Refusal where no estimator claims the declaration, or the one asked for does not.
    """
    declaration = declaration.held(evidence)
    first = choose(declaration)
    others = sensitivities(declaration)
    if asked is not None and asked != first.name:
        named = [estimator for estimator in others if estimator.name == asked]
        if not named:
            raise _not_claimed(asked, declaration)
        first, others = named[0], (first, *(other for other in others if other.name != asked))
    found, refused = [], []
    for estimator in (first, *others):
        try:
            found.append(fit(estimator, evidence, plan.settings, default=estimator is first, look=look))
        except Refusal as refusal:
            refused.append(_not_estimable(evidence, estimator.name, refusal))
    if not (found and found[0].default):
        return Answered(tuple(found), tuple(refused))
    found[0] = found[0].saying(*unheld(declaration))
    refused += [
        _not_estimable(evidence, first.name, Refusal(reason, remedy=FINDING_STANDS))
        for reason in found[0].estimate.unanswered.values()
    ]
    supplied, unsupplied = _supplied(Beside(plan, evidence, found[0], table, conduct, look))
    inside = [finding for part in supplied for finding in part.findings]
    return Answered(
        (*found, *inside), (*refused, *unsupplied), tuple(replace(s, findings=()) for s in supplied)
    )


def _supplied(beside: Beside) -> tuple[list[Supplied], list[NotEstimable]]:
    """What every supplement has to say, and the refusals of those that could not."""
    supplied: list[Supplied] = []
    refused: list[NotEstimable] = []
    due = (supplement for supplement in supplements().values() if supplement.due(beside.look))
    for supplement in sorted(due, key=lambda supplement: supplement.order):
        try:
            supplied += supplement.run(beside)
        except Refusal as refusal:
            refused.append(_not_estimable(beside.evidence, supplement.name, refusal))
    return supplied, refused


def _not_estimable(evidence: Evidence, name: str, refusal: Refusal) -> NotEstimable:
    return NotEstimable(evidence.outcome.name, evidence.contrast, name, refusal.reason, refusal.remedy)


def _not_claimed(name: str, declaration: Declaration) -> Refusal:
    able = ", ".join(estimator.name for estimator in (choose(declaration), *sensitivities(declaration)))
    return Refusal(
        f"The estimator {name!r} does not answer for an outcome of the kind {declaration.kind} declared like this.",
        remedy=f"Ask for one of: {able}.",
    )


def _answered(plan: Plan, table: Table, conduct: Conduct, outcome: Outcome, contrast: Contrast) -> Answered:
    try:
        held = table.of(outcome)
        evidence = gather(held, outcome, contrast, covariates=plan.covariates)
        look = look_at(plan, table, contrast, ended=conduct.ended)
        declaration = plan.declaration(outcome)
        return answer(plan, evidence, declaration, table=held, conduct=conduct, look=look)
    except Refusal as refusal:
        return Answered((), (NotEstimable(outcome.name, contrast, None, refusal.reason, refusal.remedy),))


def _figures(arm: str, summary: Summary) -> ArmFigures:
    return ArmFigures(arm, summary.n, summary.missing, summary.describe(), summary.cells())
