"""The search for the variances of a mixed model: by average information, at the boundary by Cholesky roots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.models.mixed_point import Moments, Point, at, moments_at
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.mixed_blocks import Sums

    Matrix = NDArray[np.float64]

_ROUNDS = 60
_DONE = 1e-11  # twice what one more step, the last one, adds to the log-likelihood
_FLAT = 0.01  # the steepest slope of the log-likelihood that counts as its top
_LEAST = 1e-9  # of the residual's variance, y's being 1


def maximise(sums: Sums) -> Moments:
    """The restricted maximum of the likelihood over covariances that are positive semi-definite.

    Raises Refusal where there is none: the likelihood grows without bound, or the rows say nothing.
    """
    here = _scoring(sums, _start(sums))
    if here is None:
        here = _by_roots(sums, _start(sums))
    if _smallest(sums, here.theta) <= 10 * _LEAST:
        raise _without_maximum()
    return moments_at(sums, here)


def _start(sums: Sums) -> Matrix:
    """Half of the variance to the residual, the rest in equal shares to the effects."""
    theta = [0.5] if sums.residual else []
    share = (0.5 if sums.residual else 1.0) / len(sums.effects)
    for effect in sums.effects:
        r = effect.turned.shape[1]
        theta += [share / r if a == b else 0.0 for a, b in zip(*np.tril_indices(r), strict=True)]
    return np.array(theta)


def _scoring(sums: Sums, theta: Matrix) -> Point | None:
    """Steps by the average information, single variances held at 0 where they would fall below.

    None where no step leads on before the maximum is reached: at the boundary of a covariance matrix.
    """
    single = _single(sums)
    here = at(sums, theta)
    for _ in range(_ROUNDS):
        if here is None:
            return None
        free = ~(single & (here.theta <= 0) & (here.score <= 0))
        step = np.zeros_like(here.theta)
        try:
            step[free] = np.linalg.solve(here.average[np.ix_(free, free)], here.score[free])
        except np.linalg.LinAlgError:
            return None
        gain = float(here.score @ step)
        if gain < -_DONE:
            return None
        done = gain < _DONE
        there = _along(sums, here, step)
        if done:
            return there or here
        if there is None:
            return None
        here = there
    return None


def _along(sums: Sums, here: Point, step: Matrix) -> Point | None:
    """The first point on the way that is better, of ever smaller steps."""
    single, rounding = _single(sums), 1e-13 * abs(here.log_likelihood)
    for halving in range(25):
        theta = here.theta + step / 2**halving
        theta[single] = np.maximum(theta[single], 0.0)
        if sums.residual:
            theta[0] = max(theta[0], here.theta[0] / 10)
        if any(np.linalg.eigvalsh(m).min() <= 0 for m in sums.matrices(theta) if len(m) > 1):
            continue
        there = at(sums, theta)
        if there is not None and there.log_likelihood >= here.log_likelihood - rounding:
            return there
    return None


def _single(sums: Sums) -> NDArray[np.bool_]:
    """Which parameters are variances of one effect by itself."""
    marks = [False] if sums.residual else []
    for effect in sums.effects:
        r = effect.turned.shape[1]
        marks += [r == 1] * (r * (r + 1) // 2)
    return np.array(marks)


def _by_roots(sums: Sums, theta: Matrix) -> Point:
    """The search over Cholesky roots, which reaches covariance matrices that are not of full rank."""
    from scipy.optimize import minimize

    def spread(roots: Matrix) -> tuple[Matrix, list[Matrix]]:
        lower = sums.matrices(roots)
        lower = [np.tril(matrix) for matrix in lower]
        flat = [(root @ root.T)[np.tril_indices(len(root))] for root in lower]
        return np.concatenate([roots[: int(sums.residual)], *flat]), lower

    def loss(roots: Matrix) -> tuple[float, Matrix]:
        theta, lower = spread(roots)
        point = at(sums, theta)
        if point is None:
            return 1e12, np.zeros_like(roots)
        gradient = [point.score[: int(sums.residual)]]
        for matrix, root in zip(sums.matrices(point.score), lower, strict=True):
            slope = (matrix + np.diag(np.diag(matrix))) @ root
            gradient.append(slope[np.tril_indices(len(root))])
        return -point.log_likelihood, -np.concatenate(gradient)

    roots = np.sqrt(theta)  # the start has no covariances
    lowest: list[tuple[float | None, None]] = [(_LEAST, None)] if sums.residual else []
    for effect in sums.effects:
        pairs = zip(*np.tril_indices(effect.turned.shape[1]), strict=True)
        lowest += [(0.0, None) if a == b else (None, None) for a, b in pairs]
    if sums.residual:
        roots[0] = theta[0]
    found = minimize(
        loss, roots, jac=True, method="L-BFGS-B", bounds=lowest,
        options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-9},
    )  # fmt: skip
    best = at(sums, spread(found.x)[0])
    slope = np.where((found.x <= _floor(lowest)) & (found.jac > 0), 0.0, found.jac)
    if best is None or np.abs(slope).max() > _FLAT:
        raise _without_maximum()
    return best


def _floor(bounds: list[tuple[float | None, None]]) -> Matrix:
    return np.array([-np.inf if low is None else low for low, _ in bounds])


def _smallest(sums: Sums, theta: Matrix) -> float:
    """The residual's variance, or the least variance in any direction where there is none."""
    if sums.residual:
        return float(theta[0])
    return min(float(np.linalg.eigvalsh(matrix).min()) for matrix in sums.matrices(theta))


def _without_maximum() -> Refusal:
    return Refusal(
        "The model's variances have no best value here: too few rows for so many, or rows that do not vary.",
        remedy="Measure more units, or declare fewer covariates and waves.",
    )
