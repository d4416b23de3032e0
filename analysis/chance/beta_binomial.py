"""Two shares with beta priors: the posterior distribution of their difference, to the last digits."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.chance.roots import bisect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_TAIL = 1e-18
_STEPS = np.arange(-230, 231) * 0.02  # of the double exponential rule (Takahasi and Mori 1974)
_HALF_PI = np.pi / 2
_BENT = _HALF_PI * np.sinh(_STEPS)
_PLACES = 1 / (1 + np.exp(-2 * _BENT))  # of the way from one end to the other
_WEIGHTS = 0.02 * _HALF_PI * np.cosh(_STEPS) / (2 * np.cosh(_BENT) ** 2)


@dataclass(frozen=True, slots=True)
class Beta:
    """A beta distribution of a share.

    >>> Beta.after(48, 400, prior=(1.0, 1.0)).mean.__round__(6)
    0.121891
    """

    a: float
    b: float

    @classmethod
    def after(cls, events: int, n: int, *, prior: tuple[float, float]) -> Beta:
        """The posterior of a share with a beta prior, after `events` in `n` units."""
        return cls(prior[0] + events, prior[1] + n - events)

    @property
    def mean(self) -> float:
        """The mean of the share."""
        return self.a / (self.a + self.b)

    @property
    def sd(self) -> float:
        """The standard deviation of the share."""
        return sqrt(self.mean * (1 - self.mean) / (self.a + self.b + 1))

    def below(self, share: Matrix) -> Matrix:
        """The probability of less than each of several shares."""
        return np.asarray(scipy.special.betainc(self.a, self.b, np.clip(share, 0.0, 1.0)))

    def masses(self, low: float, high: float) -> tuple[Matrix, Matrix]:
        """Places between two shares, and the probability that a quadrature gives to each."""
        low = max(low, float(scipy.special.betaincinv(self.a, self.b, _TAIL)))
        high = min(high, float(scipy.special.betainccinv(self.a, self.b, _TAIL)))
        if high <= low:
            return np.array([]), np.array([])
        x = low + (high - low) * _PLACES
        rest = (1 - high) + (high - low) * _PLACES[::-1]  # 1 - x, kept exact where x is close to 1
        logs = (
            scipy.special.xlogy(self.a - 1, x)
            + scipy.special.xlogy(self.b - 1, rest)
            - scipy.special.betaln(self.a, self.b)
        )
        return x, (high - low) * _WEIGHTS * np.exp(logs)


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two independent shares, `treatment` less `control`."""

    treatment: Beta
    control: Beta

    @property
    def mean(self) -> float:
        """The mean of the difference."""
        return self.treatment.mean - self.control.mean

    @property
    def sd(self) -> float:
        """The standard deviation of the difference."""
        return sqrt(self.treatment.sd**2 + self.control.sd**2)

    def below(self, difference: float) -> float:
        """The probability that the difference is less than `difference`.

        The sharper of the two densities is integrated against the other's distribution function.

        >>> Difference(Beta(1, 1), Beta(1, 1)).below(0.5).__round__(12)  # a triangle: 1 - 0.5 ** 2 / 2
        0.875
        """
        if difference <= -1 or difference >= 1:
            return float(difference >= 1)
        if self.treatment.sd < self.control.sd:
            return 1 - _exceeds(self.treatment, self.control, difference)
        mirrored = Beta(self.control.b, self.control.a), Beta(self.treatment.b, self.treatment.a)
        return 1 - _exceeds(*mirrored, difference)

    def quantile(self, probability: float) -> float:
        """The difference that is undercut with `probability`.

        >>> Difference(Beta(1, 1), Beta(1, 1)).quantile(0.875).__round__(9)
        0.5
        """
        return bisect(lambda difference: probability - self.below(difference), -1.0, 1.0)


def _exceeds(one: Beta, other: Beta, by: float) -> float:
    """The probability that the share `one` is more than `other` plus `by`."""
    x, mass = one.masses(max(0.0, by), min(1.0, 1 + by))
    sure = 1 - float(one.below(np.array(1 + by))) if by < 0 else 0.0  # above 1 + by it exceeds any other
    return sure + float(mass @ other.below(x - by))
