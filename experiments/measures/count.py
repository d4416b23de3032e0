"""A count: how many such events a unit has in the window, and over how long or how many exposures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.measuring import Measure
from experiments.unit_query import counted, length, observed

if TYPE_CHECKING:
    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study


def columns(outcome: DeclaredOutcome, study: Study) -> dict[str, exp.Expression]:
    """The count and its exposure, both null where the window was not over when the log ended."""
    window = outcome.source.window
    divisor = length(outcome.source, per=outcome.per, exposure=study.exposure)
    return {
        outcome.id: observed(window, counted(outcome.source)),
        f"{outcome.id}.exposure": observed(window, divisor),
    }


MEASURE = Measure("count", columns)
