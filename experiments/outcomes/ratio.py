"""A ratio: what is counted or added up of one event over what is counted or added up of another.

Simulated with a known ratio of expectations, `rate` plus the effect: units differ in their denominators (`mean`,
`dispersion`) and, apart from these, in their own ratios (`spread`, a coefficient of variation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.fragments import WINDOW_AFTER, choice, mapping
from experiments.generator import Generator
from experiments.measuring import Measure
from experiments.outcome_form import EVENT, OutcomeForm, positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Source, Study

_PART = mapping(
    {"event": EVENT, "value": choice("count", "sum")},
    ("event",),
    "an event, as in {event: click} or, for its values, {event: visit, value: sum}",
)

FORM = OutcomeForm(
    name="ratio",
    properties={"numerator": _PART, "denominator": _PART, "window": WINDOW_AFTER},
    required=("numerator", "denominator"),
    margin=positive("a difference of ratios above 0"),
)


def columns(outcome: DeclaredOutcome, _: Study) -> dict[str, exp.Expression]:
    """Numerator and denominator, both null where the window was not over when the log ended."""
    from experiments.unit_query import observed  # no query engine for a mere check

    parts = {"numerator": outcome.numerator, "denominator": outcome.denominator}
    return {
        f"{outcome.id}.{name}": observed(outcome.source.window, _amount(source))
        for name, source in parts.items()
        if source is not None
    }


def _amount(source: Source) -> exp.Expression:
    from experiments.unit_query import combined, counted

    return combined(source) if source.value == "sum" else counted(source)


MEASURE = Measure("ratio", columns)


def _settings(_: DeclaredOutcome) -> dict[str, float]:
    return {"rate": 0.3, "spread": 0.5, "mean": 5.0, "dispersion": 1.0}


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    ratio = settings["rate"] + (effect or 0.0)
    if ratio <= 0 or settings["mean"] < 1 or settings["dispersion"] < 0 or settings["spread"] < 0:
        raise Fault(
            f"{outcome.id} would have a ratio of {ratio:g} over {settings['mean']:g} a unit.",
            expected="a ratio above 0, a mean of 1 or more, and a spread and a dispersion of 0 or more",
            do="Choose another effect, or other settings under `simulate:` in the study file.",
        )
    return ratio


GENERATOR = Generator("ratio", "divides", _settings, _target)
