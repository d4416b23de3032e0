"""Baseline covariates as the columns of a regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

MOST_LEVELS = (
    250  # as many as there are countries; a category with more is a name, a date or a mistyped number
)


def design_matrix(
    frame: pd.DataFrame, covariates: tuple[str, ...], *, units: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Baseline covariates as columns: numbers as they are, categories as indicators (the first level left out).

    Gaps are filled with the mean over units, of which a row stands for `units` (None: one each). A covariate that
    does not vary is dropped: it carries no information. Raises Refusal where numbers are not finite, or where a
    category has too many levels to be one.
    """
    columns: list[NDArray[np.float64]] = []
    names: list[str] = []
    for covariate in covariates:
        series = frame[covariate]
        if series.dtype.kind in "iufb":
            numeric = {covariate: series.to_numpy(dtype=np.float64, na_value=np.nan)}
            if np.isinf(numeric[covariate]).any():
                raise Refusal(
                    f"The covariate {covariate!r} holds a number that is not finite.",
                    remedy="Correct it, or leave the covariate out.",
                )
        else:
            labels = series.astype("str").to_numpy(dtype=object, na_value="")
            levels = sorted(set(labels))[1:]
            if len(levels) >= MOST_LEVELS:
                raise Refusal(
                    f"The covariate {covariate!r} holds {MOST_LEVELS} or more different texts: no categories.",
                    remedy="Turn it into numbers, merge its categories, or leave it out.",
                )
            numeric = {f"{covariate}={level}": (labels == level).astype(np.float64) for level in levels}
        for name, values in numeric.items():
            held = ~np.isnan(values)
            if held.any() and np.ptp(values[held]) > 0:
                mean = np.average(values[held], weights=None if units is None else units[held])
                columns.append(np.where(held, values, mean))
                names.append(name)
    matrix = np.column_stack(columns) if columns else np.empty((len(frame), 0))
    return matrix, tuple(names)
