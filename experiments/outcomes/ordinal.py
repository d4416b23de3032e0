"""Ordered levels: the level that a unit's last such event in the window carries (or the highest, as declared).

The event's value is the level itself where levels are numbers, else its place in the list, counted from 0; any
other value is no level, and such a unit counts as not measured. Simulated with a known probability of superiority
over the control arm, whose levels are binomial with a `mean` place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.outcomes.ordinal import binomial, shift_for, shifted, superiority
from experiments.faults import Fault
from experiments.fragments import WINDOW_AFTER, choice, number
from experiments.generator import Generator
from experiments.measuring import Measure
from experiments.outcome_form import EVENT, OutcomeForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study

NO_EFFECT = 0.5

FORM = OutcomeForm(
    name="ordinal",
    properties={
        "event": EVENT,
        "window": WINDOW_AFTER,
        "value": choice("last", "max"),
        "levels": {
            "type": "array",
            "minItems": 2,
            "maxItems": 100,
            "uniqueItems": True,
            "items": {"type": ["string", "number"], "description": "a level: a word or a number"},
            "description": "a list of levels from the lowest to the highest, such as [none, some, marked] "
            "(the log's values are then 0, 1 and 2) or [1, 2, 3, 4, 5] (the values themselves)",
        },
    },
    required=("event", "levels"),
    margin=number(
        "a distance from a probability of one half above 0 and below 0.5, such as 0.05",
        exclusiveMinimum=0,
        exclusiveMaximum=0.5,
    ),
)


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """The place of the level from 0; null without one, or where the window was not over when the log ended."""
    from experiments.unit_query import combined, observed, placed  # no query engine for a mere check

    level = placed(combined(outcome.source), codes(outcome))
    return {outcome.id: observed(outcome.source.window, level)}


MEASURE = Measure("ordinal", columns)


def codes(outcome: DeclaredOutcome) -> tuple[float, ...]:
    """The value that the log has for each level: itself, or the place of a word."""
    return tuple(
        float(place) if isinstance(level, str) else float(level) for place, level in enumerate(outcome.levels)
    )


def chances(outcome: DeclaredOutcome, settings: Mapping[str, float], target: float) -> NDArray[np.float64]:
    """The probability of each level in an arm whose probability of superiority over the control is `target`."""
    highest = len(outcome.levels) - 1
    control = binomial(np.array([settings["mean"] / highest]), levels=highest + 1)[0]
    return shifted(control, shift_for(control, target))


def _settings(outcome: DeclaredOutcome) -> dict[str, float]:
    return {"mean": (len(outcome.levels) - 1) / 2}


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    highest, wanted = len(outcome.levels) - 1, NO_EFFECT if effect is None else effect
    if not 0 < settings["mean"] < highest:
        raise Fault(
            f"{outcome.id} cannot have a mean level of {settings['mean']:g}.",
            expected=f"a mean between 0 and {highest}, the places of its lowest and highest level",
        )
    least, most = (
        superiority(shifted(control, end), control)
        for control in (chances(outcome, settings, NO_EFFECT),)
        for end in (-30.0, 30.0)
    )
    if not least < wanted < most:
        raise Fault(
            f"{outcome.id} cannot have a probability of superiority of {wanted:g}.",
            expected=f"one between {least:.3f} and {most:.3f}, where 0.5 is no effect",
            do="Choose another effect, or another `simulate: {mean: …}` in the study file.",
        )
    return wanted


GENERATOR = Generator("ordinal", "grades", _settings, _target)
