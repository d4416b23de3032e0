"""Cells: units alike in all that was known before, put together as sums, for tables too large to hold as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.layout import Layout
    from analysis.table import UnitTable

    Counts = NDArray[np.int64]
    Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """One outcome over m cells, as arrays of length m.

    `n` units were measured, `missing` were not. `totals` are the sums of each part of the outcome's kind over the
    measured units, less `centres[part]` for each unit; `products` the sums of products of two parts, each less its
    centre, by the pair of names in alphabetical order (a part with itself included). `levels` (m x levels) counts
    the units of each level of an ordinal outcome.
    """

    n: Counts
    missing: Counts
    totals: Mapping[str, Values]
    products: Mapping[tuple[str, str], Values]
    centres: Mapping[str, float]
    levels: Counts | None = None


@dataclass(frozen=True, slots=True)
class CellTable:
    """One row a cell: `keys` (m rows) has `arm` and, where declared, `stratum`, `cluster`, covariates and
    `subgroup.<attribute>`, named as in a unit table; `counts` are the units of each cell.

    `sums` hold each outcome of a kind that has sums, by its name; `rows` is a unit table with the columns of the
    other outcomes, None where there are none.
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
