"""A proportion: whether a unit has any such event in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.measuring import Measure
from experiments.unit_query import observed, occurred

if TYPE_CHECKING:
    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """1 or 0, and null where the window was not over when the log ended."""
    return {outcome.id: observed(outcome.source.window, occurred(outcome.source))}


MEASURE = Measure("proportion", columns)
