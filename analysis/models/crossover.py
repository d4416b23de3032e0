"""Crossovers: what each unit had in each period, as the columns of a regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.evidence import Evidence

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Crossover:
    """The rows (n) of units that change arms. `x` (n x k): treatment first, then other arms, periods, covariates.

    `unit` and `period` are codes from 0 without gaps; `cluster` is set where each cluster's units all had the same
    arm in the same period: the order was given to the cluster. `alike` is the other case of clusters.
    """

    y: Matrix
    x: Matrix
    treated: NDArray[np.bool_]
    compared: NDArray[np.bool_]
    unit: Codes
    period: Codes
    cluster: Codes | None
    alike: Codes | None

    def under(self, treatment: bool) -> NDArray[np.bool_]:
        """Which units (in the order of their codes) were seen under the treatment, or under the control."""
        seen = self.unit[self.compared & (self.treated == treatment)]
        return np.isin(np.arange(int(self.unit.max()) + 1), seen)


def crossover_of(evidence: Evidence) -> Crossover:
    """The crossover of the evidence's rows.

    Raises Refusal where a unit has several rows in a period, or was seen in two clusters.
    """
    rows = evidence.require_rows()
    if rows.unit is None or rows.period is None or rows.other is None:
        raise Refusal(
            "The rows do not say which unit and period each belongs to.", remedy="Name both columns."
        )
    unit, period = (np.unique(codes, return_inverse=True)[1].ravel() for codes in (rows.unit, rows.period))
    if np.unique(unit * (int(period.max()) + 1) + period).size < unit.size:
        raise Refusal(
            "A unit has several rows in one period.",
            remedy="Put each unit's rows of a period together into one.",
        )
    others = [rows.other == arm for arm in range(1, int(rows.other.max(initial=0)) + 1)]
    later = [period == number for number in range(1, int(period.max()) + 1)]
    x = np.column_stack([rows.treated, *others, *later, rows.covariates]).astype(np.float64)
    cluster = None if rows.cluster is None else _nested(rows.cluster, unit)
    arm = rows.treated + 2 * rows.other
    by_cluster = cluster is not None and _given_to_clusters(cluster, period, arm)
    return Crossover(
        rows.y,
        x,
        rows.treated,
        rows.other == 0,
        unit,
        period,
        cluster=cluster if by_cluster else None,
        alike=None if by_cluster else cluster,
    )


def independent(x: Matrix) -> Matrix:
    """The columns of x (n x k) without those that the others tell; the first one is tested last.

    Raises Refusal where the first column, the treatment, is one of them.

    >>> independent(np.array([[1.0, 1, 2], [0, 1, 2], [1, 0, 0]])).shape
    (3, 2)
    """
    kept: list[int] = []
    basis = np.empty((x.shape[0], 0))
    for column in (*range(1, x.shape[1]), 0):
        rest = x[:, column]
        for _ in range(2):  # twice is enough (Parlett 1980)
            rest = rest - basis @ (basis.T @ rest)
        size = float(np.linalg.norm(rest))
        if size > 1e-9 * max(float(np.linalg.norm(x[:, column])), 1e-300):
            basis = np.column_stack([basis, rest / size])
            kept.append(column)
    if not kept or kept[-1] != 0:
        raise Refusal(
            "The arms cannot be told from units and periods: nobody had both arms, or all changed at once.",
            remedy="Give the arms in different orders to different units, and load every period.",
        )
    return np.asarray(x[:, sorted(kept)])


def _given_to_clusters(cluster: Codes, period: Codes, arm: NDArray[np.integer]) -> bool:
    """Whether all units of a cluster had the same arm in each period, and some cluster holds two units."""
    cell = cluster * (int(period.max()) + 1) + period
    return bool(np.unique(np.column_stack([cell, arm]), axis=0).shape[0] == np.unique(cell).size < cell.size)


def _nested(cluster: Codes, unit: Codes) -> Codes | None:
    """Cluster codes without gaps; None where each unit is a cluster of its own."""
    codes = np.unique(cluster, return_inverse=True)[1].ravel()
    if np.unique(np.column_stack([unit, codes]), axis=0).shape[0] > int(unit.max()) + 1:
        raise Refusal(
            "A unit was seen in more than one cluster.",
            remedy="Give each unit the cluster that it was assigned in.",
        )
    return codes if codes.max() < unit.max() else None
