"""A proportion: whether a unit has any such event in the window; simulated with a known `rate` plus the effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.fragments import WINDOW_AFTER, number
from experiments.generator import Generator
from experiments.measuring import Measure
from experiments.outcome_form import EVENT, OutcomeForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study

FORM = OutcomeForm(
    name="proportion",
    properties={"event": EVENT, "window": WINDOW_AFTER},
    required=("event",),
    margin=number(
        "a difference of risks above 0 and below 1, such as 0.02 for 2 percentage points",
        exclusiveMinimum=0,
        exclusiveMaximum=1,
    ),
)


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """1 or 0, and null where the window was not over when the log ended."""
    from experiments.unit_query import observed, occurred  # no query engine for a mere check

    return {outcome.id: observed(outcome.source.window, occurred(outcome.source))}


MEASURE = Measure("proportion", columns)


def _settings(_: DeclaredOutcome) -> dict[str, float]:
    return {"rate": 0.2}


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    probability = settings["rate"] + (effect or 0.0)
    if not 0 <= probability <= 1:
        raise Fault(
            f"A rate of {settings['rate']:g} and an effect of {effect or 0:g} on {outcome.id} make a "
            f"probability of {probability:g}.",
            expected="a probability from 0 to 1",
            do="Choose another effect, or another `simulate: {rate: …}` in the study file.",
        )
    return probability


GENERATOR = Generator("proportion", "occurs", _settings, _target)
