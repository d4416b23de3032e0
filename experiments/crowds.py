"""Crowds in a log: minutes with far too many events, and instants at which far too many units do something at once.

Both are told from the events by second that a pass over the log has counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.log_pass import DAY, MINUTE, SECOND
from experiments.sql import part

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlglot import exp

    from experiments.by_range import Ranges
    from experiments.log_pass import Passed

    Counts = NDArray[np.int32]

CROWD, FACTOR = 100, 10  # events in a minute, and times the busiest minute but one in ten
TOGETHER = 20  # units at one instant


def crowds(asked: Ranges, own: exp.Expression, seen: Passed) -> dict[str, int]:
    """`crowded_minutes` and `crowded_instants` of the events that are units' `own` doing.

    A minute is crowded that holds many times as many events as the busiest tenth of the log's minutes begins with;
    an instant, at which many units have an event and more than half of its minute's events happen. A log whose
    times are mostly whole minutes is written to the minute, and has no such instants.
    """
    counts, days = seen.counts, seen.days
    minutes = counts.reshape(-1, MINUTE).sum(axis=1)
    busy = minutes[minutes > 0]
    if not busy.size:
        return {"crowded_minutes": 0, "crowded_instants": 0}
    usual = np.quantile(busy, 0.9)
    fine = 2 * seen.totals["whole"] <= busy.sum()
    return {
        "crowded_minutes": int(((busy >= CROWD) & (busy > FACTOR * usual)).sum()),
        "crowded_instants": _instants(asked, own, _candidates(counts, days)) if fine else 0,
    }


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
