"""How often a unit of one arm lies above a unit of the other, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.outcome import Scale
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

SUPERIORITY = Scale("probability_of_superiority", "probability of a higher value", 0.5)


@dataclass(frozen=True, slots=True)
class Superiority:
    """The probability that a treated unit lies above a control unit, ties by half, with its parts.

    `se` is that of DeLong, DeLong and Clarke-Pearson (1988, Biometrics 44:837), which is Brunner and Munzel's;
    `df` are Brunner and Munzel's (2000, Biometrical Journal 42:17) degrees of freedom. `wins` and `losses` are
    shares of all pairs.
    """

    probability: float
    se: float
    df: float
    wins: float
    losses: float


def superiority(treated: Numbers, control: Numbers) -> Superiority:
    """Compares every treated unit with every control unit.

    Raises Refusal where an arm has fewer than two units, the arms do not overlap, or no unit differs from another.

    >>> found = superiority(np.array([2.0, 3, 4]), np.array([1.0, 2, 3]))
    >>> round(found.probability, 4), round(found.wins, 4), round(found.losses, 4)
    (0.7778, 0.6667, 0.1111)
    """
    if min(treated.size, control.size) < 2:
        raise Refusal(
            "An arm has fewer than two measured units, so its spread is unknown.",
            remedy="Measure more units in each arm.",
        )
    below, until = _placed(treated, control)
    over_control = (below + until) / (2 * control.size)  # the share of controls below each treated unit
    over_treated = np.sum(_placed(control, treated), axis=0) / (2 * treated.size)
    parts = over_control.var(ddof=1) / treated.size, over_treated.var(ddof=1) / control.size
    if sum(parts) <= 1e-20:
        raise Refusal(
            "The arms do not overlap at all, or no unit differs from another, so that chance cannot be judged.",
            remedy="Measure more units, or check how the outcome was measured.",
        )
    df = sum(parts) ** 2 / (parts[0] ** 2 / (treated.size - 1) + parts[1] ** 2 / (control.size - 1))
    pairs = treated.size * control.size
    return Superiority(
        probability=float(over_control.mean()),
        se=sqrt(sum(parts)),
        df=float(df),
        wins=float(below.sum()) / pairs,
        losses=float((control.size - until).sum()) / pairs,
    )


def _placed(values: Numbers, among: Numbers) -> tuple[Numbers, Numbers]:
    """How many of `among` lie below each value, and how many not above it."""
    ordered = np.sort(among)
    below, until = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return below.astype(np.float64), until.astype(np.float64)
