"""The query of a unit table: one row a clock, with a column for each outcome and covariate, in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from experiments import follow_up
from experiments.events import ATTRIBUTE, SURVEY
from experiments.measuring import measures
from experiments.sql import among, column, named, part
from experiments.survey import answers
from experiments.unit_query import combined, counted, occurred

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.events import Vocabulary
    from experiments.study import Source, Study


def row_query(study: Study, words: Vocabulary, tables: Mapping[str, exp.Expression]) -> exp.Select:
    """SELECT one row a clock: whose it is, when it started, and a column for each outcome and covariate.

    `tables` are common tables in their order, of which the last, `clocks`, is as `experiments.clocks` says.
    """
    by_period = "slots" in tables
    keys = [part("c.unit"), *([part("c.period")] if by_period else [])]
    order = [column(name) for name in ordered(study, words)]
    theirs = part("e.unit = c.unit")
    if (
        by_period
    ):  # answers to a questionnaire may come late; of anything else, what comes later is another row's
        until = part("(c.until IS NULL OR e.occurred_at < c.until OR e.event = :survey)", survey=SURVEY)
        theirs = exp.and_(theirs, until)
    query = (
        exp.select(*keys, *(named(_told(told), name) for name, told in columns(study, words).items()))
        .from_("clocks AS c")
        .join(_needed(words).subquery("e"), on=theirs, join_type="left")
        .group_by(*keys)
        .order_by(*keys[1:], *order)
    )
    for name, table in tables.items():
        query = query.with_(name, as_=table)
    return query


def columns(study: Study, words: Vocabulary) -> dict[str, exp.Expression]:
    """Every column of the unit query, as an expression over one unit's clock `c` and its events `e`."""
    return {**_columns(study, words), **follow_up.columns(study)}


def ordered(study: Study, words: Vocabulary) -> tuple[str, ...]:
    """The columns by which rows are ordered: all that the unit table keeps, in their order."""
    return tuple(_columns(study, words))


def known_columns(study: Study, words: Vocabulary) -> tuple[str, ...]:
    """The columns that say what was known of a unit before: its arm, groups, covariates and subgroups."""
    groups = ["cluster"] if words.clustered else []
    strata = ["stratum"] if study.design.pairs or study.design.strata else []
    subgroups = [f"subgroup.{attribute}" for attribute in study.plan.subgroups]
    return ("arm", *groups, *strata, *subgroups, *(covariate.id for covariate in study.covariates))


def _told(expression: exp.Expression) -> exp.Expression:
    """An expression in which an event's time since the exposure is told from its instant and the clock."""
    times = {
        "since": part("(epoch_us(e.occurred_at) - epoch_us(c.exposure))"),
        "before": part("(epoch_us(e.occurred_at) - epoch_us(c.baseline))"),
        "in_session": part("(e.session = c.session)"),
    }

    def told(node: exp.Expression) -> exp.Expression:
        ours = isinstance(node, exp.Column) and node.table == "e"
        return times[node.name].copy() if ours and node.name in times else node

    return expression.transform(told)


def _columns(study: Study, words: Vocabulary) -> dict[str, exp.Expression]:
    facts = ["arm", "exposure", *(["cluster"] if words.clustered else [])]
    columns = {name: part("any_value(:c)", c=column(name, "c")) for name in facts}
    strata = (study.design.pairs,) if study.design.pairs else study.design.strata
    if strata:
        columns["stratum"] = stratum(strata, "c")
    for attribute in study.plan.subgroups:
        columns[f"subgroup.{attribute}"] = part("any_value(:c)", c=column(f"{ATTRIBUTE}{attribute}", "c"))
    for outcome in study.outcomes:
        columns |= measures()[outcome.kind].columns(outcome, study)
    for covariate in study.covariates:
        columns |= _baseline(covariate.id, covariate.source)
    return columns


def _needed(words: Vocabulary) -> exp.Select:
    names = ["unit", "occurred_at", "event", "session", "value"]
    surveys = ["instrument", "item", "wave"] if words.surveys else []
    return exp.select(*names, *surveys).from_("events").where(among("event", sorted(words.events)))


def stratum(attributes: tuple[str, ...], table: str | None = None) -> exp.Expression:
    """The combination of attributes within which a unit was allocated, over the rows of one unit."""
    levels = [
        part("coalesce(any_value(:c), 'unknown')", c=column(f"{ATTRIBUTE}{name}", table))
        for name in attributes
    ]
    return exp.func("concat_ws", exp.Literal.string(" / "), *levels, dialect="duckdb")


def _baseline(name: str, source: Source) -> dict[str, exp.Expression]:
    """The columns of a covariate."""
    if source.attribute is not None:
        return {name: part("any_value(:c)", c=column(f"{ATTRIBUTE}{source.attribute}", "c"))}
    if source.instrument is not None:
        return answers(name, source)
    simple = {None: counted, "count": counted, "any": occurred}
    return {name: simple.get(source.value, combined)(source)}
