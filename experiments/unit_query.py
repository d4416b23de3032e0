"""Parts of the query that turns events into units: windows beside exposure, and sums over what lies in them.

In the query `c` is a unit's clock (exposure, session, end of the log) and `e` one of its events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from experiments.sql import part

if TYPE_CHECKING:
    from experiments.study import Source, Window

DAY = 86_400


def inside(window: Window | None) -> exp.Expression:
    """Whether an event lies in a window: [t, t + seconds), [t + seconds, t) before exposure, or from t onwards in
    t's own session.
    """
    after = part("e.occurred_at >= c.exposure")
    if window is None:
        return after
    if window.session:
        return exp.and_(after, part("e.session = c.session"))
    edge = part("c.exposure + :span", span=_span(window.seconds))
    if window.seconds < 0:
        return part("e.occurred_at >= :edge AND e.occurred_at < c.exposure", edge=edge)
    return exp.and_(after, part("e.occurred_at < :edge", edge=edge))


def where(source: Source) -> exp.Expression:
    """Whether an event belongs to a source: its name, and its window."""
    return exp.and_(part("e.event = :name", name=source.event), inside(source.window))


def counted(source: Source) -> exp.Expression:
    """How many events of a source a unit has."""
    return part("CAST(count(*) FILTER (WHERE :here) AS DOUBLE)", here=where(source))


def occurred(source: Source) -> exp.Expression:
    """1 where a unit has an event of the source, else 0."""
    return part(
        "CASE WHEN count(*) FILTER (WHERE :here) > 0 THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END",
        here=where(source),
    )


def combined(source: Source) -> exp.Expression:
    """A unit's values of a source put together; null without an event, but a sum is then 0.

    Sums run over decimals, so that no order of threads can change a digit. Of simultaneous last values the
    largest counts.
    """
    here = exp.and_(where(source), part("NOT e.value IS NULL"))
    total = part("CAST(sum(CAST(e.value AS DECIMAL(38, 12))) FILTER (WHERE :here) AS DOUBLE)", here=here)
    forms = {
        "sum": part("coalesce(:total, CAST(0 AS DOUBLE))", total=total),
        "mean": part(":total / count(*) FILTER (WHERE :here)", total=total, here=here),
        "max": part("max(e.value) FILTER (WHERE :here)", here=here),
        "last": latest(here),
    }
    return forms[str(source.value)]


def latest(here: exp.Expression) -> exp.Expression:
    """The value of a unit's last event that meets a condition."""
    return part("(max(struct_pack(o := e.occurred_at, v := e.value)) FILTER (WHERE :here)).v", here=here)


def observed(window: Window | None, value: exp.Expression) -> exp.Expression:
    """`value` where the log covers the whole window, else null: who was not followed to the end has not failed.

    A session counts as covered where the exposure has one.
    """
    if window is None:
        return value
    if window.session:
        return part("CASE WHEN NOT any_value(c.session) IS NULL THEN :value END", value=value)
    over = part("any_value(c.exposure) + :span <= any_value(c.log_end)", span=_span(window.seconds))
    return part("CASE WHEN :over THEN :value END", over=over, value=value)


def length(source: Source, *, per: Literal["day", "exposure", "none"], exposure: str) -> exp.Expression:
    """What a count is divided by: days in the window, exposures in it, or 1. Null where that is nothing."""
    window = source.window
    if per == "none":
        return part("CAST(1 AS DOUBLE)")
    if per == "exposure":
        here = exp.and_(part("e.event = :name", name=exposure), inside(window))
        return part("CAST(nullif(count(*) FILTER (WHERE :here), 0) AS DOUBLE)", here=here)
    if window is not None and not window.session:
        return part("CAST(:seconds AS DOUBLE) / :day", seconds=window.seconds, day=DAY)
    return part(
        "nullif(any_value(epoch_us(c.log_end) - epoch_us(c.exposure)), 0) / (CAST(1000000 AS DOUBLE) * :day)",
        day=DAY,
    )


def _span(seconds: int) -> exp.Expression:
    return exp.Interval(this=exp.Literal.string(str(seconds)), unit=exp.var("SECOND"))
