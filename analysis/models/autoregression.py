"""Regression of a series whose errors hang together from one period to the next: AR(1) by REML or ML."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.linear import least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.linear import LeastSquares

    Matrix = NDArray[np.float64]

START = 0.0  # the lag of a row with nothing before it
GRID = np.tanh(np.linspace(-3.0, 4.0, 36))  # from -0.995 to 0.9993: where the likelihood is looked at first
ROUNDS = 9  # each looks 35 times closer: 35^-9 of a step of the grid is below rounding
EXACT = 1e-12  # residuals below this share of the outcome are rounding


@dataclass(frozen=True, slots=True)
class Products:
    """Z'A(rho)Z for the inverse A of the correlation matrix, and its derivatives, from sums made once.

    A is tridiagonal: with a = rho^lag, row i given row i - 1 has mean a z and variance 1 - a^2, so that Z'AZ sums
    (z_i - a z_{i-1})(z_i - a z_{i-1})' / (1 - a^2) over rows, by distinct lag.
    """

    starts: Matrix
    lags: Matrix  # m distinct lags, with `counts` rows each
    counts: Matrix
    own: Matrix  # m x k x k: sums of z_i z_i'
    cross: Matrix  # of z_i z_{i-1}' and its transpose
    before: Matrix  # of z_{i-1} z_{i-1}'

    def at(self, rho: float | Matrix, *, order: int = 0) -> Matrix:
        """Z'AZ, or its first or second derivative by rho: (r x) k x k for one rho (or r of them)."""
        a, first, second = powers(rho, self.lags)
        left = 1 - a * a
        if order == 0:
            weights = 1 / left, -a / left, a * a / left
        else:
            own, cross = 2 * a / left**2, -(1 + a * a) / left**2
            if order == 2:
                own = (2 + 6 * a * a) / left**3 * first**2 + own * second
                cross = -(6 * a + 2 * a**3) / left**3 * first**2 + cross * second
            else:
                own, cross = own * first, cross * first
            weights = own, cross, own
        total = self.starts if order == 0 else np.zeros_like(self.starts)
        for weight, sums in zip(weights, (self.own, self.cross, self.before), strict=True):
            total = total + np.tensordot(weight, sums, axes=1)
        return np.asarray(total)

    def log_determinant(self, rho: float | Matrix, *, order: int = 0) -> Matrix:
        """log|R|, or its first or second derivative by rho."""
        a, first, second = powers(rho, self.lags)
        left = 1 - a * a
        if order == 0:
            each = np.log(left)
        elif order == 1:
            each = -2 * a * first / left
        else:
            each = -2 * (first**2 + a * second) / left - 4 * a * a * first**2 / left**2
        return np.asarray(each @ self.counts)

    def information(self, rho: float) -> float:
        """tr(A R' A R'), from the expected information of the chain of conditional normals."""
        a, first, _ = powers(rho, self.lags)
        return float(self.counts @ (2 * first**2 * (1 + a * a) / (1 - a * a) ** 2))


