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
    """One row a unit: `arm` (str), what the layout requires, and the columns of outcomes and covariates.

    Raises Refusal when a column that the layout requires is absent or has gaps.
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
