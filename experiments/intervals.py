"""Calendar intervals: days, weeks from Monday and months, in a study's own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

Interval = Literal["day", "week", "month"]
Season = Literal["weekday", "month", "none"]
INTERVALS: tuple[Interval, ...] = ("day", "week", "month")
SEASONS: tuple[Season, ...] = ("weekday", "month", "none")
FEWEST = (
    8  # whole intervals before and after a change: with fewer, autocorrelation cannot be told from a trend
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def beginning(day: date, interval: str) -> date:
    """The first day of the interval that holds `day`.

    >>> beginning(date(2026, 3, 4), "week"), beginning(date(2026, 3, 4), "month")
    (datetime.date(2026, 3, 2), datetime.date(2026, 3, 1))
    """
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def following(day: date, interval: str) -> date:
    """The first day of the interval after the one that holds `day`.

    >>> following(date(2026, 12, 31), "month")
    datetime.date(2027, 1, 1)
    """
    if interval == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return beginning(day, interval) + timedelta(days=7 if interval == "week" else 1)


def first_days(first: date, last: date, interval: str) -> list[date]:
    """The first day of each interval that holds a day from `first` to `last`, then that of the one after them."""
    days = [beginning(first, interval)]
    while days[-1] <= last:
        days.append(following(days[-1], interval))
    return days


def whole(first: date, after: date, interval: str) -> int:
    """How many intervals lie whole between a first day and the day after the last one.

    >>> whole(date(2026, 3, 1), date(2026, 3, 16), "week")
    2
    """
    if after <= first:
        return 0
    days = first_days(first, after - timedelta(days=1), interval)
    return sum(begin >= first and end <= after for begin, end in pairwise(days))


def season_of(day: date, season: str) -> str:
    """The name of a day's place in the week or in the year.

    >>> season_of(date(2026, 3, 4), "weekday"), season_of(date(2026, 3, 4), "month")
    ('Wednesday', '03')
    """
    return _WEEKDAYS[day.weekday()] if season == "weekday" else f"{day.month:02}"


def midnight(day: date, zone: str) -> datetime:
    """When a day begins in a time zone: an instant in UTC, without its zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def local_day(instant: datetime, zone: str) -> date:
    """The day of an instant in UTC (without its zone) on the calendar of a time zone."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def event_column(place: int) -> str:
    """The column of a concurrent event, counted from 1, in a unit table: its share of each interval."""
    return f"event.{place}"
