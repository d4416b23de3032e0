"""The query of a series: for each interval of the calendar, and each platform, what its events amount to.

Events are first added up by quarter of an hour, of which every interval of every time zone is made up, so that a
log of any length is read once and only the few sums meet the calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from experiments.measuring import measures
from experiments.sql import among, column, named, part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from experiments.study import Source, Study

QUARTER = 900_000_000  # microseconds
PLATFORM = "platform"


def interval_query(study: Study, events: Iterable[str]) -> exp.Select:
    """SELECT one row an interval (and platform) with any of the `events`: its number, how many, and the outcomes.

    The engine holds `events`, and `intervals` with the `number` of each and its `begin` and `over`: the quarter of
    an hour since 1970 with which it begins, and the one after it.
    """
    keys = [PLATFORM] if study.design.adoption else []
    sources = _sources(study)
    quarter = part("CAST(epoch_us(occurred_at) // :quarter AS BIGINT)", quarter=QUARTER)
    sums = exp.select(named(quarter, "quarter"), part("count(*) AS seen")).from_("events")
    sums = sums.select(*(named(_summed(source), name) for name, source in sources.items()))
    sums = sums.where(among("event", sorted(events))).group_by(quarter)
    if keys:
        sums = sums.select(named(column("cluster"), PLATFORM)).group_by(column("cluster"))
    outcomes = {
        name: expression
        for outcome in study.outcomes
        for name, expression in measures()[outcome.kind].columns(outcome, study).items()
    }
    by = [part("i.number"), *(column(key, "q") for key in keys)]
    return (
        exp.select(*by, part("CAST(sum(q.seen) AS BIGINT) AS seen"))
        .select(*(named(expression, name) for name, expression in outcomes.items()))
        .from_("quarters AS q")
        .join("intervals AS i", on=part("q.quarter >= i.begin AND q.quarter < i.over"))
        .group_by(*by)
        .order_by(*by)
        .with_("quarters", as_=sums)
    )


def amount(source: Source) -> exp.Expression:
    """What the events of a source come to in an interval: how many, or the sum of their values."""
    return part("CAST(coalesce(sum(:c), 0) AS DOUBLE)", c=column(_name(source), "q"))


def _summed(source: Source) -> exp.Expression:
    """A source's events in a quarter of an hour; decimals, so that no order of threads can change a digit."""
    here = part("event = :name", name=source.event)
    if source.value == "sum":
        return part("sum(CAST(value AS DECIMAL(38, 6))) FILTER (WHERE :here)", here=here)
    return part("count(*) FILTER (WHERE :here)", here=here)


def _name(source: Source) -> str:
    return f"{source.value}.{source.event}"


def _sources(study: Study) -> dict[str, Source]:
    return {_name(source): source for outcome in study.outcomes for source in outcome.sources}
