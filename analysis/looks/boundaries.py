"""Group-sequential boundaries: how large z must be at each of several looks, by recursive integration.

Armitage, McPherson and Rowe (1969, JRSS A 132:235); Jennison and Turnbull (2000, Group Sequential Methods, ch. 19).
Between two looks the score z sqrt(t) grows by an independent normal step of variance t_k - t_(k-1), so that the
density of z among trials that went on follows from that at the look before by one integral.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.chance.distributions import normal_quantile
from analysis.chance.roots import bisect
from analysis.looks.spending import PARAMETERS, SPENDING
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

MOST_LOOKS = 20
FARTHEST = 9.0  # beyond so many standard deviations lies 1e-19 of a normal distribution
FEWEST_NODES, MOST_NODES = 160, 1_200


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Looks at rising shares of the information; z must reach `z` (with two sides, either way) to stop.

    `spent` is the error rate used up by each look, `nominal` the p-value that z amounts to by itself.
    """

    fractions: tuple[float, ...]
    z: tuple[float, ...]
    spent: tuple[float, ...]
    nominal: tuple[float, ...]
    sides: int


def spending_boundaries(
    fractions: Sequence[float],
    *,
    spending: str = "obrien-fleming",
    alpha: float = 0.05,
    sides: int = 2,
    parameter: float | None = None,
    spent_at: Sequence[float] | None = None,
) -> Boundaries:
    """Boundaries that spend alpha as a function says; two sides are symmetric and spend alpha / 2 each.

    `parameter` is rho of the power family or gamma of Hwang, Shih and DeCani. `spent_at` are the shares at which
    the function is read where the information turned out otherwise (a last look spends all that is left). Raises
    Refusal on shares that do not rise between 0 and 1.

    >>> [round(z, 4) for z in spending_boundaries([0.5, 1.0]).z]
    [2.9626, 1.9686]
    """
    shares = _checked(fractions)
    by, rule = PARAMETERS.get(spending, 0.0) if parameter is None else parameter, SPENDING[spending]
    total = [rule(share, alpha / sides, by) for share in _checked(spent_at or shares)]
    paths, z = _Paths(sides, nodes=_nodes(shares)), list[float]()
    for share, before, now in zip(shares, [0.0, *total], total, strict=False):
        z.append(paths.bound(share, now - before))
        paths = paths.on(share, z[-1])
    return _boundaries(shares, z, [sides * spent for spent in total], sides)


def classic_boundaries(
    fractions: Sequence[float], *, shape: str = "obrien-fleming", alpha: float = 0.05, sides: int = 2
) -> Boundaries:
    """The first boundaries of their kind: z constant (Pocock 1977), or falling with the root of the information.

    O'Brien and Fleming (1979, Biometrics 35:549). Equal steps of information are usual, not needed.

    >>> classic = classic_boundaries([0.2, 0.4, 0.6, 0.8, 1.0], shape="pocock")
    >>> [round(z, 3) for z in classic.z]
    [2.413, 2.413, 2.413, 2.413, 2.413]
    """
    shares = _checked(fractions)
    falls = [1 / sqrt(share) if shape == "obrien-fleming" else 1.0 for share in shares]

    def left(constant: float) -> float:
        bounds = [constant * fall for fall in falls]
        return sum(stopping(shares, bounds, sides=sides)) - alpha

    constant = bisect(left, 0.0, FARTHEST)
    z = [constant * fall for fall in falls]
    return _boundaries(shares, z, list(np.cumsum(stopping(shares, z, sides=sides))), sides)


def stopping(
    fractions: Sequence[float], z: Sequence[float], *, sides: int = 2, drift: float = 0.0
) -> list[float]:
    """The chance of first crossing at each look, when z at full information has the mean `drift`.

    With two sides both count without drift; with a drift only crossing in its direction does.

    >>> [round(chance, 4) for chance in stopping([0.5, 1.0], [1.96, 1.96])]
    [0.05, 0.0331]
    """
    paths, chances = _Paths(sides, drift, _nodes(fractions)), []
    for share, bound in zip(fractions, z, strict=True):
        chances.append((1 if drift else sides) * paths.beyond(share, bound))
        paths = paths.on(share, bound)
    return chances


