"""A series and its control in one model: each with its own line and variance, and one autocorrelation."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, exp, log, pi, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.autoregression import products
from analysis.models.linear import least_squares
from analysis.models.segmented import LEVEL
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.autoregression import Products
    from analysis.models.segmented import Segmented

    Matrix = NDArray[np.float64]

DEEPEST = 5.0  # autocorrelations to 0.9999, as artanh
WIDEST = 12.0  # how far apart the logarithms of the two standard deviations may be


@dataclass(frozen=True, slots=True)
class _Stack:
    """The sums of both series (treated first) over an orthonormal x with y last; `rows` in each, `free` in all."""

    sums: tuple[Products, Products]
    rows: int
    free: int

    def joined(self, rho: float, ratio: float) -> tuple[Matrix, Matrix, float]:
        """X'V^-1X, the coefficients and the weighted squares, the treated series' sd `ratio` times the other's."""
        whole = self.sums[0].at(rho) / ratio**2 + self.sums[1].at(rho)
        inner = np.asarray(whole[:-1, :-1])
        slopes = np.asarray(np.linalg.solve(inner, whole[:-1, -1]), dtype=np.float64)
        return inner, slopes, float(whole[-1, -1] - whole[:-1, -1] @ slopes)

    def deviance(self, at: Matrix) -> float:
        """-2 log restricted likelihood at (artanh of rho, log of the ratio)."""
        rho, ratio = tanh(float(at[0])), exp(float(at[1]))
        inner, _, spread = self.joined(rho, ratio)
        determinants = sum(float(part.log_determinant(rho)) for part in self.sums)
        likely = self.free * (log(2 * pi * spread / self.free) + 1) + float(np.linalg.slogdet(inner)[1])
        return likely + determinants + 2 * self.rows * float(at[1])


def stacked(
    model: Segmented, treated: Matrix, control: Matrix, *, covariates: tuple[Matrix, Matrix]
) -> dict[str, float]:
    """The difference between the series' changes of level, and its standard error given the variances.

    REML with an AR(1) in each series and a variance each: R's gls(y ~ series * (t + level + slope) + covariates,
    correlation = corAR1(form = ~ t | series), weights = varIdent(form = ~ 1 | series)). The series (n) are in the
    order of the model's periods; `covariates` are those of treated and control. Nothing where it has no answer.
    """
    line = model.x[:, : LEVEL + 2]
    x = np.block([[line, line, covariates[0]], [line, np.zeros_like(line), covariates[1]]])
    try:
        plain = least_squares(x, np.concatenate([treated, control]))
    except Refusal:
        return {}
    basis, triangle = np.linalg.qr(x)
    z, n = np.column_stack([basis, plain.residuals]), treated.size
    stack = _Stack((products(z[:n], model.lags), products(z[n:], model.lags)), n, 2 * n - x.shape[1])
    residuals = plain.residuals.reshape(2, n)
    found = _least(stack, residuals) if residuals.std(axis=1).min() > 0 else None
    if found is None:
        return {}
    inner, slopes, spread = stack.joined(*found)
    place = line.shape[1] + LEVEL
    toward = np.linalg.inv(triangle)[place]
    level = float(plain.coefficients[place] + toward @ slopes)
    variance = spread / stack.free * float(toward @ np.linalg.solve(inner, toward))
    return {"stacked_level": model.sign * level, "stacked_level_se": sqrt(variance), "stacked_rho": found[0]}


def _least(stack: _Stack, residuals: Matrix) -> tuple[float, float] | None:
    """Autocorrelation and ratio of the least deviance, begun from the residuals (2 x n); None if not found."""
    from scipy.optimize import minimize

    lagged = float((residuals[:, 1:] * residuals[:, :-1]).sum() / (residuals**2).sum())
    spreads = residuals.std(axis=1)
    done = minimize(
        stack.deviance,
        np.array([atanh(min(max(lagged, -0.9), 0.9)), log(spreads[0] / spreads[1])]),
        method="Nelder-Mead",
        bounds=[(-DEEPEST, DEEPEST), (-WIDEST, WIDEST)],
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 500},
    )
    return (tanh(float(done.x[0])), exp(float(done.x[1]))) if done.success else None
