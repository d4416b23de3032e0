"""Scoring: the answers to questionnaires in a unit query's answer become scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.refusal import Refusal
from experiments.follow_up import OURS
from experiments.survey import answers, asked, reliability, scored

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.about import Reliability
    from experiments.study import Study


def scores_in(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The frame with the answers to questionnaires replaced by their scores."""
    scores: dict[str, NDArray[np.float64]] = {}
    items: list[str] = []
    by_period = "period" in frame
    for outcome in study.outcomes:
        for name, source in asked(outcome.id, outcome.source, by_period=by_period).items():
            scores[name] = scored(frame, name, source)
            items += answers(name, source)
        if outcome.source.waves and not by_period:
            scores[outcome.id] = scores[f"{outcome.id}@{outcome.source.wave}"]
    for covariate in study.covariates:
        if covariate.source.instrument is not None:
            scores[covariate.id] = scored(frame, covariate.id, covariate.source)
            items += answers(covariate.id, covariate.source)
    ours = [name for name in frame if str(name).startswith(OURS)]
    return frame.drop(columns=[*items, *ours]).assign(**scores)


def reliabilities(frame: pd.DataFrame, study: Study) -> dict[str, Reliability]:
    """How the items of each score hang together at its wave (in its first period, where rows are periods)."""
    by_period = "period" in frame
    rows = frame.sort_values("period", kind="stable").drop_duplicates("unit") if by_period else frame
    found: dict[str, Reliability] = {}
    for outcome in study.outcomes:
        scores = asked(outcome.id, outcome.source, by_period=by_period)
        for name, source in list(scores.items())[-1:]:
            try:
                found[outcome.id] = reliability(rows, name, source)
            except Refusal:  # too few answers: a published reliability stands in
                continue
    return found
