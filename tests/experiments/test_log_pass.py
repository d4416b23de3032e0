"""The pass over a log's instants: it finds what counting row by row finds, in whatever order rows come."""

from __future__ import annotations

from collections import Counter, defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pytest

from experiments import log_pass
from experiments.log_pass import DAY, MINUTE, SECOND, passed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from experiments.by_range import Ranges

    Event = tuple[int, int, int | None, int, str | None]  # unit, microseconds, session, own, arm

BUSY, LONGEST = 3, 3600
ROWS = 6000


class Answers:
    """Ranges that hold these tables, whichever columns they are asked for."""

    def __init__(self, *tables: pa.Table) -> None:
        self._tables = tables

    def blocks(self, _: Any, made: Callable[[Iterator[pa.Table]], Any]) -> Iterator[Any]:
        """What is made of each table."""
        return (made(iter([table])) for table in self._tables)


def rows(seed: int) -> list[Event]:
    """Random events of 60 units on 9 days far apart, as `Event` has them; units share session ids."""
    rng = np.random.default_rng(seed)
    units = rng.integers(0, 60, ROWS) * 2**57
    days = rng.choice([-400, 0, 1, 2, 3, 300, 301, 20_000, 20_001], ROWS)
    seconds = np.where(rng.random(ROWS) < 0.5, rng.integers(0, 300, ROWS), rng.integers(0, DAY, ROWS))
    instants = (days * DAY + seconds) * SECOND + np.where(rng.random(ROWS) < 0.7, 0, 250_000)
    sessions = [None if gap else int(id_) << 50 for gap, id_ in rng.integers([0, 0], [2, 900], (ROWS, 2))]
    own = (rng.random(ROWS) < 0.8).astype(int)
    arms = [(None, "none", "warning")[arm] for arm in rng.choice(3, ROWS, p=[0.98, 0.01, 0.01])]
    drawn = list(
        zip(units.astype(np.uint64).tolist(), instants.tolist(), sessions, own.tolist(), arms, strict=True)
    )
    # Two units beside each other meet in one minute, in which neither is fast.
    meeting = [
        (unit, (unit + later) * MINUTE * SECOND, None, 1, None) for unit in (1, 2) for later in (0, 0, 1, 1)
    ]
    return drawn + meeting


def table(events: list[Event]) -> pa.Table:
    """Events as a segment holds them."""
    units, instants, sessions, own, arms = (list(values) for values in zip(*events, strict=True))
    named = ["click" if theirs else "assigned" for theirs in own]
    return pa.table(
        {
            "unit": pa.array(units, pa.uint64()),
            "occurred_at": pa.array(instants, pa.timestamp("us")),
            "event": pa.array(named).dictionary_encode(),
            "session": pa.array(sessions, pa.uint64()),
            "arm": pa.array(arms, pa.string()).dictionary_encode(),
        }
    )


def by_hand(events: list[Event]) -> dict[str, int]:
    """The totals, event by event."""
    own = [(unit, us) for unit, us, _, theirs, _ in events if theirs]
    minutes = Counter((unit, us // (MINUTE * SECOND)) for unit, us in own)
    fast = {key: count for key, count in minutes.items() if count > BUSY}
    visits = defaultdict(list)
    for unit, us, session, _, _ in events:
        if session is not None:
            visits[unit, session].append(us)
    arms = defaultdict(set)
    for unit, _, _, _, arm in events:
        arms[unit] |= {arm} - {None}
    return {
        "events": len(own),
        "units": len({unit for unit, _ in own}),
        "bursting": len({unit for unit, _ in fast}),
        "in_bursts": sum(fast.values()),
        "lasting": sum(max(times) - min(times) > LONGEST * SECOND for times in visits.values()),
        "several": sum(len(named) > 1 for named in arms.values()),
        "whole": sum(us % (MINUTE * SECOND) == 0 for _, us in own),
    }


@pytest.mark.parametrize("order", ["unit and time", "unit", "time"])
@pytest.mark.parametrize("block", [50, 10**6])
def test_the_pass_counts_as_by_hand_in_any_order_of_rows(
    order: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_pass, "BLOCK", block)
    places_of = {"unit and time": (0, 1), "unit": (0,), "time": (1,)}
    events = rows(5)
    halves = [[e for e in events if e[0] < 2**62], [e for e in events if e[0] >= 2**62]]
    tables = [table(sorted(half, key=itemgetter(*places_of[order]))) for half in halves]
    answers = cast("Ranges", Answers(*tables, tables[0].slice(0, 0)))
    found = passed(answers, written={"assigned"}, busy=BUSY, longest=LONGEST)
    expected = by_hand(events)
    assert found.totals == expected
    assert min(expected["bursting"], expected["lasting"], expected["whole"], expected["several"]) > 10
    assert sorted(found.days.tolist()) == sorted({us // SECOND // DAY for _, us, _, _, _ in events})
    seconds = Counter(us // SECOND for _, us, _, own, _ in events if own)
    places = zip(*np.nonzero(found.counts), strict=True)
    told = {int(found.days[day] * DAY + second): int(found.counts[day, second]) for day, second in places}
    assert told == seconds
