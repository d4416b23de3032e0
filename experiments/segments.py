"""Segments: immutable files of events in the order of unit and time, with the time since each unit's exposure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, flags, in_their_order, numbers
from experiments.beside import told_beside
from experiments.events import vocabulary
from experiments.held import read_all
from experiments.store import SEGMENTS
from experiments.words import compacted

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.manifest import Part
    from experiments.store import Store
    from experiments.study import Study


def clocks(listed: pa.Table) -> pa.Table:
    """What a segment needs of a list of units: `unit`, `exposure` and its `session`, in the order of units."""
    return listed.select(["unit", "exposure", "session"])


def together(known: pa.Table, news: pa.Table) -> pa.Table:
    """The `clocks` that are known, those in the news in place of what was, in the order of units."""
    import numpy as np
    import pyarrow as pa

    if not known.num_rows:
        return news
    hit, _ = _matched(known["unit"], news)
    both = pa.concat_tables([known.filter(flags(~hit)), news])
    return both.take(column(np.argsort(numbers(both["unit"]))))


def in_order(events: pa.Table) -> pa.Table:
    """Events in the order of a segment: unit, time, key. Quickest for those that come in the order of time."""
    import numpy as np
    import pyarrow as pa

    times, keys = numbers(events["occurred_at"].cast(pa.int64())), numbers(events["event_key"])
    units = numbers(events["unit"])
    order = in_their_order(units)
    unit, time, key = units[order], times[order], keys[order]
    late = (time[1:] < time[:-1]) | ((time[1:] == time[:-1]) & (key[1:] < key[:-1]))
    same = unit[1:] == unit[:-1]
    if (mixed := same & late).any():
        run = np.concatenate([[0], np.cumsum(~same)])
        affected = np.zeros(run[-1] + 1, dtype=np.bool_)
        affected[run[1:][mixed]] = True
        place = np.flatnonzero(affected[run])
        order[place] = order[place][np.lexsort((key[place], time[place], unit[place]))]
    return events.take(column(order))


def moved(known: pa.Table, news: pa.Table) -> pa.Table:
    """The `clocks` of known units that are others in the news of the list."""
    from pyarrow import compute

    hit, was = _matched(news["unit"], clocks(known))
    now = clocks(news)
    alike = compute.and_(*(_same(was[name], now[name]) for name in ("exposure", "session")))
    return now.filter(compute.and_not(flags(hit), alike))


def _same(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where two columns agree; gaps agree with each other."""
    from pyarrow import compute

    both_gaps = compute.and_(left.is_null(), right.is_null())
    return compute.or_(compute.fill_null(compute.equal(left, right), fill_value=False), both_gaps)


def on_clocks(events: pa.Table, told: pa.Table) -> pa.Table:
    """Events with `since` and `in_session` by the `clocks` that were told; others keep what they have, or none."""
    import pyarrow as pa
    from pyarrow import compute

    hit, clock = _matched(events["unit"], told)
    since = compute.subtract(events["occurred_at"].cast(pa.int64()), clock["exposure"].cast(pa.int64()))
    here = compute.fill_null(compute.equal(events["session"], clock["session"]), fill_value=False)
    if "since" in events.column_names:
        since = compute.if_else(flags(hit), since, events["since"])
        here = compute.if_else(flags(hit), here, events["in_session"])
        events = events.drop_columns(["since", "in_session"])
    return events.append_column("since", since).append_column("in_session", here)


def _matched(units: pa.ChunkedArray, told: pa.Table) -> tuple[NDArray[Any], pa.Table]:
    """For each unit whether it is among those `told`, which are in order, and its row there or nulls."""
    import numpy as np
    import pyarrow as pa

    wanted, known = numbers(units), numbers(told["unit"])
    place = np.searchsorted(known, wanted)
    hit = np.zeros(len(wanted), dtype=np.bool_)
    inside = np.flatnonzero(place < len(known))
    hit[inside] = known[place[inside]] == wanted[inside]
    none = pa.table([pa.nulls(1, kind) for kind in told.schema.types], schema=told.schema)
    return hit, pa.concat_tables([told, none]).take(column(np.where(hit, place, len(known))))


def keep_segment(store: Store, study: Study, events: pa.Table) -> Part:
    """Write events, which are in order, as an immutable file, and beside it what is told from them."""
    import pyarrow as pa
    from pyarrow import compute

    ends = compute.min_max(events["occurred_at"]).as_py()
    first, last = (f"{ends[end].isoformat()}Z" for end in ("min", "max"))
    units = events["unit"]
    for place, field in enumerate(events.schema):
        if not pa.types.is_primitive(field.type):  # a list of words may have more than these rows say
            events = events.set_column(place, field.name, compacted(events[field.name]))
    kept = store.keep_part(study.id, SEGMENTS, events)
    kept = replace(kept, first=first, last=last, low=units[0].as_py(), high=units[-1].as_py())
    return replace(kept, beside=told_beside(store, study, kept, events))


def renewed(store: Store, study: Study, parts: Iterable[Part], *, changed: pa.Table) -> tuple[Part, ...]:
    """The segments, those written anew that hold a unit whose clock `changed` (`clocks`, in any order)."""
    import numpy as np
    from pyarrow import parquet

    changed = changed.take(column(np.argsort(numbers(changed["unit"]))))
    units = numbers(changed["unit"])
    kept = []
    for part in parts:
        low, high = np.searchsorted(units, np.array([part.low, part.high], dtype=np.uint64))
        if low < len(units) and (low < high or units[low] <= part.high):
            held = parquet.read_table(store.verified(study.id, part), columns=["unit"])
            if np.isin(numbers(held["unit"]), units[low : high + 1]).any():
                events = read_all(store, study.id, (part,), words=vocabulary(study))
                part = keep_segment(store, study, on_clocks(events, changed))
        kept.append(part)
    return tuple(kept)
