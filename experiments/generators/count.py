"""A count: negative binomial with a known mean in the window, `mean` times the effect, and a `dispersion`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.study import DeclaredOutcome


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


COUNT = Generator("count", "occurs", _settings, _target)
