"""Queries of a table of cells: where the sums of its outcomes are centred, and the cells of all ranges together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from analysis.outcome import kinds
from experiments.row_query import known_columns
from experiments.sql import DIALECT, column, named, part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from experiments.events import Vocabulary
    from experiments.study import DeclaredOutcome, Study

UNITS = "units"


def summed(study: Study) -> tuple[DeclaredOutcome, ...]:
    """The outcomes of which sums say everything: no order of values, no times, no questionnaire to be scored."""
    return tuple(
        outcome
        for outcome in study.outcomes
        if kinds()[outcome.kind].from_sums is not None
        and outcome.source.instrument is None
        and not outcome.dated
    )


def parts(outcome: DeclaredOutcome) -> dict[str, str]:
    """Each part of an outcome's kind with its column; a part that is the kind's default for all is left out."""
    kind = kinds()[outcome.kind]
    held = [*kind.parts, *(kind.optional if outcome.per != "none" else ())]
    return {name: outcome.id if name == "value" else f"{outcome.id}.{name}" for name in held}


def parts_query(rows: exp.Select, study: Study) -> exp.Select:
    """SELECT each part of the summed outcomes of `rows`, one row a unit."""
    columns = [name for outcome in summed(study) for name in parts(outcome).values()]
    return exp.select(*(column(name) for name in columns)).from_(rows.subquery("r"))


def together_query(names: Iterable[str], study: Study, words: Vocabulary) -> exp.Select:
    """SELECT the cells of all ranges together, in the order of what is known of them; the engine holds `cells`."""
    known = known_columns(study, words)
    keys = [column(name) for name in known]
    totals = [
        named(exp.cast(part("sum(:c)", c=column(name)), _type(name), dialect=DIALECT), name)
        for name in names
        if name not in known
    ]
    return exp.select(*keys, *totals).from_("cells").group_by(*keys).order_by(*keys)


def _type(name: str) -> str:
    return "DOUBLE" if name.startswith(("total.", "product.", "sum.")) else "BIGINT"
