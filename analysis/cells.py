"""Cells: units alike in all that was known before, put together as sums, for tables too large to hold as rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from analysis.layout import Layout
    from analysis.outcome import Outcome
    from analysis.table import UnitTable

    Counts = NDArray[np.int64]
    Values = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Places = NDArray[np.intp]

Table: TypeAlias = "UnitTable | CellTable"


@dataclass(frozen=True, slots=True)
class Sums:
    """One outcome over m cells, as arrays of length m.

    `n` units were measured, `missing` were not. `totals` are the sums of each part of the outcome's kind over the
    measured units, less `centres[part]` for each unit; `products` the sums of products of two parts, each less its
    centre, by the pair of names in alphabetical order (a part with itself included). `levels` (m x levels) counts
    the units of each level of an ordinal outcome, from level 0 upwards.

    A centre near the mean keeps the digits of large values. An optional part of the kind may be left out where
    every unit has its default. The figures of an outcome are those of the cells taken together.
    """

    n: Counts
    missing: Counts
    totals: Mapping[str, Values]
    products: Mapping[tuple[str, str], Values]
    centres: Mapping[str, float]
    levels: Counts | None = None

    @property
    def measured(self) -> int:
        """Units with the outcome, in all cells."""
        return int(self.n.sum())

    @property
    def lost(self) -> int:
        """Units without it, in all cells."""
        return int(self.missing.sum())

    def among(self, cells: Flags | Places) -> Sums:
        """The sums of some of the cells, marked or by their places.

        >>> held = Sums(np.array([2, 1]), np.array([0, 1]), {"value": np.array([1.0, 2.0])}, {}, {"value": 5.0})
        >>> held.among(np.array([False, True])).mean("value")
        7.0
        """
        return Sums(
            self.n[cells],
            self.missing[cells],
            {part: values[cells] for part, values in self.totals.items()},
            {pair: values[cells] for pair, values in self.products.items()},
            self.centres,
            None if self.levels is None else self.levels[cells],
        )

    def filled(self, optional: Mapping[str, float]) -> Sums:
        """With the parts that were left out because every unit has the kind's default."""
        absent = {part: value for part, value in optional.items() if part not in self.totals}
        if not absent:
            return self
        parts = sorted({*self.totals, *absent})
        none = np.zeros(self.n.size)
        pairs = [(a, b) for a in parts for b in parts if a <= b and {a, b} & set(absent)]
        return replace(
            self,
            totals={**self.totals, **dict.fromkeys(absent, none)},
            products={**self.products, **dict.fromkeys(pairs, none)},
            centres={**self.centres, **absent},
        )

    def mean(self, part: str) -> float:
        """The mean of a part; raises ZeroDivisionError where nobody was measured."""
        return self.centres[part] + float(self.totals[part].sum()) / self.measured

    def total(self, part: str) -> float:
        """The sum of a part."""
        return float(self.totals[part].sum()) + self.measured * self.centres[part]

    def scatter(self, first: str, second: str) -> float:
        """The sum of products of two parts (in alphabetical order), each less its mean; squares not below 0."""
        totals = [float(self.totals[part].sum()) for part in (first, second)]
        found = float(self.products[first, second].sum()) - totals[0] * totals[1] / self.measured
        return max(found, 0.0) if first == second else found

    def squares(self, part: str) -> float:
        """The sum of squares of a part as it is."""
        return self.scatter(part, part) + self.measured * self.mean(part) ** 2


@dataclass(frozen=True, slots=True)
class CellTable:
    """One row a cell: `keys` (m rows) has `arm` and, where declared, `stratum`, `cluster`, covariates and
    `subgroup.<attribute>`, named as in a unit table; `counts` are the units of each cell.

    `sums` hold each outcome of a kind that has sums, by its name; `rows` is a unit table with the columns of the
    other outcomes (and arm, stratum, cluster, covariates and subgroups beside them), None where there are none.
    """

    keys: pd.DataFrame
    counts: Counts
    sums: Mapping[str, Sums]
    layout: Layout
    rows: UnitTable | None = None

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.counts.sum())

    @property
    def known(self) -> pd.DataFrame:
        """What is known of each cell, one row a cell."""
        return self.keys

    def of(self, outcome: Outcome) -> Table:
        """The table that holds an outcome: this one, or the one with a row for each unit.

        Raises Refusal where neither does.
        """
        if outcome.name in self.sums:
            return self
        if self.rows is None:
            raise Refusal(
                f"Neither sums nor rows of the outcome {outcome.name!r} were handed over.",
                remedy="Measure the study again.",
            )
        return self.rows

    def measured(self, outcome: Outcome) -> Counts:
        """How many units of each cell have the outcome (m)."""
        return self.sums[outcome.name].n

    def lost(self, outcome: Outcome) -> Counts | None:
        """How many units of each cell have not (m), or each row of `rows`; None where neither holds the outcome."""
        if outcome.name in self.sums:
            return self.sums[outcome.name].missing
        return None if self.rows is None else self.rows.lost(outcome)

    def where(self, cells: Flags | Places) -> CellTable:
        """Some of the cells, marked or by their places; without the outcomes that are held as rows."""
        sums = {name: held.among(cells) for name, held in self.sums.items()}
        return CellTable(self.keys.iloc[cells], self.counts[cells], sums, self.layout)

    def knowing(self, column: str, values: pd.Series[float]) -> CellTable:
        """With one more column known of each cell; without the outcomes that are held as rows."""
        return replace(self, keys=self.keys.assign(**{column: values}), rows=None)
