"""Questionnaires in the unit query: one column an item, then the instrument's own scoring."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.about import Reliability
from analysis.figures.reliability import cronbach_alpha
from experiments.events import SURVEY
from experiments.instrument import answers_turned, score
from experiments.sql import either, part
from experiments.unit_query import latest

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from sqlglot import exp

    from experiments.study import Source


def answers(name: str, source: Source, when: exp.Expression | None = None) -> dict[str, exp.Expression]:
    """Columns with a unit's answer to each item of the source's subscale; the last one where there are several.

    `when` says which answers count, in place of those of the source's wave.
    """
    when = part("e.wave = :wave", wave=source.wave) if when is None else when
    return {
        _column(name, item): latest(
            part(
                "e.event = :survey AND e.instrument = :instrument AND (:these) AND e.item = :item",
                survey=SURVEY,
                instrument=source.instrument,
                these=when,
                item=item,
            )
        )
        for item in _items(source)
    }


def asked(name: str, source: Source, *, by_period: bool) -> dict[str, Source]:
    """The scores of an outcome by the column of each: one a wave where there are several, else just one.

    None where the outcome is no score. Where rows are periods, each row has one score.
    """
    if source.instrument is None:
        return {}
    if by_period or not source.waves:
        return {name: source}
    return {f"{name}@{wave}": replace(source, wave=wave, waves=()) for wave in source.waves}


def of_period(source: Source) -> exp.Expression:
    """Which answers count for a row that is a period: those of its own wave, the first of `waves` for the first
    period; where there is one wave, those given in the period from its exposure on.
    """
    if source.waves:
        return either(
            [
                part("c.period = :period AND e.wave = :wave", period=period, wave=wave)
                for period, wave in enumerate(source.waves, start=1)
            ]
        )
    return part(
        "e.wave = :wave AND e.occurred_at >= c.exposure AND (c.until IS NULL OR e.occurred_at < c.until)",
        wave=source.wave,
    )


def reliability(frame: pd.DataFrame, name: str, source: Source) -> Reliability:
    """Cronbach's alpha of a score, over those who answered all its items. Raises Refusal where it cannot be had."""
    responses = answers_turned(source.key, _responses(frame, name, source))
    items = responses[:, [item - 1 for item in _items(source)]]
    whole = ~np.isnan(items).any(axis=1)
    return Reliability(cronbach_alpha(items), int(whole.sum()), items.shape[1])


def scored(frame: pd.DataFrame, name: str, source: Source) -> NDArray[np.float64]:
    """The scores from the columns that `answers` asked for; NaN where an answer is missing."""
    return score(source.key, _responses(frame, name, source))[str(source.subscale)]


def _responses(frame: pd.DataFrame, name: str, source: Source) -> NDArray[np.float64]:
    """Answers, rows x items of the questionnaire; NaN for none, and for items of other subscales."""
    responses = np.full((len(frame), source.key.items), np.nan)
    for item in _items(source):
        responses[:, item - 1] = frame[_column(name, item)].to_numpy(dtype=np.float64, na_value=np.nan)
    return responses


def _items(source: Source) -> tuple[int, ...]:
    return source.key.subscale(str(source.subscale)).items


def _column(name: str, item: int) -> str:
    return f"{name}.item.{item}"
