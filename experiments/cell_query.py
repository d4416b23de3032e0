"""The query of a table of cells: units alike in all that was known before, put together as sums in each range."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from sqlglot import exp

from analysis.outcome import kinds
from experiments import follow_up
from experiments.row_query import known_columns
from experiments.sql import DIALECT, column, named, part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def centres_query(rows: exp.Select, study: Study) -> exp.Select:
    """SELECT the mean of each part of the summed outcomes over `rows`: where its sums are centred."""
    columns = [name for outcome in summed(study) for name in parts(outcome).values()]
    means = [named(part("avg(:c)", c=column(name)), name) for name in columns]
    return exp.select(*(means or [part("NULL AS none")])).from_(rows.subquery("r"))


def cell_query(rows: exp.Select, study: Study, words: Vocabulary, centres: Mapping[str, float]) -> exp.Select:
    """SELECT one row a cell of `rows`: what is known of its units, how many there are, and sums of the outcomes."""
    keys = [column(name) for name in known_columns(study, words)]
    found = {UNITS: part("count(*)")}
    for outcome in summed(study):
        found |= _sums(outcome, centres)
    found |= follow_up.sums(study)
    return (
        exp.select(*keys, *(named(expression, name) for name, expression in found.items()))
        .from_(rows.subquery("r"))
        .group_by(*keys)
    )


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


def _sums(outcome: DeclaredOutcome, centres: Mapping[str, float]) -> dict[str, exp.Expression]:
    columns = parts(outcome)
    whole = [part("NOT :c IS NULL", c=column(name)) for name in columns.values()] if len(columns) > 1 else []
    about = {
        name: part("(:c - CAST(:centre AS DOUBLE))", c=column(held), centre=repr(centres[held]))
        for name, held in columns.items()
    }
    found = {f"n.{outcome.id}": part("count(:c)", c=_where(whole, column(next(iter(columns.values())))))}
    for level in range(len(outcome.levels)):
        at = part(":c = :level", c=column(outcome.id), level=level)
        found[f"level.{outcome.id}.{level}"] = part("count(CASE WHEN :here THEN 1 END)", here=at)
    for name, value in about.items():
        found[f"total.{outcome.id}.{name}"] = _sum(_where(whole, value))
    for first, second in combinations_with_replacement(sorted(about), 2):
        product = part(":a * :b", a=about[first], b=about[second])
        found[f"product.{outcome.id}.{first}.{second}"] = _sum(_where(whole, product))
    return found


def _where(whole: list[exp.Expression], value: exp.Expression) -> exp.Expression:
    """A value that is null where another part of its outcome is."""
    return part("CASE WHEN :whole THEN :value END", whole=exp.and_(*whole), value=value) if whole else value


def _sum(value: exp.Expression) -> exp.Expression:
    return part("coalesce(sum(:value), CAST(0 AS DOUBLE))", value=value)
