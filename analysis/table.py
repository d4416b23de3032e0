"""The unit table: one row a unit, validated once, trusted afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd

    from analysis.layout import Layout


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
