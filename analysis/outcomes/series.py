"""Series: a rate or a level for each period of a platform, such as searches a day with a match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.moments import LARGEST
from analysis.outcome import Kind, Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.outcome import Parts


@dataclass(frozen=True, slots=True)
class Periods:
    """`n` measured periods with their `total` and `exposure`; people are not counted, but a few events may be few
    people's."""

    n: int
    total: float
    exposure: float
    missing: int = 0

    def __add__(self, other: Periods) -> Periods:
        """Both sets of periods together."""
        return Periods(
            self.n + other.n,
            self.total + other.total,
            self.exposure + other.exposure,
            self.missing + other.missing,
        )

    def cells(self) -> tuple[int, ...]:
        """The total, where it counts events: a handful of them may come from a handful of people."""
        return (int(self.total),) if self.total == int(self.total) else ()

    def describe(self) -> dict[str, float]:
        """value: the total over the exposure."""
        return {"value": self.total / self.exposure} if self.exposure else {}


def summarise(parts: Parts) -> Periods:
    """Periods, total and exposure; a NaN in either part counts as missing.

    >>> summarise({"value": np.array([2.0, 4.0, np.nan]), "exposure": np.array([10.0, 10.0, 10.0])})
    Periods(n=2, total=6.0, exposure=20.0, missing=1)
    """
    values, exposure = parts["value"], parts["exposure"]
    known = ~(np.isnan(values) | np.isnan(exposure))
    n = int(known.sum())
    return Periods(n, float(values[known].sum()), float(exposure[known].sum()), int(values.size - n))


def valid(parts: Parts) -> str | None:
    """What is wrong with values, which may be any number, over an exposure above 0.

    >>> valid({"value": np.array([1.5]), "exposure": np.array([0.0])})
    'it holds an exposure that is not a number above 0'
    """
    if not (np.abs(parts["value"]) < LARGEST).all():
        return "it holds a number that is not finite, or too large to compute with"
    possible = (parts["exposure"] > 0) & (parts["exposure"] < LARGEST)
    return None if possible.all() else "it holds an exposure that is not a number above 0"


def draw(
    rng: np.random.Generator,
    n: int,
    effect: float,
    *,
    base: float | NDArray[np.float64] = 400.0,
    spread: float = 20.0,
    exposure: float | NDArray[np.float64] = 1.0,
) -> Parts:
    """Whole numbers about `exposure * (base + effect)`, not below 0; their rates spread by `spread` (one sd).

    >>> draw(np.random.default_rng(1), 2, -100.0, spread=0.0)["value"]
    array([300., 300.])
    """
    time = np.zeros(n) + exposure
    rates = rng.normal(base + np.full(n, effect), spread)
    return {"value": np.maximum(np.round(rates * time), 0.0), "exposure": time}


KIND = Kind(
    name="series",
    label="rate or level by period",
    scales=(
        Scale("level_change", "change of level", 0.0),
        Scale("slope_change", "change of slope by period", 0.0),
        Scale("rate_ratio", "rate ratio", 1.0),
    ),
    summarise=summarise,
    draw=draw,
    valid=valid,
    parts=("value", "exposure"),
    optional={"exposure": 1.0},
)
