"""Periods of a table: numbers or dates, the changes between them, and columns that are places in the calendar."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.faults import Fault
from experiments.table_file import labels

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

MOST_SEASONS = 53  # weeks of a year


def periods(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Periods as numbers that grow by 1: whole numbers as they are, dates by the spacing that they share.

    Raises Fault where a cell is neither.
    """
    import pandas as pd

    if frame[column].dtype.kind in "iuf" and frame[column].notna().all():
        return frame[column].to_numpy(dtype=np.float64)
    try:
        days = pd.to_datetime(labels(frame, column), format="ISO8601", utc=True)
    except ValueError:
        raise Fault(
            f'The column "{column}" holds periods that are neither numbers nor dates.',
            expected="numbers such as 1, 2, 3, or dates such as 2026-03-01",
            do="Number the periods.",
        ) from None
    if (days.dt.day == 1).all() and days.dt.to_period("M").nunique() > 1:
        months = days.dt.year * 12 + days.dt.month
        return _stepped((months - months.min()).to_numpy(dtype=np.int64))
    return _stepped(((days - days.min()).dt.total_seconds()).to_numpy().astype(np.int64))


def _stepped(since: NDArray[Any]) -> NDArray[np.float64]:
    step = gcd(*np.unique(since).tolist()) or 1
    return since / step + 1.0


def change_period(frame: pd.DataFrame, column: str, change: str) -> float:
    """The period of a change, as the periods are numbered."""
    try:
        if frame[column].dtype.kind in "iuf":
            return float(change)
        at = labels(frame, column) >= change
    except ValueError:
        raise Fault(
            f'The change "{change}" is no period of the column "{column}".',
            expected="the first period after the change, written as the table writes periods",
        ) from None
    return float(periods(frame, column)[at.to_numpy()].min()) if at.any() else float("inf")


def is_calendar(frame: pd.DataFrame, name: str, period: str) -> bool:
    """Whether whole numbers run through a cycle, over and over, as the periods go on."""
    values = frame.drop_duplicates(period).sort_values(period)[name]
    if values.dtype.kind not in "iu" or not 2 < values.nunique() <= MOST_SEASONS:
        return False
    steps = np.diff(values.to_numpy())
    low, high = int(values.min()), int(values.max())
    return bool(len(values) > values.nunique() and np.isin(steps, (1, low - high)).all())
