"""Standard errors and degrees of freedom that hold for short autocorrelated series (Kenward and Roger)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.autoregression import START, powers
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.autoregression import Autoregression

    Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Kenward and Roger's covariance of coefficients of the basis, and what their degrees of freedom need."""

    fit: Autoregression
    plain: Matrix
    adjusted: Matrix
    weights: Matrix
    slopes: tuple[Matrix, Matrix]

    def of(self, contrast: Matrix) -> tuple[float, float]:
        """Standard error and degrees of freedom of a contrast (k) of the coefficients.

        The variance is never taken below the unadjusted one.
        """
        c = self.fit.back.T @ contrast
        variance = float(c @ self.plain @ c)
        gradient = np.array([-(c @ self.plain @ p @ self.plain @ c) for p in self.slopes])
        spread = float(gradient @ self.weights @ gradient)
        return sqrt(max(variance, float(c @ self.adjusted @ c))), 2 * variance**2 / spread


def kenward_roger(fit: Autoregression) -> Adjusted:
    """Kenward and Roger (1997, Biometrics 53:983) for V = variance * rho^lag, with second derivatives of V.

    With A = R^-1 and R' = dR/drho: A R' A = -A', A R' A R' A = A' R A', A R'' A = 2 A' R A' - A''.
    """
    s2, k = fit.variance, fit.basis.shape[1]
    a, first, second = (fit.sums.at(fit.rho, order=order)[:k, :k] for order in range(3))
    twice = _inner(fit)
    phi = np.asarray(s2 * np.linalg.inv(a), dtype=np.float64)
    p = (-a / s2**2, first / s2)
    q = ((a / s2**3, -first / s2**2), (-first / s2**2, twice / s2))
    r = ((0 * a, -first / s2**2), (-first / s2**2, (2 * twice - second) / s2))
    size = fit.residuals.size
    cross = float(fit.sums.log_determinant(fit.rho, order=1)) / s2
    traces = np.array([[size / s2**2, cross], [cross, fit.sums.information(fit.rho)]])
    pairs = [(i, j) for i in range(2) for j in range(2)]
    information = np.array(
        [traces[i, j] - 2 * np.trace(phi @ q[i][j]) + np.trace(phi @ p[i] @ phi @ p[j]) for i, j in pairs]
    ).reshape(2, 2)
    if not (np.linalg.eigvalsh(information) > 0).all():
        raise Refusal(
            "The series is too short to tell how strongly its errors hang together.",
            remedy="Observe more periods, or declare fewer covariates.",
        )
    weights = np.asarray(2 * np.linalg.inv(information), dtype=np.float64)
    excess = sum(weights[i, j] * (q[i][j] - p[i] @ phi @ p[j] - r[i][j] / 4) for i, j in pairs)
    return Adjusted(fit, phi, phi + 2 * phi @ excess @ phi, weights, p)


def _inner(fit: Autoregression) -> Matrix:
    """X'A' R A'X for the basis: A' is tridiagonal, and R b runs along b as a chain."""
    from scipy.linalg import solve_banded

    chained = fit.lags != START
    a, first, _ = powers(fit.rho, np.where(chained, fit.lags, 1.0))
    a, first = np.where(chained, a, 0.0), np.where(chained, first, 0.0)
    own, beside = 2 * a / (1 - a * a) ** 2 * first, -(1 + a * a) / (1 - a * a) ** 2 * first
    x = fit.basis
    turned = (own + np.append(own[1:], 0.0))[:, None] * x
    turned[1:] += beside[1:, None] * x[:-1]
    turned[:-1] += beside[1:, None] * x[1:]
    # s_i = a_i (s_{i-1} + b_{i-1}) is all that rows before i add to row i of R b
    bands = np.array([np.ones_like(a), np.append(-a[1:], 0.0)])
    earlier = np.zeros_like(turned)
    earlier[1:] = a[1:, None] * turned[:-1]
    cross = turned.T @ solve_banded((1, 0), bands, earlier)
    return np.asarray(turned.T @ turned + cross + cross.T)
