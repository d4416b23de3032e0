"""Negative binomial regression with a log link by maximum likelihood, dispersion and coefficients together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

STEPS = 100
CLOSE = 1e-9  # a Newton step this small, relative to the standard errors, has arrived
NEARLY_POISSON = 1e-6  # a dispersion below this cannot be told from none


@dataclass(frozen=True, slots=True)
class Dispersed:
    """A fit: variance = mean + `dispersion` * mean squared. `covariance` (k x k) is that of the coefficients, from
    the observed information of coefficients and dispersion together; `expected` holds the dispersion fixed.
    """

    coefficients: Matrix
    covariance: Matrix
    expected: Matrix
    dispersion: float
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts y (m), their design x (m x k), offset (m), and how many units each row stands for (m)."""

    y: Matrix
    x: Matrix
    offset: Matrix
    weight: Matrix


def compressed(y: Matrix, x: Matrix, offset: Matrix) -> Counts:
    """The same rows with repeated ones counted, which makes large tables of small counts cheap.

    >>> compressed(np.array([1.0, 0, 1]), np.ones((3, 1)), np.zeros(3)).weight.tolist()
    [1.0, 2.0]
    """
    table, weight = np.unique(np.column_stack([y, offset, x]), axis=0, return_counts=True)
    return Counts(table[:, 0], table[:, 2:], table[:, 1], weight.astype(np.float64))


def negative_binomial(counts: Counts, *, start: Matrix) -> Dispersed:
    """Maximum likelihood of the NB2 model (Lawless 1987, Canadian Journal of Statistics 15:209).

    `start` (k) are Poisson coefficients. Where the counts vary no more than Poisson counts the maximum lies at
    dispersion 0. Raises Refusal where the likelihood has no maximum to be found.

    >>> y = np.array([0.0, 0, 1, 2, 3, 12])
    >>> fit = negative_binomial(Counts(y, np.ones((6, 1)), np.zeros(6), np.ones(6)), start=np.log([3.0]))
    >>> round(float(np.exp(fit.coefficients[0])), 6)
    3.0
    """
    mean = np.exp(counts.x @ start + counts.offset)
    excess = float(counts.weight @ ((counts.y - mean) ** 2 - counts.y))
    if excess <= 0:
        return _poisson(counts, start)
    dispersion = excess / float(counts.weight @ mean**2)
    return _newton(counts, np.append(start, np.log(dispersion)))


def _newton(counts: Counts, theta: Matrix) -> Dispersed:
    """Newton's method on coefficients and log dispersion, each step halved until the likelihood rises."""
    value = _log_likelihood(counts, theta)
    for _ in range(STEPS):
        gradient, information = _derivatives(counts, theta)
        inverse = _inverse(information)
        step = inverse @ gradient
        if theta[-1] < np.log(NEARLY_POISSON):
            return _poisson(counts, theta[:-1])
        if (np.abs(step) <= CLOSE * np.sqrt(np.abs(np.diag(inverse)))).all():
            return _found(counts, theta, inverse, value)
        if step @ gradient <= 0:  # not yet concave here: climb instead
            step = gradient / np.abs(np.diag(information))
        step = step / max(1.0, float(np.abs(step).max()) / 2)
        theta, value = _climb(counts, theta, step, value)
    raise _no_maximum()


def _climb(counts: Counts, theta: Matrix, step: Matrix, value: float) -> tuple[Matrix, float]:
    for _ in range(40):
        reached = _log_likelihood(counts, theta + step)
        if reached >= value - 1e-9 * (1 + abs(value)):
            return theta + step, reached
        step = step / 2
    raise _no_maximum()


def _log_likelihood(counts: Counts, theta: Matrix) -> float:
    a = np.exp(-theta[-1])
    mean = np.exp(np.clip(counts.x @ theta[:-1] + counts.offset, -50, 50))
    y = counts.y
    terms = scipy.special.gammaln(y + a) - scipy.special.gammaln(a) - scipy.special.gammaln(y + 1)
    terms = terms - a * np.log1p(mean / a) + scipy.special.xlogy(y, mean / (a + mean))
    return float(counts.weight @ terms)


def _derivatives(counts: Counts, theta: Matrix) -> tuple[Matrix, Matrix]:
    """Gradient (k + 1) and observed information (k + 1 square) in coefficients and log dispersion."""
    y, x, weight = counts.y, counts.x, counts.weight
    a = np.exp(-theta[-1])  # the size parameter, 1 / dispersion
    mean = np.exp(np.clip(x @ theta[:-1] + counts.offset, -50, 50))
    slope = weight * a * (y - mean) / (a + mean)
    curve = weight * a * mean * (a + y) / (a + mean) ** 2
    first = (
        scipy.special.digamma(y + a) - scipy.special.digamma(a) - np.log1p(mean / a) + (mean - y) / (a + mean)
    )
    second = scipy.special.polygamma(1, y + a) - scipy.special.polygamma(1, a) + mean / (a * (a + mean))
    second = second + (y - mean) / (a + mean) ** 2
    cross = weight * mean * (y - mean) / (a + mean) ** 2
    k = x.shape[1]
    information = np.empty((k + 1, k + 1))
    information[:k, :k] = (x * curve[:, None]).T @ x
    information[:k, k] = information[k, :k] = x.T @ (a * cross)
    information[k, k] = -float(weight @ (a * a * second + a * first))
    return np.append(x.T @ slope, -a * float(weight @ first)), information


def _found(counts: Counts, theta: Matrix, inverse: Matrix, value: float) -> Dispersed:
    dispersion = float(np.exp(theta[-1]))
    mean = np.exp(counts.x @ theta[:-1] + counts.offset)
    fisher = _inverse((counts.x * (counts.weight * mean / (1 + dispersion * mean))[:, None]).T @ counts.x)
    return Dispersed(theta[:-1], inverse[:-1, :-1], fisher, dispersion, value)


def _poisson(counts: Counts, beta: Matrix) -> Dispersed:
    """The edge of the model: no dispersion."""
    mean = np.exp(counts.x @ beta + counts.offset)
    covariance = _inverse((counts.x * (counts.weight * mean)[:, None]).T @ counts.x)
    terms = scipy.special.xlogy(counts.y, mean) - mean - scipy.special.gammaln(counts.y + 1)
    return Dispersed(beta, covariance, covariance, 0.0, float(counts.weight @ terms))


def _inverse(information: Matrix) -> Matrix:
    scale = np.sqrt(np.abs(np.diag(information)))
    if not (scale > 0).all() or not np.linalg.cond(information / np.outer(scale, scale)) < 1e13:
        raise _no_maximum()
    return np.asarray(np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale))


def _no_maximum() -> Refusal:
    return Refusal(
        "The negative binomial model has no answer here: its likelihood has no maximum that could be found.",
        remedy="Use the robust Poisson estimator, or declare fewer covariates.",
    )
