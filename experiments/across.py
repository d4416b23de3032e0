"""What rows of different ranges of units can contradict each other in: an event's id, and a cluster's arm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.admission import cluster_arms
from experiments.arrays import column, empty, numbers
from experiments.engine import engine
from experiments.fresh_rows import Fresh, alike, repeated
from experiments.sql import part
from experiments.unit_range import WHOLE

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.events import Vocabulary
    from experiments.held import Held
    from experiments.spill import Spill


def identified() -> pa.Schema:
    """The columns of events with an id of their own: its key, the unit, and the row's place among all rows."""
    import pyarrow as pa

    return pa.schema([("event_key", pa.uint64()), ("unit", pa.uint64()), ("place", pa.int64())])


def nobodys() -> pa.Table:
    """No event whose id names several units' events."""
    return empty(identified()).select(["event_key", "unit"])


def owners(named: Spill, held: Held) -> pa.Table:
    """The events (`event_key`) whose id names those of several units, each with the `unit` that had it first.

    `named` are the new rows with an id, by its key; what the store holds was there before them.
    """
    import pyarrow as pa

    if not named.rows:
        return nobodys()
    before = pa.scalar(-1, pa.int64())
    for batch in held.batches(WHOLE, ["event_key", "unit"]):
        rows = pa.Table.from_batches([batch])
        named.add(rows.append_column("place", pa.repeat(before, rows.num_rows)))
    query = part(
        """SELECT event_key, arg_min(unit, place) AS unit FROM named GROUP BY event_key
           HAVING min(unit) <> max(unit)"""
    )
    found = [nobodys()]
    with engine(spills=True) as opened:
        for within in named.ranges():
            rows = named.read(within)
            if len(suspects := _of_several(rows)):
                opened.hand("named", rows.take(column(suspects)))
                found.append(opened.ask(query))
    return pa.concat_tables(found)


def _of_several(rows: pa.Table) -> NDArray[Any]:
    """Where the rows stand whose key other rows have with another unit."""
    import numpy as np

    at, group = alike(numbers(rows["event_key"]))
    unit = numbers(rows["unit"])[at]
    mixed = (group[1:] == group[:-1]) & (unit[1:] != unit[:-1])
    return at[np.isin(group, group[1:][mixed])]


def torn_clusters(words: Vocabulary, arriving: Spill, held: Held, *, owned: pa.Table) -> pa.Table:
    """The clusters (`cluster`, `period`) that were assigned more than one arm, in the store and the new rows."""
    import pyarrow as pa

    schema = pa.schema([("cluster", pa.string()), ("period", pa.int32())])
    if not words.clustered or words.calendar:
        return empty(schema)
    said = ("place", "unit", "event", "event_key", "cluster", "period", "arm")
    columns = [name for name in arriving.schema.names if name in said]
    with engine(spills=True, owners=owned, before=held.cluster_arms()) as opened:
        known = [cluster_arms(opened, words, "before")]
        for within in arriving.ranges():
            rows = arriving.read(within, columns)
            opened.hand("held", held.keys(within, rows["event_key"]))
            fresh = Fresh(opened, rows)
            fresh.out_at(repeated(opened, fresh)[0])
            fresh.hand()
            known.append(cluster_arms(opened, words, "fresh"))
        opened.hand("given", pa.concat_tables(known))
        torn = "SELECT cluster, period FROM given GROUP BY cluster, period HAVING min(arm) <> max(arm)"
        return opened.ask(part(torn)).cast(schema)
