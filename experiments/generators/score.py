"""A score: a questionnaire answered so that the score's expectation is known, `mean` plus the effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.generator import Generator
from experiments.instrument import instruments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.study import DeclaredOutcome, Source


def bounds(source: Source) -> tuple[float, float]:
    """The lowest and the highest value of the score that `source` names."""
    instrument = instruments()[source.instrument or ""]
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


SCORE = Generator("score", "answers", _settings, _target)
