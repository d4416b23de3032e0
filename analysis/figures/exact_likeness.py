"""The exact interval of an intraclass correlation, for clusters of any sizes and with covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import f_quantile
from analysis.chance.roots import bisect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

_FARTHEST = 1e9  # a ratio of variances beyond this is a correlation of 1


def exact_interval(
    x: Matrix,
    y: Matrix,
    cluster: Codes,
    *,
    level: float,
    units: Matrix | None = None,
    within: Matrix | None = None,
) -> tuple[float, float] | None:
    """Both ends of the interval for var(cluster) / (var(cluster) + var(residual)), of y (n) given x (n x k).

    Wald's pivot for one random intercept (Harville and Fenech 1985, Biometrics 41:137): exact for normal values,
    cut off at 0. None where clusters or units are too few to tell the two variances apart. A row stands for one
    unit, or for `units` (n) of one cluster alike in x, y being their mean, `within` (n) squared deviations from it.

    >>> cluster, y = np.repeat(np.arange(3), 2), np.array([1.0, 3, 4, 6, 7, 9])
    >>> low, high = exact_interval(np.ones((6, 1)), y, cluster, level=0.95)
    >>> round(low, 4), round(high, 4)  # Searle's, sizes being equal: F = 18/2 on 2 and 3 degrees of freedom
    (0.0, 0.9943)
    """
    n = np.ones(y.size) if units is None else units
    split = _split(x, y, cluster, n)
    inside = split.squares + (0.0 if within is None else float(within.sum()))
    slopes, rank = _slopes(split)
    effects = (split.residuals - split.x @ slopes) / split.sizes  # of clusters, as if they were fixed
    left, held = inside - float(split.cross @ slopes), split.sizes.size - x.shape[1] + rank
    df = int(n.sum()) - x.shape[1] - held
    if df < 1 or held < 1 or left <= 1e-12 * (inside + float(split.residuals**2 @ (1 / split.sizes))):
        return None

    def ratio(probability: float) -> float:
        target = f_quantile(probability, held, df) * held * left / df
        return bisect(lambda at: float(effects @ _shrunk(split, at)) - target, 0.0, _FARTHEST)

    low, high = ratio((1 + level) / 2), ratio((1 - level) / 2)
    return low / (1 + low), high / (1 + high)


@dataclass(frozen=True, slots=True)
class _Split:
    """The residuals of y on x by cluster: `sizes` (G), sums of x (G x k) and of residuals (G).

    Inside clusters: the scatter of x (k x k), its products with the residuals (k), and their squares.
    """

    sizes: Matrix
    x: Matrix
    residuals: Matrix
    scatter: Matrix
    cross: Matrix
    squares: float


def _split(x: Matrix, y: Matrix, cluster: Codes, units: Matrix) -> _Split:
    root, sizes = np.sqrt(units), np.asarray(np.bincount(cluster, units), dtype=np.float64)
    residuals = y - x @ np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
    columns = np.column_stack([x, residuals])
    sums = np.asarray([np.bincount(cluster, units * column) for column in columns.T], dtype=np.float64).T
    apart = columns - (sums / sizes[:, None])[cluster]
    squares = (apart * units[:, None]).T @ apart
    return _Split(
        sizes, sums[:, :-1], sums[:, -1], squares[:-1, :-1], squares[:-1, -1], float(squares[-1, -1])
    )


def _slopes(split: _Split) -> tuple[Matrix, int]:
    """The residuals' slopes on x inside clusters, 0 in directions that do not vary there, and how many do."""
    among = split.x.T @ (split.x / split.sizes[:, None])
    size = np.sqrt(np.diag(split.scatter + among))
    spread, vectors = np.linalg.eigh(split.scatter / np.outer(size, size))
    varies = spread > 1e-9
    turned = vectors[:, varies] / size[:, None]
    return turned @ ((turned.T @ split.cross) / spread[varies]), int(varies.sum())


def _shrunk(split: _Split, at: float) -> Matrix:
    """(I + at A)^-1 p for the residuals' sums p, A = Z'(I - X(X'X)^-1 X')Z, without a G x G matrix (Woodbury)."""
    weight = 1 / (1 + at * split.sizes)
    inner = split.scatter + split.x.T @ (split.x * (weight / split.sizes)[:, None])
    drawn = np.linalg.solve(inner, split.x.T @ (weight * split.residuals))
    return np.asarray(weight * (split.residuals + at * (split.x @ drawn)))
