"""Counts: how often something happened to a unit, over its exposure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.outcome import Kind, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from analysis.cells import Sums
    from analysis.outcome import Parts


@dataclass(frozen=True, slots=True)
class Count:
    """`events` over `exposure` in `n` measured units; `squares` is the sum of the units' squared counts.

    A shared summary may know neither units nor squares: then `n` is 0 and `squares` None.
    """

    n: int
    events: int
    exposure: float
    squares: float | None = None
    missing: int = 0

    def __add__(self, other: Count) -> Count:
        """Both sets of units together."""
        known = self.squares is not None and other.squares is not None
        return Count(
            self.n + other.n,
            self.events + other.events,
            self.exposure + other.exposure,
            (self.squares or 0.0) + (other.squares or 0.0) if known else None,
            self.missing + other.missing,
        )

    @property
    def rate(self) -> float:
        """Events over exposure; raises ZeroDivisionError without exposure."""
        return self.events / self.exposure

    @property
    def variance(self) -> float | None:
        """The sample variance of the units' counts; None where the summary does not tell."""
        if self.squares is None or self.n < 2:
            return None
        return max(self.squares - self.events**2 / self.n, 0.0) / (self.n - 1)

    def cells(self) -> tuple[int, ...]:
        """The count of people behind a rate."""
        return (self.n,)

    def describe(self) -> dict[str, float]:
        """events, mean and sd of the units' counts as far as known, and value, which is the rate."""
        figures: dict[str, float] = {"events": self.events}
        if self.n:
            figures["mean"] = self.events / self.n
        if self.variance is not None:
            figures["sd"] = sqrt(self.variance)
        return {**figures, "value": self.rate} if self.exposure else figures


def summarise(parts: Parts) -> Count:
    """Events, exposure and squared counts of the measured units; a NaN in either part counts as missing.

    >>> summarise({"value": np.array([2.0, 0.0, np.nan]), "exposure": np.array([1.0, 1.0, 1.0])})
    Count(n=2, events=2, exposure=2.0, squares=4.0, missing=1)
    """
    values, exposure = parts["value"], parts["exposure"]
    known = ~(np.isnan(values) | np.isnan(exposure))
    y = values[known]
    return Count(
        int(y.size),
        int(y.sum()),
        float(exposure[known].sum()),
        float(y @ y),
        int(values.size - y.size),
    )


def valid(parts: Parts) -> str | None:
    """What is wrong with counts, which are whole and not negative, over an exposure above 0.

    >>> valid({"value": np.array([1.5]), "exposure": np.array([1.0])})
    'it holds a value that is not a whole number from 0 upwards'
    """
    values, exposure = parts["value"], parts["exposure"]
    if not (np.isfinite(values) & (values >= 0) & (values == np.floor(values))).all():
        return "it holds a value that is not a whole number from 0 upwards"
    possible = np.isfinite(exposure) & (exposure > 0)
    return None if possible.all() else "it holds an exposure that is not a number above 0"


def draw(
    rng: np.random.Generator,
    n: int,
    effect: float,
    *,
    base: float | NDArray[np.float64] = 2.0,
    spread: float = 0.5,
    exposure: float | NDArray[np.float64] = 1.0,
) -> Parts:
    """Counts of mean `base * effect * exposure`: Poisson, or negative binomial where `spread` is above 0.

    `spread` is the dispersion: the variance is mean + spread * mean squared.

    >>> draw(np.random.default_rng(1), 3, 0.0)["value"]
    array([0., 0., 0.])
    """
    time = np.zeros(n) + exposure
    mean = base * effect * time
    if spread > 0:
        mean = mean * rng.gamma(1 / spread, spread, n)
    return {"value": rng.poisson(mean).astype(np.float64), "exposure": time}


def from_counts(row: Mapping[str, float]) -> Count:
    """Shared events and exposure, with n and sd of the units' counts where they were shared as well.

    Raises ValueError on an impossible row.

    >>> from_counts({"events": 12, "exposure": 40.0})
    Count(n=0, events=12, exposure=40.0, squares=None, missing=0)
    """
    n, events, sd = row.get("n", 0), row["events"], row.get("sd")
    if not (isfinite(events) and events >= 0 and events % 1 == 0 and n >= 0 and n % 1 == 0):
        raise ValueError("events and n must be whole numbers from 0 upwards")
    if not (isfinite(row["exposure"]) and row["exposure"] > 0):
        raise ValueError("exposure must be above 0")
    if sd is None or n < 2:
        return Count(int(n), int(events), float(row["exposure"]))
    if not (isfinite(sd) and sd >= 0):
        raise ValueError("sd must not be negative")
    return Count(int(n), int(events), float(row["exposure"]), sd**2 * (n - 1) + events**2 / n)


def from_sums(sums: Sums) -> Count:
    """All cells together.

    >>> from analysis.cells import Sums
    >>> squares = {("value", "value"): np.array([5.0])}
    >>> held = Sums(np.array([2]), np.array([1]), {"value": np.array([3.0])}, squares, {"value": 0.0})
    >>> from_sums(held.filled({"exposure": 1.0}))
    Count(n=2, events=3, exposure=2.0, squares=5.0, missing=1)
    """
    if sums.measured == 0:
        return Count(0, 0, 0.0, 0.0, sums.lost)
    events, exposure = round(sums.total("value")), sums.total("exposure")
    return Count(sums.measured, events, exposure, sums.squares("value"), sums.lost)


KIND = Kind(
    name="count",
    label="number of events a unit",
    scales=(
        Scale("rate_ratio", "rate ratio", 1.0),
        Scale("rate_difference", "difference in rates", 0.0),
    ),
    summarise=summarise,
    draw=draw,
    valid=valid,
    parts=("value", "exposure"),
    optional={"exposure": 1.0},
    counts_columns=("events", "exposure"),
    from_counts=from_counts,
    from_sums=from_sums,
)
