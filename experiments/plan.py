"""From a study as declared to what the statistics need of it: the analysis plan, and the facts for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from analysis.about import StudyFacts
from analysis.finding import Contrast
from analysis.outcome import Outcome
from analysis.plan import Plan
from experiments.design import designs
from experiments.fragments import SPANS
from experiments.instrument import instruments

if TYPE_CHECKING:
    from analysis.estimator import Estimand
    from analysis.plan import Adjustment
    from experiments.study import DeclaredOutcome, Study, Window


def analysis_plan(study: Study) -> Plan:
    """The plan: outcomes and arms in the order of the file, each arm against the control."""
    design = designs()[study.design.kind]
    return Plan(
        outcomes=tuple(_outcome(study, outcome) for outcome in study.outcomes),
        contrasts=_contrasts(study),
        layout=design.layout.name,
        alpha=study.plan.alpha,
        adjust=cast("Adjustment", study.plan.adjust),
        covariates=tuple(covariate.id for covariate in study.covariates),
        covariate_labels={covariate.id: covariate.label for covariate in study.covariates},
        stratified=bool(study.design.strata),
        estimand=cast("Estimand", study.plan.estimand),
        randomised=design.randomised,
        shares={arm.name: arm.share for arm in study.design.arms},
    )


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
        limits=study.limits,
        source=study.source,
        data_are=study.data_are,
        unit_name=study.unit_name,
        cluster_name=study.cluster_name,
    )


def not_yet_analysed(study: Study) -> tuple[str, ...]:
    """Sentences on what the plan declares and its hash covers, but this version does not analyse."""
    said = []
    if study.plan.looks:
        said.append(
            "plan.looks is registered with the plan; this version analyses once, after all data are in."
        )
    if study.plan.subgroups:
        said.append(
            "plan.subgroups is registered with the plan; this version does not analyse subgroups yet."
        )
    return tuple(said)


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
    )


def _points(declared: DeclaredOutcome) -> str:
    """The unit of a questionnaire's score, with its range."""
    if declared.source.instrument is None or declared.source.subscale is None:
        return ""
    instrument = instruments()[declared.source.instrument]
    low, high = instrument.bounds(instrument.subscale(declared.source.subscale))
    return f"points ({low:g}–{high:g})"


def _measure(study: Study, declared: DeclaredOutcome) -> str:
    """A phrase on what is measured and when, for an outcome that does not bring its own.

    Event names stay as the log has them: only the study's author knows what they mean.
    """
    source = declared.source
    if source.instrument is not None and source.subscale is not None:
        instrument = instruments()[source.instrument]
        scale = instrument.subscale(source.subscale).label.lower()
        return f"{instrument.title} {scale} at {source.wave}"
    what = f"{_VALUES[source.value]} {source.event}" if source.value else f"{source.event}"
    per = {"day": " per day", "exposure": " per exposure"}.get(declared.per, "")
    return f"{what}{per} {_when(source.window, 'assignment' if study.exposure == 'assigned' else 'exposure')}"


_VALUES = {"mean": "mean of", "sum": "sum of", "max": "largest", "last": "last"}


def _when(window: Window | None, start: str) -> str:
    if window is None:
        return f"after {start}"
    if window.session:
        return f"in the session of {start}"
    unit, seconds = next((u, s) for u, s in reversed(SPANS.items()) if window.seconds % s == 0)
    number = window.seconds // seconds
    return f"within {number} {unit if number > 1 else unit.removesuffix('s')} after {start}"
