"""Measures: how an outcome kind is measured from a unit's events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study


@dataclass(frozen=True, slots=True)
class Measure:
    """The measure of the outcome kind `name`: `columns(outcome, study)` are its columns of the unit table.

    Each is an expression over one unit's events, as in `experiments.unit_query`; null means not measured.
    """

    name: str
    columns: Callable[[DeclaredOutcome, Study], dict[str, exp.Expression]]


def measures() -> Mapping[str, Measure]:
    """Every measure, by outcome kind.

    >>> {"count", "series"} <= set(measures())
    True
    """
    return collect("experiments.outcomes", Measure)
