"""Cells made of rows by pandas, for tests: what a store would hand over, by the plainest way to it."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from analysis.cells import CellTable, Sums
from analysis.outcome import Outcome, kinds
from analysis.table import UnitTable


def cells_of(table: UnitTable, *outcomes: Outcome, covariates: tuple[str, ...] = ()) -> CellTable:
    """The units of a table by what is known of them; about a centre near each part's mean."""
    frame = table.frame
    columns = [
        name
        for name in frame
        if name in ("arm", "stratum", "cluster", *covariates) or str(name).startswith("subgroup.")
    ]
    by = frame.groupby(columns, dropna=False, sort=True).ngroup().to_numpy()
    first = pd.Series(np.arange(len(frame))).groupby(by).first().to_numpy()
    keys = frame.iloc[first][columns].reset_index(drop=True)
    sums = {outcome.name: _sums(frame, outcome, by) for outcome in outcomes}
    return CellTable(keys, np.bincount(by), sums, table.layout)


def _sums(frame: pd.DataFrame, outcome: Outcome, by: np.ndarray) -> Sums:
    kind = kinds()[outcome.kind]
    held = [part for part in (*kind.parts, *kind.optional) if outcome.column(part) in frame]
    values = {part: frame[outcome.column(part)].to_numpy(float) for part in held}
    known = ~np.any([np.isnan(part) for part in values.values()], axis=0)
    size = int(by.max()) + 1
    centres = {part: float(np.round(part_values[known].mean())) for part, part_values in values.items()}
    about = {part: np.where(known, values[part] - centres[part], 0.0) for part in held}
    levels = None
    if outcome.kind == "ordinal":
        level = values["value"][known].astype(int)
        levels = np.zeros((size, level.max() + 1), dtype=np.int64)
        np.add.at(levels, (by[known], level), 1)
    return Sums(
        np.bincount(by[known], minlength=size),
        np.bincount(by[~known], minlength=size),
        {part: np.bincount(by, about[part], minlength=size) for part in held},
        {
            (a, b): np.bincount(by, about[a] * about[b], minlength=size)
            for a, b in combinations_with_replacement(sorted(held), 2)
        },
        centres,
        levels,
    )
