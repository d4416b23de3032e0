"""The query of a unit table where units have one clock each: events are put together by unit, then meet a clock.

Each event keeps its time since the exposure, so that no event is joined to anything: one pass over the events of a
range of units, and one row a unit from there on.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sqlglot import exp

from experiments.row_query import columns
from experiments.sql import DIALECT, column, named, part
from experiments.unit_query import SECOND

if TYPE_CHECKING:
    from datetime import datetime

    from experiments.events import Vocabulary
    from experiments.study import Source, Study

_CHOOSING = (exp.Sum, exp.Max, exp.Min)  # they pass over nulls


def timed_query(
    study: Study, words: Vocabulary, end: datetime, *, sums: exp.Query | None = None
) -> exp.Select:
    """SELECT one row a unit that was exposed, in no order: a column for each outcome and covariate.

    The engine holds the list of `units` and the `events`, or what the query of their `sums` by unit takes in their
    place; the log ends at `end` (UTC, naive).
    """
    shown, _ = _apart(study, words)
    clocks = (
        exp.select("*", part("exposure AS baseline"), part("FALSE AS complete"))
        .select(part("CAST(:end AS TIMESTAMP) AS log_end", end=end.isoformat(sep=" ")))
        .from_("units")
        .where(part("NOT exposure IS NULL"))
    )
    return (
        exp.select(*(named(expression, name) for name, expression in shown.items()))
        .from_(clocks.subquery("c"))
        .join((sums or sums_query(study, words)).subquery("t"), on=part("t.unit = c.unit"), join_type="left")
    )


def sums_query(study: Study, words: Vocabulary, *, events: str = "events") -> exp.Select:
    """SELECT one row for each unit of `events`: its number, and each sum that the study takes of its events."""
    return (
        exp.select("e.unit", *(named(sum_, name) for name, sum_ in unit_sums(study, words).items()))
        .from_(exp.alias_(exp.to_table(events), "e", table=True))
        .where(*_spans(study))
        .group_by("e.unit")
    )


def unit_sums(study: Study, words: Vocabulary) -> dict[str, exp.Expression]:
    """Each sum over the events `e` of a unit that its columns are made of, under a name that tells which it is."""
    return _apart(study, words)[1]


def _apart(study: Study, words: Vocabulary) -> tuple[dict[str, exp.Expression], dict[str, exp.Expression]]:
    """The columns as expressions over a unit's clock and its sums, and these sums."""
    sums: dict[str, exp.Expression] = {}
    shown = {name: _outside(expression, sums) for name, expression in columns(study, words).items()}
    return shown, sums


def _outside(expression: exp.Expression, sums: dict[str, exp.Expression]) -> exp.Expression:
    """An expression over one unit's events and its clock, as one over its clock and sums that are made before.

    The sums are added to `sums`, named after their text.
    """

    def split(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.IgnoreNulls) and isinstance(node.this, exp.AnyValue):
            return node.this.this
        if isinstance(node, exp.AnyValue):
            return node.this
        if not isinstance(node, exp.Filter):
            return node
        sum_ = _inside(node)
        name = f"sum_{sha256(sum_.sql(dialect=DIALECT).encode()).hexdigest()[:16]}"
        sums.setdefault(name, sum_)
        held = column(name, "t")
        return part("coalesce(:held, 0)", held=held) if isinstance(node.this, exp.Count) else held

    return expression.transform(split)


def _inside(node: exp.Filter) -> exp.Expression:
    """A sum over those events that meet a condition; a CASE costs less than a FILTER."""
    node = node.transform(_own_clock)
    here, sum_ = node.expression.this, node.this
    if isinstance(sum_, exp.Count):
        return part("count(CASE WHEN :here THEN 1 END)", here=here)
    if isinstance(sum_, _CHOOSING):
        sum_.set("this", part("CASE WHEN :here THEN :value END", here=here, value=sum_.this))
        return sum_
    return node


def _own_clock(node: exp.Expression) -> exp.Expression:
    """The unit's first exposure is its only one."""
    if isinstance(node, exp.Column) and (node.table, node.name) == ("e", "before"):
        return part("e.since")
    return node


def _spans(study: Study) -> tuple[exp.Expression, ...]:
    """What is true of every event that a study's windows can hold; nothing where answers count at any time."""
    spans = [_span(source) for source in study.sources if source.attribute is None]
    if not spans or any(span is None for span in spans):
        return ()
    starts, ends = zip(*(span for span in spans if span is not None), strict=True)
    lowest = part("e.since >= -:low", low=-min(starts)) if min(starts) < 0 else part("e.since >= 0")
    if None in ends:
        return (lowest,)
    return (lowest, part("e.since < :high", high=max(end for end in ends if end is not None)))


def _span(source: Source) -> tuple[int, int | None] | None:
    """From when to when, in microseconds since the exposure, a source's events count; None for any time."""
    if source.event is None:
        return None
    if source.window is None or source.window.session:
        return 0, None
    return min(0, source.window.seconds) * SECOND, max(0, source.window.seconds) * SECOND
