"""Mixed models: restricted maximum likelihood, and inference for few clusters by Kenward and Roger.

A model is y = X b + e with independent blocks of rows; inside a block, Var(e) is a sum of `RandomEffects` and,
unless left out, of an independent residual. What estimators call:

    fit = fit_reml(x, y, block=cluster, effects=(RandomEffects("cluster", cluster),))
    kenward_roger(fit, contrast).se, .df      # of contrast @ fit.coefficients
    fit.variance("cluster"), fit.variance("residual"), fit.components["cluster"], fit.log_likelihood, fit.boundary

Random intercept: one effect, or `fit_intercepts`. Nested exchangeable: one for the cluster, one for its cells.
Random slopes: `columns` (n x 2), one and time. Unstructured over visits: `columns` the visits' indicators,
`residual=False`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.linear import LeastSquares, Robust
from analysis.models.mixed_blocks import RandomEffects, block_sums
from analysis.models.mixed_intercepts import intercept_sums
from analysis.models.mixed_search import maximise
from analysis.models.normal_equations import normal_equations
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from analysis.models.mixed_blocks import Sums
    from analysis.models.mixed_point import Moments

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

__all__ = [
    "MixedFit",
    "RandomEffects",
    "fit_intercepts",
    "fit_reml",
    "kenward_roger",
    "model_based",
    "satterthwaite",
]

RESIDUAL = "residual"
_SINGULAR = 1e-9  # a share of the variance below this cannot be told from none


@dataclass(frozen=True, slots=True)
class MixedFit:
    """A fitted model. `coefficients` (k) and `covariance` (k x k, that of known variances) are those of x.

    `components` holds each effect's covariance (r x r) by name, and "residual" (1 x 1) where there is one;
    `boundary` names the effects whose variance (or one direction of it) was estimated as 0. `log_likelihood` is the
    restricted one, with all constants, as R's lme4 and nlme give it.
    """

    coefficients: Matrix
    covariance: Matrix
    components: dict[str, Matrix]
    log_likelihood: float
    boundary: tuple[str, ...]
    n: int
    _moments: Moments
    _basis: Matrix  # x = the fitted columns @ _basis
    _scale: float

    def variance(self, name: str) -> float:
        """The first variance of an effect (its only one for an intercept)."""
        return float(self.components[name][0, 0])

    def _contrast(self, contrast: Matrix) -> Matrix:
        return np.asarray(np.linalg.solve(self._basis.T, contrast))


def fit_reml(
    x: Matrix, y: Matrix, *, block: Codes, effects: Sequence[RandomEffects], residual: bool = True
) -> MixedFit:
    """Restricted maximum likelihood (Patterson and Thompson 1971, Biometrika 58:545).

    x is n x k, y and `block` n; every level of an effect's group lies inside one block. A variance whose best
    value is 0 is estimated as 0. Raises Refusal where columns are collinear, nothing varies, or the rows cannot
    tell the variances apart.

    >>> cluster = np.repeat(np.arange(3), 2)
    >>> y = np.array([1.0, 3, 4, 6, 7, 9])  # mean squares 18 between, 2 within clusters of 2: (18 - 2) / 2
    >>> fit = fit_reml(np.ones((6, 1)), y, block=cluster, effects=(RandomEffects("cluster", cluster),))
    >>> round(fit.variance("cluster"), 6), round(fit.variance("residual"), 6)
    (8.0, 2.0)
    """
    start = normal_equations(x, y)
    return _fitted(
        start, y, lambda data, _: block_sums(data, block=block, effects=effects, residual=residual)
    )


def fit_intercepts(
    x: Matrix, y: Matrix, cluster: Codes, *, units: Matrix | None = None, within: Matrix | None = None
) -> MixedFit:
    """As `fit_reml` with one intercept by cluster, named "cluster"; from moments alone, however many the units.

    A row stands for one unit, or for `units` (n) of one cluster alike in x, of which y is the mean and `within` (n)
    the squared deviations from it.

    >>> y, units, within = np.array([2.0, 5.0, 8.0]), np.full(3, 2.0), np.full(3, 2.0)
    >>> fit = fit_intercepts(np.ones((3, 1)), y, np.arange(3), units=units, within=within)
    >>> round(fit.variance("cluster"), 6), round(fit.variance("residual"), 6)
    (8.0, 2.0)
    """
    start = normal_equations(x, y, units=units, within=within)
    n, inside = np.ones(y.size) if units is None else units, 0.0 if within is None else float(within.sum())
    return _fitted(
        start,
        y,
        lambda data, scale: intercept_sums(data, cluster, units=n, within=inside / scale**2),
    )


def _fitted(start: LeastSquares, y: Matrix, summed: Callable[[Matrix, float], Sums]) -> MixedFit:
    """The fit of what `summed` makes of columns turned so that X'X = 1, and of residuals over a scale."""
    scale = _spread(start, y)
    inverse = np.linalg.cholesky(start.inverse)  # so that (x @ inverse)'(x @ inverse) = 1
    sums = summed(np.column_stack([start.x @ inverse, start.residuals / scale]), scale)
    moments = maximise(sums)
    _require_told_apart(moments)
    constants = start.df * (log(scale) + log(2 * pi) / 2) - float(np.log(np.diag(inverse)).sum())
    return MixedFit(
        coefficients=start.coefficients + scale * inverse @ moments.coefficients,
        covariance=scale**2 * inverse @ moments.covariance @ inverse.T,
        components=_components(sums, moments.theta, scale),
        log_likelihood=moments.log_likelihood - constants,
        boundary=_on_boundary(sums, moments.theta),
        n=start.n,
        _moments=moments,
        _basis=np.linalg.inv(inverse),
        _scale=scale,
    )


