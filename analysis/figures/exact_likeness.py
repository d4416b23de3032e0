"""The exact interval of an intraclass correlation, for clusters of any sizes and with covariates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import f_quantile
from analysis.chance.roots import bisect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

_FARTHEST = 1e9  # a ratio of variances beyond this is a correlation of 1


def exact_interval(x: Matrix, y: Matrix, cluster: Codes, *, level: float) -> tuple[float, float] | None:
    """Both ends of the interval for var(cluster) / (var(cluster) + var(residual)), of y (n) given x (n x k).

    Wald's pivot for one random intercept (Harville and Fenech 1985, Biometrics 41:137): exact for normal values,
    cut off at 0. None where clusters or units are too few to tell the two variances apart.

    >>> cluster, y = np.repeat(np.arange(3), 2), np.array([1.0, 3, 4, 6, 7, 9])
    >>> low, high = exact_interval(np.ones((6, 1)), y, cluster, level=0.95)
    >>> round(low, 4), round(high, 4)  # Searle's, sizes being equal: F = 18/2 on 2 and 3 degrees of freedom
    (0.0, 0.9943)
    """
    n, k = x.shape
    sizes = np.bincount(cluster)
    columns = np.column_stack([x, y])
    sums = np.column_stack([np.bincount(cluster, column) for column in columns.T])
    inverse = np.linalg.pinv(x.T @ x)
    among = np.diag(sizes.astype(np.float64)) - sums[:, :k] @ inverse @ sums[:, :k].T
    projected = sums[:, k] - sums[:, :k] @ inverse @ (x.T @ y)
    size, vectors = np.linalg.eigh(among)
    held = size > 1e-9 * size.max()
    size, squares = size[held], (vectors[:, held].T @ projected) ** 2
    residuals = y - x @ (inverse @ (x.T @ y))
    df = n - k - size.size
    within = float(residuals @ residuals) - float((squares / size).sum())
    if df < 1 or size.size < 1 or within <= 1e-12 * float(residuals @ residuals):
        return None

    def ratio(probability: float) -> float:
        target = f_quantile(probability, size.size, df) * size.size * within / df
        return bisect(lambda at: float((squares / (size * (1 + at * size))).sum()) - target, 0.0, _FARTHEST)

    low, high = ratio((1 + level) / 2), ratio((1 - level) / 2)
    return low / (1 + low), high / (1 + high)
