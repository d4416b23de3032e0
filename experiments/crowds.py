"""Crowds in a log: minutes with far too many events, and instants at which far too many units do something at once.

Events are counted by second on the days on which there are any, so that a wrong date takes no memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.arrays import numbers
from experiments.sql import part

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlglot import exp

    from experiments.by_range import Ranges

    Counts = NDArray[np.int32]

CROWD, FACTOR = 100, 10  # events in a minute, and times the busiest minute but one in ten
TOGETHER = 20  # units at one instant
SECOND, MINUTE, DAY = 1_000_000, 60, 86_400  # in microseconds, seconds and seconds
_DAYS = part("SELECT DISTINCT epoch_us(occurred_at) // 86400000000 AS day FROM events")


def crowds(asked: Ranges, own: exp.Expression) -> dict[str, int]:
    """`crowded_minutes` and `crowded_instants` of the events that are units' `own` doing.

    A minute is crowded that holds many times as many events as the busiest tenth of the log's minutes begins with;
    an instant, at which many units have an event and more than half of its minute's events happen. A log whose
    times are mostly whole minutes is written to the minute, and has no such instants.
    """
    counts, days, whole = _by_second(asked, own)
    minutes = counts.reshape(-1, MINUTE).sum(axis=1)
    busy = minutes[minutes > 0]
    if not busy.size:
        return {"crowded_minutes": 0, "crowded_instants": 0}
    usual = np.quantile(busy, 0.9)
    fine = 2 * whole <= busy.sum()
    return {
        "crowded_minutes": int(((busy >= CROWD) & (busy > FACTOR * usual)).sum()),
        "crowded_instants": _instants(asked, own, _candidates(counts, days)) if fine else 0,
    }


def _by_second(asked: Ranges, own: exp.Expression) -> tuple[Counts, NDArray[np.int64], int]:
    """Events by second (days x seconds of a day), the days (since 1970), and the events at whole minutes."""
    busy = {day for table in asked.ask(_DAYS) for day in numbers(table["day"]).tolist()}
    days = np.array(sorted(busy), dtype=np.int64)
    first = int(days[0])
    shift = np.zeros(int(days[-1]) - first + 1, dtype=np.int64)
    shift[days - first] = (np.arange(days.size) - days) * DAY
    counts = np.zeros((days.size, DAY), dtype=np.int32)
    whole = 0
    for table in asked.ask(part("SELECT epoch_us(occurred_at) AS us FROM events WHERE :own", own=own)):
        microseconds = numbers(table["us"])
        whole += int((microseconds // (MINUTE * SECOND) * (MINUTE * SECOND) == microseconds).sum())
        places = microseconds // SECOND
        places += shift[places // DAY - first]
        np.add.at(counts.reshape(-1), places, np.int32(1))
    return counts, days, whole


def _candidates(counts: Counts, days: NDArray[np.int64]) -> dict[int, int]:
    """The few seconds (since 1970) that hold more than half of their minute's events, with those of the minute."""
    found: dict[int, int] = {}
    for day, here in zip(days.tolist(), counts, strict=True):
        minutes = np.repeat(here.reshape(-1, MINUTE).sum(axis=1), MINUTE)
        for second in np.flatnonzero((here >= TOGETHER) & (2 * here > minutes)).tolist():
            found[day * DAY + second] = int(minutes[second])
    return found


def _instants(asked: Ranges, own: exp.Expression, of_minute: dict[int, int]) -> int:
    """Instants that are crowded, among the seconds `of_minute`."""
    if not of_minute:
        return 0
    query = part(
        """SELECT epoch_us(occurred_at) AS us, count(*) AS here, count(DISTINCT unit) AS units FROM events
           WHERE (:own) AND :here GROUP BY epoch_us(occurred_at)""",
        own=own,
        here=part("epoch_us(occurred_at) // 1000000").isin(*of_minute),
    )
    found: dict[int, tuple[int, int]] = {}
    for table in asked.ask(query):
        for row in table.to_pylist():
            here, units = found.get(row["us"], (0, 0))
            found[row["us"]] = here + row["here"], units + row["units"]
    return sum(
        units >= TOGETHER and 2 * here > of_minute[us // SECOND] for us, (here, units) in found.items()
    )
