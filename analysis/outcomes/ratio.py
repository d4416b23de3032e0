"""Ratios: something counted or added up over something else, such as clicks over searches."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.moments import LARGEST
from analysis.outcome import Kind, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from analysis.cells import Sums
    from analysis.outcome import Parts


@dataclass(frozen=True, slots=True)
class Ratio:
    """`n` measured units, the means of their numerators and denominators, and squared deviations from these.

    `cross` is the sum of the products of both deviations. Two of them add by the pairwise update of Chan, Golub
    and LeVeque (1983, The American Statistician 37:242).
    """

    n: int
    numerator: float
    denominator: float
    numerator_m2: float
    denominator_m2: float
    cross: float
    missing: int = 0

    def __add__(self, other: Ratio) -> Ratio:
        """Both sets of units together."""
        n, missing = self.n + other.n, self.missing + other.missing
        if n == 0:
            return Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0, missing)
        up, down = other.numerator - self.numerator, other.denominator - self.denominator
        share = self.n * other.n / n
        return Ratio(
            n,
            self.numerator + up * other.n / n,
            self.denominator + down * other.n / n,
            self.numerator_m2 + other.numerator_m2 + up * up * share,
            self.denominator_m2 + other.denominator_m2 + down * down * share,
            self.cross + other.cross + up * down * share,
            missing,
        )

    @property
    def value(self) -> float:
        """All numerators over all denominators; raises ZeroDivisionError where these are 0."""
        return self.numerator / self.denominator

    @property
    def residual(self) -> tuple[float, float]:
        """The units' variance about the ratio, and the scale below whose rounding it cannot be told from 0.

        Raises ZeroDivisionError below two units, or without a denominator.
        """
        ratio, df = self.value, self.n - 1
        parts = self.numerator_m2 / df, ratio * ratio * self.denominator_m2 / df
        return max(sum(parts) - 2 * ratio * self.cross / df, 0.0), sum(parts)

    def cells(self) -> tuple[int, ...]:
        """The one count of people behind a ratio."""
        return (self.n,)

    def describe(self) -> dict[str, float]:
        """value, the ratio of both totals, where there is a denominator."""
        return {"value": self.value} if self.n and self.denominator > 0 else {}


def summarise(parts: Parts) -> Ratio:
    """The means, squares and products of the units with both parts; a NaN in either counts as missing.

    >>> found = summarise({"numerator": np.array([1.0, 3.0, np.nan]), "denominator": np.array([2.0, 6.0, 1.0])})
    >>> found.n, found.missing, found.value
    (2, 1, 0.5)
    """
    known = ~(np.isnan(parts["numerator"]) | np.isnan(parts["denominator"]))
    up, down = parts["numerator"][known], parts["denominator"][known]
    missing = int(known.size - up.size)
    if up.size == 0:
        return Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0, missing)
    above, below = up - up.mean(), down - down.mean()
    return Ratio(
        int(up.size),
        float(up.mean()),
        float(down.mean()),
        float(above @ above),
        float(below @ below),
        float(above @ below),
        missing,
    )


def valid(parts: Parts) -> str | None:
    """What is wrong with numerators, which may be any number, over denominators from 0 upwards.

    >>> valid({"numerator": np.array([1.0]), "denominator": np.array([-2.0])})
    'it holds a denominator below 0'
    """
    if not all((np.abs(values) < LARGEST).all() for values in parts.values()):
        return "it holds a number that is not finite, or too large to compute with"
    return None if (parts["denominator"] >= 0).all() else "it holds a denominator below 0"


def draw(
    rng: np.random.Generator,
    n: int,
    effect: float,
    *,
    base: float | NDArray[np.float64] = 0.3,
    spread: float = 0.5,
    units_below: float = 5.0,
) -> Parts:
    """Events below (one at least, `units_below` on average, heavy-tailed) and events above them, as Poisson counts.

    The ratio of their expectations is `base + effect`; `spread` is the coefficient of variation of the units'
    own ratios, which have nothing to do with their denominators.

    >>> draw(np.random.default_rng(1), 3, 0.0, base=0.0)["numerator"]
    array([0., 0., 0.])
    """
    below = 1.0 + rng.poisson((units_below - 1) * rng.gamma(1.0, 1.0, n))
    own = rng.gamma(1 / spread**2, spread**2, n) if spread > 0 else np.ones(n)
    above = rng.poisson((base + np.full(n, effect)) * own * below)
    return {"numerator": above.astype(np.float64), "denominator": below.astype(np.float64)}


def from_counts(row: Mapping[str, float]) -> Ratio:
    """Shared totals, standard deviations and covariance. Raises ValueError on an impossible row.

    >>> shared = {"n": 4, "numerator": 6.0, "denominator": 20.0, "numerator_sd": 1.0, "denominator_sd": 2.0}
    >>> from_counts({**shared, "covariance": 0.5}).value
    0.3
    """
    n, df = row["n"], row["n"] - 1
    figures = [row[name] for name in COUNTS]
    if not all(isfinite(figure) and abs(figure) < LARGEST for figure in figures):
        raise ValueError("every figure must be a finite number")
    if not (n >= 1 and n % 1 == 0 and row["denominator"] >= 0):
        raise ValueError("n must be a whole number from 1 upwards, and denominator not negative")
    above, below, covariance = row["numerator_sd"], row["denominator_sd"], row["covariance"]
    if not (above >= 0 and below >= 0 and abs(covariance) <= above * below * (1 + 1e-9)):
        raise ValueError("deviations must not be negative, nor the covariance larger than their product")
    means = row["numerator"] / n, row["denominator"] / n
    return Ratio(int(n), *means, above**2 * df, below**2 * df, covariance * df)


def from_sums(sums: Sums) -> Ratio:
    """All cells together.

    >>> from analysis.cells import Sums
    >>> totals = {"numerator": np.array([4.0]), "denominator": np.array([8.0])}
    >>> pairs = [("denominator", "denominator"), ("denominator", "numerator"), ("numerator", "numerator")]
    >>> products = dict(zip(pairs, np.array([[40.0], [20.0], [10.0]])))
    >>> from_sums(Sums(np.array([2]), np.array([1]), totals, products, dict.fromkeys(totals, 0.0)))
    Ratio(n=2, numerator=2.0, denominator=4.0, numerator_m2=2.0, denominator_m2=8.0, cross=4.0, missing=1)
    """
    if sums.measured == 0:
        return Ratio(0, 0.0, 0.0, 0.0, 0.0, 0.0, sums.lost)
    up, down = "numerator", "denominator"
    means = sums.mean(up), sums.mean(down)
    spread = sums.scatter(up, up), sums.scatter(down, down), sums.scatter(down, up)
    return Ratio(sums.measured, *means, *spread, sums.lost)


COUNTS = ("n", "numerator", "denominator", "numerator_sd", "denominator_sd", "covariance")

KIND = Kind(
    name="ratio",
    label="ratio of two totals",
    scales=(
        Scale("ratio_difference", "difference in ratios", 0.0),
        Scale("ratio_percent_change", "change of the ratio in per cent", 0.0),
    ),
    summarise=summarise,
    draw=draw,
    valid=valid,
    parts=("numerator", "denominator"),
    counts_columns=COUNTS,
    from_counts=from_counts,
    from_sums=from_sums,
)
