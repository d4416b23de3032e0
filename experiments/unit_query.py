"""Parts of the query that turns events into units: windows beside exposure, and sums over what lies in them.

In the query `c` is a unit's clock (see `experiments.clocks`) and `e` one of its events. `e.since` is the event's
time since the clock's exposure and `e.before` since the unit's first one, in microseconds, and `e.in_session` says
whether its session is the exposure's: kept with each event where units have one clock, else told from both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from experiments.sql import part

if TYPE_CHECKING:
    from experiments.study import Source, Window

SECOND = 1_000_000
DAY = 86_400 * SECOND


def inside(window: Window | None) -> exp.Expression:
    """Whether an event lies in a window: [t, t + seconds), [t + seconds, t) before the unit's first exposure, or
    from t onwards in t's own session.
    """
    after = part("e.since >= 0")
    if window is None:
        return after
    if window.session:
        return exp.and_(after, part("e.in_session"))
    edge = window.seconds * SECOND
    if edge < 0:
        return part("e.before >= -:edge AND e.before < 0", edge=-edge)
    return exp.and_(after, part("e.since < :edge", edge=edge))


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
    return part("(max(struct_pack(o := e.since, v := e.value)) FILTER (WHERE :here)).v", here=here)


def observed(window: Window | None, value: exp.Expression) -> exp.Expression:
    """`value` where the log covers the whole window, else null: who was not followed to the end has not failed.

    A session counts as covered where the exposure has one; a window that the end of a period cuts, where the log
    covers that period.
    """
    if window is None:
        return value
    if window.session:
        return part("CASE WHEN NOT any_value(c.session) IS NULL THEN :value END", value=value)
    over = part(
        "any_value(c.complete) OR any_value(c.exposure) + :span <= any_value(c.log_end)",
        span=_span(window.seconds),
    )
    return part("CASE WHEN :over THEN :value END", over=over, value=value)


def length(source: Source, *, per: Literal["day", "exposure", "none"], exposure: str) -> exp.Expression:
    """What a count is divided by: days in the window (until its period ends), exposures in it, or 1.

    Null where that is nothing.
    """
    window = source.window
    if per == "none":
        return part("CAST(1 AS DOUBLE)")
    if per == "exposure":
        here = exp.and_(part("e.event = :name", name=exposure), inside(window))
        return part("CAST(nullif(count(*) FILTER (WHERE :here), 0) AS DOUBLE)", here=here)
    watched = part("any_value(epoch_us(c.log_end) - epoch_us(c.exposure))")
    if window is not None and not window.session:
        watched = part("least(:watched, :span)", watched=watched, span=window.seconds * SECOND)
    return part("nullif(:watched, 0) / CAST(:day AS DOUBLE)", watched=watched, day=DAY)


def waited(source: Source) -> dict[str, exp.Expression]:
    """`time`: days from the exposure to the first event of a source, else to the end of its window or of the log;
    `event`: whether it came.
    """
    first = part("min(e.since) FILTER (WHERE :here)", here=where(source))
    days = part("(:first / CAST(:day AS DOUBLE))", first=first, day=DAY)
    return {
        "time": part("coalesce(:days, :followed)", days=days, followed=followed(source)),
        "event": part("CASE WHEN :first IS NULL THEN 0.0::DOUBLE ELSE 1.0::DOUBLE END", first=first),
    }


def placed(value: exp.Expression, codes: tuple[float, ...]) -> exp.Expression:
    """The place of a value among `codes`, from 0; null for any other value."""
    whole = part("CAST(NULL AS DOUBLE)")
    for place, code in reversed(list(enumerate(codes))):
        whole = part(
            "CASE WHEN :value = CAST(:code AS DOUBLE) THEN CAST(:place AS DOUBLE) ELSE :other END",
            value=value.copy(),
            code=code,
            place=place,
            other=whole,
        )
    return whole


def happened_at(source: Source) -> exp.Expression:
    """The days from the exposure to each event of a source, in order."""
    days = part("e.since / CAST(:day AS DOUBLE)", day=DAY)
    listed = part("list_sort(list(:days) FILTER (WHERE :here))", days=days, here=where(source))
    return part("coalesce(:listed, CAST([] AS DOUBLE[]))", listed=listed)


def followed(source: Source) -> exp.Expression:
    """For how many days of a source's window the log tells of a unit."""
    days = length(source, per="day", exposure="")
    return part("coalesce(:days, CAST(0 AS DOUBLE))", days=days)


def _span(seconds: int) -> exp.Expression:
    return exp.Interval(this=exp.Literal.string(str(seconds)), unit=exp.var("SECOND"))
