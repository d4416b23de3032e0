"""Clocks: when and under which arm each row of a unit table begins and ends, by design.

A clock has a unit, an arm, the unit's attributes, and `exposure`, `session`, `log_end` (until when it was watched),
`complete` (its time was over before the log was) and `baseline` (the unit's first exposure). In designs with
periods it has a `period` and `until`, when the period ends for the unit, as well.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlglot import exp

from experiments.calendar_form import NEVER
from experiments.events import ASSIGNED
from experiments.sql import column, named, part

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from experiments.events import Vocabulary
    from experiments.study import DeclaredDesign, Study

    Tables = dict[str, exp.Expression]  # common tables in their order; the last one is `clocks`

UNIT = {"unit": part("unit")}
_START = part("struct_pack(o := occurred_at, s := session)")


def unit_clocks(study: Study, words: Vocabulary, end: datetime) -> Tables:
    """One clock a unit: from its first exposure at or after its assignment to the end of the log."""
    facts = [
        part(":end AS log_end", end=_instant(end)),
        part("FALSE AS complete"),
        part("exposure AS baseline"),
    ]
    return {**first_exposures(study, words), "clocks": exp.select("*", *facts).from_("begun")}


def first_exposures(study: Study, words: Vocabulary) -> Tables:
    """`assigned`: each unit's first assignment; `begun`: its first exposure from then on, if any."""
    tables = {"assigned": _assigned(words)}
    if study.exposure == ASSIGNED:
        begun = exp.select("*", part("start.o AS exposure"), part("start.s AS session")).from_("assigned")
        return {**tables, "begun": begun}
    return {**tables, "begun": _exposed("assigned", study.exposure, by=("unit",))}


def crossover_clocks(study: Study, words: Vocabulary, end: datetime) -> Tables:
    """One clock a unit and period: it begins with that period's assignment and ends with the unit's next one, or
    when the period's declared length is over.
    """
    return {**crossover_slots(study, words), **_in_periods(study, end)}


def crossover_slots(study: Study, words: Vocabulary) -> Tables:
    """`slots`: each unit's time under the arm of each period, from `since` to `until` (null: no end is known)."""
    following = part("lead(assigned_at) OVER (PARTITION BY unit ORDER BY assigned_at, period)")
    if study.design.period_days:
        length = part("assigned_at + :span", span=_days(study.design.period_days))
        following = part("least(:following, :length)", following=following, length=length)
    given = _assigned(words, by={**UNIT, "period": period_number()})
    slots = exp.select("*", named(following, "until"), part("assigned_at AS since")).from_("given")
    return {"given": given, "slots": slots}


def stepped_clocks(study: Study, words: Vocabulary, end: datetime) -> Tables:
    """One clock a unit and calendar period from its assignment on, under the arm that its cluster had then.

    The period in which a cluster changes, where that is not the period's first day, is left out for it: it is
    neither one arm nor the other.
    """
    slots = part(
        """SELECT m.*, k.period, greatest(k.since, m.assigned_at) AS since, k.until,
                  CASE WHEN s.changes <= k.since THEN :treatment ELSE :control END AS arm
           FROM members AS m JOIN steps AS s ON m.cluster = s.cluster
           JOIN calendar AS k ON m.assigned_at < k.until AND k.since < :end
             AND (s.changes IS NULL OR s.changes <= k.since OR s.changes >= k.until)""",
        end=_instant(end),
        **{"control" if arm.control else "treatment": arm.name for arm in study.design.arms},
    )
    tables = {**stepped_members(study, words), "calendar": _calendar(study, end)}
    return {**tables, "slots": slots, **_in_periods(study, end)}


def stepped_members(study: Study, words: Vocabulary) -> Tables:
    """`members`: each unit with its cluster, since its assignment; `steps`: when each cluster changes."""
    return {"members": _assigned(words, arm=False), "steps": _steps(study)}


def period_number(table: str | None = None) -> exp.Expression:
    """The number of the period that an assignment names: what its code ends in, as in 2, 02 or period-2."""
    return part("CAST(regexp_extract(:period, '[0-9]+$') AS INTEGER)", period=column("period", table))


def periods(design: DeclaredDesign, *, until: date) -> list[tuple[date, date]]:
    """First day and first day after it of each period from the design's start to the day before `until`."""
    if design.start is None:
        raise ValueError("a calendar of periods needs a start")
    edges = [design.start]
    while edges[-1] < until:
        edges.append(min(edges[-1] + timedelta(days=design.period_days), until))
    return list(pairwise(edges))


