"""Power of a stepped wedge, from the cell means' covariance: clusters, periods, and who switches when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import factorial, inf, prod, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.planning.arms import t_ways
from analysis.planning.way import Planned
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.planning.arms import Arms

    Matrix = NDArray[np.float64]

FEWEST = 6  # clusters with which a p-value is given
ICCS = (0.01, 0.02, 0.05, 0.10)
CACS = (0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Cells:
    """`size` units in each cluster and period. `icc` is the correlation inside a cluster's period, `cac` how much

    of it is left from one period to another: 1 as Hussey and Hughes (2007) suppose, below 1 as nested exchangeable.
    """

    size: float
    icc: float
    cac: float = 1.0


def even_schedule(clusters: int, periods: int) -> Matrix:
    """0 before and 1 after the switch (clusters x periods): all begin without, and switch as evenly as can be.

    >>> even_schedule(4, 3).astype(int).tolist()
    [[0, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 1]]
    """
    switch = 1 + np.arange(clusters) * (periods - 1) // clusters
    return (np.arange(periods) >= switch[:, None]).astype(float)


def wedge_variance(schedule: Matrix, cells: Cells, *, variance: float = 1.0) -> float:
    """The variance of the effect by generalised least squares on cell means with period effects.

    Hussey and Hughes (2007, Contemp Clin Trials 28:182, eq. 8) for cac 1; Hooper et al. (2016, Stat Med 35:4718).
    Raises Refusal where the schedule does not tell the treatment from time.

    >>> round(wedge_variance(even_schedule(8, 5), Cells(10, 0.1, cac=0.8)), 6)
    0.032057
    """
    periods = schedule.shape[1]
    covariance = np.full((periods, periods), cells.icc * cells.cac)
    np.fill_diagonal(covariance, cells.icc + (1 - cells.icc) / cells.size)
    information = np.zeros((periods + 1, periods + 1))
    for row in schedule:
        design = np.column_stack([row, np.eye(periods)])
        information += design.T @ np.linalg.solve(covariance, design)
    left = information[0, 0] - information[0, 1:] @ np.linalg.solve(information[1:, 1:], information[1:, 0])
    if left <= 1e-9 * information[0, 0]:
        raise Refusal(
            "The periods tell exactly who has the treatment, so that it cannot be told from what time does.",
            remedy="Let clusters switch in different periods.",
        )
    return float(variance / left)


def stepped(arms: Arms, *, kind: str, cells: Cells, periods: int, schedule: Matrix | None = None) -> Planned:
    """Effects of a stepped wedge by t with clusters - 2 degrees of freedom.

    A given `schedule` is for as many clusters as it has; else clusters are spread evenly over the periods. A share
    varies as its mean over the two arms does (Hussey and Hughes 2007, section 3.1).
    """

    @cache
    def unit_variance(clusters: float) -> float:
        chosen = even_schedule(int(clusters), periods) if schedule is None else schedule
        return wedge_variance(chosen, cells)

    def se(clusters: float, effect: float) -> float:
        middle = arms.base + effect / 2
        of_one = middle * (1 - middle) if kind == "proportion" else arms.sd**2
        return sqrt(arms.inflation * of_one * unit_variance(clusters))

    limits = (-arms.base, 1 - arms.base) if kind == "proportion" else (-inf, inf)
    ways = t_ways(se, df=lambda clusters: clusters - 2, alpha=arms.alpha)
    return Planned(ways, "clusters in all", max(FEWEST, periods - 1), limits=limits, whole=True)


def orders(schedule: Matrix) -> float:
    """In how many ways lots can give the switches of this schedule to its clusters.

    >>> orders(even_schedule(8, 5))
    2520.0
    """
    alike = Counter(row.tobytes() for row in schedule)
    return float(factorial(len(schedule)) // prod(factorial(count) for count in alike.values()))


def require_inference(clusters: float) -> None:
    """Raises Refusal with so few clusters that the analysis gives no p-value."""
    if clusters < FEWEST:
        raise Refusal(
            "With at most five clusters the analysis gives no p-value, so that there is no power.",
            remedy="Include at least six clusters, better eight or more.",
        )
