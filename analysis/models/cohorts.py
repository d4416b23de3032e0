"""The standard error of an effect to which each unit adds a score, from how scores spread inside cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.models.linear import Robust

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cohort_error(scores: NDArray[np.float64], cohort: NDArray[np.intp]) -> Robust:
    """Squared scores (n) by cohort times n / (n - 1), with Welch and Satterthwaite's degrees of freedom.

    Cohorts are to variances what arms are in Welch's t (1947, Biometrika 34:28), which this is where there are two
    groups and two periods. A cohort of one keeps its score, with one degree of freedom.

    >>> scores = np.array([1.0, -1.0, 2.0, -2.0])
    >>> found = cohort_error(scores, np.array([0, 0, 1, 1]))
    >>> round(found.se**2, 9), round(found.df, 4)  # 2 x 2 + 2 x 8, and 20^2 / (4^2 + 16^2)
    (20.0, 1.4706)
    """
    place = np.unique(cohort, return_inverse=True)[1]
    sizes = np.bincount(place)
    free = np.maximum(sizes - 1, 1)
    variances = np.bincount(place, scores**2) * np.where(sizes > 1, sizes / free, 1.0)
    total = float(variances.sum())
    return Robust(float(np.sqrt(total)), float(total**2 / (variances**2 / free).sum()) if total else 1.0)
