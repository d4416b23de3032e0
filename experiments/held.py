"""What the store holds already, read only as far as it matters to new rows and never all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.arrays import column, empty, numbers
from experiments.events import ASSIGNED, segment, stored
from experiments.unit_range import WHOLE, meeting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.events import Vocabulary
    from experiments.manifest import Part
    from experiments.store import Store
    from experiments.unit_range import UnitRange

SIEVE_BITS = (
    26  # a place for each first 26 bits of a number: it lets through one in 45 at 1.5 million numbers
)
BATCH = 262_144


class Held:
    """The events of some segments."""

    def __init__(self, store: Store, study_id: str, segments: Sequence[Part], words: Vocabulary) -> None:
        self._store, self._study_id, self._segments = store, study_id, segments
        self._words, self.schema = words, stored(words)

    def keys(self, within: UnitRange, keys: pa.ChunkedArray) -> pa.Table:
        """`event_key` and `unit` of the range's events whose key may be among `keys`, and of few others."""
        import pyarrow as pa

        wanted = ["event_key", "unit"]
        none = empty(self.schema).select(wanted)
        if not meeting(self._segments, within):
            return none
        sieve = _Sieve(keys)
        return pa.concat_tables([none, *(_sifted(batch, sieve) for batch in self.batches(within, wanted))])

    def told(self, within: UnitRange, *, events: Iterable[str], units: pa.ChunkedArray) -> pa.Table:
        """The events of some kinds in the range that may be of `units`, and few others."""
        import pyarrow as pa

        wanted = ["unit", "occurred_at", "event", *self.facts()]
        none = empty(self.schema).select(wanted)
        if not meeting(self._segments, within):
            return none
        import pyarrow.dataset as datasets

        sieve = _Sieve(units)
        kinds = datasets.field("event").isin(pa.array(sorted(events), pa.string()))
        found = [_sifted(batch, sieve, by="unit") for batch in self.batches(within, wanted, kinds)]
        return pa.concat_tables([none, *(table.cast(none.schema) for table in found)])

    def facts(self) -> tuple[str, ...]:
        """The columns, beside unit, time and event, from which clocks are told."""
        words = self._words
        wanted = ("session", "arm", "cluster", "period", *words.attributes)
        return tuple(name for name in wanted if name in self.schema.names)

    def cluster_arms(self) -> pa.Table:
        """Which `arm` each `cluster` was assigned in each `period`, as far as the design has them."""
        import pyarrow as pa
        import pyarrow.dataset as datasets

        wanted = [name for name in ("event", "cluster", "period", "arm") if name in self.schema.names]
        assigned = datasets.field("event") == ASSIGNED
        found = [
            pa.Table.from_batches([batch]).group_by(wanted).aggregate([])
            for batch in self.batches(WHOLE, wanted, assigned)
            if batch.num_rows
        ]
        none = empty(self.schema).select(wanted)
        return pa.concat_tables([none, *(table.cast(none.schema) for table in found)])

    def events(self) -> Iterator[set[str]]:
        """The kinds of events, batch by batch."""
        for batch in self.batches(WHOLE, ["event"]):
            yield set(batch.column("event").unique().to_pylist())

    def batches(
        self, within: UnitRange, columns: Sequence[str], also: Any = None
    ) -> Iterator[pa.RecordBatch]:
        """The range's events in batches, with these columns."""
        parts = meeting(self._segments, within)
        if not parts:
            return
        import pyarrow.dataset as datasets

        paths = [str(self._store.verified(self._study_id, part)) for part in parts]
        held = datasets.dataset(paths, schema=self.schema)
        conditions = [c for c in (also, None if within == WHOLE else within.condition()) if c is not None]
        chosen = None
        for condition in conditions:
            chosen = condition if chosen is None else chosen & condition
        yield from held.to_batches(columns=list(columns), filter=chosen, batch_size=BATCH, batch_readahead=4)


def read_all(
    store: Store, study_id: str, segments: Sequence[Part], *, words: Vocabulary, within: UnitRange = WHOLE
) -> pa.Table:
    """The range's events of some segments with every column of the vocabulary; those that one lacks are null."""
    schema = segment(words)
    if not segments:
        return empty(schema)
    import pyarrow.dataset as datasets

    paths = [str(store.verified(study_id, part)) for part in segments]
    condition = None if within == WHOLE else within.condition()
    return datasets.dataset(paths, schema=schema).to_table(filter=condition)


class _Sieve:
    """A quick test that lets every one of some evenly spread numbers through, and few others."""

    def __init__(self, wanted: pa.ChunkedArray) -> None:
        import numpy as np

        self._shift = np.uint64(64 - SIEVE_BITS)
        self._places = np.zeros(1 << SIEVE_BITS, dtype=np.bool_)
        self._places[numbers(wanted) >> self._shift] = True

    def passes(self, values: NDArray[Any]) -> NDArray[Any]:
        """Which values may be wanted."""
        through: NDArray[Any] = self._places[values >> self._shift]
        return through


def _sifted(batch: pa.RecordBatch, sieve: _Sieve, *, by: str = "event_key") -> pa.Table:
    import numpy as np
    import pyarrow as pa

    rows = pa.Table.from_batches([batch])
    return rows.take(column(np.flatnonzero(sieve.passes(numbers(rows[by])))))
