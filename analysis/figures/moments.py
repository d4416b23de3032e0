"""Count, mean and squared deviations of a set of units: all that a comparison of means needs to know of an arm."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from analysis.cells import Sums
    from analysis.evidence import Evidence
    from analysis.groups import Groups
    from analysis.outcome import Parts


LARGEST = 1e100  # the square of a larger number would come close to overflow


@dataclass(frozen=True, slots=True)
class Moments:
    """`n` measured units, their mean, and `m2`, the sum of squared deviations from that mean.

    Two of them add by the pairwise update of Chan, Golub and LeVeque (1983, The American Statistician 37:242),
    which loses no digits where plain sums of squares of large values would.
    """

    n: int
    mean: float
    m2: float
    missing: int = 0

    def __add__(self, other: Moments) -> Moments:
        """The moments of both sets of units together."""
        n, missing = self.n + other.n, self.missing + other.missing
        if n == 0:
            return Moments(0, 0.0, 0.0, missing)
        gap = other.mean - self.mean
        mean = self.mean + gap * other.n / n
        return Moments(n, mean, self.m2 + other.m2 + gap * gap * self.n * other.n / n, missing)

    @property
    def variance(self) -> float:
        """The sample variance, with n - 1; raises ZeroDivisionError below two units."""
        return self.m2 / (self.n - 1)

    def cells(self) -> tuple[int, ...]:
        """The one count of people behind a mean."""
        return (self.n,)

    def describe(self) -> dict[str, float]:
        """mean, sd (from two units on) and value, which is the mean."""
        spread = {"sd": sqrt(self.variance)} if self.n > 1 else {}
        return {"mean": self.mean, **spread, "value": self.mean}


def moments(parts: Parts) -> Moments:
    """The moments of `parts["value"]`; NaN counts as missing.

    >>> moments({"value": np.array([1.0, 2.0, 6.0, np.nan])})
    Moments(n=3, mean=3.0, m2=14.0, missing=1)
    """
    values = parts["value"]
    known = values[~np.isnan(values)]
    if known.size == 0:
        return Moments(0, 0.0, 0.0, int(values.size))
    mean = float(known.mean())
    return Moments(int(known.size), mean, float(((known - mean) ** 2).sum()), int(values.size - known.size))


def moments_from_sums(sums: Sums) -> Moments:
    """The moments of all cells together.

    >>> from analysis.cells import Sums
    >>> value, square = {"value": np.array([3.0])}, {("value", "value"): np.array([5.0])}
    >>> moments_from_sums(Sums(np.array([2]), np.array([1]), value, square, {"value": 10.0}))
    Moments(n=2, mean=11.5, m2=0.5, missing=1)
    """
    if sums.measured == 0:
        return Moments(0, 0.0, 0.0, sums.lost)
    return Moments(sums.measured, sums.mean("value"), sums.scatter("value", "value"), sums.lost)


def grouped_moments(groups: Groups) -> Moments:
    """The moments of all groups together; raises ZeroDivisionError where there is none.

    >>> from analysis.groups import Groups
    >>> treated, value = np.array([True, True]), {"value": np.array([0.0, 4])}
    >>> grouped_moments(Groups(treated, np.array([1.0, 3]), value, np.empty((2, 0))))
    Moments(n=4, mean=3.0, m2=12.0, missing=0)
    """
    n = groups.units
    mean = float(groups.n @ groups.y) / n
    m2 = float(groups.n @ (groups.y - mean) ** 2) + float(groups.squares.sum())
    return Moments(n, groups.centre + mean, m2)


def moments_from_counts(row: Mapping[str, float]) -> Moments:
    """The moments that a shared n, mean and sd stand for. Raises ValueError on an impossible row.

    >>> moments_from_counts({"n": 3, "mean": 3.0, "sd": 7 ** 0.5}).variance
    7.000000000000001
    """
    n, mean, sd = (row[name] for name in ("n", "mean", "sd"))
    if not (n >= 1 and n % 1 == 0 and abs(mean) < LARGEST and 0 <= sd < LARGEST):
        raise ValueError("n must be a whole number from 1 upwards, mean a number, and sd not negative")
    return Moments(int(n), float(mean), float(sd) ** 2 * (n - 1))


def moments_of(evidence: Evidence) -> tuple[Moments, Moments]:
    """The moments of treatment and control; raises TypeError where the outcome has none."""
    treatment, control = evidence.treatment, evidence.control
    if isinstance(treatment, Moments) and isinstance(control, Moments):
        return treatment, control
    raise TypeError("the outcome's kind does not reduce to moments")


def pooled_sd(treatment: Moments, control: Moments) -> float:
    """The standard deviation within arms; needs three units in all.

    >>> pooled_sd(Moments(2, 0.0, 2.0), Moments(2, 5.0, 6.0))
    2.0
    """
    return sqrt((treatment.m2 + control.m2) / (treatment.n + control.n - 2))


def hedges_factor(df: int) -> float:
    """What takes the small-sample bias off a standardised difference (Hedges 1981, J Educ Stat 6:107).

    >>> round(hedges_factor(10), 4)
    0.9227
    """
    return exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)


def finite(parts: Parts) -> str | None:
    """What is wrong with measured values that may be any number, but neither infinite nor beyond computing.

    >>> finite({"value": np.array([1.0, np.inf])})
    'it holds a number that is not finite, or too large to compute with'
    """
    if (np.abs(parts["value"]) < LARGEST).all():
        return None
    return "it holds a number that is not finite, or too large to compute with"


def draw_normal(
    rng: np.random.Generator,
    n: int,
    effect: float,
    *,
    base: float | NDArray[np.float64] = 50.0,
    spread: float = 10.0,
) -> Parts:
    """Normal values whose mean is `base + effect` and whose standard deviation is `spread`.

    >>> draw_normal(np.random.default_rng(1), 2, 5.0, base=10.0, spread=0.0)["value"]
    array([15., 15.])
    """
    return {"value": rng.normal(base + np.full(n, effect), spread)}
