"""A mean: the event carries a value whose expectation is known, `mean` plus the effect.

The shape follows from the bounds that the study file names: none gives a normal distribution, `lowest` alone a
log-normal one above it, `lowest` and `highest` a beta one between them, with every event marked one or the other.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.study import DeclaredOutcome


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


MEAN = Generator("mean", "carries", _settings, _target)
