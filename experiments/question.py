"""What is asked of a bare table, and the plan that the question amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.finding import Contrast
from analysis.outcome import Outcome
from analysis.plan import Plan
from experiments.faults import Fault, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from analysis.outcome import Direction

VALUE, EXPOSURE = (
    "outcome.value",
    "outcome.exposure",
)  # our columns, which no table of theirs is likely to have
CONTROLS = ("0", "false", "control", "placebo")  # arms that are the control without being named


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table. Columns are named as the table names them; `level` is that of the intervals.

    With `counts` the table has one row an arm, and `outcome` only names what was counted.
    """

    table: Path
    kind: str
    outcome: str
    arm: str = "arm"
    control: str | None = None
    treatment: str | None = None
    layout: str = "parallel"
    unit: str | None = None
    cluster: str | None = None
    strata: str | None = None
    covariates: tuple[str, ...] = ()
    exposure: str | None = None
    offset: str | None = None
    margin: float | None = None
    better: Direction = "lower"
    estimator: str | None = None
    level: float = 0.95
    counts: bool = False


def plan_of(question: Question, arms: tuple[str, ...]) -> Plan:
    """The plan that the question amounts to. Nothing is known of how units came to their arms: not randomised."""
    columns = {"value": VALUE, "exposure": EXPOSURE}
    outcome = Outcome(
        question.outcome,
        question.outcome,
        question.kind,
        better=question.better,
        margin=question.margin,
        columns=columns,
    )
    return Plan(
        outcomes=(outcome,),
        contrasts=_contrasts(question, arms),
        layout=question.layout,
        alpha=1 - question.level,
        covariates=question.covariates,
        stratified=question.strata is not None,
        randomised=False,
    )


def _contrasts(question: Question, arms: tuple[str, ...]) -> tuple[Contrast, ...]:
    if len(arms) < 2:
        raise Fault(
            f'The column "{question.arm}" holds only one arm.',
            expected="a control and at least one treatment",
        )
    for arm in (question.control, question.treatment):
        if arm is not None and arm not in arms:
            raise Fault(
                f'No row of the column "{question.arm}" is in the arm "{arm}".',
                do=did_you_mean(arm, arms) or "Name an arm as the table writes it.",
            )
    control = question.control or _obvious_control(arms)
    treatments = [question.treatment] if question.treatment else sorted(arm for arm in arms if arm != control)
    if treatments == [control]:
        raise Fault("The treatment and the control are the same arm.", do="Name two arms.")
    return tuple(Contrast(treatment, control) for treatment in treatments)


def _obvious_control(arms: Iterable[str]) -> str:
    named = [arm for arm in arms if arm.casefold() in CONTROLS]
    if len(named) == 1:
        return named[0]
    raise Fault("Which arm is the control cannot be told from the table.", do="Name it with --control.")
