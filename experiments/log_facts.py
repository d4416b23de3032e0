"""What is odd in a log: events too fast for people, crowds in one moment, and clocks that were wrong.

Assignments, exposures and answers to questionnaires are left out of counts of speed: programs write them, many at
once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from analysis.about import LogFacts
from experiments.crowds import crowds
from experiments.events import ASSIGNED
from experiments.log_counts import rules, written
from experiments.log_pass import passed
from experiments.sql import among, part

if TYPE_CHECKING:
    from collections.abc import Collection

    from experiments.by_range import Ranges
    from experiments.log_pass import Passed
    from experiments.study import Study

LONG_BEFORE = 366  # days before the assignment and the longest window of a covariate
SKEW = timedelta(minutes=5)  # how far two clocks may disagree


def log_facts(
    asked: Ranges, study: Study, *, first: str, last: str, taken_in: str, kept: Passed | None = None
) -> tuple[LogFacts, dict[str, int]]:
    """The oddities of a study's `events`: from the `first` to the `last` instant (ISO 8601), `taken_in` later;
    and the `days` from its first to its last, with those of them that are `days_without_events`, and how many units
    have events of `several_arms`.

    The dates of simulated data are made up, so that none of them is in the future. Where the first and the last
    event show that there is nothing to find, nothing is read, nor where the log's counts were `kept`.
    """
    begins, ends = _instant(first), _instant(last)
    queries = []
    intake = _instant(taken_in) + SKEW
    if ends > intake and study.data_are != "simulated":
        queries.append(_future(intake))
    if ends - begins > (before := _long_before(study)):
        queries.append(_early(before))
    seen = kept or passed(asked, **rules(study))
    found = {name: seen.totals[name] for name in ("events", "units", "bursting", "in_bursts", "lasting")}
    for query in queries:
        found |= asked.added(query)
    days = int(seen.days.max() - seen.days.min()) + 1
    gaps = {"days": days, "days_without_events": days - len(seen.days)}
    gaps["several_arms"] = seen.totals["several"]
    return LogFacts(**found, **crowds(asked, own(written(study)), seen)), gaps


def _instant(written: str) -> datetime:
    """An instant in UTC, naive."""
    instant = datetime.fromisoformat(written)
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def own(written: Collection[str]) -> exp.Expression:
    """Whether an event is what a unit did itself, none of those that are `written` by programs."""
    return exp.not_(among("event", sorted(written)))


def _future(intake: datetime) -> exp.Expression:
    """Events after the intake."""
    return part(
        "SELECT count(*) AS future FROM events WHERE occurred_at > CAST(:intake AS TIMESTAMP)",
        intake=intake.isoformat(sep=" "),
    )


def _long_before(study: Study) -> timedelta:
    """More than a year, and the longest window of a covariate."""
    windows = [source.window.seconds for source in study.sources if source.window is not None]
    return timedelta(days=LONG_BEFORE, seconds=max([0, *(-seconds for seconds in windows)]))


def _early(before: timedelta) -> exp.Expression:
    """Units with events longer than `before` ahead of their assignment."""
    return part(
        """SELECT count(*) AS early FROM (
             SELECT min(occurred_at) AS o, min(occurred_at) FILTER (WHERE event = :assigned) AS a
             FROM events GROUP BY unit) AS units
           WHERE o < a - :before""",
        assigned=ASSIGNED,
        before=_span(before),
    )


def _span(length: timedelta) -> exp.Expression:
    return exp.Interval(this=exp.Literal.string(str(int(length.total_seconds()))), unit=exp.var("SECOND"))
