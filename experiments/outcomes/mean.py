"""A mean: a unit's values in the window, put together as declared.

Simulated with a known expectation, `mean` plus the effect. The shape follows from the bounds that the study file
names: none gives a normal distribution, `lowest` alone a log-normal one above it, `lowest` and `highest` a beta one
between them, with every event marked one or the other.
"""

from __future__ import annotations

from math import inf
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
    name="mean",
    properties={"event": EVENT, "value": choice("mean", "sum", "max", "last"), "window": WINDOW_AFTER},
    required=("event", "value"),
    margin=positive("a difference of means above 0, in the unit of the values"),
)


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """A number, and null without events (but a sum is 0) or where the window was not over when the log ended."""
    from experiments.unit_query import combined, observed  # no query engine for a mere check

    return {outcome.id: observed(outcome.source.window, combined(outcome.source))}


MEASURE = Measure("mean", columns)


DEFAULTS = {"mean": 10.0, "sd": 3.0, "events": 3.0, "lowest": -inf, "highest": inf}


def _settings(_: DeclaredOutcome) -> dict[str, float]:
    return dict(DEFAULTS)


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    mean = settings["mean"] + (effect or 0.0)
    low, high = settings["lowest"], settings["highest"]
    if not low < mean < high:
        raise Fault(
            f"{outcome.id} would have a mean of {mean:g}.",
            expected=f"a mean between its bounds, {low:g} and {high:g}",
            do="Choose another effect, or other bounds under `simulate:` in the study file.",
        )
    spread = (mean - low) * (high - mean)  # infinite where a bound is open
    if settings["sd"] <= 0 or settings["sd"] ** 2 >= spread or settings["events"] < 1:
        raise Fault(
            f"{outcome.id} cannot have a standard deviation of {settings['sd']:g} and {settings['events']:g} "
            "events a unit.",
            expected="a standard deviation above 0 that its bounds leave room for, and at least 1 event",
        )
    if high < inf and (low == -inf or outcome.source.value != "mean"):
        raise Fault(
            f"{outcome.id} has a highest value under `simulate:`.",
            expected="a lowest value beside it, and `value: mean`",
        )
    return mean


GENERATOR = Generator("mean", "carries", _settings, _target)
