"""From a study as declared to what the statistics need of it: the analysis plan, and the facts for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from analysis.about import Span, StudyFacts
from analysis.finding import Contrast
from analysis.layout import PARALLEL
from analysis.outcome import Outcome, kinds
from analysis.plan import Plan
from experiments.calendar_plan import concurrent_limits, courses, series_measure, with_calendar
from experiments.design import designs
from experiments.fragments import SPANS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.estimator import Estimand
    from analysis.plan import Adjustment
    from experiments.study import DeclaredOutcome, Source, Study, Window


def analysis_plan(study: Study) -> Plan:
    """The plan: outcomes and arms in the order of the file, each arm against the control."""
    design = designs()[study.design.kind]
    plan = Plan(
        outcomes=tuple(_outcome(study, outcome) for outcome in study.outcomes),
        contrasts=_contrasts(study),
        layout=design.layout.name,
        alpha=study.plan.alpha,
        adjust=cast("Adjustment", study.plan.adjust),
        covariates=tuple(covariate.id for covariate in study.covariates),
        covariate_labels={covariate.id: covariate.label for covariate in study.covariates},
        stratified=bool(study.design.strata or study.design.pairs),
        matched=bool(study.design.pairs),
        estimand=cast("Estimand", study.plan.estimand),
        randomised=design.randomised if study.design.randomised is None else study.design.randomised,
        shares={arm.name: arm.share for arm in study.design.arms},
        subgroups=study.plan.subgroups,
        looks=study.plan.looks,
        spending=study.plan.spending,
        planned_units=study.plan.planned_units,
        prior=study.plan.prior,
        prior_sd=study.plan.prior_sd,
        dated=tuple(outcome.id for outcome in study.outcomes if outcome.dated),
    )
    return with_calendar(plan, study) if study.design.interval else plan


def study_facts(study: Study) -> StudyFacts:
    """What pages and exports say of the study itself."""
    start, end = study.design.start, study.design.end
    return StudyFacts(
        id=study.id,
        title=study.title,
        topic=study.topic,
        company=study.company,
        design=study.design.kind,
        arms=study.design.arms,
        start=start.isoformat() if start else None,
        end=end.isoformat() if end else None,
        question=study.question,
        summary=study.summary,
        limits=(*concurrent_limits(study), *study.limits),
        source=study.source,
        data_are=study.data_are,
        unit_name=study.unit_name,
        cluster_name=study.cluster_name,
        courses=courses(study),
        meanwhile=tuple((event.label, event.first.isoformat()) for event in study.design.events),
        rounding=study.rounding,
        consents=study.consents,
        spans=() if study.design.interval else tuple(_spans(study)),
        period_days=study.design.period_days,
        reporting=study.reporting,
        translations=study.translations,
    )


def _spans(study: Study) -> Iterator[Span]:
    """When each outcome and each covariate is measured, in the order of the file; none where periods say so."""
    if "period" in designs()[study.design.kind].layout.requires:
        return
    for outcome in study.outcomes:
        yield _span(outcome.id, outcome.source)
    for covariate in study.covariates:
        if covariate.source.window is not None:
            yield _span(covariate.id, covariate.source)


def _span(name: str, source: Source) -> Span:
    """The span of one source.

    >>> from experiments.study import Source, Window
    >>> _span("earlier", Source(event="search", window=Window(seconds=-86_400)))
    Span(name='earlier', first=-1.0, last=0.0, session=False, wave='')
    """
    if source.wave:
        return Span(name, wave=source.wave)
    if source.window is None:
        return Span(name)
    days = source.window.seconds / SPANS["days"]
    return Span(name, min(days, 0.0), max(days, 0.0), session=source.window.session)


def plan_notes(study: Study) -> tuple[str, ...]:
    """Sentences on what the plan leaves open, so that it can still be closed before any data are in."""
    if len(study.plan.looks) < 2 or study.plan.planned_units:
        return ()
    note = (
        "plan.looks does not say how many units the study will have (planned_units): until its last day is over, "
        "it is held to the boundary of the first look."
    )
    return (note,)


def _contrasts(study: Study) -> tuple[Contrast, ...]:
    control = next(arm.name for arm in study.design.arms if arm.control)
    return tuple(Contrast(arm.name, control) for arm in study.design.arms if not arm.control)


def _outcome(study: Study, declared: DeclaredOutcome) -> Outcome:
    return Outcome(
        name=declared.id,
        label=declared.label,
        kind=declared.kind,
        role=declared.role,
        better=declared.better,
        margin=declared.margin,
        measure=declared.measure or _measure(study, declared),
        unit=declared.unit or _points(declared),
        options={**declared.options, **_followed(declared)},
        waves=declared.source.waves if designs()[study.design.kind].layout == PARALLEL else (),
        **_of_score(study, declared),
    )


def _of_score(study: Study, declared: DeclaredOutcome) -> dict[str, Any]:
    """What a score's key says: cut-offs, published reliability, step, and the covariate that it was before."""
    source = declared.source
    if source.instrument is None or source.subscale is None:
        return {}
    subscale = source.key.subscale(source.subscale)
    same = [
        covariate.id
        for covariate in study.covariates
        if (covariate.source.instrument, covariate.source.subscale) == (source.instrument, source.subscale)
    ]
    return {
        "baseline": next(iter(same), ""),
        "cutoffs": subscale.cutoffs,
        "alpha": subscale.alpha,
        "step": 1.0 if subscale.table else subscale.factor * source.key.step,
    }


