"""Generalised estimating equations: marginal odds and rates, with standard errors for few clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy

from analysis.models.generalised import logistic, poisson
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

Family = Literal["logistic", "poisson"]
Correction = Literal["robust", "kauermann_carroll", "mancl_derouen", "fay_graubard"]
STEPS = 100
CLOSE = 1e-10
CAP = 0.75  # Fay and Graubard's bound on the share that a cluster has in a coefficient
_POWER = {"robust": 0.0, "kauermann_carroll": -0.5, "mancl_derouen": -1.0}
_FITTED = 1e-10
_NEAREST = 0.9  # of the way to the most negative correlation that clusters of this size can have


@dataclass(frozen=True, slots=True)
class Marginal:
    """A fit of y (n) on x (n x k) in G clusters. `correlation` is that of two units of a cluster, as supposed.

    `information` (G x k x k) and `scores` (G x k) are each cluster's share.
    """

    coefficients: Matrix
    correlation: float
    mean: Matrix
    information: Matrix
    scores: Matrix

    @property
    def df(self) -> int:
        """Clusters less coefficients."""
        return int(self.scores.shape[0] - self.scores.shape[1])

    def covariance(self, correction: Correction) -> Matrix:
        """The sandwich by cluster (k x k).

        `robust`: Liang and Zeger (1986); `mancl_derouen`: residuals over I - H (2001, Biometrics 57:126);
        `kauermann_carroll`: over its square root (2001, JASA 96:1387); `fay_graubard`: scores over the square root
        of 1 less a cluster's share in each coefficient, at most 0.75 of it (2001, Biometrics 57:1198).
        """
        inverse = np.linalg.inv(self.information.sum(axis=0))
        if correction == "fay_graubard":
            share = np.einsum("gij,ji->gi", self.information, inverse)
            drawn = (self.scores / np.sqrt(1 - np.minimum(share, CAP))) @ inverse
            return np.asarray(drawn.T @ drawn)
        root = np.linalg.cholesky(inverse)
        decided, vectors = np.linalg.eigh(root.T @ self.information @ root)
        left = 1 - decided
        factor = np.where(left > _FITTED, np.clip(left, _FITTED, None) ** _POWER[correction], 0.0)
        turned = np.einsum("gij,gi->gj", vectors, self.scores @ root)
        drawn = np.einsum("gij,gj->gi", vectors, factor * turned) @ root.T
        return np.asarray(drawn.T @ drawn)

    def se(self, contrast: Matrix) -> float:
        """The mean of Kauermann and Carroll's and Mancl and DeRouen's standard errors of a contrast (k).

        Ford and Westgate (2017, Biometrical Journal 59:478).
        """
        both = (self.covariance("kauermann_carroll"), self.covariance("mancl_derouen"))
        return float(np.mean([np.sqrt(contrast @ covariance @ contrast) for covariance in both]))


def marginal(
    x: Matrix, y: Matrix, *, offset: Matrix, cluster: Codes, family: Family, exchangeable: bool
) -> Marginal:
    """Estimating equations with a logistic or log link (Liang and Zeger 1986, Biometrika 73:13).

    The working correlation is the same for all pairs of a cluster (the mean product of their Pearson residuals
    over the mean square) or none. Raises Refusal where covariates separate the outcome or the fit does not settle.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> fit = marginal(x, y, offset=np.zeros(4), cluster=np.arange(4), family="poisson", exchangeable=False)
    >>> np.exp(fit.coefficients).round(6).tolist()
    [2.0, 2.0]
    """
    start = logistic(x, y) if family == "logistic" else poisson(x, y, offset=offset)
    found = _at(start.coefficients, x, y, offset=offset, cluster=cluster, family=family, pairs=exchangeable)
    if not exchangeable:
        return found
    for _ in range(STEPS):
        information = found.information.sum(axis=0)
        step = np.linalg.solve(information, found.scores.sum(axis=0))
        if np.sqrt(step @ information @ step) < CLOSE:
            return found
        found = _at(
            found.coefficients + step, x, y, offset=offset, cluster=cluster, family=family, pairs=True
        )
    raise Refusal(
        "The estimating equations do not settle on a correlation inside clusters.",
        remedy="Read the analysis of cluster means, or declare fewer covariates.",
    )


def _at(
    coefficients: Matrix,
    x: Matrix,
    y: Matrix,
    *,
    offset: Matrix,
    cluster: Codes,
    family: Family,
    pairs: bool,
) -> Marginal:
    """Every cluster's information and scores at some coefficients, under the correlation that follows from them."""
    predictor = np.clip(x @ coefficients + offset, -300, 300)
    mean = scipy.special.expit(predictor) if family == "logistic" else np.exp(predictor)
    spread = np.sqrt(mean * (1 - mean) if family == "logistic" else mean)
    residual = (y - mean) / np.maximum(spread, np.finfo(float).tiny)
    sizes = np.bincount(cluster).astype(float)
    total = np.bincount(cluster, residual).astype(float)
    correlation = _correlation(residual, total, sizes) if pairs else 0.0
    columns = (x * spread[:, None]).T
    squares = np.array([[np.bincount(cluster, a * b) for b in columns] for a in columns])
    crossed = np.array([np.bincount(cluster, a * residual) for a in columns]).T
    sums = np.array([np.bincount(cluster, a) for a in columns]).T
    less = correlation / (1 + (sizes - 1) * correlation)  # the inverse of the correlation, less the identity
    information = np.moveaxis(squares, 2, 0) - np.einsum("g,gi,gj->gij", less, sums, sums)
    scores = crossed - (less * total)[:, None] * sums
    weight = 1 / (1 - correlation)
    return Marginal(coefficients, correlation, mean, weight * information, weight * scores)


def _correlation(residual: Matrix, total: Matrix, sizes: Matrix) -> float:
    """The mean product of all pairs inside clusters over the mean square; 0 where there are no pairs."""
    number = float((sizes * (sizes - 1)).sum())
    scale = float(residual @ residual) / residual.size
    if number == 0 or scale == 0:
        return 0.0
    found = (float(total @ total) - float(residual @ residual)) / number / scale
    return min(max(found, -_NEAREST / (float(sizes.max()) - 1)), 1 - 1e-6)
