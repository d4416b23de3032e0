"""What is odd in a log: events too fast for people, crowds in one moment, and clocks that were wrong.

Assignments, exposures and answers to questionnaires are left out of counts of speed: programs write them, many at
once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from analysis.about import LogFacts
from experiments.events import ASSIGNED, SURVEY
from experiments.sql import among, part

if TYPE_CHECKING:
    from experiments.engine import Engine
    from experiments.study import Study

BUSY = 60  # events of one unit in one minute: nobody does something every second for a minute
CROWD, FACTOR = 100, 10  # events in a minute, and times the busiest minute but one in ten
TOGETHER = 20  # units at one instant
LONG_BEFORE = 366  # days before the assignment and the longest window of a covariate
LONGEST_SESSION = 24  # hours
SKEW = timedelta(minutes=5)  # how far two clocks may disagree


def log_facts(engine: Engine, study: Study, *, first: str, last: str, taken_in: str) -> LogFacts:
    """The oddities of the engine's `events`: from the `first` to the `last` instant (ISO 8601), `taken_in` later.

    The dates of simulated data are made up, so that none of them is in the future. Where the first and the last
    event show that there is nothing to find, nothing is read.
    """
    begins, ends = _instant(first), _instant(last)
    queries = [_bursts(study), _minutes(study), _instants(study), _sessions()]
    intake = _instant(taken_in) + SKEW
    if ends > intake and study.data_are != "simulated":
        queries.append(_future(intake))
    if ends - begins > (before := _long_before(study)):
        queries.append(_early(before))
    found: dict[str, int] = {}
    for query in queries:
        [row] = engine.ask(query).to_pylist()
        found |= {name: int(count or 0) for name, count in row.items()}
    return LogFacts(**found)


def _instant(written: str) -> datetime:
    """An instant in UTC, naive."""
    instant = datetime.fromisoformat(written)
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _own(study: Study) -> exp.Expression:
    """Whether an event is what a unit did itself."""
    return exp.not_(among("event", sorted({ASSIGNED, SURVEY, study.exposure})))


def _bursts(study: Study) -> exp.Expression:
    """Units that are too fast, the events of the minutes in which they are, and units and events in all."""
    return part(
        """WITH own AS (SELECT unit, occurred_at FROM events WHERE :own),
                busy AS (SELECT unit, count(*) AS n FROM own GROUP BY unit),
                fast AS (
                  SELECT o.unit, count(*) AS n FROM own AS o JOIN busy AS b ON o.unit = b.unit
                  WHERE b.n > :busy GROUP BY o.unit, date_trunc('minute', o.occurred_at) HAVING count(*) > :busy)
           SELECT (SELECT count(*) FROM own) AS events, (SELECT count(*) FROM busy) AS units,
                  (SELECT count(DISTINCT unit) FROM fast) AS bursting, (SELECT sum(n) FROM fast) AS in_bursts""",
        own=_own(study),
        busy=BUSY,
    )


def _minutes(study: Study) -> exp.Expression:
    """Minutes that hold many times as many events as the busiest tenth of the log's minutes begins with."""
    return part(
        """WITH minutes AS (
             SELECT date_trunc('minute', occurred_at) AS minute, count(*) AS n FROM events WHERE :own
             GROUP BY date_trunc('minute', occurred_at)),
             usual AS (SELECT quantile_cont(n, 0.9) AS n FROM minutes)
           SELECT count(*) AS crowded_minutes FROM minutes AS m CROSS JOIN usual AS u
           WHERE m.n >= :crowd AND m.n > :factor * u.n""",
        own=_own(study),
        crowd=CROWD,
        factor=FACTOR,
    )


def _instants(study: Study) -> exp.Expression:
    """Instants at which many units have an event, and more than half of their minute's events happen.

    A log whose times are mostly whole minutes is written to the minute, and has no such instants.
    """
    return part(
        """WITH own AS (SELECT unit, occurred_at FROM events WHERE :own),
                minutes AS (SELECT date_trunc('minute', occurred_at) AS minute, count(*) AS n FROM own
                            GROUP BY date_trunc('minute', occurred_at)),
                fine AS (SELECT 2 * count(*) FILTER (WHERE occurred_at = date_trunc('minute', occurred_at))
                                <= count(*) AS seconds FROM own),
                together AS (
                  SELECT o.occurred_at, any_value(m.n) AS n, count(*) AS here, count(DISTINCT o.unit) AS units
                  FROM own AS o JOIN minutes AS m ON date_trunc('minute', o.occurred_at) = m.minute
                  WHERE m.n >= :together GROUP BY o.occurred_at HAVING count(*) >= :together)
           SELECT count(*) AS crowded_instants FROM together AS t CROSS JOIN fine AS f
           WHERE f.seconds AND t.units >= :together AND 2 * t.here > t.n""",
        own=_own(study),
        together=TOGETHER,
    )


def _sessions() -> exp.Expression:
    """Sessions that last too long."""
    return part(
        """SELECT count(*) AS lasting FROM (
             SELECT min(occurred_at) AS o, max(occurred_at) AS l FROM events WHERE NOT session IS NULL
             GROUP BY unit, session) AS visits
           WHERE l > o + :longest""",
        longest=_span(timedelta(hours=LONGEST_SESSION)),
    )


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
