"""A mean: a unit's values in the window, put together as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.measuring import Measure
from experiments.unit_query import combined, observed

if TYPE_CHECKING:
    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """A number, and null without events (but a sum is 0) or where the window was not over when the log ended."""
    return {outcome.id: observed(outcome.source.window, combined(outcome.source))}


MEASURE = Measure("mean", columns)
