"""Slopes of rates on covariates taken inside clusters, where they cannot take up what the arms did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


def poisson_slopes_within(
    x: Matrix, y: Matrix, *, exposure: Matrix, cluster: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Slopes (p) of log rates on x (n x p) within clusters, by conditional maximum likelihood.

    Hausman, Hall and Griliches (1984, doi 10.2307/1911191); a constant rate of each cluster drops out.
    Raises Refusal where the slopes cannot be had.

    >>> x, y = np.array([[0.0], [1], [0], [1]]), np.array([1.0, 2, 5, 10])
    >>> slopes = poisson_slopes_within(x, y, exposure=np.ones(4), cluster=np.array([0, 0, 1, 1]))
    >>> float(np.exp(slopes[0]).round(6))
    2.0
    """
    slopes = np.zeros(x.shape[1])
    totals = np.bincount(cluster, y)
    for _ in range(50):
        weight = exposure * np.exp(np.clip(x @ slopes, -30, 30))
        expected = totals[cluster] * weight / np.bincount(cluster, weight)[cluster]
        mass = np.maximum(np.bincount(cluster, expected), np.finfo(float).tiny)
        centred = x - np.column_stack([np.bincount(cluster, expected * c) / mass for c in x.T])[cluster]
        information = (centred * expected[:, None]).T @ centred
        if np.linalg.cond(information) > 1e12:
            break
        step = np.linalg.solve(information, centred.T @ (y - expected))
        slopes = slopes + step
        if np.abs(step).max() < 1e-10:
            return slopes
    raise Refusal(
        "The covariates' slopes within clusters cannot be estimated.",
        remedy="Declare fewer covariates, or measure more units in each cluster.",
    )
