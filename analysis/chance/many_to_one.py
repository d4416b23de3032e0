"""Several arms against one control: the distribution of the largest of their t statistics (Dunnett)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.chance.distributions import two_sided_normal, two_sided_t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_NODES_Z, _NODES_S = 256, 64
_FAR = 8.5  # standard normal mass beyond is below 2e-17
_LEAST_TAIL = 1e-17  # of the spread's distribution that is cut off at either end
_SHARPEST = 0.995  # a correlation beyond this is as good as 1, and not resolved by the nodes


def loadings(arms: Sequence[int], control: int) -> tuple[float, ...]:
    """What each arm's comparison shares with the control, from numbers of units: correlations are their products.

    >>> [round(one, 4) for one in loadings([10, 30], 10)]
    [0.7071, 0.866]
    """
    return tuple((n / (n + control)) ** 0.5 for n in arms)


def largest_t_tail(t: float, shared: Sequence[float], df: float | None) -> float:
    """P(max |T_j| >= |t|) for t statistics with correlations `shared[i] * shared[j]` and a common variance.

    The double integral of Dunnett (1955, JASA 50:1096; 1964, Biometrics 20:482) by Gauss-Legendre nodes over the
    control's mean and the spread; without `df` the variance is known. It is never less than one statistic's tail,
    nor more than the sum of all of them.

    >>> round(largest_t_tail(2.2281, [0.5**0.5], 10), 4)  # one comparison: Student's t
    0.05
    >>> round(largest_t_tail(2.21, [0.5**0.5] * 2, None), 3), round(largest_t_tail(2.86, [0.5**0.5] * 5, 20), 2)
    (0.05, 0.04)
    """
    z, weight_z = _control()
    s, weight_s = (np.ones(1), np.ones(1)) if df is None else _spread(df)
    inside = np.zeros((z.size, s.size))
    for loading in shared:
        part = min(loading, _SHARPEST)
        rest = (1 - part * part) ** 0.5
        centre, reach = part * z[:, None] / rest, abs(t) * s[None, :] / rest
        outside = scipy.special.ndtr(centre - reach) + scipy.special.ndtr(-centre - reach)
        inside += np.log1p(-np.minimum(outside, 1 - 1e-16))
    single = two_sided_normal(t) if df is None else two_sided_t(t, df)
    together = float(weight_z @ -np.expm1(inside) @ weight_s)
    return min(max(together, single), single * len(shared), 1.0)


def critical_t(shared: Sequence[float], df: float | None, *, level: float) -> float:
    """The t beyond which the largest of the statistics lies with probability 1 - level (Dunnett 1964, tables).

    >>> round(critical_t([0.5**0.5] * 2, 20, level=0.95), 2), round(critical_t([0.5**0.5] * 3, 20, level=0.95), 2)
    (2.38, 2.54)
    """
    from scipy.optimize import brentq

    high = 2.0
    while largest_t_tail(high, shared, df) > 1 - level:
        high *= 2
    found = brentq(lambda t: largest_t_tail(t, shared, df) - (1 - level), 0.0, high, xtol=1e-10)
    return float(found)


@cache
def _control() -> tuple[Numbers, Numbers]:
    """Nodes and weights over the control's standardised mean."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES_Z)
    z = _FAR * nodes
    density = np.exp(-z * z / 2) / (2 * np.pi) ** 0.5
    weights = weights * density
    return z, weights / weights.sum()


@cache
def _spread(df: float) -> tuple[Numbers, Numbers]:
    """Nodes and weights over the estimated standard deviation as a share of the true one: a chi over root df."""
    low = (2 * scipy.special.gammaincinv(df / 2, _LEAST_TAIL) / df) ** 0.5
    high = (2 * scipy.special.gammainccinv(df / 2, _LEAST_TAIL) / df) ** 0.5
    nodes, weights = np.polynomial.legendre.leggauss(_NODES_S)
    s = low + (high - low) * (nodes + 1) / 2
    log_density = (df - 1) * np.log(s) - df * s * s / 2
    weights = weights * np.exp(log_density - log_density.max())
    return s, weights / weights.sum()
