"""What a mixed model with one intercept by cluster needs: each cluster's sums, however many its units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.models.mixed_blocks import Batch, RandomEffects, Sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]


def intercept_sums(data: Matrix, cluster: Codes, *, units: Matrix, within: float) -> Sums:
    """The sums of `data` (m x K, y last), whose rows stand for `units` (m) of one cluster (m codes from 0).

    `within` are the squares of y inside rows. The root of a cluster's size times its mean holds all that its
    intercept touches; the deviations from its mean are independent.

    >>> data = np.array([[1.0, 1], [1, 2], [1, 4]])
    >>> found = intercept_sums(data, np.array([0, 0, 1]), units=np.ones(3), within=0.0)
    >>> [batch.count.tolist() for batch in found.batches]
    [[1.0, 1.0], [1.0]]
    """
    n, columns = units.sum(), data.shape[1]
    sizes = np.bincount(cluster, units)
    totals = np.column_stack([np.bincount(cluster, units * column) for column in data.T])
    means = totals / sizes[:, None]
    apart = data - means[cluster]
    white = (apart * units[:, None]).T @ apart
    white[-1, -1] += within
    size, place = np.unique(sizes, return_inverse=True)
    products = (sizes[:, None, None] * means[:, :, None] * means[:, None, :]).reshape(sizes.size, -1)
    squares = np.asarray([np.bincount(place, column) for column in products.T], dtype=np.float64).T
    parts = np.ones((size.size, 2, 1, 1))
    parts[:, 1, 0, 0] = size
    shapes = squares.reshape(size.size, 1, 1, columns, columns)
    batches = [Batch(parts, np.bincount(place).astype(np.float64), shapes)]
    if n > sizes.size:
        alone = np.array([1.0, 0.0]).reshape(1, 2, 1, 1)
        batches.append(Batch(alone, np.array([n - sizes.size]), white[None, None, None]))
    return Sums(tuple(batches), (RandomEffects("cluster", cluster),), True, int(n), columns - 1)