def powers(rho: float | Matrix, lags: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """rho^lag and its first two derivatives by rho; an array of r gives r x m.

    >>> [values.tolist() for values in powers(0.5, np.array([1.0, 2.0]))]
    [[0.5, 0.25], [1.0, 1.0], [0.0, 2.0]]
    """
    rho = np.asarray(rho)[..., None]
    second = np.where(lags > 1, lags * (lags - 1) * np.power(rho, np.maximum(lags - 2, 0.0)), 0.0)
    return np.power(rho, lags), lags * np.power(rho, lags - 1), second


def products(z: Matrix, lags: Matrix) -> Products:
    """The sums for columns z (n x k) whose rows lie `lags` (n) periods after the row before; START begins a series.

    >>> sums = products(np.array([[1.0], [3.0]]), np.array([START, 1.0]))
    >>> float(sums.at(0.5)[0, 0])  # 1 + (3 - 0.5)^2 / 0.75
    9.333333333333334
    """
    begins = lags == START
    distinct, place = np.unique(lags[~begins], return_inverse=True)
    later, earlier = z[~begins], z[np.flatnonzero(~begins) - 1]
    own, cross, before = (
        np.array([left[place == g].T @ right[place == g] for g in range(distinct.size)]).reshape(
            -1, z.shape[1], z.shape[1]
        )
        for left, right in ((later, later), (later, earlier), (earlier, earlier))
    )
    return Products(
        z[begins].T @ z[begins],
        distinct,
        np.bincount(place, minlength=distinct.size).astype(np.float64),
        own,
        cross + cross.transpose(0, 2, 1),
        before,
    )


@dataclass(frozen=True, slots=True)
class Autoregression:
    """A fit of y (n) on x (n x k) with Corr(e_i, e_j) = rho^lag and variance `variance`.

    `covariance` (k x k) takes rho for known; `basis` is an orthonormal x, `back` (k x k) leads from its
    coefficients to those of x; `sums` are those of the basis and the least-squares residuals.
    """

    least_squares: LeastSquares
    coefficients: Matrix
    covariance: Matrix
    residuals: Matrix
    rho: float
    variance: float
    log_likelihood: float
    lags: Matrix
    basis: Matrix
    back: Matrix
    sums: Products

    @property
    def at_the_edge(self) -> bool:
        """Whether rho came out as far as it may."""
        return bool(self.rho <= GRID[0] or self.rho >= GRID[-1])


def autoregression(x: Matrix, y: Matrix, *, lags: Matrix, restricted: bool = True) -> Autoregression:
    """The fit by restricted (or full) maximum likelihood, profiled over rho.

    Agrees with nlme's gls(correlation = corAR1()) for whole lags. Raises Refusal where columns are collinear or x
    tells y exactly.

    >>> t = np.arange(6.0)
    >>> fit = autoregression(np.ones((6, 1)), np.array([1.0, 2, 1, 3, 2, 3]), lags=np.array([START, 1, 1, 1, 1, 1]))
    >>> bool(-1 < fit.rho < 1), fit.coefficients.shape
    (True, (1,))
    """
    plain = least_squares(x, y)
    if plain.residuals @ plain.residuals <= EXACT**2 * (y @ y):
        raise Refusal(
            "The model tells every period exactly, so there is no spread to judge the change by.",
            remedy="Check how the outcome was measured.",
        )
    basis, triangle = np.linalg.qr(x)
    back = np.asarray(np.linalg.inv(triangle))
    sums = products(np.column_stack([basis, plain.residuals]), lags)
    rho = _likeliest(sums, rows=y.size, restricted=restricted)
    inverse, slopes, spread = _solved(sums.at(rho))
    variance = float(spread) / (plain.df if restricted else y.size)
    likelihood = -0.5 * float(_deviance(sums, rho, rows=y.size, restricted=restricted))
    if restricted:  # log|X'AX| is had of the basis, and X = basis triangle
        likelihood -= float(np.log(np.abs(np.diag(triangle))).sum())
    coefficients = plain.coefficients + back @ slopes
    return Autoregression(
        plain,
        coefficients,
        variance * back @ inverse @ back.T,
        y - x @ coefficients,
        rho,
        variance,
        likelihood,
        lags,
        basis,
        back,
        sums,
    )


def _solved(z: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """(X'AX)^-1, the coefficients and the weighted sum of squared residuals, from (r of) Z'AZ with y last."""
    inverse = np.asarray(np.linalg.inv(z[..., :-1, :-1]), dtype=np.float64)
    slopes: Matrix = np.einsum("...ij,...j->...i", inverse, z[..., :-1, -1])
    spread: Matrix = z[..., -1, -1] - np.einsum("...i,...i->...", z[..., :-1, -1], slopes)
    return inverse, slopes, spread


def _deviance(sums: Products, rho: float | Matrix, *, rows: int, restricted: bool) -> Matrix:
    """-2 log likelihood, profiled over coefficients and variance (for an orthonormal x)."""
    z = sums.at(rho)
    free = rows - (z.shape[-1] - 1 if restricted else 0)
    value = free * (np.log(2 * pi * _solved(z)[2] / free) + 1) + sums.log_determinant(rho)
    return np.asarray(value + (np.linalg.slogdet(z[..., :-1, :-1])[1] if restricted else 0.0))


def _score(sums: Products, rho: Matrix, *, rows: int, restricted: bool) -> Matrix:
    """The derivative of the log likelihood by rho (r), times two."""
    z, slope = sums.at(rho), sums.at(rho, order=1)
    inverse, coefficients, spread = _solved(z)
    free = rows - (z.shape[-1] - 1 if restricted else 0)
    along = np.concatenate([-coefficients, np.ones((rho.size, 1))], axis=1)
    value = free * np.einsum("ri,rij,rj->r", along, slope, along) / spread
    value = value + sums.log_determinant(rho, order=1)
    shape = np.einsum("rij,rij->r", inverse, slope[:, :-1, :-1]) if restricted else 0.0
    return np.asarray(-value - shape)


def _likeliest(sums: Products, *, rows: int, restricted: bool) -> float:
    """The rho of the highest likelihood: the best of a grid, then the zero of the derivative beside it."""
    best = int(np.argmin(_deviance(sums, GRID, rows=rows, restricted=restricted)))
    low, high = GRID[max(best - 1, 0)], GRID[min(best + 1, GRID.size - 1)]
    for _ in range(ROUNDS):
        parts = np.linspace(low, high, GRID.size)
        rising = np.flatnonzero(_score(sums, parts, rows=rows, restricted=restricted) > 0)
        place = int(rising[-1]) if rising.size else 0
        low, high = parts[place], parts[min(place + 1, parts.size - 1)]
    return float((low + high) / 2)
