"""A count: how many such events a unit has in the window, and over how long or how many exposures.

Simulated as negative binomial with a known mean, `mean` times the effect, and a `dispersion`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.fragments import WINDOW_AFTER, choice
from experiments.generator import Generator
from experiments.measuring import Measure
from experiments.outcome_form import EVENT, OutcomeForm, positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study

FORM = OutcomeForm(
    name="count",
    properties={
        "event": EVENT,
        "window": WINDOW_AFTER,
        "per": choice("day", "exposure", "none"),
        "dated": {
            "type": "boolean",
            "description": "true or false: true where the times of the events count as well",
        },
    },
    required=("event",),
    margin={
        **positive("a ratio of rates above 0 and other than 1, such as 1.25 for a quarter more"),
        "not": {"const": 1},
    },
)


def columns(outcome: DeclaredOutcome, study: Study) -> dict[str, exp.Expression]:
    """The count and its exposure, both null where the window was not over when the log ended; if they are dated,
    the days from exposure to each event, and for how many days the unit was followed.
    """
    from experiments.unit_query import (  # no query engine for a mere check
        counted,
        followed,
        happened_at,
        length,
        observed,
    )

    window = outcome.source.window
    divisor = length(outcome.source, per=outcome.per, exposure=study.exposure)
    measured = {
        outcome.id: observed(window, counted(outcome.source)),
        f"{outcome.id}.exposure": observed(window, divisor),
    }
    if not outcome.dated:
        return measured
    times = {"times": happened_at(outcome.source), "followed": followed(outcome.source)}
    return {**measured, **{f"{outcome.id}.{part}": value for part, value in times.items()}}


MEASURE = Measure("count", columns)


def _settings(_: DeclaredOutcome) -> dict[str, float]:
    return {"mean": 2.0, "dispersion": 1.0}  # variance = mean + dispersion x mean²


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    mean = settings["mean"] * (1.0 if effect is None else effect)
    if mean <= 0 or settings["dispersion"] < 0:
        raise Fault(
            f"{outcome.id} would have a mean count of {mean:g} and a dispersion of {settings['dispersion']:g}.",
            expected="a mean above 0, a dispersion of 0 or more, and an effect that is a rate ratio above 0",
            do="An effect of 1 is no effect, 0.8 is a fifth less.",
        )
    return mean


GENERATOR = Generator("count", "occurs", _settings, _target)
