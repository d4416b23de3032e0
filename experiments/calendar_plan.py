"""What a plan and the pages need of a design that follows a calendar: seasons, concurrent events, platforms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.about import Course
from experiments.intervals import event_column

if TYPE_CHECKING:
    from datetime import date

    from analysis.plan import Plan
    from experiments.study import ConcurrentEvent, DeclaredOutcome, Study

_SEASONS = {"weekday": "Day of the week", "month": "Month of the year"}


def with_calendar(plan: Plan, study: Study) -> Plan:
    """The plan with its season and the events that it adjusts for as covariates, and its platforms counted.

    Nobody was allocated, so that there are no shares.
    """
    design = study.design
    labels = {"season": _SEASONS[design.season]} if design.season in _SEASONS else {}
    labels |= {
        event_column(place): event.label for place, event in enumerate(design.events, start=1) if event.adjust
    }
    return replace(
        plan,
        covariates=tuple(labels),
        covariate_labels=labels,
        shares={},
        units=len(design.adoption),
        treated_units=sum(adopted.on is not None for adopted in design.adoption),
    )


def courses(study: Study) -> tuple[Course, ...]:
    """Who has what from which day on, as declared: of a series itself, each platform, each cluster."""
    design, start = study.design, study.design.start
    control = next(arm.name for arm in design.arms if arm.control)
    begins = ((start.isoformat() if start else "", control),)
    if design.changes:
        return (Course("", (*begins, *((change.on.isoformat(), change.arm) for change in design.changes))),)
    treated = next(arm.name for arm in design.arms if not arm.control)
    steps = {each.platform: each.on.isoformat() if each.on else "never" for each in design.adoption}
    return tuple(
        Course(name, begins if day == "never" else (*begins, (day, treated)))
        for name, day in (steps or design.steps).items()
    )


def concurrent_limits(study: Study) -> tuple[str, ...]:
    """A sentence on each thing that happened meanwhile, for the limits of a study."""
    return tuple(f"{_when(event)}: {event.label}. {_told(event)}" for event in study.design.events)


def series_measure(declared: DeclaredOutcome, study: Study) -> str:
    """A phrase on what a series measures in each interval."""
    parts = [part.event or "" for part in declared.sources]
    return f"{' per '.join(parts)}, each {study.design.interval}"


def _when(event: ConcurrentEvent) -> str:
    first = _day(event.first)
    return f"From {first}" if event.last is None else f"From {first} to {_day(event.last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _told(event: ConcurrentEvent) -> str:
    if event.adjust:
        return "The model gives it a shift of level of its own; a gradual effect of it would still mix in."
    return "The model knows nothing of it, so that its effect mixes with those of the changes near it."
