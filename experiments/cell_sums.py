"""Sums over the units of a range that are alike in all that was known before: a cell each, told from their rows."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments import follow_up
from experiments.arrays import column, floats, numbers
from experiments.cell_query import UNITS, parts, summed
from experiments.row_query import known_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.events import Vocabulary
    from experiments.study import DeclaredOutcome, Study

    Values = NDArray[np.float64]
    Where = NDArray[np.bool_]


class Cells:
    """Rows in cells, and sums over them by cell: `first` is the place of a row of each cell."""

    def __init__(self, rows: pa.Table, keys: tuple[str, ...]) -> None:
        code = np.zeros(rows.num_rows, dtype=np.int64)
        for name in keys:
            places = rows[name].combine_chunks().dictionary_encode(null_encoding="encode").indices
            place = numbers(places).astype(np.int64)
            code = _numbered(code * (place.max(initial=0) + 1) + place)
        self._rows, self._code = rows, code
        self.first = np.empty(code.max(initial=-1) + 1, dtype=np.int64)
        self.first[code] = np.arange(code.size)

    def known(self, keys: tuple[str, ...]) -> pa.Table:
        """What is known of each cell."""
        return self._rows.select(keys).take(column(self.first))

    def values(self, name: str) -> Values:
        """A column as floats; a gap is NaN."""
        return floats(self._rows[name])

    def count(self, here: Where) -> NDArray[np.int64]:
        """How many rows of each cell are `here`."""
        counted = np.bincount(
            2 * self._code + here, minlength=2 * self.first.size
        )  # quicker than choosing rows
        return counted[1::2]

    def sum(self, values: Values, here: Where) -> Values:
        """The sum of values over the rows of each cell that are `here`, in the order of the rows."""
        chosen = np.where(here, values, 0.0)
        if not chosen.any():  # as of what is alike for all: it lies at its centre
            return np.zeros(self.first.size)
        return np.asarray(np.bincount(self._code, chosen, self.first.size), dtype=np.float64)


def in_order(rows: pa.Table) -> pa.Table:
    """Rows in the order of units; mostly they are, and then nothing is moved."""
    units = numbers(rows["unit"])
    return rows if (units[1:] > units[:-1]).all() else rows.take(column(np.argsort(units)))


def _numbered(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes numbered anew from 0 in their order, so that none grows beyond how many there are."""
    if codes.max(initial=0) > 4 * codes.size:
        return np.unique(codes, return_inverse=True)[1]
    seen = np.bincount(codes) > 0
    return (np.cumsum(seen) - 1)[codes]


def cell_sums(
    rows: pa.Table, study: Study, words: Vocabulary, *, centres: Mapping[str, float], most: int
) -> pa.Table | None:
    """One row a cell: what is known of its units, how many there are, and sums of the outcomes and their halves.

    Sums run over units in their order, so that no layout of files can change a digit. None where there are more
    than `most` cells.
    """
    known = known_columns(study, words)
    cells = Cells(in_order(rows), known)
    if cells.first.size > most:
        return None
    found: dict[str, NDArray[Any]] = {UNITS: cells.count(np.ones(rows.num_rows, dtype=np.bool_))}
    for outcome in summed(study):
        found |= _sums(cells, outcome, centres)
    found |= follow_up.sums(cells, study)
    table = cells.known(known)
    for name, values in found.items():
        table = table.append_column(name, column(values))
    return table


def _sums(cells: Cells, outcome: DeclaredOutcome, centres: Mapping[str, float]) -> dict[str, NDArray[Any]]:
    held = parts(outcome)
    values = {name: cells.values(in_rows) for name, in_rows in held.items()}
    whole = np.logical_and.reduce([~np.isnan(one) for one in values.values()])
    found: dict[str, NDArray[Any]] = {f"n.{outcome.id}": cells.count(whole)}
    for level in range(len(outcome.levels)):
        found[f"level.{outcome.id}.{level}"] = cells.count(values["value"] == level)
    about = {name: values[name] - centres[in_rows] for name, in_rows in held.items()}
    for name, value in about.items():
        found[f"total.{outcome.id}.{name}"] = cells.sum(value, whole)
    for first, second in combinations_with_replacement(sorted(about), 2):
        product = about[first] * about[second]
        found[f"product.{outcome.id}.{first}.{second}"] = cells.sum(product, whole)
    return found