def inflation(boundaries: Boundaries, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """How many times a single look's units the looks need at most for the same power.

    >>> round(inflation(classic_boundaries([0.2, 0.4, 0.6, 0.8, 1.0])), 3)
    1.028
    """
    single = normal_quantile(1 - alpha / boundaries.sides) + normal_quantile(power)

    def short(drift: float) -> float:
        return power - sum(stopping(boundaries.fractions, boundaries.z, sides=boundaries.sides, drift=drift))

    return (bisect(short, 0.5 * single, 3 * single) / single) ** 2


@dataclass(frozen=True, slots=True)
class _Paths:
    """Trials that went on so far: the density of z `at` nodes, times their weights, at the last look."""

    sides: int
    drift: float = 0.0
    nodes: int = FEWEST_NODES
    share: float = 0.0
    at: Matrix | None = None
    mass: Matrix | None = None

    def beyond(self, share: float, bound: float) -> float:
        """The chance of going on so far and then exceeding `bound`."""
        if self.at is None or self.mass is None:
            return float(scipy.special.ndtr(self.drift * sqrt(share) - bound))
        step = share - self.share
        ahead = self.at * sqrt(self.share) + self.drift * step
        return float(self.mass @ scipy.special.ndtr((ahead - bound * sqrt(share)) / sqrt(step)))

    def bound(self, share: float, chance: float) -> float:
        """The z that is exceeded with `chance`; infinite where nothing is left to spend."""
        if chance < 1e-300:
            return inf
        return bisect(lambda z: self.beyond(share, z) - chance, -FARTHEST, 38.0)

    def on(self, share: float, bound: float) -> _Paths:
        """The trials that stay inside `bound` at this look."""
        middle = self.drift * sqrt(share)
        high = min(bound, middle + FARTHEST)
        low = max(-bound, middle - FARTHEST) if self.sides == 2 else middle - FARTHEST
        half, (places, weights) = (high - low) / 2, _rule(self.nodes)
        at = (high + low) / 2 + half * places
        return replace(self, share=share, at=at, mass=half * weights * self._density(share, at))

    def _density(self, share: float, z: Matrix) -> Matrix:
        if self.at is None or self.mass is None:
            return _normal(z - self.drift * sqrt(share))
        step = share - self.share
        ahead = self.at * sqrt(self.share) + self.drift * step
        moved = (z[:, None] * sqrt(share) - ahead[None, :]) / sqrt(step)
        return np.asarray(_normal(moved) @ self.mass * sqrt(share / step))


@cache
def _rule(nodes: int) -> tuple[Matrix, Matrix]:
    """Gauss and Legendre's places and weights on -1 to 1."""
    return np.polynomial.legendre.leggauss(nodes)


def _nodes(fractions: Sequence[float]) -> int:
    """As many as resolve the narrowest step between two looks."""
    steps = [(later - before) / later for before, later in pairwise(fractions)]
    return int(np.clip(40 / sqrt(min(steps, default=1.0)), FEWEST_NODES, MOST_NODES))


def _normal(z: Matrix) -> Matrix:
    return np.asarray(np.exp(-0.5 * z**2) / sqrt(2 * np.pi))


def _boundaries(shares: tuple[float, ...], z: list[float], spent: list[float], sides: int) -> Boundaries:
    nominal = tuple(float(sides * scipy.special.ndtr(-bound)) for bound in z)
    return Boundaries(shares, tuple(z), tuple(float(used) for used in spent), nominal, sides)


def _checked(fractions: Sequence[float]) -> tuple[float, ...]:
    shares = tuple(float(share) for share in fractions)
    rising = all(later > earlier for earlier, later in zip((0.0, *shares), shares, strict=False))
    if not (shares and rising and shares[-1] <= 1 and len(shares) <= MOST_LOOKS):
        raise Refusal(
            f"Looks are at most {MOST_LOOKS} shares of the information that rise from above 0 to at most 1.",
            remedy="Name them in order, such as 0.5,1.",
        )
    return shares