def _in_periods(study: Study, end: datetime) -> Tables:
    """`begun` and `clocks` from `slots`: each begins with its first exposure in its own time."""
    begun = exp.select("*", part("since AS exposure"), part("start.s AS session")).from_("slots")
    if study.exposure != ASSIGNED:
        begun = _exposed("slots", study.exposure, by=("unit", "period"))
    facts = [
        part("coalesce(least(until, :end), :end) AS log_end", end=_instant(end)),
        part("coalesce(until <= :end, FALSE) AS complete", end=_instant(end)),
        part("min(exposure) OVER (PARTITION BY unit) AS baseline"),
    ]
    return {"begun": begun, "clocks": exp.select("*", *facts).from_("begun")}


def _assigned(words: Vocabulary, *, by: Mapping[str, exp.Expression] = UNIT, arm: bool = True) -> exp.Select:
    """Each unit's first assignment (for each period, where `by` names it); units assigned twice are left out.

    Attributes are those of the first, and so is a gap in them: what a later one says may be of the arm's doing.
    """
    facts = [*(["arm"] if arm else []), *(["cluster"] if words.clustered else [])]
    first = {
        name: part("struct_pack(o := occurred_at, v := :c)", c=column(name)) for name in words.attributes
    }
    return (
        exp.select(*(named(key, name) for name, key in by.items()))
        .select(part("min(occurred_at) AS assigned_at"), part("min(:o) AS start", o=_START))
        .select(*(named(part("min(:c)", c=column(name)), name) for name in facts))
        .select(*(named(part("(min(:first)).v", first=both), name) for name, both in first.items()))
        .from_("events")
        .where(part("event = :assigned AND NOT unit IN (SELECT unit FROM torn)", assigned=ASSIGNED))
        .group_by(*by.values())
    )


def _exposed(table: str, event: str, *, by: tuple[str, ...]) -> exp.Select:
    """The rows of a table that have an exposure in their time, with the first one and its session."""
    since = "assigned_at" if by == ("unit",) else "since"
    keys = [column(key, "a") for key in by]
    inside = [
        part("e.event = :event", event=event),
        exp.GTE(this=part("e.occurred_at"), expression=column(since, "a")),
    ]
    if "period" in by:
        inside.append(part("(a.until IS NULL OR e.occurred_at < a.until)"))
    first = (
        exp.select(*keys, part("min(struct_pack(o := e.occurred_at, s := e.session)) AS first_exposure"))
        .from_("events AS e")
        .join(f"{table} AS a", on=part("e.unit = a.unit"))
        .where(*inside)
        .group_by(*keys)
    )
    same = exp.and_(*(exp.EQ(this=column(key, "x"), expression=column(key, table)) for key in by))
    return (
        exp.select(f"{table}.*", part("first_exposure.o AS exposure"), part("first_exposure.s AS session"))
        .from_(table)
        .join(first.subquery("x"), on=same)
    )


def _steps(study: Study) -> exp.Expression:
    rows = [
        part(
            "SELECT CAST(:changes AS TIMESTAMP) AS changes, :cluster AS cluster",
            cluster=cluster,
            changes=exp.null()
            if day == NEVER
            else exp.Literal.string(_midnight(study, datetime.fromisoformat(day).date())),
        )
        for cluster, day in study.design.steps.items()
    ]
    return _union(rows)


def _calendar(study: Study, end: datetime) -> exp.Expression:
    local = end.replace(tzinfo=UTC).astimezone(ZoneInfo(study.log.time_zone))
    last = (local - timedelta(microseconds=1)).date() + timedelta(days=1)
    until = study.design.end + timedelta(days=1) if study.design.end else last
    rows = [
        part(
            "SELECT CAST(:number AS INTEGER) AS period, CAST(:since AS TIMESTAMP) AS since, "
            "CAST(:until AS TIMESTAMP) AS until",
            number=number,
            since=_midnight(study, first),
            until=_midnight(study, after),
        )
        for number, (first, after) in enumerate(periods(study.design, until=until), start=1)
    ]
    return _union(rows)


def _union(rows: list[exp.Expression]) -> exp.Expression:
    whole = rows[0]
    for row in rows[1:]:
        whole = exp.union(whole, row, distinct=False)
    return whole


def _midnight(study: Study, day: date) -> str:
    """The instant at which a day begins in the study's time zone, in UTC."""
    local = datetime.combine(day, time(), ZoneInfo(study.log.time_zone))
    return local.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


def _instant(moment: datetime) -> exp.Expression:
    return part("CAST(:moment AS TIMESTAMP)", moment=moment.isoformat(sep=" "))


def _days(number: int) -> exp.Expression:
    return exp.Interval(this=exp.Literal.string(str(number)), unit=exp.var("DAY"))
