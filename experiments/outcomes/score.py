"""A score: a questionnaire's answers at one wave; the instrument's key turns them into a score.

Simulated answers give the score a known expectation, `mean` plus the effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.design import designs
from experiments.faults import Fault
from experiments.fragments import Schema, word
from experiments.generator import Generator
from experiments.instrument import score_schema
from experiments.measuring import Measure
from experiments.outcome_form import OutcomeForm, positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from experiments.study import DeclaredOutcome, Source, Study

WAVES: Schema = {
    "type": "array",
    "minItems": 2,
    "uniqueItems": True,
    "items": word("a wave of the survey, as the log has it"),
    "description": "the planned waves of a repeated survey in their order, such as [week-4, week-8]",
}
FORM = OutcomeForm(
    name="score",
    properties={**score_schema(), "waves": WAVES},
    required=("instrument", "subscale"),
    more=(
        {
            "if": {"required": ["waves"]},
            "else": {"required": ["wave"], "properties": {"wave": score_schema()["wave"]}},
        },
    ),
    margin=positive("a difference in points above 0, smaller than the range of the score"),
)


def columns(outcome: DeclaredOutcome, study: Study) -> dict[str, exp.Expression]:
    """One column an item and wave; `experiments.measure` scores them."""
    from experiments.survey import answers, asked, of_period  # no query engine for a mere check

    by_period = "period" in designs()[study.design.kind].layout.requires
    scores = asked(outcome.id, outcome.source, by_period=by_period)
    when = of_period(outcome.source) if by_period else None
    return {
        item: answer
        for name, source in scores.items()
        for item, answer in answers(name, source, when).items()
    }


MEASURE = Measure("score", columns)


def bounds(source: Source) -> tuple[float, float]:
    """The lowest and the highest value of the score that `source` names."""
    instrument = source.key
    return instrument.bounds(instrument.subscale(source.subscale or ""))


def defaults(source: Source) -> dict[str, float]:
    """A mean in the middle of the score's range, and a seventh of the range as standard deviation."""
    low, high = bounds(source)
    return {"mean": (low + high) / 2, "sd": (high - low) / 7}


def _settings(outcome: DeclaredOutcome) -> dict[str, float]:
    return defaults(outcome.source)


def _target(outcome: DeclaredOutcome, settings: Mapping[str, float], effect: float | None) -> float:
    low, high = bounds(outcome.source)
    mean = settings["mean"] + (effect or 0.0)
    if not low < mean < high or settings["sd"] <= 0:
        raise Fault(
            f"{outcome.id} would have a mean of {mean:g} and a standard deviation of {settings['sd']:g}.",
            expected=f"a mean between {low:g} and {high:g}, the ends of the score, and a deviation above 0",
            do="Choose another effect, or another `simulate: {mean: …}` in the study file.",
        )
    return mean


GENERATOR = Generator("score", "answers", _settings, _target)
