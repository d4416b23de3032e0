"""What is known of a mixed model at one value of its variances.

For a covariance V = sum theta_i G_i; P = V^-1 - V^-1 X Phi X'V^-1 and Phi = (X'V^-1 X)^-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.mixed_blocks import Batch, Sums

    Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """One theta (m) with its log-likelihood, without constants, and the gradient of it.

    `average` is the average information (Gilmour, Thompson and Cullis 1995, Biometrics 51:1440); `first` is
    m x k x k: P_i = -X'V^-1 G_i V^-1 X.
    """

    theta: Matrix
    log_likelihood: float
    coefficients: Matrix
    covariance: Matrix
    score: Matrix
    average: Matrix
    first: Matrix


@dataclass(frozen=True, slots=True)
class Moments(Point):
    """The best theta. `second` (m x m x k x k) is Q_ij = X'V^-1 G_i V^-1 G_j V^-1 X.

    `expected` (m x m) is tr(P G_i P G_j), twice the expected information.
    """

    second: Matrix
    expected: Matrix


@np.errstate(all="ignore")
def at(sums: Sums, theta: Matrix) -> Point | None:
    """All of one theta; None where it gives no positive definite covariance, to the last digit held."""
    k, m = sums.k, theta.size
    square, slopes, logdet = np.zeros((k + 1, k + 1)), np.zeros((m, k + 1, k + 1)), 0.0
    traces, kept = np.zeros(m), []
    try:
        for batch in sums.batches:
            inverse, batch_logdet = _inverse(batch, theta)
            half = batch.parts @ inverse[:, None]  # G_i V^-1
            around = inverse[:, None] @ half
            square += batch.contract(inverse[:, None])[0]
            slopes += batch.contract(around)
            logdet += float(batch.count @ batch_logdet)
            traces += batch.count @ np.trace(half, axis1=2, axis2=3)
            kept.append((around, half))
        phi = np.asarray(np.linalg.inv(square[:k, :k]), dtype=np.float64)
        sign, logdet_x = np.linalg.slogdet(square[:k, :k])
    except np.linalg.LinAlgError:
        return None
    coefficients = phi @ square[:k, k]
    e = np.append(-coefficients, 1.0)
    quadratic = float(e @ square @ e)
    drawn = slopes @ e
    score = -(traces - np.einsum("ikl,lk->i", slopes[:, :k, :k], phi) - drawn @ e) / 2
    turned = sum(_twice(batch, *held, e) for batch, held in zip(sums.batches, kept, strict=True))
    average = np.asarray(turned - drawn[:, :k] @ phi @ drawn[:, :k].T, dtype=np.float64) / 2
    value = -(logdet + float(logdet_x) + quadratic) / 2
    if sign <= 0 or not np.isfinite(value) or not (np.isfinite(score).all() and np.isfinite(average).all()):
        return None
    return Point(theta, value, coefficients, phi, score, average, -slopes[:, :k, :k])


def _inverse(batch: Batch, theta: Matrix) -> tuple[Matrix, Matrix]:
    covariance = np.einsum("i,piab->pab", theta, batch.parts)
    root = np.linalg.cholesky(covariance)
    inverse = np.linalg.inv(covariance)
    return inverse, 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)


def _twice(batch: Batch, around: Matrix, half: Matrix, e: Matrix) -> Matrix:
    """e'H_i G_j V^-1 e summed over blocks (m x m)."""
    residuals = batch.squares @ e @ e  # P x q x q
    left = residuals.swapaxes(1, 2)[:, None] @ around
    return _products(left, half.swapaxes(2, 3))


def _products(left: Matrix, right: Matrix) -> Matrix:
    """Sums over shapes and entries of left_i times right_j (m x m), of P x m x q x q each."""
    m = left.shape[1]
    return np.asarray(left.swapaxes(0, 1).reshape(m, -1) @ right.swapaxes(0, 1).reshape(m, -1).T)


@np.errstate(all="ignore")
def moments_at(sums: Sums, here: Point) -> Moments:
    """All that inference needs of the best point; not finite where the point is on the edge of computing."""
    k, m = sums.k, here.theta.size
    second, traces = np.zeros((m, m, k, k)), np.zeros((m, m))
    for batch in sums.batches:
        inverse, _ = _inverse(batch, here.theta)
        half = batch.parts @ inverse[:, None]
        around = inverse[:, None] @ half
        both = around[:, :, None] @ half[:, None]  # H_i G_j V^-1
        shapes, _, _, q, _ = both.shape
        second += batch.contract(both.reshape(shapes, m * m, q, q)).reshape(m, m, k + 1, k + 1)[..., :k, :k]
        traces += _products(batch.count[:, None, None, None] * half, half.swapaxes(2, 3))
    phi = here.covariance
    turned = here.first @ phi
    expected = traces - 2 * np.einsum("ijkl,lk->ij", second, phi) + np.einsum("ikl,jlk->ij", turned, turned)
    known = {name: getattr(here, name) for name in Point.__slots__}
    return Moments(**known, second=second, expected=expected)
