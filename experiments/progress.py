"""How far a pilot has come: planned, running, at a planned look, finished, or broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Stage = Literal["planned", "running", "look", "finished", "broken"]
STAGES: tuple[Stage, ...] = ("running", "look", "planned", "finished", "broken")


@dataclass(frozen=True, slots=True)
class Known:
    """What tells how far a pilot has come. `start` and `end` are declared days, `until` the last day with data.

    `taken_in` is the day on which the newest log came into the store. `held` says whether any events were taken in,
    `timed` whether their times are real (rebuilt rows have invented ones). `look` is the place of the planned look
    that the data have reached, of `looks`; 0 for none.
    """

    held: bool
    start: date | None = None
    end: date | None = None
    until: date | None = None
    taken_in: date | None = None
    timed: bool = True
    look: int = 0
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """A pilot's stage with the days that belong to it; `age` counts days from the newest data to today.

    `overdue` says that the declared first day (of a planned pilot) or last day (of a running one) is over, or that
    the data of a finished one stop more than a month before its last day.
    """

    stage: Stage
    start: date | None = None
    end: date | None = None
    until: date | None = None
    age: int | None = None
    overdue: bool = False
    look: int = 0
    looks: int = 0


MONTH = 31  # days: the data of a series by the month end with the first day of their last month
BROKEN = Progress("broken")


def progress(known: Known, *, today: date) -> Progress:
    """The stage that a pilot is in on the day `today`.

    Without events it is planned, be its first day over or not. With a look before the last one reached it is at
    that look. It is finished where its data reach the last day that was declared, where its log was taken in after
    that day, or where they were rebuilt from a publication. In all other cases it runs: without a declared last day
    nobody can tell that no more will come.

    >>> progress(Known(held=False, start=date(2026, 5, 1)), today=date(2026, 6, 1)).overdue
    True
    >>> progress(Known(held=True, end=date(2026, 5, 1), until=date(2026, 4, 30)), today=date(2026, 4, 30)).stage
    'running'
    """
    if not known.held:
        late = known.start is not None and known.start < today
        return Progress("planned", known.start, known.end, overdue=late)
    until = known.until if known.timed else None
    age = None if until is None else max((today - until).days, 0)
    over = known.end is not None and known.end < today
    if 0 < known.look < known.looks and not _reached(known):
        return Progress("look", known.start, known.end, until, age, over, known.look, known.looks)
    if _reached(known):
        return Progress("finished", known.start, known.end, until, age, _stops_early(known))
    return Progress("running", known.start, known.end, until, age, over)


def _reached(known: Known) -> bool:
    """Whether no more data are to come."""
    if not known.timed:
        return True
    if known.end is None:
        return False
    return any(day is not None and day >= known.end for day in (known.until, _day_before(known.taken_in)))


def _day_before(day: date | None) -> date | None:
    """A log taken in on the last day itself may lack the rest of that day."""
    return None if day is None else day - timedelta(days=1)


def _stops_early(known: Known) -> bool:
    if not known.timed or known.end is None or known.until is None:
        return False
    return (known.end - known.until).days > MONTH


def day_of(instant: str | None) -> date | None:
    """The day (UTC) of an ISO 8601 date or instant.

    >>> day_of("2026-05-03T23:59:59Z"), day_of(None)
    (datetime.date(2026, 5, 3), None)
    """
    if not instant:
        return None
    found = datetime.fromisoformat(instant)
    return (found if found.tzinfo is None else found.astimezone(UTC)).date()
