"""The wild cluster bootstrap of one coefficient, an effect imposed: its p-value, and the interval by inversion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.linear import least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

ENUMERATED = 12  # clusters, up to which every choice of signs is counted
DRAWS = 9_999
GUARD = 1e-9
_DOUBLINGS = 40
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Wild:
    """What the bootstrap of one coefficient needs, for any effect d that is tested.

    Residuals of the model with the effect d imposed are linear in d, and so are all sums of them. For each choice
    of signs (W), `numerators` (2 x W) are the bootstrap's coefficients less d, `squares` (3 x W) its squared
    standard errors: row 0 at d = 0, row 1 what d takes off or adds, row 2 what its square adds.
    """

    estimate: float
    se: float
    numerators: Matrix
    squares: Matrix

    @property
    def draws(self) -> int:
        """Choices of signs."""
        return int(self.numerators.shape[1])

    def p_value(self, effect: float = 0.0) -> float:
        """The share of choices with a t as far from 0 as the one seen, were `effect` true.

        Cameron, Gelbach and Miller (2008, doi 10.1162/rest.90.3.414): restricted residuals, symmetric p-value.
        """
        away = np.abs(self.numerators[0] - effect * self.numerators[1])
        squares = self.squares[0] + effect * self.squares[1] + effect**2 * self.squares[2]
        seen = abs(self.estimate - effect) / self.se
        return float((away >= (seen - GUARD) * np.sqrt(np.maximum(squares, 0))).mean())

    def interval(self, alpha: float) -> tuple[float | None, float | None]:
        """The effects around the estimate that are not rejected at `alpha`; None for an end that is not found.

        Roodman, MacKinnon, Nielsen and Webb (2019, doi 10.1177/1536867X19830877, section 3.5): by bisection of
        the p-value.
        """
        low, high = (self._end(side, alpha) for side in (-1, 1))
        return low, high

    def _end(self, side: int, alpha: float) -> float | None:
        inside, step = 0.0, self.se
        for _ in range(_DOUBLINGS):
            if self.p_value(self.estimate + side * (inside + step)) <= alpha:
                break
            inside, step = inside + step, 2 * step
        else:
            return None
        outside = inside + step
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            if self.p_value(self.estimate + side * middle) <= alpha:
                outside = middle
            else:
                inside = middle
        return self.estimate + side * outside


def wild(x: Matrix, y: Matrix, cluster: Codes, *, seed: int) -> Wild:
    """The bootstrap of the second coefficient of y (n) on x (n x k) in G clusters, by Rademacher signs.

    Up to 12 clusters every choice of signs counts, else the real one and 9,999 drawn ones. Clusters are put in
    the order of their means first, so that neither names nor rows decide the draws. Raises Refusal where columns
    are collinear or nothing varies.

    >>> x, y = np.array([[1.0, 0], [1, 0], [1, 0], [1, 1], [1, 1], [1, 1]]), np.array([1.0, 2, 3, 7, 8, 9])
    >>> found = wild(x, y, np.arange(6), seed=1)
    >>> found.draws, found.p_value()
    (64, 0.03125)
    """
    full = least_squares(x, y)
    others = np.delete(x, 1, axis=1)
    arm = x[:, 1] - others @ np.linalg.lstsq(others, x[:, 1], rcond=None)[0]
    restricted = full.residuals + full.coefficients[1] * arm  # of the model without the arm
    weights = arm / (arm @ arm)
    own = np.bincount(cluster, weights * full.residuals)
    se = float(np.sqrt(own @ own))
    if se <= 1e-10 * float(np.abs(y).max(initial=0.0)) or se == 0:
        raise Refusal(
            "Clusters of one arm do not differ from each other, so that chance cannot be judged.",
            remedy="Include more clusters, or check the outcome's event and window.",
        )
    signs = _signs(_order(cluster, y), seed=seed)
    pairs = [_moments(full.inverse, x, residual, weights, cluster, signs) for residual in (restricted, arm)]
    (first, shares), (unit, moved) = pairs
    products = ((shares, shares), (-2 * shares, moved), (moved, moved))
    squares = np.array([np.einsum("wg,wg->w", one, other) for one, other in products])
    return Wild(float(full.coefficients[1]), se, np.array([first, unit]), squares)


def _moments(
    inverse: Matrix, x: Matrix, residual: Matrix, weights: Matrix, cluster: Codes, signs: Matrix
) -> tuple[Matrix, Matrix]:
    """The bootstrap's coefficient (W) and each cluster's share in its standard error (W x G), of residuals (n)."""
    sums = np.column_stack([np.bincount(cluster, column * residual) for column in x.T])  # X_g'e_g
    crossed = np.column_stack([np.bincount(cluster, weights * column) for column in x.T])  # a_g'X_g
    coefficients = signs @ sums @ inverse
    shares = signs * np.bincount(cluster, weights * residual) - coefficients @ crossed.T
    return np.asarray(coefficients[:, 1]), np.asarray(shares)


def _signs(order: Codes, *, seed: int) -> Matrix:
    """Signs of the clusters (W x G): every choice, or the real one (all as they are) and drawn ones."""
    groups = order.size
    if groups <= ENUMERATED:
        bits = np.arange(2**groups)[:, None] >> np.arange(groups) & 1
        return np.asarray(2.0 * bits - 1)
    drawn = np.random.default_rng(seed).integers(0, 2, (DRAWS, groups)) * 2.0 - 1
    return np.asarray(np.concatenate([np.ones((1, groups)), drawn[:, np.argsort(order)]]))


def _order(cluster: Codes, y: Matrix) -> Codes:
    sizes = np.bincount(cluster)
    return np.asarray(np.lexsort((sizes, np.bincount(cluster, y) / sizes)))
