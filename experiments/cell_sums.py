"""Sums over the units of a range that are alike in all that was known before: a cell each, told from their rows."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from experiments import follow_up
from experiments.arrays import column, floats, numbers
from experiments.cell_query import UNITS, parts, summed
from experiments.row_query import known_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from experiments.events import Vocabulary
    from experiments.study import DeclaredOutcome, Study

    Values = NDArray[np.float64]
    Where = NDArray[np.bool_]

T = TypeVar("T")


class Cells:
    """Rows in cells, and sums over them by cell: `first` is the place of a row of each cell.

    Outcomes have much in common: what `once` was told, by what it is told of, is not told again.
    """

    def __init__(self, rows: pa.Table, keys: tuple[str, ...], *, same: Mapping[str, str]) -> None:
        """Cells of rows that are alike in `keys`; `same` has the column that holds what a missing one would."""
        code = np.zeros(rows.num_rows, dtype=np.int64)
        for name in keys:
            places = rows[name].combine_chunks().dictionary_encode(null_encoding="encode").indices
            place = numbers(places).astype(np.int64)
            code = _numbered(code * (place.max(initial=0) + 1) + place)
        self._rows, self._code, self._same = rows, code, same
        self._kept: dict[tuple[object, ...], Any] = {}
        self.first = np.empty(code.max(initial=-1) + 1, dtype=np.int64)
        self.first[code] = np.arange(code.size)

    def known(self, keys: tuple[str, ...]) -> pa.Table:
        """What is known of each cell."""
        return self._rows.select(keys).combine_chunks().take(column(self.first))

    def held_as(self, name: str) -> str:
        """The column that holds what is asked for under a name."""
        return self._same.get(name, name)

    def values(self, name: str) -> Values:
        """A column as floats; a gap is NaN."""
        held = self.held_as(name)
        return self.once(("values", held), lambda: floats(self._rows[held]))

    def once(self, told: tuple[object, ...], make: Callable[[], T]) -> T:
        """What `make` makes, for all who ask for what is `told`: columns, and what is done with them."""
        if told not in self._kept:
            self._kept[told] = make()
        found: T = self._kept[told]
        return found

    def whole(self, names: Sequence[str]) -> Where:
        """The rows that have no gap in these columns."""
        held = sorted({self.held_as(name) for name in names})
        return self.once(
            ("whole", *held), lambda: ~np.logical_or.reduce([np.isnan(self.values(name)) for name in held])
        )

    def count(self, here: Where) -> NDArray[np.int64]:
        """How many rows of each cell are `here`."""
        # Quicker than choosing rows.
        return np.bincount(2 * self._code + here, minlength=2 * self.first.size)[1::2]

    def only(self, here: Where) -> NDArray[np.int64]:
        """The cell of each row that is `here`, and of the others one past the last, for `sum`."""
        return np.where(here, self._code, self.first.size)

    def sum(self, values: Values, only: NDArray[np.int64]) -> Values:
        """The sum of values over the rows of each cell, in the order of the rows, `only` over some."""
        return np.asarray(np.bincount(only, values, self.first.size + 1)[:-1], dtype=np.float64)


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
    rows: pa.Table,
    study: Study,
    words: Vocabulary,
    *,
    centres: Mapping[str, float],
    most: int,
    same: Mapping[str, str],
) -> pa.Table | None:
    """One row a cell: what is known of its units, how many there are, and sums of the outcomes and their halves.

    `same` has for columns that `rows` lack the one that says the same. Sums run over units in their order, so that
    no layout of files can change a digit. None where there are more than `most` cells.
    """
    known = known_columns(study, words)
    cells = Cells(in_order(rows), known, same=same)
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
    whole = tuple(sorted({cells.held_as(in_rows) for in_rows in held.values()}))
    n = cells.once(("count", whole), lambda: cells.count(cells.whole(whole)))
    found: dict[str, NDArray[Any]] = {f"n.{outcome.id}": n}
    for level in range(len(outcome.levels)):
        found[f"level.{outcome.id}.{level}"] = cells.count(cells.values(held["value"]) == level)
    for name in held:
        found[f"total.{outcome.id}.{name}"] = _total(cells, (held[name],), centres, whole)
    for first, second in combinations_with_replacement(sorted(held), 2):
        product = _total(cells, (held[first], held[second]), centres, whole)
        found[f"product.{outcome.id}.{first}.{second}"] = product
    return found


def _total(
    cells: Cells, names: tuple[str, ...], centres: Mapping[str, float], whole: tuple[str, ...]
) -> Values:
    """Sums over the `whole` rows of a column's distance from its centre, or of the product of two of them."""
    only = cells.once(("only", whole), lambda: cells.only(cells.whole(whole)))

    def summed_up() -> Values:
        if any(_at_its_centre(cells, name, centres[name]) for name in names):
            return np.zeros(cells.first.size)
        left, *right = (cells.values(name) - centres[name] for name in names)
        return cells.sum(left * right[0] if right else left, only)

    terms = sorted((cells.held_as(name), centres[name]) for name in names)
    return cells.once(("total", *terms, whole), summed_up)


def _at_its_centre(cells: Cells, name: str, centre: float) -> bool:
    """Whether all that a column has is its centre, as where all units are alike: then its sums are 0."""

    def found() -> bool:
        values = cells.values(name)
        return not ((values > centre).any() or (values < centre).any())

    return cells.once(("at its centre", cells.held_as(name), centre), found)
