"""Least squares with standard errors that hold for unequal variances and for few clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_FITTED = 1e-10  # a share of a direction left to the residuals below this is none


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """A fit of y (n) on X (n x k). `inverse` is (X'X)^-1, k x k; `df` is units less columns.

    A row may stand for several units with the same X: `units` (n) says how many (None: one each), y is then their
    mean, and `within` (n) the sum of their squared deviations from it.
    """

    x: Matrix
    coefficients: Matrix
    residuals: Matrix
    inverse: Matrix
    units: Matrix | None = None
    within: Matrix | None = None

    @property
    def n(self) -> int:
        """How many units there are."""
        return int(self.x.shape[0] if self.units is None else self.units.sum())

    @property
    def df(self) -> int:
        """Units less columns."""
        return self.n - int(self.x.shape[1])

    @property
    def squares(self) -> Matrix:
        """The sum of the units' squared residuals of each row (n)."""
        return np.asarray(self.sized(self.residuals**2) + (0.0 if self.within is None else self.within))

    def sized(self, values: Matrix) -> Matrix:
        """Values by row (n, or n x k), each times its number of units."""
        if self.units is None:
            return values
        return np.asarray(values * (self.units if values.ndim == 1 else self.units[:, None]))


@dataclass(frozen=True, slots=True)
class ClusterShares:
    """By cluster (G): a_g = X_g `weights` (G x k), `drawn` u_g = X_g' a_g (G x k), and `scores` a_g' e_g (G)."""

    weights: Matrix
    drawn: Matrix
    scores: Matrix


@dataclass(frozen=True, slots=True)
class Robust:
    """The standard error of one contrast of coefficients, and its degrees of freedom."""

    se: float
    df: float


def least_squares(
    x: Matrix, y: Matrix, *, units: Matrix | None = None, within: Matrix | None = None
) -> LeastSquares:
    """Ordinary least squares, of units or of rows that stand for several (`LeastSquares` says how).

    Raises Refusal where the columns of x (n x k) are collinear, or where there are no more units than columns.

    >>> fit = least_squares(np.array([[1.0, 0], [1, 1], [1, 2]]), np.array([1.0, 3, 5]))
    >>> fit.coefficients.round(6).tolist(), fit.df
    ([1.0, 2.0], 1)
    """
    if (x.shape[0] if units is None else units.sum()) <= x.shape[1]:
        raise Refusal(
            "There are no more rows than coefficients to estimate.",
            remedy="Measure more units, or declare fewer covariates.",
        )
    root_n = None if units is None else np.sqrt(units)
    weighed, aim = (x, y) if root_n is None else (x * root_n[:, None], y * root_n)
    scale = np.sqrt((weighed**2).sum(axis=0))
    if (scale == 0).any() or x.shape[0] < x.shape[1]:
        raise _collinear()
    q, r = np.linalg.qr(
        weighed / scale
    )  # scaled, so that the units of a covariate do not look like collinearity
    if np.abs(np.diag(r)).min() < 1e-9:
        raise _collinear()
    root = np.linalg.inv(r) / scale[:, None]
    coefficients = root @ (q.T @ aim)
    return LeastSquares(x, coefficients, y - x @ coefficients, root @ root.T, units, within)


def hc2(fit: LeastSquares) -> Matrix:
    """The covariance of the coefficients (k x k) with residuals scaled by leverage (Horn, Horn, Duncan 1975).

    A row that its own coefficient fits exactly says nothing on the others and counts for nothing.

    >>> x = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]])
    >>> float(hc2(least_squares(x, np.array([1.0, 3, 2, 6])))[1, 1])  # Welch's variance: 2/2 + 8/2
    5.0
    """
    return _sandwich(fit, power=1)


def hc3(fit: LeastSquares) -> Matrix:
    """As `hc2`, with residuals divided by one minus leverage (MacKinnon and White 1985).

    >>> x = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]])
    >>> float(hc3(least_squares(x, np.array([1.0, 3, 2, 6])))[1, 1])
    10.0
    """
    return _sandwich(fit, power=2)


def cr0(fit: LeastSquares, cluster: NDArray[np.intp], *, contrast: Matrix) -> Robust:
    """The plain cluster sandwich (Liang and Zeger 1986), too small for few clusters: for comparison only.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> round(cr0(least_squares(x, y), np.arange(4), contrast=np.array([0.0, 1])).se ** 2, 12)
    2.5
    """
    return cluster_sandwich(fit, cluster, contrast=contrast, power=0.0)


def cr2(fit: LeastSquares, cluster: NDArray[np.intp], *, contrast: Matrix) -> Robust:
    """Bell and McCaffrey's (2002) standard error with Satterthwaite's degrees of freedom.

    `cluster` (n) holds codes from 0, `contrast` (k) weights the coefficients. With one row a cluster it is HC2:

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> round(cr2(least_squares(x, y), np.arange(4), contrast=np.array([0.0, 1])).se ** 2, 12)
    5.0
    """
    return cluster_sandwich(fit, cluster, contrast=contrast, power=-0.5)


def cr3(fit: LeastSquares, cluster: NDArray[np.intp], *, contrast: Matrix) -> Robust:
    """As `cr2` with the whole inverse, close to a jackknife of clusters, on clubSandwich's scale.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> round(cr3(least_squares(x, y), np.arange(4), contrast=np.array([0.0, 1])).se ** 2, 12)
    10.0
    """
    return cluster_sandwich(fit, cluster, contrast=contrast, power=-1.0)


def cluster_sandwich(
    fit: LeastSquares, cluster: NDArray[np.intp], *, contrast: Matrix, power: float
) -> Robust:
    """The sandwich by cluster with residuals adjusted by (I - X_g M X_g')^power, M = (X'X)^-1.

    Bell and McCaffrey (2002); Pustejovsky and Tipton (2018, doi 10.1080/07350015.2016.1247004). Big clusters
    cost nothing: with M = LL' and S_g = L'X_g'X_g L, (I - X_g M X_g')^power X_g L = X_g L (I - S_g)^power, so
    that only k x k matrices have roots taken. A direction that a cluster decides alone counts for nothing.

    >>> fit = least_squares(np.ones((3, 1)), np.array([1.0, 2, 6]))
    >>> round(cluster_sandwich(fit, np.arange(3), contrast=np.ones(1), power=-0.5).df, 12)
    2.0
    """
    share = cluster_shares(fit, cluster, contrast=contrast, power=power)
    own = np.einsum("gi,gi->g", share.weights, share.drawn)  # a_g' a_g
    return Robust(float(np.sqrt((share.scores**2).sum())), _satterthwaite(own, share.drawn, fit.inverse))


def cluster_shares(
    fit: LeastSquares, cluster: NDArray[np.intp], *, contrast: Matrix, power: float
) -> ClusterShares:
    """What each cluster brings to the sandwich of one contrast; several contrasts share it in a joint test.

    >>> fit = least_squares(np.ones((3, 1)), np.array([1.0, 2, 6]))
    >>> cluster_shares(fit, np.arange(3), contrast=np.ones(1), power=0.0).scores.round(6).tolist()
    [-0.666667, -0.333333, 1.0]
    """
    squares, scores = _cluster_sums(fit, cluster)
    root = np.linalg.cholesky(fit.inverse)
    share, vectors = np.linalg.eigh(root.T @ squares @ root)  # how much of each direction a cluster decides
    left = 1 - share
    factor = np.where(left > _FITTED, np.clip(left, _FITTED, None) ** power, 0.0)
    toward = np.einsum("gij,i->gj", vectors, root.T @ contrast)
    weights = np.einsum("gij,gj->gi", vectors, factor * toward) @ root.T
    drawn = np.einsum("gij,gj->gi", squares, weights)
    return ClusterShares(weights, drawn, np.einsum("gi,gi->g", weights, scores))


def _sandwich(fit: LeastSquares, *, power: int) -> Matrix:
    half = fit.x @ fit.inverse
    left = 1 - np.einsum("ij,ij->i", half, fit.x)
    weight = np.where(left > _FITTED, fit.squares / np.clip(left, _FITTED, None) ** power, 0.0)
    return (half * weight[:, None]).T @ half


def _cluster_sums(fit: LeastSquares, cluster: NDArray[np.intp]) -> tuple[Matrix, Matrix]:
    """X_g'X_g (G x k x k) and X_g'e_g (G x k)."""
    columns, size = fit.x.T, int(cluster.max()) + 1
    weighed, residuals = fit.sized(fit.x).T, fit.residuals
    squares = np.array([[np.bincount(cluster, a * b, minlength=size) for b in columns] for a in weighed])
    scores = np.array([np.bincount(cluster, a * residuals, minlength=size) for a in weighed])
    return np.moveaxis(squares, 2, 0), scores.T


def _satterthwaite(own: Matrix, drawn: Matrix, inverse: Matrix) -> float:
    """tr(P)^2 / tr(P^2) for P = diag(own) - U M U', without the G x G matrix."""
    cross = inverse @ (drawn.T @ drawn)
    by_cluster = np.einsum("gi,ij,gj->g", drawn, inverse, drawn)
    trace = own.sum() - np.trace(cross)
    squared = (own**2).sum() - 2 * (own * by_cluster).sum() + np.trace(cross @ cross)
    if squared <= 0 or trace <= 0:
        raise Refusal(
            "Too few clusters hold information on the effect to give a standard error.",
            remedy="Include more clusters in each arm.",
        )
    return float(trace**2 / squared)


def _collinear() -> Refusal:
    return Refusal(
        "The covariates are collinear: some can be worked out from the others.",
        remedy="Leave out the covariates that repeat the others, or the arm.",
    )
