"""Generators: what the truth of a simulated outcome is, by outcome kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from experiments.study import DeclaredOutcome

Part = Literal["occurs", "carries", "waits", "grades", "divides", "answers", "series"]


@dataclass(frozen=True, slots=True)
class Generator:
    """The truth of one outcome kind (`name`). Knows nothing of how the outcome will be estimated.

    `settings(outcome)` gives every setting that `simulate:` of such an outcome may change, with its default.
    `target(outcome, settings, effect)` is the exact expectation in an arm whose effect on the primary scale
    is `effect` (None: the control's), or raises Fault where there is no such truth. `part` says how the
    outcome is drawn: its event occurs so often, its event carries a value or comes once after a while, or carries a
    level, two events have a ratio, a questionnaire is answered, or a series runs over the calendar (whose targets
    are changes of level).
    """

    name: str
    part: Part
    settings: Callable[[DeclaredOutcome], dict[str, float]]
    target: Callable[[DeclaredOutcome, Mapping[str, float], float | None], float]


@dataclass(frozen=True, slots=True)
class Aim:
    """One outcome of a simulated trial: its settings and the exact expectation in each arm, as declared."""

    outcome: DeclaredOutcome
    generator: Generator
    settings: Mapping[str, float]
    targets: NDArray[np.float64]


def generators() -> Mapping[str, Generator]:
    """Every generator, by the name of its outcome kind.

    >>> generators()["proportion"].part
    'occurs'
    """
    return collect("experiments.outcomes", Generator)
