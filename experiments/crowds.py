"""Crowds in a log: minutes with far too many events, and instants at which far too many units do something at once.

Events are counted by second, a day at a time, so that days on which nothing happens take no memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.sql import part

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlglot import exp

    from experiments.by_range import Ranges

CROWD, FACTOR = 100, 10  # events in a minute, and times the busiest minute but one in ten
TOGETHER = 20  # units at one instant
MINUTE, DAY = 60, 86_400

Counts = dict[int, "NDArray[np.int32]"]  # a day's events by second


def crowds(asked: Ranges, own: exp.Expression) -> dict[str, int]:
    """`crowded_minutes` and `crowded_instants` of the events that are units' `own` doing.

    A minute is crowded that holds many times as many events as the busiest tenth of the log's minutes begins with;
    an instant, at which many units have an event and more than half of its minute's events happen. A log whose times
    are mostly whole minutes is written to the minute, and has no such instants.
    """
    counts, whole = _by_second(asked, own)
    minutes = [day.reshape(-1, MINUTE).sum(axis=1) for day in counts.values()]
    busy = np.concatenate([here[here > 0] for here in minutes]) if minutes else np.empty(0)
    if not busy.size:
        return {"crowded_minutes": 0, "crowded_instants": 0}
    usual = np.quantile(busy, 0.9)
    fine = 2 * whole <= busy.sum()
    return {
        "crowded_minutes": int(((busy >= CROWD) & (busy > FACTOR * usual)).sum()),
        "crowded_instants": _instants(asked, own, counts) if fine else 0,
    }


def _by_second(asked: Ranges, own: exp.Expression) -> tuple[Counts, int]:
    """Events by second, and how many of them are at whole minutes."""
    query = part(
        """SELECT second, count(*) AS n, count(*) FILTER (WHERE us % 60000000 = 0) AS whole
           FROM (SELECT epoch_us(occurred_at) AS us, epoch_us(occurred_at) // 1000000 AS second
                 FROM events WHERE :own) AS own GROUP BY second""",
        own=own,
    )
    counts: Counts = {}
    whole = 0
    for table in asked.ask(query):
        seconds, n, at_whole = (table[name].to_numpy() for name in ("second", "n", "whole"))
        whole += int(at_whole.sum())
        order = np.argsort(seconds // DAY, kind="stable")
        days, starts = np.unique((seconds // DAY)[order], return_index=True)
        for day, rows in zip(days.tolist(), np.split(order, starts[1:]), strict=True):
            here = counts.setdefault(day, np.zeros(DAY, dtype=np.int32))
            here[seconds[rows] - day * DAY] += n[rows].astype(np.int32)
    return counts, whole


def _instants(asked: Ranges, own: exp.Expression, counts: Counts) -> int:
    """Instants that are crowded, among the few seconds that hold more than half of their minute's events."""
    of_minute: dict[int, int] = {}
    for day, here in counts.items():
        minutes = np.repeat(here.reshape(-1, MINUTE).sum(axis=1), MINUTE)
        for second in np.flatnonzero((here >= TOGETHER) & (2 * here > minutes)).tolist():
            of_minute[day * DAY + second] = int(minutes[second])
    if not of_minute:
        return 0
    query = part(
        """SELECT epoch_us(occurred_at) AS us, count(*) AS here, count(DISTINCT unit) AS units FROM events
           WHERE (:own) AND :then GROUP BY epoch_us(occurred_at)""",
        own=own,
        then=part("epoch_us(occurred_at) // 1000000").isin(*of_minute),
    )
    found: dict[int, tuple[int, int]] = {}
    for table in asked.ask(query):
        for row in table.to_pylist():
            here, units = found.get(row["us"], (0, 0))
            found[row["us"]] = here + row["here"], units + row["units"]
    return sum(
        units >= TOGETHER and 2 * here > of_minute[us // 1_000_000] for us, (here, units) in found.items()
    )
