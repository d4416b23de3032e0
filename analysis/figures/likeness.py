"""How alike the units of a cluster are, and how unlike clusters are in size: what every clustered finding tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import f_quantile
from analysis.figures.clusters import cluster_means

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.groups import Groups

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


def likeness(groups: Groups, cluster: Codes, *, level: float) -> Likeness:
    """The intraclass correlation of unit values (rates of counts) and the variation of cluster sizes.

    `icc_anova_ignoring_arm` takes what the arm did for likeness as well; `cluster_size_cv` is the standard
    deviation of the sizes over their mean (Eldridge, Ashby and Kerry 2006, doi 10.1093/ije/dyl129).
    """
    sizes = np.bincount(cluster, groups.n)
    figures = {"cluster_size_cv": float(sizes.std(ddof=1) / sizes.mean())}
    values = _values(groups)
    if values is None:
        return Likeness(None, figures)
    y, units, within = values, groups.n, _squares(groups)
    found = intraclass(y, cluster, arm=groups.treated, level=level, units=units, within=within)
    if found is None:
        return Likeness(None, figures)
    whole = intraclass(y, cluster, arm=np.ones_like(groups.treated), level=level, units=units, within=within)
    ignoring = {"icc_anova_ignoring_arm": whole.estimate} if whole else {}
    return Likeness(found.estimate, {**found.parameters(), **ignoring, **figures})


def _values(groups: Groups) -> Matrix | None:
    """The value of each group, of counts its rate; None without values, or where exposures differ inside groups."""
    if "value" not in groups.parts:
        return None
    if "exposure" not in groups.parts:
        return groups.y
    return (
        None
        if groups.inside("exposure", "exposure").any()
        else groups.whole("value") / groups.whole("exposure")
    )


def _squares(groups: Groups) -> Matrix:
    return groups.squares / groups.whole("exposure") ** 2 if "exposure" in groups.parts else groups.squares


def intraclass(
    y: Matrix,
    cluster: Codes,
    *,
    arm: NDArray[np.bool_],
    level: float,
    units: Matrix | None = None,
    within: Matrix | None = None,
) -> Intraclass | None:
    """The analysis-of-variance estimator within arms (it may be negative) and Searle's (1971) interval.

    A value of y stands for one unit, or is the mean of `units` with the squared deviations `within` (n each).
    Donner and Klar (2000, Design and Analysis of Cluster Randomization Trials, ch. 6). None where no cluster
    has two units, or units do not differ inside clusters.

    >>> y, cluster = np.array([1.0, 2, 5, 6, 1, 2, 5, 6]), np.repeat(np.arange(4), 2)
    >>> found = intraclass(y, cluster, arm=cluster > 1, level=0.95)
    >>> round(found.estimate, 4)  # mean squares 16 between and 0.5 within clusters: 15.5 / 16.5
    0.9394
    """
    n = np.ones(y.size) if units is None else units
    inside = 0.0 if within is None else float(within.sum())
    sizes, sides = np.bincount(cluster, n), [side for side in (arm, ~arm) if side.any()]
    between_df, within_df = sizes.size - len(sides), int(n.sum()) - sizes.size
    means, total = cluster_means(y, cluster, n)[cluster], np.zeros_like(y)
    for side in sides:
        total[side] = n[side] @ y[side] / n[side].sum()
    left = n @ (y - means) ** 2 + inside
    if min(between_df, within_df) < 1 or left <= 1e-12 * (n @ (y - n @ y / n.sum()) ** 2 + inside):
        return None
    by_arm = [sizes[np.unique(cluster[side])] for side in sides]
    size = (n.sum() - sum((arm_sizes**2).sum() / arm_sizes.sum() for arm_sizes in by_arm)) / between_df
    ratio = (n @ (means - total) ** 2 / between_df) / (left / within_df)
    upper, lower = (f_quantile(q, between_df, within_df) for q in ((1 + level) / 2, (1 - level) / 2))
    return Intraclass(*(float((f - 1) / (f + size - 1)) for f in (ratio, ratio / upper, ratio / lower)))
