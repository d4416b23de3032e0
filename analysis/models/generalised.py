"""Logistic and Poisson regression by Newton's method: canonical links, so that scores are simple residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

STEPS = 60
CLOSE = 1e-10  # a Newton step this small, relative to the standard errors, has arrived
ROUNDING = 1e-13  # and so has one this small, relative to the coefficients, however large the counts
EXTREME = 15.0  # a linear predictor as far out means fitted chances of 0 or 1, to six digits


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit of y (n) on X (n x k). `inverse` is the inverse of the information, k x k; `variance` the model's
    variance of each unit. A row stands for `units` (n) alike in X and y.
    """

    x: Matrix
    coefficients: Matrix
    mean: Matrix
    variance: Matrix
    residuals: Matrix
    inverse: Matrix
    units: Matrix

    @property
    def df(self) -> int:
        """Units less columns."""
        return int(self.units.sum()) - int(self.x.shape[1])

    def leverage(self) -> Matrix:
        """Each unit's place on the diagonal of the hat matrix of the weighted fit, by row (n)."""
        return np.asarray(self.variance * np.einsum("ij,ij->i", self.x @ self.inverse, self.x))


def logistic(x: Matrix, y: Matrix, *, units: Matrix | None = None) -> Fit:
    """Maximum-likelihood logistic regression; raises Refusal where the covariates separate the outcome.

    A row stands for one unit, or for `units` (n) alike.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 0, 0, 1, 0])
    >>> np.exp(logistic(x, y).coefficients).round(6).tolist()
    [0.5, 2.0]
    """
    start = np.zeros(x.shape[1])
    return _newton(x, y, offset=np.zeros(y.size), start=start, family="logistic", units=units)


def poisson(x: Matrix, y: Matrix, *, offset: Matrix, units: Matrix | None = None) -> Fit:
    """Maximum-likelihood Poisson regression with a log link; `offset` (n) is added to the linear predictor.

    A row stands for one unit, or for `units` (n) of which y is the mean.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> np.exp(poisson(x, y, offset=np.zeros(4)).coefficients).round(6).tolist()
    [2.0, 2.0]
    """
    # One weighted step from the data themselves lands close enough for Newton to be safe.
    guess = np.log((y + 0.5) / np.exp(offset))
    weight = np.sqrt((y + 0.5) if units is None else units * (y + 0.5))[:, None]
    start = np.linalg.lstsq(x * weight, guess * weight[:, 0], rcond=None)[0]
    return _newton(x, y, offset=offset, start=start, family="poisson", units=units)


def robust(fit: Fit, *, power: int, within: Matrix | None = None) -> Matrix:
    """The sandwich covariance (k x k): residuals over (1 - leverage)^(power / 2); 0 is HC0, 1 HC2, 2 HC3.

    Long and Ervin (2000, The American Statistician 54:217). A row that its own coefficient fits exactly
    counts for nothing. `within` (n) are squared residuals inside rows that stand for several units.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> robust(poisson(x, y, offset=np.zeros(4)), power=0)[1, 1].round(6).tolist()
    0.25
    """
    left = 1 - fit.leverage()
    squares = fit.units * fit.residuals**2 + (0.0 if within is None else within)
    weight = np.where(left > 1e-10, squares / np.clip(left, 1e-10, None) ** power, 0.0)
    half = fit.x @ fit.inverse
    return np.asarray((half * weight[:, None]).T @ half)


def _newton(
    x: Matrix,
    y: Matrix,
    *,
    offset: Matrix,
    start: Matrix,
    family: Literal["logistic", "poisson"],
    units: Matrix | None = None,
) -> Fit:
    n = np.ones(y.size) if units is None else units
    beta, scale = start, np.maximum(np.abs(x).max(axis=0), np.finfo(float).tiny)
    for _ in range(STEPS):
        eta = x @ beta + offset
        mean, variance = _moments(eta, family)
        inverse = _inverse(x / scale, n * variance) / np.outer(scale, scale)
        step = inverse @ (x.T @ (n * (y - mean)))
        near = CLOSE * np.sqrt(np.diag(inverse)) + ROUNDING * np.abs(eta).max() / scale
        if (np.abs(step) <= near).all():
            if family == "logistic" and np.abs(eta).max() > EXTREME:
                raise _separated()
            return Fit(x, beta, mean, variance, y - mean, inverse, n)
        beta = beta + step / max(1.0, float(np.abs(x @ step).max()) / 4)
    raise _separated()


def _moments(eta: Matrix, family: Literal["logistic", "poisson"]) -> tuple[Matrix, Matrix]:
    if family == "logistic":
        chance = np.asarray(scipy.special.expit(eta), dtype=np.float64)
        return chance, chance * (1 - chance)
    mean = np.exp(np.clip(eta, -30, 30))
    return mean, mean


def _inverse(x: Matrix, weight: Matrix) -> Matrix:
    information = (x * weight[:, None]).T @ x
    if not np.linalg.cond(information) < 1e14:
        raise _separated()
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def _separated() -> Refusal:
    return Refusal(
        "The model has no finite answer: arm or covariates tell the outcome exactly, or repeat each other.",
        remedy="Leave out or merge rare levels of covariates, or use an estimator without covariates.",
    )
