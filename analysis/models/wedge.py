"""Stepped wedges: clusters that cross to the treatment one after another, and how long they have had it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.linear import least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.evidence import Evidence, Rows
    from analysis.models.linear import LeastSquares

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

FEWEST = 3
CONSTANT = "Covariates that do not vary inside clusters are taken up by the clusters' own effects."
FEWEST_TESTED = 6
TOO_FEW = (
    "The design cannot support inference: with at most five clusters no p-value is given and the interval only "
    "describes."
)
SAME_EFFECT = "The effect is supposed to be the same however long a cluster has had the treatment."


@dataclass(frozen=True, slots=True)
class Wedge:
    """The rows of a stepped wedge (n): cluster and period as codes from 0, `others` (n x a) further arms.

    `switch` (n) is the period code in which the row's cluster got the later of the two arms, or the number of
    periods where it never did. `sign` is 1 where the treatment is the later arm, -1 where it is the earlier.
    """

    rows: Rows
    cluster: Codes
    period: Codes
    others: Matrix
    switch: Codes
    sign: int

    @property
    def clusters(self) -> int:
        """The number of clusters."""
        return int(self.cluster.max()) + 1

    @property
    def periods(self) -> int:
        """The number of periods with a measured row."""
        return int(self.period.max()) + 1

    @property
    def too_few(self) -> bool:
        """Whether so few clusters cannot support inference: five or fewer."""
        return self.clusters < FEWEST_TESTED

    @property
    def cell(self) -> Codes:
        """The cluster's period each row belongs to, as codes from 0 (n)."""
        places = self.cluster * self.periods + self.period
        return np.asarray(np.unique(places, return_inverse=True)[1], dtype=np.intp)

    @property
    def exposure(self) -> Codes:
        """Periods since the switch (n): 1 in the first period under the later arm, 0 before."""
        return np.asarray(np.maximum(self.period - self.switch + 1, 0), dtype=np.intp)


def wedge_of(evidence: Evidence) -> Wedge:
    """The stepped wedge of the evidence's rows.

    Raises Refusal where there are fewer than three clusters, or none that was seen under both arms.
    """
    rows = evidence.require_rows()
    if rows.cluster is None or rows.period is None or rows.other is None:
        raise Refusal(
            "The rows do not say which cluster and period each belongs to.", remedy="Name both columns."
        )
    compared = rows.other == 0
    seen = np.zeros((int(rows.cluster.max()) + 1, 2), dtype=bool)
    seen[rows.cluster[compared], rows.treated[compared].astype(int)] = True
    if not seen.all(axis=1).any():
        raise Refusal(
            "No cluster was seen under both arms, so that this is no stepped wedge.",
            remedy="Load the periods before and after the switch, or analyse the clusters as parallel arms.",
        )
    cluster = np.asarray(np.unique(rows.cluster, return_inverse=True)[1])
    if cluster.max() + 1 < FEWEST:
        raise Refusal(
            "Fewer than three clusters cannot tell the treatment from what time alone did.",
            remedy="Include more clusters, better eight or more.",
        )
    period = np.asarray(np.unique(rows.period, return_inverse=True)[1])
    others = (rows.other[:, None] == np.unique(rows.other[~compared])).astype(float)
    sign = _direction(rows.treated[compared], period[compared], cluster[compared])
    later = (rows.treated == (sign > 0)) & compared
    return Wedge(rows, cluster, period, others, _switch(later, cluster, period), sign)


def _direction(treated: NDArray[np.bool_], period: Codes, cluster: Codes) -> int:
    """Whether treated periods come later than the others, on average within clusters."""
    late = 0.0
    for group in np.unique(cluster):
        inside = cluster == group
        if treated[inside].any() and not treated[inside].all():
            late += period[inside & treated].mean() - period[inside & ~treated].mean()
    return 1 if late >= 0 else -1


