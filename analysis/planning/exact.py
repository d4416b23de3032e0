"""The exact power of the score test of two shares: every table that can come out, with its chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from analysis.chance.distributions import normal_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 2_000_000  # tables


def exact_power(treated: tuple[int, float], control: tuple[int, float], *, alpha: float) -> float | None:
    """The chance that the score test finds the difference in its own direction; None where tables are too many.

    `treated` and `control` are (units, share). The test is that of the default analysis without covariates:
    Pearson's chi-square, whose p-value `score_interval` gives (no table without variation is significant).

    >>> round(exact_power((3, 0.9), (3, 0.1), alpha=0.05), 4)  # only 3 v 0 events are significant: 0.9³ 0.9³
    0.5314
    """
    (n1, p1), (n0, p0) = treated, control
    if (n1 + 1) * (n0 + 1) > MOST:
        return None
    x1, x0 = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None, :]
    pooled = (x1 + x0) / (n1 + n0)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n0)
    gap = (x1 / n1 - x0 / n0) * (1 if p1 > p0 else -1)
    bar = normal_quantile(1 - alpha / 2)
    found = (gap > 0) & (gap**2 > bar**2 * variance * (1 - 1e-12))
    return float(_chances(n1, p1) @ found @ _chances(n0, p0))


def _chances(n: int, share: float) -> NDArray[np.float64]:
    """Binomial chances of 0 to n events."""
    x = np.arange(n + 1)
    ways = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    return np.asarray(np.exp(ways + special.xlogy(x, share) + special.xlog1py(n - x, -share)))
