"""What rows of different ranges of units can contradict each other in: an event's id, and a cluster's arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.admission import assigned_clusters, handed, repeated
from experiments.arrays import empty
from experiments.engine import engine
from experiments.sql import part
from experiments.unit_range import WHOLE

if TYPE_CHECKING:
    import pyarrow as pa

    from experiments.events import Vocabulary
    from experiments.held import Held
    from experiments.spill import Spill
    from experiments.unit_range import UnitRange


def identified() -> pa.Schema:
    """The columns of events with an id of their own: its key, the unit and the row's place."""
    import pyarrow as pa

    return pa.schema([("event_key", pa.uint64()), ("unit", pa.uint64()), ("place", pa.int64())])


def owners(named: Spill, held: Held) -> pa.Table:
    """The events whose id names more than one unit's, each (`event_key`) with the `unit` that had it first.

    `named` are the new rows with an id, by that id; what the store holds was there before.
    """
    import pyarrow as pa

    found = [empty(identified()).select(["event_key", "unit"])]
    query = part(
        """SELECT event_key, arg_min(unit, place) AS unit FROM named GROUP BY event_key
           HAVING min(unit) <> max(unit)"""
    )
    before = pa.scalar(-1, pa.int64())
    for batch in held.batches(WHOLE, ["event_key", "unit"]) if named.rows else ():
        rows = pa.Table.from_batches([batch])
        named.add(rows.append_column("place", pa.repeat(before, rows.num_rows)))
    with engine(spills=True) as opened:
        for within in named.ranges():
            opened.hand("named", named.read(within))
            found.append(opened.ask(query))
    return pa.concat_tables(found)


def torn_clusters(
    words: Vocabulary, arriving: Spill, held: Held, *, ranges: tuple[UnitRange, ...], owned: pa.Table
) -> pa.Table:
    """The clusters that were assigned more than one arm, each with the `period` where the design has periods."""
    import pyarrow as pa

    columns = [
        name for name in arriving.columns if name in ("unit", "event", "event_key", "cluster", "period", "arm")
    ]
    known = [held.cluster_arms()]
    with engine(spills=True, owners=owned) as opened:
        for within in ranges:
            rows = arriving.read(within, columns)
            fresh = handed(opened, rows, held.keys(within, rows["event_key"]))
            fresh.out(repeated(opened))
            fresh.hand()
            known.append(assigned_clusters(opened, words))
        opened.hand("known", pa.concat_tables(known))
        return opened.ask(part("SELECT 1"))
