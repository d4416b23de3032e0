"""A quantile: the value that a share of the units stays below, each unit's values put together as declared.

Simulated like a mean, with each arm's distribution moved so that its quantile is the control's plus the effect.
"""

from __future__ import annotations

from math import exp, inf, log1p, sqrt
from typing import TYPE_CHECKING

from analysis.chance.distributions import normal_quantile
from analysis.chance.roots import bisect
from experiments.faults import Fault
from experiments.fragments import WINDOW_AFTER, choice, number
from experiments.generator import Generator
from experiments.measuring import Measure
from experiments.outcome_form import EVENT, OutcomeForm, positive
from experiments.outcomes.mean import DEFAULTS
from experiments.outcomes.mean import columns as values_put_together

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.study import DeclaredOutcome

FORM = OutcomeForm(
    name="quantile",
    properties={
        "event": EVENT,
        "value": choice("mean", "sum", "max", "last"),
        "q": number(
            "a share of the units above 0 and below 1, such as 0.9", exclusiveMinimum=0, exclusiveMaximum=1
        ),
        "window": WINDOW_AFTER,
    },
    required=("event", "value", "q"),
    margin=positive("a difference of quantiles above 0, in the unit of the values"),
)

MEASURE = Measure("quantile", values_put_together)


def _settings(_: DeclaredOutcome) -> dict[str, float]:
    return dict(DEFAULTS)


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    """The mean at which the quantile lies where it should: normal values, or log-normal ones above a lowest."""
    low, sd, mean = settings["lowest"], settings["sd"], settings["mean"]
    if settings["highest"] < inf or sd <= 0 or settings["events"] < 1 or mean <= low:
        raise Fault(
            f"{outcome.id} cannot be drawn with these settings.",
            expected="no highest value, a mean above the lowest, a standard deviation above 0, and 1 event or more",
        )
    if low == -inf or not effect:
        return mean + (effect or 0.0)
    q = outcome.options["q"]
    wanted = _quantile(mean, settings, q) + effect
    ends = low + sd / 1000, mean + 2 * abs(effect) + 20 * sd
    found = bisect(lambda m: wanted - _quantile(m, settings, q), *ends)
    if abs(_quantile(found, settings, q) - wanted) > 1e-6 * sd:
        raise Fault(
            f"{outcome.id} would have a quantile of {wanted:g}.",
            expected="a quantile that values above the lowest can have",
            do="Choose another effect, or other settings under `simulate:` in the study file.",
        )
    return found


def _quantile(mean: float, settings: Mapping[str, float], q: float) -> float:
    """The quantile of a log-normal distribution above its lowest value, from its mean and standard deviation."""
    above = mean - settings["lowest"]
    spread = log1p((settings["sd"] / above) ** 2)
    return settings["lowest"] + above * exp(sqrt(spread) * normal_quantile(q) - spread / 2)


GENERATOR = Generator("quantile", "carries", _settings, _target)