def _spread(start: LeastSquares, y: Matrix) -> float:
    scale = sqrt(float(start.squares.sum()) / start.df)
    if scale <= 1e-12 * float(np.abs(y).max(initial=0.0)):
        raise Refusal(
            "The rows do not vary beyond what the model explains, so that chance cannot be judged.",
            remedy="Check how the outcome was measured.",
        )
    return scale


def model_based(fit: MixedFit, contrast: Matrix) -> float:
    """The standard error of contrast @ coefficients as if the variances were known: too small for few clusters."""
    return sqrt(float(contrast @ fit.covariance @ contrast))


def kenward_roger(fit: MixedFit, contrast: Matrix) -> Robust:
    """The adjusted standard error of one contrast (k) and its degrees of freedom.

    Kenward and Roger (1997, Biometrics 53:983), as written out by Halekoh and Hojsgaard (2014, J Stat Softw 59(9));
    for a covariance that is linear in its parameters and one contrast the scaling factor is 1.

    >>> cluster = np.repeat(np.arange(3), 2)
    >>> y = np.array([1.0, 3, 4, 6, 7, 9])
    >>> fit = fit_reml(np.ones((6, 1)), y, block=cluster, effects=(RandomEffects("cluster", cluster),))
    >>> found = kenward_roger(fit, np.ones(1))  # balanced: that of the three cluster means
    >>> round(found.se ** 2, 6), round(found.df, 6)
    (3.0, 2.0)
    """
    moments, c = fit._moments, fit._contrast(contrast)
    weight = np.asarray(2 * np.linalg.inv(moments.expected), dtype=np.float64)
    phi, first = moments.covariance, moments.first
    adjustment = np.einsum("ij,ijkl->kl", weight, moments.second) - np.einsum(
        "ij,ikl,lm,jmn->kn", weight, first, phi, first, optimize=True
    )
    adjusted = phi + 2 * phi @ adjustment @ phi
    return Robust(
        fit._scale * sqrt(max(float(c @ adjusted @ c), float(c @ phi @ c))),
        _degrees_of_freedom(moments, c, weight),
    )


def satterthwaite(fit: MixedFit, contrast: Matrix) -> Robust:
    """The model-based standard error with degrees of freedom from the observed information.

    Satterthwaite (1946), as R's lmerTest has it (Kuznetsova, Brockhoff and Christensen 2017, J Stat Softw 82(13)).
    A single variance estimated as 0 is taken as known. Raises Refusal where the information is not positive.
    """
    moments, c = fit._moments, fit._contrast(contrast)
    held = moments.theta > 0 if fit.boundary else np.ones(moments.theta.size, dtype=np.bool_)
    observed = (2 * moments.average - moments.expected / 2)[np.ix_(held, held)]
    weight = np.zeros(moments.expected.shape)
    if np.linalg.eigvalsh(observed).min() <= 0 or any(len(fit.components[name]) > 1 for name in fit.boundary):
        raise Refusal(
            "A variance is estimated as 0, where the observed information says nothing.",
            remedy="Read the degrees of freedom by Kenward and Roger.",
        )
    weight[np.ix_(held, held)] = np.linalg.inv(observed)
    return Robust(model_based(fit, contrast), _degrees_of_freedom(moments, c, weight))


def _degrees_of_freedom(moments: Moments, c: Matrix, weight: Matrix) -> float:
    """2 v^2 / (g'Wg) for v = c'Phi c, g its gradient and W the covariance of the variances."""
    direction = moments.covariance @ c
    gradient = np.einsum("k,ikl,l->i", direction, moments.first, direction)
    return 2 * float(c @ direction) ** 2 / float(gradient @ weight @ gradient)


def _require_told_apart(moments: Moments) -> None:
    """The information on the variances must have full rank, and none may vanish that the rows need."""
    size = np.sqrt(np.maximum(np.diag(moments.expected), 0.0))
    if size.min() > 0 and np.linalg.eigvalsh(moments.expected / np.outer(size, size)).min() > 1e-10:
        return
    raise Refusal(
        "The rows cannot tell the model's variances apart.",
        remedy="Measure more units in each cluster, or each unit more often.",
    )


def _components(sums: Sums, theta: Matrix, scale: float) -> dict[str, Matrix]:
    found = {
        effect.name: scale**2 * effect.turned_back(matrix)
        for effect, matrix in zip(sums.effects, sums.matrices(theta), strict=True)
    }
    return found | ({RESIDUAL: np.array([[scale**2 * theta[0]]])} if sums.residual else {})


def _on_boundary(sums: Sums, theta: Matrix) -> tuple[str, ...]:
    return tuple(
        effect.name
        for effect, matrix in zip(sums.effects, sums.matrices(theta), strict=True)
        if np.linalg.eigvalsh(matrix).min() <= _SINGULAR * max(1.0, float(np.trace(matrix)))
    )
