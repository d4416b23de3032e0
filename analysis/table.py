"""The unit table: one row a unit, validated once, trusted afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.outcome import kinds
from analysis.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.layout import Layout
    from analysis.outcome import Outcome

    Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class UnitTable:
    """One row as the layout says: `arm` (str), what it requires, and the columns of outcomes and covariates.

    `period` is a number that grows by 1 from one period to the next; `waves` of an outcome are columns named by
    `Outcome.wave_column`. Raises Refusal when a column that the layout requires is absent, has gaps, or is a
    period that is no number.
    """

    frame: pd.DataFrame
    layout: Layout

    def __post_init__(self) -> None:
        for column in self.layout.requires:
            if column not in self.frame:
                raise Refusal(
                    f"The table has no column {column!r}, which the layout {self.layout.name!r} needs.",
                    remedy="Name that column, or choose another layout.",
                )
            if self.frame[column].isna().any():
                raise Refusal(
                    f"The column {column!r} has empty cells; every unit needs one.",
                    remedy="Fill them from the allocation list, or leave those units out and say so.",
                )
        if "period" in self.layout.requires and self.frame["period"].dtype.kind not in "iuf":
            raise Refusal(
                "The periods are not numbers, so that their order is not known.",
                remedy="Number the periods from 1 upwards, or name a column of dates.",
            )

    @property
    def units(self) -> int:
        """How many units there are; each has one row, or one a period where the table names units."""
        by_period = "period" in self.frame and "unit" in self.frame
        return int(self.frame["unit"].nunique()) if by_period else len(self.frame)

    @property
    def known(self) -> pd.DataFrame:
        """What is known of each unit, one row a unit."""
        return self.frame

    @property
    def counts(self) -> Counts:
        """How many units a row stands for (n): one."""
        return np.ones(len(self.frame), dtype=np.int64)

    def of(self, _: Outcome) -> UnitTable:
        """The table that holds an outcome: this one."""
        return self

    def measured(self, outcome: Outcome) -> Counts:
        """1 for each row with the outcome's value, 0 for the others (n); 1 throughout where it has no one value."""
        column = outcome.column("value")
        if column not in self.frame:
            return self.counts
        return np.asarray(self.frame[column].notna(), dtype=np.int64)

    def lost(self, outcome: Outcome) -> Counts | None:
        """1 for each row that lacks a part of the outcome, else 0 (n); None where the table does not hold it."""
        kind = kinds()[outcome.kind]
        columns = [outcome.column(part) for part in (*kind.parts, *kind.optional)]
        needed = [outcome.column(part) for part in kind.parts if part not in kind.optional]
        if not set(needed) <= set(self.frame):
            return None
        held = [column for column in columns if column in self.frame]
        return np.asarray(self.frame[held].isna().any(axis=1), dtype=np.int64)

    def where(self, rows: NDArray[np.bool_]) -> UnitTable:
        """Some of the rows."""
        return UnitTable(self.frame[rows], self.layout)

    def knowing(self, column: str, values: pd.Series[float]) -> UnitTable:
        """With one more column."""
        return UnitTable(self.frame.assign(**{column: values}), self.layout)
