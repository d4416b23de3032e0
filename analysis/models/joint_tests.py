"""Tests of several coefficients at once, with covariances that hold for unequal variances and for few clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.models.linear import cluster_shares, hc2, least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.linear import LeastSquares

    Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JointTest:
    """F with its two degrees of freedom, and the chance of one as large where all the coefficients are 0."""

    f: float
    df1: float
    df2: float

    @property
    def p_value(self) -> float:
        """The upper tail of F.

        >>> round(JointTest(4.9646, 1, 10).p_value, 4)
        0.05
        """
        return float(scipy.special.fdtrc(self.df1, self.df2, max(self.f, 0.0)))


def wald(fit: LeastSquares, tested: list[int]) -> JointTest:
    """Wald's F with the HC2 covariance and n - k degrees of freedom, as car::linearHypothesis has it.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> round(wald(least_squares(x, y), [1]).f, 12)  # t squared: 2 ** 2 / 5
    0.8
    """
    covariance = hc2(fit)[np.ix_(tested, tested)]
    return JointTest(_quadratic(covariance, fit.coefficients[tested]) / len(tested), len(tested), fit.df)


def classical(fit: LeastSquares, y: Matrix, tested: list[int]) -> JointTest:
    """The F of two nested regressions, which supposes equal variances.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> round(classical(least_squares(x, y), y, [1]).f, 12)
    0.8
    """
    without = least_squares(np.delete(fit.x, tested, axis=1), y, units=fit.units, within=fit.within)
    own, less = float(fit.squares.sum()), float(without.squares.sum())
    if own <= 1e-20 * float(fit.sized(y**2).sum()):
        raise _exact()
    return JointTest((less - own) / len(tested) / (own / fit.df), len(tested), fit.df)


def wald_by_cluster(fit: LeastSquares, cluster: NDArray[np.intp], tested: list[int]) -> JointTest:
    """Hotelling's T squared approximation with the CR2 covariance (HTZ).

    Pustejovsky and Tipton (2018, JBES 36:672, eq. 17): with the covariance C of q coefficients in units of what
    independent errors of one variance lead one to expect, eta = q (q + 1) / (sum of the variances of C's entries),
    and F = (eta - q + 1) / (eta q) Q has q and eta - q + 1 degrees of freedom. For one coefficient it is
    Bell and McCaffrey's t squared with Satterthwaite's degrees of freedom.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 3, 2, 6])
    >>> test = wald_by_cluster(least_squares(x, y), np.arange(4), [1])
    >>> round(test.f, 12), round(test.df2, 12)
    (0.8, 2.0)
    """
    q, contrasts = len(tested), np.eye(fit.x.shape[1])[tested]
    shares = [cluster_shares(fit, cluster, contrast=contrast, power=-0.5) for contrast in contrasts]
    scores = np.column_stack([share.scores for share in shares])
    quadratic = _quadratic(scores.T @ scores, fit.coefficients[tested])
    weights, drawn = (np.stack([getattr(s, name) for s in shares]) for name in ("weights", "drawn"))
    products = np.einsum("sgi,tgi->stg", weights, drawn)  # a_sg' a_tg
    crossed = np.einsum("sgi,ij,thj->stgh", drawn, fit.inverse, drawn)  # u_sg' M u_th
    p = -crossed
    own = np.arange(p.shape[-1])
    p[:, :, own, own] += products
    root = np.linalg.inv(np.linalg.cholesky(np.einsum("stgg->st", p)))  # to the expected covariance's units
    p = np.einsum("as,bt,stgh->abgh", root, root, p)
    spread = np.einsum("ssgh,ttgh->st", p, p) + np.einsum("stgh,tsgh->st", p, p)
    eta = q * (q + 1) / float(spread.sum())
    if eta <= q - 1:
        raise Refusal(
            "Too few clusters hold information on how the effect differs between groups.",
            remedy="Include more clusters, or declare fewer groups.",
        )
    return JointTest((eta - q + 1) / (eta * q) * quadratic, q, eta - q + 1)


def _quadratic(covariance: Matrix, estimates: Matrix) -> float:
    scale = np.sqrt(np.diag(covariance))
    if (scale <= 1e-12 * np.abs(estimates).max()).any():
        raise _exact()
    values = np.linalg.eigvalsh(covariance / np.outer(scale, scale))
    if values.min() < 1e-10:
        raise _exact()
    return float(estimates @ np.linalg.solve(covariance, estimates))


def _exact() -> Refusal:
    return Refusal(
        "Units of one group do not differ from each other, so that chance cannot be judged.",
        remedy="Merge groups, or check how the outcome was measured.",
    )
