"""A series: what is counted, or how much of it, in each interval of the calendar, perhaps over something else.

Simulated with a known course: a `base`, a `trend` an interval, a `weekly` pattern, autocorrelated errors, and at
each change a level that shifts by the effect and a `slope`. A `denominator` has a `volume` an interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.fragments import choice, mapping
from experiments.generator import Generator
from experiments.measuring import Measure
from experiments.outcome_form import EVENT, OutcomeForm, positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Study

_PART = mapping(
    {
        "event": EVENT,
        "value": choice("count", "sum", among="sum where each event's value is a total of many"),
    },
    ("event",),
    "an event, as in {event: search} or, for totals, {event: search, value: sum}",
)

FORM = OutcomeForm(
    name="series",
    properties={"numerator": _PART, "denominator": _PART},
    required=("numerator",),
    margin=positive("a change of level above 0, in the unit of the series"),
)


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """The numerator of an interval, and the denominator where there is one; null where that is 0."""
    from experiments.interval_query import amount  # no query engine for a mere check
    from experiments.sql import part

    parts = {outcome.id: amount(outcome.numerator)} if outcome.numerator else {}
    if outcome.denominator is None:
        return parts
    return {**parts, f"{outcome.id}.exposure": part("nullif(:d, 0)", d=amount(outcome.denominator))}


MEASURE = Measure("series", columns)


def _settings(outcome: DeclaredOutcome) -> dict[str, float]:
    """A share of the denominator, or a count an interval, with a mild course."""
    base = 0.05 if outcome.denominator else 400.0
    return {
        "base": base,
        "trend": 0.0,
        "sd": base / 20,  # of the autocorrelated errors
        "rho": 0.4,  # from one interval to the next
        "weekly": 0.1,  # how much higher a weekend is, as a share of the base
        "slope": 0.0,  # added to the trend by each change, an interval
        "event": 0.0,  # shift of level by each concurrent event
        "volume": 10_000.0,  # mean denominator an interval
        "between": base / 10,  # standard deviation of platforms' own levels
        "shared": base / 40,  # standard deviation of what all platforms share in an interval
    }


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    level = effect or 0.0
    if not abs(settings["rho"]) < 1 or min(settings[name] for name in ("sd", "between", "shared")) < 0:
        raise Fault(
            f"{outcome.id} cannot have an autocorrelation of {settings['rho']:g} and errors of "
            f"{settings['sd']:g}.",
            expected="an autocorrelation between -1 and 1, and standard deviations of 0 or more",
        )
    if settings["base"] + min(level, 0.0) <= 0 or settings["volume"] <= 0:
        raise Fault(
            f"{outcome.id} would have a level of {settings['base'] + level:g}.",
            expected="a level above 0 before and after each change, and a volume above 0",
            do="Choose another effect, or another `simulate: {base: …}` in the study file.",
        )
    return level


GENERATOR = Generator("series", "series", _settings, _target)