def _followed(declared: DeclaredOutcome) -> dict[str, float]:
    """How many days a unit is followed for an event: its window."""
    window = declared.source.window
    follows = window is not None and "tau" in kinds()[declared.kind].takes
    return {"tau": window.seconds / SPANS["days"]} if window is not None and follows else {}


def _points(declared: DeclaredOutcome) -> str:
    """The unit of a questionnaire's score, with its range; days of a time."""
    if _followed(declared):
        return "days"
    if declared.source.instrument is None or declared.source.subscale is None:
        return ""
    instrument = declared.source.key
    low, high = instrument.bounds(instrument.subscale(declared.source.subscale))
    return f"points ({low:g}–{high:g})"


def _measure(study: Study, declared: DeclaredOutcome) -> str:
    """A phrase on what is measured and when, for an outcome that does not bring its own.

    Event names stay as the log has them: only the study's author knows what they mean.
    """
    if study.design.interval:
        return series_measure(declared, study)
    source = declared.source
    if source.instrument is not None and source.subscale is not None:
        instrument = source.key
        scale = instrument.subscale(source.subscale).label.lower()
        if source.waves and "period" in designs()[study.design.kind].layout.requires:
            return f"{instrument.title} {scale} in each period"
        return f"{instrument.title} {scale} at {source.wave}"
    if declared.numerator is not None:
        what = " per ".join(_what(part) for part in declared.sources)
    elif "q" in declared.options:
        what = f"{100 * declared.options['q']:g} % quantile of {_what(source)}"
    else:
        what = _what(source)
    per = {"day": " per day", "exposure": " per exposure"}.get(declared.per, "")
    return f"{what}{per} {_when(source.window, 'assignment' if study.exposure == 'assigned' else 'exposure')}"


def _what(source: Source) -> str:
    return f"{_VALUES[source.value]} {source.event}" if source.value in _VALUES else f"{source.event}"


_VALUES = {"mean": "mean of", "sum": "sum of", "max": "largest", "last": "last"}


def _when(window: Window | None, start: str) -> str:
    if window is None:
        return f"after {start}"
    if window.session:
        return f"in the session of {start}"
    unit, seconds = next((u, s) for u, s in reversed(SPANS.items()) if window.seconds % s == 0)
    number = window.seconds // seconds
    return f"within {number} {unit if number > 1 else unit.removesuffix('s')} after {start}"
