"""Quantiles: the value that a share of the units stays below, such as the median or the slowest tenth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.moments import draw_normal, finite
from analysis.outcome import Kind, Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.outcome import Parts


@dataclass(frozen=True, slots=True)
class Values:
    """The measured values in rising order (a quantile cannot be had from less), and which quantile is asked."""

    values: tuple[float, ...]
    q: float = 0.5
    missing: int = 0

    @property
    def n(self) -> int:
        """Units with the outcome measured."""
        return len(self.values)

    def __add__(self, other: Values) -> Values:
        """Both sets of units together."""
        return Values(tuple(sorted(self.values + other.values)), self.q, self.missing + other.missing)

    def cells(self) -> tuple[int, ...]:
        """The units, those up to the quantile, and those from there on: few of them would show single values."""
        below = int(self.q * self.n)
        return (self.n, below, self.n - below)

    def describe(self) -> dict[str, float]:
        """value, the quantile."""
        return {"value": quantile(np.array(self.values), self.q)} if self.values else {}


def quantile(values: NDArray[np.float64], q: float) -> float:
    """The quantile by linear interpolation (Hyndman and Fan 1996, The American Statistician 50:361, type 7).

    >>> quantile(np.array([1.0, 2.0, 4.0]), 0.75)
    3.0
    """
    return float(np.quantile(values, q))


def summarise(parts: Parts, *, q: float = 0.5) -> Values:
    """The measured values; NaN counts as missing.

    >>> summarise({"value": np.array([3.0, 1.0, np.nan])}, q=0.5).describe()
    {'value': 2.0}
    """
    values = parts["value"]
    known = values[~np.isnan(values)]
    return Values(tuple(np.sort(known).tolist()), q, int(values.size - known.size))


def draw(
    rng: np.random.Generator,
    n: int,
    effect: float,
    *,
    base: float | NDArray[np.float64] = 50.0,
    spread: float = 10.0,
    q: float = 0.5,
) -> Parts:
    """Normal values whose quantile is `base + effect` and whose standard deviation is `spread`.

    >>> draw(np.random.default_rng(1), 2, 5.0, base=10.0, spread=0.0)["value"]
    array([15., 15.])
    """
    from scipy.special import ndtri

    return draw_normal(rng, n, effect, base=base - spread * ndtri(q), spread=spread)


KIND = Kind(
    name="quantile",
    label="quantile of a measurement",
    scales=(Scale("quantile_difference", "difference in quantiles", 0.0),),
    summarise=summarise,
    draw=draw,
    valid=finite,
    takes=("q",),
)
