"""Compares a platform with others that changed nothing, before and after (controlled segmented regression).

Question: By how much did the gap between the platform and its controls change when the change came?
Estimand: The step, at the change, of the platform's series less the mean of its controls'; beside it the change
    of slope. As a profile, the same against each control by itself.
Assumes: Whatever else happened met the platform and its controls alike; the change did not touch the controls;
    the gap would have gone on straight (but for declared season and covariates), with AR(1) errors.
Interval: As segmented_series, on the difference: REML with Kenward and Roger's standard error and degrees of
    freedom. Beside it, both series stacked in one model.
Breaks when: The controls felt the change too, or move on another scale or by other events than the platform.
Source: Lopez Bernal, Cummins and Gasparrini 2018, doi 10.1093/ije/dyy135; Kenward and Roger 1997, Biometrics
    53:983.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin
from analysis.estimator import Estimator
from analysis.estimators.segmented_series import changes, warnings
from analysis.finding import Estimate
from analysis.models.adoption import adoption
from analysis.models.autoregression import autoregression
from analysis.models.segmented import already, segmented
from analysis.models.series_figures import beside
from analysis.models.stacked_series import stacked
from analysis.models.tracing import counts, course, traced
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence, Rows
    from analysis.finding import Effect, Traced
    from analysis.models.adoption import Adoption
    from analysis.models.autoregression import Autoregression
    from analysis.models.segmented import Segmented

    Matrix = NDArray[np.float64]

UNSEEN = "Left out: {} of {} periods, in which the platform or a control was not measured."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The change of level and of slope of the difference series."""
    pair = _pair(adoption(evidence))
    model = _model(pair)
    difference = pair.treated - pair.control
    found = autoregression(model.x, difference, lags=model.lags)
    level, slope = changes(model, found, level=settings.level)
    figures = beside(model, found, difference, options=evidence.outcome.options)
    figures |= stacked(model, pair.treated, pair.control, covariates=(pair.of_treated, pair.of_control))
    scale = evidence.outcome.scale.name
    further = {"slope_change": slope} if evidence.outcome.kind == "series" else {}
    return Estimate(
        {scale: level, **further},
        {"controls": float(len(pair.each)), **figures, **against_margin(evidence.outcome, level)},
        notes=(*pair.notes, *model.notes, *warnings(found, figures)),
        profile=_by_control(pair, model, level=settings.level),
        trace=_traces(pair, model, found, evidence.require_rows()),
    )


def modelled(evidence: Evidence) -> tuple[Segmented, NDArray[np.float64]]:
    """The model of the difference series, and its values (n) in the order of periods."""
    pair = _pair(adoption(evidence))
    return _model(pair), pair.treated - pair.control


@dataclass(frozen=True, slots=True)
class _Pair:
    """A platform's series and the mean of its controls' (n), by period; covariates n x p of either."""

    periods: Matrix
    treated: Matrix
    control: Matrix
    of_treated: Matrix
    of_control: Matrix
    name: str
    each: dict[str, Matrix]
    change: float
    sign: float
    notes: tuple[str, ...]


def _pair(panel: Adoption) -> _Pair:
    """The one platform that adopts and those that never do, in the periods in which all were measured."""
    adopters = np.flatnonzero(~panel.never)
    if adopters.size != 1 or not panel.never.any():
        raise Refusal(
            "A controlled series needs one platform that took the treatment up, and at least one that never did.",
            remedy="Use an estimator for staggered adoption, or load the series of a control.",
        )
    seen = panel.measured.all(axis=0)
    y, x = panel.y[:, seen], panel.covariates[:, seen]
    left = int((~seen).sum())
    one = int(adopters[0])
    change, periods = float(panel.periods[panel.adopted[one]]), panel.periods[seen]
    told = [already(periods, each, changes=(change,)) for each in (x[one], x[panel.never].mean(axis=0))]
    x = x[:, :, ~np.logical_and(*told)]
    return _Pair(
        periods,
        y[one],
        y[panel.never].mean(axis=0),
        x[one],
        x[panel.never].mean(axis=0),
        panel.names[one] if panel.names else "",
        {name: values for name, values, never in zip(panel.names, y, panel.never, strict=True) if never},
        change,
        panel.sign,
        (*panel.notes, UNSEEN.format(left, seen.size)) if left else panel.notes,
    )


def _model(pair: _Pair) -> Segmented:
    """One change; covariates that all share as they are, others as differences."""
    shared = np.isclose(pair.of_treated, pair.of_control).all(axis=0)
    covariates = np.where(shared, pair.of_treated, pair.of_treated - pair.of_control)
    return segmented(pair.periods, covariates, changes=(pair.change,), asked=pair.change, sign=pair.sign)


def _traces(pair: _Pair, model: Segmented, found: Autoregression, rows: Rows) -> tuple[Traced, ...]:
    """Both series, with what the controls foretold for the platform, and the gap between them with its model."""
    fitted, expected = course(model, found.coefficients, names=rows.covariate_names)
    cells = counts(rows)
    none, controls = np.full(fitted.size, np.nan), tuple(pair.each)
    foretold = pair.control + expected
    lines = (
        ("treated", pair.name, pair.treated, (none, foretold), (pair.name,)),
        ("control", ", ".join(controls), pair.control, (none, none), controls),
        ("gap", "", pair.treated - pair.control, (fitted, expected), (pair.name, *controls)),
    )
    return tuple(
        traced(part, model, values, lines=drawn, cells=cells, names=names, label=label)
        for part, label, values, drawn, names in lines
    )


def _by_control(pair: _Pair, model: Segmented, *, level: float) -> dict[str, Effect]:
    """The change of level against each control by itself, where there are several."""
    if len(pair.each) < 2:
        return {}
    return {
        name: changes(model, autoregression(model.x, pair.treated - values, lags=model.lags), level=level)[0]
        for name, values in pair.each.items()
    }


ESTIMATOR = Estimator(
    name="controlled_series",
    label="Segmented regression against controls",
    layouts=frozenset({"panel"}),
    kinds=frozenset({"series", "mean"}),
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"rows", "one_adopter"}),
)