def _switch(later: NDArray[np.bool_], cluster: Codes, period: Codes) -> Codes:
    """The first period of each row's cluster under the later arm."""
    first = np.full(int(cluster.max()) + 1, int(period.max()) + 1, dtype=np.intp)
    np.minimum.at(first, cluster[later], period[later])
    return np.asarray(first[cluster], dtype=np.intp)


def require_one_way(wedge: Wedge) -> None:
    """Raises Refusal where some cluster went back to the earlier arm, or had both arms in one period."""
    later = wedge.rows.treated == (wedge.sign > 0)
    if wedge.others.shape[1]:
        raise Refusal(
            "There are more than two arms, so that an order of the clusters does not tell who had which.",
            remedy="Analyse the rows of two arms, or read the estimate with cluster and period effects.",
        )
    if (later != (wedge.period >= wedge.switch)).any():
        raise Refusal(
            "A cluster went back to the earlier arm, or had both arms in one period, so that its switch is not a "
            "point in time.",
            remedy="Correct the periods, or read the estimate with cluster and period effects.",
        )


def indicators(codes: Codes) -> Matrix:
    """Indicator columns of all codes but the first.

    >>> indicators(np.array([0, 1, 2])).tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    """
    return np.asarray(codes[:, None] == np.arange(1, int(codes.max()) + 1), dtype=np.float64)


def within(columns: Matrix, cluster: Codes) -> Matrix:
    """Columns (n x k) less their cluster means: what is left when every cluster has an effect of its own.

    >>> within(np.array([[1.0], [3.0], [7.0]]), np.array([0, 0, 1])).tolist()
    [[-1.0], [1.0], [0.0]]
    """
    sizes = np.bincount(cluster)
    means = np.column_stack([np.bincount(cluster, column) / sizes for column in columns.T])
    return np.asarray(columns - means[cluster])


def covariates_within(wedge: Wedge) -> tuple[Matrix, tuple[str, ...]]:
    """Covariates less their cluster means (n x q), without those constant in clusters, and the note on them."""
    inside = within(wedge.rows.covariates, wedge.cluster) if wedge.rows.covariates.shape[1] else None
    if inside is None:
        return np.empty((wedge.cluster.size, 0)), ()
    total = ((wedge.rows.covariates - wedge.rows.covariates.mean(axis=0)) ** 2).sum(axis=0)
    varies = (inside**2).sum(axis=0) > 1e-12 * total
    return inside[:, varies], () if varies.all() else (CONSTANT,)


def fixed_effects(wedge: Wedge, y: Matrix) -> tuple[LeastSquares, tuple[str, ...]]:
    """Least squares of y (n) on arm (first), further arms, periods and covariates, clusters absorbed; and notes.

    Absorbing clusters leaves the CR2 standard error and its degrees of freedom as they are with a column a
    cluster (Pustejovsky and Tipton 2018, theorem 2). Raises Refusal where the arm is told by cluster and period.
    """
    covariates, notes = covariates_within(wedge)
    arm = np.column_stack([wedge.rows.treated.astype(float), wedge.others, indicators(wedge.period)])
    x = np.column_stack([within(arm, wedge.cluster), covariates])
    try:
        return least_squares(x, within(y[:, None], wedge.cluster)[:, 0]), notes
    except Refusal:
        _require_told_apart(x)
        raise


def _require_told_apart(x: Matrix) -> None:
    """Raises Refusal where the first column (the arm) is a sum of the others: when all cross at once, for one."""
    arm, rest = x[:, 0], x[:, 1:]
    left = arm - rest @ np.linalg.lstsq(rest, arm, rcond=None)[0]
    if left @ left <= 1e-9 * (arm @ arm):
        raise told_by_time()


def told_by_time() -> Refusal:
    """The refusal where the arm can be worked out from cluster and period."""
    return Refusal(
        "Clusters and periods tell the arm exactly, as when all clusters switch together, so that the treatment "
        "cannot be told from what time did.",
        remedy="Let clusters switch in different periods, or analyse the periods as a series.",
    )
