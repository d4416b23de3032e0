"""How alike the units of a cluster are, and how unlike clusters are in size: what every clustered finding tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import f_quantile
from analysis.figures.clusters import cluster_means

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.evidence import Rows

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Intraclass:
    """The intraclass correlation within arms, with its interval."""

    estimate: float
    low: float
    high: float

    def parameters(self) -> dict[str, float]:
        """The interval as figures of an estimate.

        >>> Intraclass(0.1, 0.0, 0.3).parameters()
        {'icc_low': 0.0, 'icc_high': 0.3}
        """
        return {"icc_low": self.low, "icc_high": self.high}


@dataclass(frozen=True, slots=True)
class Likeness:
    """The intraclass correlation, where there is one, and further figures by name."""

    icc: float | None
    parameters: dict[str, float] = field(default_factory=dict)


def likeness(rows: Rows, cluster: Codes, *, level: float) -> Likeness:
    """The intraclass correlation of unit values (rates of counts) and the variation of cluster sizes.

    `icc_anova_ignoring_arm` takes what the arm did for likeness as well; `cluster_size_cv` is the standard
    deviation of the sizes over their mean (Eldridge, Ashby and Kerry 2006, doi 10.1093/ije/dyl129).
    """
    sizes = np.bincount(cluster)
    figures = {"cluster_size_cv": float(sizes.std(ddof=1) / sizes.mean())}
    if "value" not in rows.parts:
        return Likeness(None, figures)
    y = rows.y / rows.parts["exposure"] if "exposure" in rows.parts else rows.y
    found = intraclass(y, cluster, arm=rows.treated, level=level)
    if found is None:
        return Likeness(None, figures)
    whole = intraclass(y, cluster, arm=np.ones_like(rows.treated), level=level)
    ignoring = {"icc_anova_ignoring_arm": whole.estimate} if whole else {}
    return Likeness(found.estimate, {**found.parameters(), **ignoring, **figures})


def intraclass(y: Matrix, cluster: Codes, *, arm: NDArray[np.bool_], level: float) -> Intraclass | None:
    """The analysis-of-variance estimator within arms (it may be negative) and Searle's (1971) interval.

    Donner and Klar (2000, Design and Analysis of Cluster Randomization Trials, ch. 6). None where no cluster
    has two units, or units do not differ inside clusters.

    >>> y, cluster = np.array([1.0, 2, 5, 6, 1, 2, 5, 6]), np.repeat(np.arange(4), 2)
    >>> found = intraclass(y, cluster, arm=cluster > 1, level=0.95)
    >>> round(found.estimate, 4)  # mean squares 16 between and 0.5 within clusters: 15.5 / 16.5
    0.9394
    """
    sizes, sides = np.bincount(cluster), [side for side in (arm, ~arm) if side.any()]
    between_df, within_df = sizes.size - len(sides), y.size - sizes.size
    means, total = cluster_means(y, cluster)[cluster], np.zeros_like(y)
    for side in sides:
        total[side] = y[side].mean()
    within = ((y - means) ** 2).sum()
    if min(between_df, within_df) < 1 or within <= 1e-12 * ((y - y.mean()) ** 2).sum():
        return None
    by_arm = [sizes[np.unique(cluster[side])] for side in sides]
    size = (y.size - sum((arm_sizes**2).sum() / arm_sizes.sum() for arm_sizes in by_arm)) / between_df
    ratio = (((means - total) ** 2).sum() / between_df) / (within / within_df)
    upper, lower = (f_quantile(q, between_df, within_df) for q in ((1 + level) / 2, (1 - level) / 2))
    return Intraclass(*(float((f - 1) / (f + size - 1)) for f in (ratio, ratio / upper, ratio / lower)))
