"""A proportion: each unit has the event in its window with a known probability, `rate` plus the effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.study import DeclaredOutcome


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


PROPORTION = Generator("proportion", "occurs", _settings, _target)
