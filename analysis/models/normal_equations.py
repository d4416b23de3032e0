"""Least squares by normal equations, for many rows and few columns that are far from collinear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.models.linear import LeastSquares, least_squares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_CLOSE = 1e-5  # columns closer to collinear than this are left to a QR


def normal_equations(
    x: Matrix, y: Matrix, *, units: Matrix | None = None, within: Matrix | None = None
) -> LeastSquares:
    """As `least_squares`, by normal equations with one refinement where columns are far from collinear.

    A QR of thousands of rows by several threads costs more than all the rest of a mixed model.

    >>> fit = normal_equations(np.array([[1.0, 0], [1, 1], [1, 2]]), np.array([1.0, 3, 5]))
    >>> fit.coefficients.round(6).tolist(), fit.df
    ([1.0, 2.0], 1)
    """
    weighed = x if units is None else x * units[:, None]
    squares = np.einsum("ni,nj->ij", weighed, x)
    size = np.sqrt(np.diag(squares))
    if x.shape[0] <= x.shape[1] or size.min() == 0:
        return least_squares(x, y, units=units, within=within)
    if np.linalg.eigvalsh(squares / np.outer(size, size)).min() < _CLOSE:
        return least_squares(x, y, units=units, within=within)
    inverse = np.linalg.inv(squares / np.outer(size, size)) / np.outer(size, size)
    coefficients = inverse @ (y @ weighed)
    coefficients = coefficients + inverse @ ((y - x @ coefficients) @ weighed)
    return LeastSquares(x, coefficients, y - x @ coefficients, inverse, units, within)
