"""How often a unit of one arm lies above a unit of the other, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.rank_sums import places
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


def superiority(
    treated: Numbers, control: Numbers, *, units: tuple[Numbers, Numbers] | None = None
) -> Superiority:
    """Compares every treated unit with every control unit; a value stands for one, or for as many as `units` say.

    Raises Refusal where an arm has fewer than two units, the arms do not overlap, or no unit differs from another.

    >>> found = superiority(np.array([2.0, 3, 4]), np.array([1.0, 2, 3]))
    >>> round(found.probability, 4), round(found.wins, 4), round(found.losses, 4)
    (0.7778, 0.6667, 0.1111)
    """
    of = (np.ones(treated.size), np.ones(control.size)) if units is None else units
    n1, n0 = float(of[0].sum()), float(of[1].sum())
    if min(n1, n0) < 2:
        raise Refusal(
            "An arm has fewer than two measured units, so its spread is unknown.",
            remedy="Measure more units in each arm.",
        )
    below, until = places(treated, control, units=of[1])
    over_control = (below + until) / (2 * n0)  # the share of controls below each treated unit
    over_treated = np.sum(places(control, treated, units=of[0]), axis=0) / (2 * n1)
    parts = _squared_error(over_control, of[0]), _squared_error(over_treated, of[1])
    if sum(parts) <= 1e-20:
        raise Refusal(
            "The arms do not overlap at all, or no unit differs from another, so that chance cannot be judged.",
            remedy="Measure more units, or check how the outcome was measured.",
        )
    df = sum(parts) ** 2 / (parts[0] ** 2 / (n1 - 1) + parts[1] ** 2 / (n0 - 1))
    return Superiority(
        probability=float(of[0] @ over_control) / n1,
        se=sqrt(sum(parts)),
        df=float(df),
        wins=float(of[0] @ below) / (n1 * n0),
        losses=float(of[0] @ (n0 - until)) / (n1 * n0),
    )


def _squared_error(values: Numbers, units: Numbers) -> float:
    """The variance of a mean of values that stand for `units` each."""
    n = float(units.sum())
    return float(units @ (values - units @ values / n) ** 2) / (n - 1) / n
