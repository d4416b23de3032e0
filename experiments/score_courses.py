"""Scores over time, measured: each score outcome at each of its waves, by arm, from the table of units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.score_courses import ScoreBand, ScoreCourse, answered_group

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from analysis.cells import Table
    from analysis.outcome import Outcome
    from analysis.plan import Plan
    from analysis.score_courses import AnsweredGroup, By
    from experiments.study import Source, Study

    Slices = list[tuple[str, pd.DataFrame, str]]


def score_courses(study: Study, plan: Plan, table: Table) -> tuple[ScoreCourse, ...]:
    """Every score outcome over its waves, with the one before the start, or over the periods that rows are."""
    outcomes = {outcome.name: outcome for outcome in plan.outcomes}
    return tuple(
        _course(study, plan, outcomes[declared.id], declared.source, table)
        for declared in study.outcomes
        if declared.kind == "score"
        and declared.source.instrument is not None
        and outcomes[declared.id].column("value") in table.of(outcomes[declared.id]).known
    )


def _course(study: Study, plan: Plan, outcome: Outcome, source: Source, table: Table) -> ScoreCourse:
    subscale = source.key.subscale(str(source.subscale))
    least, most = source.key.bounds(subscale)
    frame = table.of(outcome).known
    by: By = "period" if "period" in frame else "wave"
    slices = _periods(frame, outcome) if by == "period" else _waves(study, frame, outcome, source)
    bands = tuple(ScoreBand(band.label, band.low, band.high, band.source) for band in subscale.bands)
    return ScoreCourse(
        outcome=outcome.name,
        instrument=source.key.title,
        by=by,
        level=1 - plan.alpha,
        least=least,
        most=most,
        whens=tuple(when for when, _, _ in slices),
        bands=bands,
        groups=tuple(_groups(study, slices, level=1 - plan.alpha, bands=bands)),
    )


def _groups(
    study: Study, slices: Slices, *, level: float, bands: tuple[ScoreBand, ...]
) -> Iterator[AnsweredGroup]:
    for when, rows, column in slices:
        for arm in study.design.arms:
            held = rows[rows["arm"] == arm.name]
            if len(held):
                clusters = held["cluster"].to_numpy(dtype="U") if "cluster" in held else None
                scores = held[column].to_numpy(dtype="f8", na_value=float("nan"))
                yield answered_group(scores, clusters, when=when, arm=arm.name, level=level, bands=bands)


def _periods(frame: pd.DataFrame, outcome: Outcome) -> Slices:
    """The rows of each period, in order; a period is named by its number."""
    return [
        (f"{period:g}", rows, outcome.column("value")) for period, rows in frame.groupby("period", sort=True)
    ]


def _waves(study: Study, frame: pd.DataFrame, outcome: Outcome, source: Source) -> Slices:
    """Everybody at each wave: before the start, where the same score was taken, and at those of the outcome."""
    before = [
        (covariate.source.wave or covariate.label, frame, covariate.id)
        for covariate in study.covariates
        if covariate.id == outcome.baseline and covariate.id in frame
    ]
    if source.waves and all(outcome.wave_column(wave) in frame for wave in source.waves):
        return [*before, *((wave, frame, outcome.wave_column(wave)) for wave in source.waves)]
    return [*before, (source.wave or outcome.label, frame, outcome.column("value"))]
