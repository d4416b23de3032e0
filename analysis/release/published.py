"""What a release says of counts of people, as bounds and sums: what an audit works on and the ledger remembers.

Every count of people is a cell, whether it is shown or not; `n` less `events` is one too, as are those lost between
two steps. Sums are what everybody knows of a table: arms add up to the total, levels to the whole.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from analysis.policy import Count
from analysis.release.accrual import told_days
from analysis.release.guessing import rounding_of
from analysis.release.people import CHECK_HIDDEN
from analysis.release.score_tables import courses
from analysis.release.tables import MASKED, Published, Sum, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.about import FlowStep
    from analysis.check import CheckResult
    from analysis.disclosure import Release, ReleasedFinding, ReleasedStep
    from analysis.evaluation import Evaluation
    from analysis.finding import ArmFigures, Finding, Survived
    from analysis.policy import Policy

LARGEST_SMALL = 9


def published(evaluation: Evaluation, release: Release, *, withdrew: int | None = None) -> Published:
    """What the release of an evaluation publishes; `withdrew` people had withdrawn, its band if left out."""
    table = Table()
    _flow(table, evaluation, release)
    shown = {_name(f.finding): f for f in release.findings}
    for finding in evaluation.findings:
        if finding.default or finding.subgroup is not None:
            _finding(table, finding, shown.get(_name(finding)), evaluation.conduct.flow)
    if release.accrual:
        for (day, by_then), assigned in zip(told_days(evaluation.conduct), release.accrual, strict=True):
            table.add(f"assigned by {day}", by_then, assigned.count)
    _levels(table, evaluation)
    courses(table, evaluation.scores, release)
    for result, told in zip(evaluation.checks, release.checks, strict=True):
        if told.says != CHECK_HIDDEN:
            _check(table, result, release.policy)
    return Published(
        data=evaluation.data.hash,
        plan=release.registration.hash,
        policy=release.policy.name,
        rounded=release.policy.rounds,
        population=_population(evaluation),
        cells=table.cells,
        small=tuple(key for key, count in table.true.items() if 0 < count <= LARGEST_SMALL),
        sums=tuple(dict.fromkeys(table.sums)),
        withdrew=evaluation.conduct.withdrew if withdrew is None else withdrew,
    )


def _population(evaluation: Evaluation) -> dict[str, int]:
    """Counts of people whose change between two releases would tell of few."""
    found = {"units": evaluation.data.units}
    for step in evaluation.conduct.flow:
        found |= {f"{step.key}|{arm}": count for arm, count in step.by_arm.items()}
    for finding in evaluation.findings:
        if finding.default:
            found |= {f"n|{_about(finding, arm)}": arm.n for arm in finding.arms}
    return found


def _name(finding: Finding) -> tuple[Any, ...]:
    return (finding.outcome.name, finding.contrast, finding.estimator, finding.default, finding.subgroup)


def _about(finding: Finding, arm: ArmFigures) -> str:
    level = finding.subgroup
    return f"{finding.outcome.name}|{level.attribute + '=' + level.level if level else ''}|{arm.arm}"


def _flow(table: Table, evaluation: Evaluation, release: Release) -> None:
    steps = list(zip(evaluation.conduct.flow, release.flow, strict=True))
    for step, told in steps:
        _step(table, step, told)
    for (one, _), (two, _) in pairwise(steps):
        for place, count in _places(two).items():
            lost = _places(one).get(place, 0) - count
            if lost >= 0 and place in _places(one):
                key = f"lost before {two.key}|{place}"
                table.add(key, lost)
                table.equal(f"{one.key}|{place}", f"{two.key}|{place}", key)
    ran = evaluation.conduct
    table.add("in two arms", ran.in_two_arms)
    table.add("never assigned", ran.never_assigned)
    table.add("units", evaluation.data.units, release.data.units)
    if steps:
        table.equal("units", f"{steps[0][0].key}|all", "in two arms", "never assigned")


def _places(step: FlowStep) -> dict[str, int]:
    return {**step.by_arm, "all": step.total}


def _step(table: Table, step: FlowStep, told: ReleasedStep) -> None:
    for arm, count in step.by_arm.items():
        table.add(f"{step.key}|{arm}", count, told.by_arm[arm])
    table.add(f"{step.key}|all", step.total, told.total)
    table.equal(f"{step.key}|all", *(f"{step.key}|{arm}" for arm in step.by_arm))


def _finding(
    table: Table, finding: Finding, told: ReleasedFinding | None, flow: tuple[FlowStep, ...]
) -> None:
    arms = {arm.arm: arm for arm in told.arms} if told else {}
    for arm in finding.arms:
        about, shown = _about(finding, arm), arms.get(arm.arm)
        table.add(f"n|{about}", arm.n, shown.n if shown else MASKED)
        table.add(f"missing|{about}", arm.missing, shown.missing if shown else MASKED)
        if finding.subgroup is None and len(flow) > 1:
            _on_the_way(table, finding, arm, flow)
        if finding.outcome.kind in ("proportion", "time_to_event") and len(arm.cells) > 1:
            table.add(f"events|{about}", arm.cells[1], (shown.events if shown else None) or MASKED)
            table.add(f"others|{about}", arm.n - arm.cells[1])
            table.equal(f"n|{about}", f"events|{about}", f"others|{about}")
    if told is not None and finding.outcome.kind == "proportion":
        _difference(table, finding, told)
    for curve in told.finding.estimate.curves if told else ():
        _curve(table, curve, finding)


def _curve(table: Table, shown: Survived, finding: Finding) -> None:
    """How many were at risk, and had had the event, at each time of a curve: its figures tell both."""
    whole = next(curve for curve in finding.estimate.curves if curve.arm == shown.arm)
    about = f"{finding.outcome.name}||{shown.arm}"
    for time in shown.times[1:]:
        place = whole.times.index(time)
        for what, counts in (("at risk", whole.at_risk), ("came", whole.came)):
            exact = Count(counts[place], f"{counts[place]:,}")
            table.add(f"{what} at {time:g}|{about}", counts[place], exact)


def _on_the_way(table: Table, finding: Finding, arm: ArmFigures, flow: tuple[FlowStep, ...]) -> None:
    """Those measured and those not make up the last step but one; those measured of the main outcome, the last."""
    about = _about(finding, arm)
    if finding.outcome.role == "primary" and flow[-1].by_arm.get(arm.arm) == arm.n:
        table.equal(f"{flow[-1].key}|{arm.arm}", f"n|{about}")
    before = f"{flow[-2].key}|{arm.arm}"
    if before in table.true:
        table.equal(before, f"n|{about}", f"missing|{about}")


def _difference(table: Table, finding: Finding, told: ReleasedFinding) -> None:
    """The difference of two shares, as if the people in each arm were known: a reader knows no more."""
    if finding.outcome.scale.name != "risk_difference" or len(finding.arms) != 2:
        return
    control, treatment = finding.arms
    if not (control.n and treatment.n and len(control.cells) > 1 and len(treatment.cells) > 1):
        return
    people = control.n * treatment.n
    true = treatment.cells[1] * control.n - control.cells[1] * treatment.n
    estimate = told.effect.estimate
    apart = max(rounding_of(finding.effect, told.effect) * people, abs(estimate * people - true))
    terms = (
        (f"events|{_about(finding, treatment)}", float(control.n)),
        (f"events|{_about(finding, control)}", -float(treatment.n)),
    )
    table.sums.append(Sum(terms, estimate * people - apart, estimate * people + apart))


def _levels(table: Table, evaluation: Evaluation) -> None:
    """Levels of an attribute and who is in none that is told add up to everybody."""
    parts: dict[str, dict[str, list[str]]] = {}
    for finding in evaluation.findings:
        if finding.subgroup is None:
            continue
        for arm in finding.arms:
            attributes = parts.setdefault(f"{finding.outcome.name}||{arm.arm}", {})
            attributes.setdefault(finding.subgroup.attribute, []).append(_about(finding, arm))
    for whole, attributes in parts.items():
        for attribute, listed in attributes.items():
            for what in ("n", "events", "others", "missing"):
                keys = [f"{what}|{about}" for about in dict.fromkeys(listed)]
                if all(key in table.true for key in (f"{what}|{whole}", *keys)):
                    table.rest(f"{what}|{whole}", f"{what}|{whole}|no {attribute}", keys)


def _check(table: Table, result: CheckResult, policy: Policy) -> None:
    """What a check's sentence counts, tied to what it is the count of."""
    for name, count in result.counts.items():
        key = _counted(result, name)
        if table.true.get(key, count) != count:
            key = f"{result.name}|{result.subject}|{name}"
        table.add(key, count, Count.shown(count, policy))


def _counted(result: CheckResult, name: str) -> str:
    arms: Mapping[str, str] = result.arms
    if result.name == "sample_ratio":
        return f"assigned|{arms.get(name.replace('n_', 'arm_'), '')}"
    if result.name == "attrition" and name.startswith("lost_"):
        return f"missing|{result.subject}||{arms.get(name.removeprefix('lost_'), '')}"
    if result.name == "contamination" and name == "in_two_arms":
        return "in two arms"
    return f"{result.name}|{result.subject}|{'|'.join(arms.values())}|{name}"
