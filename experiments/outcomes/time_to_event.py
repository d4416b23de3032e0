"""A time to an event: days from exposure to the first such event, as far as the window goes.

A unit without one is followed to the end of the window or, if that comes first, of the log: it is lost from sight
there, never left out. Simulated with a constant hazard and a known `mean` of days without the event in the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.fragments import SPANS, span
from experiments.generator import Generator
from experiments.measuring import Measure
from experiments.outcome_form import EVENT, OutcomeForm, positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study

FORM = OutcomeForm(
    name="time_to_event",
    properties={
        "event": EVENT,
        "window": span(
            "how long units are followed: a whole number of days, hours or minutes after exposure in one unit, "
            "as in {days: 28}",
            sign=1,
        ),
    },
    required=("event", "window"),
    margin=positive("a difference of mean times above 0, in days"),
)


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """The time in days, and 1 where the event came then, 0 where the unit was lost from sight."""
    from experiments.unit_query import waited  # no query engine for a mere check

    return {f"{outcome.id}.{part}": value for part, value in waited(outcome.source).items()}


MEASURE = Measure("time_to_event", columns)


def days(outcome: DeclaredOutcome) -> float:
    """The length of the window in days; 0 without one."""
    return outcome.source.window.seconds / SPANS["days"] if outcome.source.window else 0.0


def _settings(outcome: DeclaredOutcome) -> dict[str, float]:
    return {"mean": 0.6 * days(outcome)}


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    mean = settings["mean"] + (effect or 0.0)
    if not 0 < mean < days(outcome):
        raise Fault(
            f"{outcome.id} would have a mean of {mean:g} days without the event.",
            expected=f"a mean between 0 and {days(outcome):g} days, the length of its window",
            do="Choose another effect, or another `simulate: {mean: …}` in the study file.",
        )
    return mean


GENERATOR = Generator("time_to_event", "waits", _settings, _target)
