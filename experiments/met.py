"""What was found of the ids met so far, so that each is judged once however often a log says it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, numbers
from experiments.keyed import keyed_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from numpy.typing import NDArray

MOST = 4_000_000  # ids that are kept in mind, some 40 bytes each; all others are judged in every batch


class Met:
    """The ids met so far, in memory alone: each as two numbers, under keys that nobody else knows, and its row.

    Both numbers have to agree, so that chance takes no id for another one.
    """

    def __init__(self) -> None:
        import numpy as np

        self._keys = (secrets.token_bytes(16), secrets.token_bytes(16))
        self._first: NDArray[Any] = np.empty(0, np.uint64)  # in order; the others stand beside it
        self._second: NDArray[Any] = np.empty(0, np.uint64)
        self._row: NDArray[Any] = np.empty(0, np.int32)
        self._found: pa.Table | None = None

    def found(self, ids: pa.Array, judge: Callable[[pa.Array], pa.Table]) -> pa.Table:
        """A row for each of some ids in their order, all of them different, as `judge` finds it (likewise)."""
        import numpy as np
        import pyarrow as pa
        from pyarrow import compute

        first, second = (numbers(compute.fill_null(keyed_numbers(ids, key), 0)) for key in self._keys)
        order = np.argsort(first)
        place = np.searchsorted(self._first, first[order])
        hit = np.flatnonzero(place < len(self._first))
        hit = hit[self._first[place[hit]] == first[order[hit]]]
        hit = hit[self._second[place[hit]] == second[order[hit]]]
        row = np.full(len(ids), -1, dtype=np.int32)
        row[order[hit]] = self._row[place[hit]]
        known = self._found
        if len(hit) < len(ids) or known is None:
            fresh = np.delete(np.arange(len(ids)), hit)
            new, before = order[fresh], len(self._row)
            row[new] = np.arange(before, before + len(new), dtype=np.int32)
            answer = judge(ids.take(column(new)))
            known = answer if known is None else pa.concat_tables([known, answer]).combine_chunks()
            if len(known) <= MOST:
                self._first, self._second, self._row = (
                    np.insert(held, place[fresh], more[new])
                    for held, more in ((self._first, first), (self._second, second), (self._row, row))
                )
                self._found = known
        return known.take(column(row))
