"""New rows that are taken out one after the other, and those among them whose event was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.arrays import beginning_alike, flags, in_their_order, numbers
from experiments.sql import part

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.engine import Engine


class Fresh:
    """The rows that are still in, in any order; the engine sees them as `fresh`, each with its `place`."""

    def __init__(self, engine: Engine, rows: pa.Table) -> None:
        import numpy as np

        self._engine, self.rows = engine, rows
        self._in = np.ones(rows.num_rows, dtype=np.bool_)
        self._left: pa.Table | None = rows

    def out(self, found: pa.Table) -> pa.Table:
        """Take out the rows at the places in `found`, and return them."""
        import numpy as np
        from pyarrow import compute

        if not found.num_rows:
            return self.rows.slice(0, 0)
        gone = compute.is_in(self.rows["place"], value_set=found["place"].combine_chunks())
        return self.out_at(np.flatnonzero(numbers(gone.cast("uint8")).astype(np.bool_) & self._in))

    def out_at(self, rows: NDArray[Any]) -> pa.Table:
        """Take out rows by where they stand in `rows`, and return them."""
        import numpy as np

        if not len(rows):
            return self.rows.slice(0, 0)
        out = np.zeros(len(self._in), dtype=np.bool_)
        out[rows] = True
        self._in &= ~out
        self._left = None
        return self.rows.filter(flags(out))

    def hand(self) -> None:
        """Show the engine what is left."""
        self._engine.hand("fresh", self.left())

    def left(self) -> pa.Table:
        """What is left."""
        if self._left is None:
            self._left = self.rows.filter(flags(self._in))
        return self._left


def repeated(engine: Engine, fresh: Fresh) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where those of all rows stand whose event an earlier row, or the store (`held`), already has, and whether its
    unit is the same.
    """
    import numpy as np

    rows = fresh.rows
    held, owned = (engine.ask(part(f"SELECT event_key, unit FROM {table}")) for table in ("held", "owners"))
    key, unit = (
        np.concatenate([numbers(table[name]) for table in (held, owned, rows)])
        for name in ("event_key", "unit")
    )
    first_new = held.num_rows + owned.num_rows
    place = np.concatenate([np.full(first_new, -1, dtype=np.int64), numbers(rows["place"])])
    place[held.num_rows : first_new] = np.iinfo(np.int64).max  # an owner makes no row a repetition
    at, group = alike(key)
    if not len(at):
        return at, np.empty(0, dtype=np.bool_)
    earliest = np.full(group[-1] + 1, np.iinfo(np.int64).max)
    np.minimum.at(earliest, group, place[at])
    first = place[at] == earliest[group]
    theirs = np.empty(len(earliest), dtype=np.uint64)
    theirs[group[first]] = unit[at[first]]
    owner = (at >= held.num_rows) & (at < first_new)
    theirs[group[owner]] = unit[at[owner]]
    taken = np.zeros(len(earliest), dtype=np.bool_)
    taken[group[owner]] = True
    same = unit[at] == theirs[group]
    again = (at >= first_new) & (~first | (taken[group] & ~same))
    return at[again] - first_new, same[again]


def alike(keys: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where those numbers stand that occur more than once, in their order, and the group of equal ones of each."""
    import numpy as np

    suspects = beginning_alike(keys)
    order = suspects[in_their_order(keys[suspects])]
    in_order = keys[order]
    follows = in_order[1:] == in_order[:-1]
    several = np.zeros(len(order), dtype=np.bool_)
    several[1:] = follows
    several[:-1] |= follows
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = ~follows
    return order[several], np.cumsum(begins[several]) - 1
