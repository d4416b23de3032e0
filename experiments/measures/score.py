"""A score: a questionnaire's answers at one wave; the instrument's key turns them into a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.measuring import Measure
from experiments.survey import answers

if TYPE_CHECKING:
    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """One column an item; `experiments.measure` scores them."""
    return answers(outcome.id, outcome.source)


MEASURE = Measure("score", columns)
