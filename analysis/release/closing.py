"""What stays closed while a study runs: before a planned look nobody but its steward sees figures by arm."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.about import FlowStep
from analysis.finding import NotEstimable

if TYPE_CHECKING:
    from analysis.check import CheckResult
    from analysis.evaluation import Evaluation

BETWEEN_LOOKS = "This study still runs: until its next planned look, only its steward sees figures by arm."
RUNNING = "This study still runs: until its last day is over, only its steward sees figures by arm."
AT_A_LOOK = "It is shown at the next planned look."
AT_THE_END = "It is shown once the last day is over and its log was taken in."
CHECK_CLOSED = "What this check found by arm is shown to the steward alone while the study runs."
OVER = ("reconstructed", "approximate")  # data of studies that were published: their days are invented


def why_closed(evaluation: Evaluation) -> str:
    """Why figures by arm are not to be seen yet, a sentence; empty where they may be.

    A study with planned looks is open at each of them and from the last one on, by its share of the planned
    information; where that share is unknown, from its end on. One without looks is open once its last day is over,
    and at any time where it declares none: nobody planned when to look.
    """
    study = evaluation.study
    if study is None or study.data_are in OVER or evaluation.conduct.ended:
        return ""
    if len(evaluation.plan.looks) > 1:
        return "" if _at_a_look(evaluation) else BETWEEN_LOOKS
    return RUNNING if study.end else ""


def as_seen(evaluation: Evaluation, *, steward: bool) -> tuple[Evaluation, str]:
    """What the steward, or anybody else, may see of an evaluation, and why it is not all; empty where it is."""
    why = "" if steward else why_closed(evaluation)
    return (_without_arms(evaluation, why), why) if why else (evaluation, "")


def _without_arms(evaluation: Evaluation, why: str) -> Evaluation:
    """An evaluation with nothing in it that was told by arm: totals are left, and what the log is like."""
    remedy = AT_A_LOOK if why == BETWEEN_LOOKS else AT_THE_END
    steps = tuple(FlowStep(step.key, {}, step.total) for step in evaluation.conduct.flow)
    return replace(
        evaluation,
        conduct=replace(evaluation.conduct, flow=steps),
        checks=_checks(evaluation.checks),
        findings=(),
        not_estimable=tuple(
            NotEstimable(outcome.name, None, None, why, remedy) for outcome in evaluation.plan.outcomes
        ),
        supplied=(),
        scores=(),
    )


def _at_a_look(evaluation: Evaluation) -> bool:
    """Whether every comparison is at a look that was planned, by a share of the information that is known."""
    found = [each.parameters for each in evaluation.supplied if each.name == "monitoring"]
    return bool(found) and all(at.get("look", 0.0) > 0 and "information" in at for at in found)


def _checks(results: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """Checks with their verdicts; sentence and figures only of those that look at all arms together."""
    from analysis.check import checks

    together = {name for name, check in checks().items() if check.arms_together}
    return tuple(result if result.name in together else _closed(result) for result in results)


def _closed(result: CheckResult) -> CheckResult:
    return replace(result, says=CHECK_CLOSED, counts={}, numbers={}, statistic=None, p_value=None, arms={})
