"""Questionnaires in the unit query: one column an item, then the instrument's own scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.events import SURVEY
from experiments.instrument import instruments, score
from experiments.sql import part
from experiments.unit_query import latest

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from sqlglot import exp

    from experiments.study import Source


def answers(name: str, source: Source) -> dict[str, exp.Expression]:
    """Columns with a unit's answer to each item of the source's subscale; the last one where there are several."""
    return {
        _column(name, item): latest(
            part(
                "e.event = :survey AND e.instrument = :instrument AND e.wave = :wave AND e.item = :item",
                survey=SURVEY,
                instrument=source.instrument,
                wave=source.wave,
                item=item,
            )
        )
        for item in _items(source)
    }


def scored(frame: pd.DataFrame, name: str, source: Source) -> NDArray[np.float64]:
    """The scores from the columns that `answers` asked for; NaN where an answer is missing."""
    import numpy as np

    instrument = instruments()[str(source.instrument)]
    responses = np.full((len(frame), instrument.items), np.nan)
    for item in _items(source):
        responses[:, item - 1] = frame[_column(name, item)].to_numpy(dtype=np.float64, na_value=np.nan)
    return score(instrument, responses)[str(source.subscale)]


def _items(source: Source) -> tuple[int, ...]:
    return instruments()[str(source.instrument)].subscale(str(source.subscale)).items


def _column(name: str, item: int) -> str:
    return f"{name}.item.{item}"
