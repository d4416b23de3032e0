"""The files of the list of units, each of some range of units: only those are written anew in which one changed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, distinct, empty, flags, numbers
from experiments.store import UNITS
from experiments.unit_list import columns
from experiments.unit_range import WHOLE, UnitRange, meeting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.events import Vocabulary
    from experiments.manifest import Part
    from experiments.store import Store

UNITS_A_FILE = 500_000


class UnitParts:
    """The list of units of a study, in the files that it has so far."""

    def __init__(self, store: Store, study_id: str, parts: Sequence[Part], words: Vocabulary) -> None:
        self._store, self._study_id, self._parts = store, study_id, parts
        self._schema = columns(words)

    def known(self, within: UnitRange, units: pa.ChunkedArray) -> pa.Table:
        """What the list says of these units of the range, in their order."""
        if not meeting(self._parts, within):
            return empty(self._schema)
        wanted = distinct(numbers(units))
        rows = [table.filter(flags(_among(table, wanted))) for table in self._tables(within)]
        return self._together(rows)

    def all(self, within: UnitRange) -> pa.Table:
        """The list of the range's units, in their order."""
        return self._together(list(self._tables(within)))

    def with_news(self, within: UnitRange, news: pa.Table) -> tuple[Part, ...]:
        """The files for the units of the range, with what is new (in the order of units) in place of what was."""
        kept: list[Part] = []
        for piece in self._pieces(within):
            here, old = piece.of(news), meeting(self._parts, piece)
            if not here.num_rows and all(piece.holds(part.low, part.high) for part in old):
                kept += old
            else:
                kept += self._written(piece, here)
        return tuple(kept)

    def _pieces(self, within: UnitRange) -> Iterator[UnitRange]:
        """The range, cut where a file of the list begins in it."""
        starts = sorted(part.low for part in self._parts if within.low < part.low <= within.high)
        edges = (within.low, *starts, within.high + 1)
        return (UnitRange(low, after - 1) for low, after in pairwise(edges))

    def _written(self, piece: UnitRange, news: pa.Table) -> Iterator[Part]:
        """The piece's units, the new rows among them, as files of about as many units each."""
        import numpy as np

        new = numbers(news["unit"])
        old = (table.filter(flags(~_among(table, new))) for table in self._tables(piece))
        rows = self._together([*old, news])
        rows = rows.take(column(np.argsort(numbers(rows["unit"]))))
        files = -(-rows.num_rows // UNITS_A_FILE)
        for file in range(files):
            first, after = (rows.num_rows * place // files for place in (file, file + 1))
            table = rows.slice(first, after - first)
            units = table["unit"]
            part = self._store.keep_part(self._study_id, UNITS, table)
            yield replace(part, low=units[0].as_py(), high=units[-1].as_py())

    def _tables(self, within: UnitRange) -> Iterator[pa.Table]:
        """The list of the range's units, file by file."""
        import pyarrow.dataset as datasets

        for part in sorted(meeting(self._parts, within), key=lambda part: part.low):
            path = str(self._store.verified(self._study_id, part))
            condition = None if within == WHOLE else within.condition()
            yield datasets.dataset([path], schema=self._schema).to_table(filter=condition)

    def _together(self, tables: list[pa.Table]) -> pa.Table:
        import pyarrow as pa

        return pa.concat_tables([empty(self._schema), *tables])


def _among(rows: pa.Table, wanted: NDArray[Any]) -> NDArray[Any]:
    """Which rows are of some units, which are in order."""
    import numpy as np

    if not len(wanted):
        return np.zeros(rows.num_rows, dtype=np.bool_)
    units = numbers(rows["unit"])
    found: NDArray[Any] = wanted[np.minimum(np.searchsorted(wanted, units), len(wanted) - 1)] == units
    return found
