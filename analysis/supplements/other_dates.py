"""What a series says of other dates: sham changes before the real one, and the change without its first periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.amounts import amount
from analysis.estimators import controlled_series, segmented_series
from analysis.models.autoregression import autoregression
from analysis.models.segmented import LEAST, segmented
from analysis.refusal import Refusal
from analysis.supplement import Supplement, Supplied

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.finding import Effect
    from analysis.models.segmented import Segmented
    from analysis.supplement import Beside

    Matrix = NDArray[np.float64]

SERIES = {"segmented_series": segmented_series.modelled, "controlled_series": controlled_series.modelled}
MOST = 12  # sham dates, evenly spread
FIRST = (1, 2, 3)  # periods left out after the change


def sham_dates(beside: Beside) -> tuple[Supplied, ...]:
    """The change of level at dates before the change, when nothing happened; nothing where there is no room."""
    if beside.finding.estimator not in SERIES:
        return ()
    model, y = SERIES[beside.finding.estimator](beside.evidence)
    calm = model.before()
    time = model.period[calm]
    dates = time[LEAST : time.size - LEAST + 1]
    dates = dates[np.unique(np.linspace(0, dates.size - 1, min(MOST, dates.size)).astype(np.intp))]
    found: dict[str, Effect] = {}
    for date in dates:
        effect = _sham(model, y, calm, date=float(date), level=beside.plan.settings.level)
        found |= {f"{date:g}": effect} if effect else {}
    if not found:
        return ()
    below = sum((effect.p_value or 0.0) < beside.plan.alpha for effect in found.values())
    as_large = sum(abs(effect.estimate) >= abs(beside.finding.effect.estimate) for effect in found.values())
    says = (
        f"Of {len(found)} sham dates before the change, {below} had a change of level with p below "
        f"{beside.plan.alpha:g}, and {as_large} had one at least as large as that found."
    )
    figures = {"sham_dates": len(found), "below_alpha": below, "as_large": as_large}
    return (_supplied(beside, "sham_dates", says, found, {name: float(n) for name, n in figures.items()}),)


def _sham(
    model: Segmented, y: Matrix, calm: NDArray[np.bool_], *, date: float, level: float
) -> Effect | None:
    """The change of level at a sham date, from the calm periods alone; None where it cannot be had."""
    covariates = model.covariates[calm]
    varying = covariates[:, np.ptp(covariates, axis=0) > 0] if covariates.size else covariates
    try:
        sham = segmented(model.period[calm], varying, changes=(date,), asked=date, sign=model.sign)
        found = autoregression(sham.x, y[calm], lags=sham.lags)
        return segmented_series.changes(sham, found, level=level)[0]
    except Refusal:
        return None


def first_periods(beside: Beside) -> tuple[Supplied, ...]:
    """The change of level without the first periods after it, in which it may not yet have been whole."""
    if beside.finding.estimator not in SERIES:
        return ()
    model, y = SERIES[beside.finding.estimator](beside.evidence)
    found: dict[str, Effect] = {}
    for first in FIRST:
        after = np.flatnonzero(model.period >= model.change)[:first]
        kept = ~np.isin(np.arange(y.size), after)
        steps = np.concatenate([model.lags[:1], np.diff(np.cumsum(model.lags)[kept])])
        try:
            fit = autoregression(model.x[kept], y[kept], lags=steps)
            found[str(first)] = segmented_series.changes(model, fit, level=beside.plan.settings.level)[0]
        except Refusal:
            continue
    if not found:
        return ()
    moves = max(abs(e.estimate - beside.finding.effect.estimate) for e in found.values())
    says = (
        "Leaving out the first one, two or three periods after the change moves the change of level by at most "
        f"{amount(moves, beside.finding.outcome)}."
    )
    return (_supplied(beside, "first_periods", says, found, {"largest_move": moves}),)


def _supplied(
    beside: Beside, name: str, says: str, effects: dict[str, Effect], figures: dict[str, float]
) -> Supplied:
    evidence = beside.evidence
    return Supplied(name, evidence.outcome.name, evidence.contrast, says, effects=effects, parameters=figures)


SHAM = Supplement(
    name="sham_dates",
    label="Sham dates",
    question="Would the same analysis have found a change where there was none?",
    run=sham_dates,
)
FIRST_PERIODS = Supplement(
    name="first_periods",
    label="Without the first periods",
    question="Does the change of level hang on the first periods after it?",
    run=first_periods,
)
