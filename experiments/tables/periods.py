"""Periods of a table: numbers or dates, the changes between them, and columns that are places in the calendar."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.faults import Fault
from experiments.tables.table_file import labels

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
    if _monthly(days):
        months = days.dt.year * 12 + days.dt.month
        return _stepped((months - months.min()).to_numpy(dtype=np.int64))
    return _stepped(((days - days.min()).dt.total_seconds()).to_numpy().astype(np.int64))


def _monthly(days: pd.Series[pd.Timestamp]) -> bool:
    """Whether dates are one a month, always on the same day or on the last."""
    months = days.dt.year * 12 + days.dt.month
    alike = days.dt.day.nunique() == 1 or bool(days.dt.is_month_end.all())
    return alike and 1 < months.nunique() == days.nunique()


def _stepped(since: NDArray[Any]) -> NDArray[np.float64]:
    step = gcd(*np.unique(since).tolist()) or 1
    return since / step + 1.0


def change_period(frame: pd.DataFrame, column: str, change: str) -> float:
    """The first period that is not before a change, as the periods are numbered; infinite where there is none."""
    import pandas as pd

    try:
        if frame[column].dtype.kind in "iuf":
            return float(change)
        first = pd.to_datetime(change, format="ISO8601", utc=True)
    except ValueError:
        raise Fault(
            f'The change "{change}" is no period of the column "{column}".',
            expected="the first period after the change, written as the table writes periods",
        ) from None
    numbered = periods(frame, column)
    at = pd.to_datetime(labels(frame, column), format="ISO8601", utc=True) >= first
    return float(numbered[at.to_numpy()].min()) if at.any() else float("inf")


def is_calendar(frame: pd.DataFrame, name: str, period: str) -> bool:
    """Whether whole numbers, one a period, run through a cycle, over and over, as the periods go on.

    A place may last several periods, as months do in a series of weeks.
    """
    if (frame.groupby(period)[name].nunique() > 1).any():
        return False
    time, first = np.unique(periods(frame, period), return_index=True)
    values = frame[name].to_numpy()[first]
    places = np.unique(values).size if values.dtype.kind in "iu" else 0
    if not 2 < places <= MOST_SEASONS:
        return False
    low, high = int(values.min()), int(values.max())
    in_step = np.ptp((values - time) % (high - low + 1)) == 0  # also where periods are missing
    steps = np.diff(values)
    runs = np.isin(steps, (0, 1, low - high)).all() and (steps == low - high).any()
    return bool(values.size > places and (in_step or runs))
