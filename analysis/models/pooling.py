"""Pooling: one effect from several sites' effects, and how much sites differ beyond their own chance errors."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.chance.distributions import chi_square_tail
from analysis.chance.roots import bisect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Effects averaged by 1 / (v + tau2). `se` takes tau2 as known; `hksj_se` allows for its being estimated.

    The latter (Hartung and Knapp 2001, Statistics in Medicine 20:3875; Sidik and Jonkman 2002) goes with t on
    k - 1 degrees of freedom.
    """

    estimate: float
    tau2: float
    se: float
    hksj_se: float


def pooled(y: Matrix, v: Matrix, *, tau2: float) -> Pooled:
    """Effects `y` (k) of variances `v` (k), k at least 2, for one variance between sites.

    >>> pooled(np.array([1.0, 3.0]), np.array([1.0, 1.0]), tau2=0.0)
    Pooled(estimate=2.0, tau2=0.0, se=0.7071067811865476, hksj_se=1.0)
    """
    w = 1 / (v + tau2)
    estimate = float(w @ y / w.sum())
    spread = float(w @ (y - estimate) ** 2) / (y.size - 1)
    return Pooled(estimate, tau2, sqrt(1 / w.sum()), sqrt(spread / w.sum()))


def heterogeneity(y: Matrix, v: Matrix, *, tau2: float = 0.0) -> float:
    """Q: the squared distances from the pooled effect in standard errors (Cochran 1954).

    >>> heterogeneity(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    2.0
    """
    w = 1 / (v + tau2)
    return float(w @ (y - w @ y / w.sum()) ** 2)


def heterogeneity_p(q: float, sites: int) -> float:
    """The chance of a Q this large or larger where sites have one effect."""
    return chi_square_tail(q, sites - 1)


def reml_tau2(y: Matrix, v: Matrix) -> float:
    """The variance between sites by restricted maximum likelihood (Viechtbauer 2005, JEBS 30:261); 0 at the edge.

    >>> round(reml_tau2(np.array([-0.21, -0.35, 0.04]), np.array([0.012, 0.02, 0.009])), 8)
    0.02632324
    """
    grid = np.concatenate([[0.0], (np.var(y) + v.max()) * np.logspace(-8, 3, 56)])
    return _stationary(y, v, grid, best=int(np.argmax(_restricted_likelihoods(y, v, grid))))


def paule_mandel_tau2(y: Matrix, v: Matrix) -> float:
    """The variance between sites at which Q is what it is expected to be (Paule and Mandel 1982).

    >>> round(paule_mandel_tau2(np.array([-0.21, -0.35, 0.04]), np.array([0.012, 0.02, 0.009])), 8)
    0.0258539
    """
    return _tau2_at(y, v, float(y.size - 1))


def der_simonian_laird_tau2(y: Matrix, v: Matrix) -> float:
    """The variance between sites by moments (DerSimonian and Laird 1986).

    >>> round(der_simonian_laird_tau2(np.array([-0.21, -0.35, 0.04]), np.array([0.012, 0.02, 0.009])), 8)
    0.02677561
    """
    w = 1 / v
    return max(0.0, (heterogeneity(y, v) - (y.size - 1)) / float(w.sum() - (w**2).sum() / w.sum()))


def tau2_interval(y: Matrix, v: Matrix, *, level: float) -> tuple[float, float]:
    """The Q-profile interval (Viechtbauer 2007, Statistics in Medicine 26:37); an end may be 0.

    >>> low, high = tau2_interval(np.array([-0.21, -0.35, 0.04]), np.array([0.012, 0.02, 0.009]), level=0.95)
    >>> low, round(high, 6)
    (0.0, 1.528292)
    """
    upper, lower = (
        float(scipy.special.chdtri(y.size - 1, tail)) for tail in ((1 - level) / 2, (1 + level) / 2)
    )
    return _tau2_at(y, v, upper), _tau2_at(y, v, lower)


def inconsistency(v: Matrix, tau2: float) -> float:
    """I2: the share of the variance of effects, in per cent, that lies between sites (Higgins and Thompson 2002).

    >>> inconsistency(np.array([1.0, 1.0]), 3.0)
    75.0
    """
    w = 1 / v
    typical = (v.size - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())
    return float(100 * tau2 / (tau2 + typical))


def _tau2_at(y: Matrix, v: Matrix, q: float) -> float:
    """Where Q, which falls as tau2 grows, is `q`; 0 where it is no larger to begin with."""
    if heterogeneity(y, v) <= q:
        return 0.0
    high = float(np.var(y) + v.max())
    while heterogeneity(y, v, tau2=high) > q:
        high *= 2
    return bisect(lambda tau2: heterogeneity(y, v, tau2=tau2) - q, 0.0, high)


def _restricted_likelihoods(y: Matrix, v: Matrix, tau2: Matrix) -> Matrix:
    """The logarithm of the restricted likelihood, less a constant, at each of several values of tau2."""
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    q = (w * (y - (w @ y / total)[:, None]) ** 2).sum(axis=1)
    return np.asarray(0.5 * (np.log(w).sum(axis=1) - np.log(total) - q))


def _score(y: Matrix, v: Matrix, tau2: float) -> float:
    w = 1 / (v + tau2)
    squares = float(w**2 @ (y - w @ y / w.sum()) ** 2)
    return squares - float(w.sum() - (w**2).sum() / w.sum())


def _stationary(y: Matrix, v: Matrix, grid: Matrix, *, best: int) -> float:
    """The stationary point beside the best place of the grid; 0 where the likelihood falls from there."""
    from scipy.optimize import brentq

    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, grid.size - 1)])
    if best == 0 and _score(y, v, 0.0) <= 0:
        return 0.0
    if _score(y, v, low) <= 0 or _score(y, v, high) >= 0:
        return float(grid[best])
    return float(brentq(lambda tau2: _score(y, v, tau2), low, high, xtol=1e-300, rtol=1e-14))
