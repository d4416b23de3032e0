"""Normal and t tails and quantiles, from scipy.special, imported where one is asked for: no page needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def normal_quantile(probability: float) -> float:
    """The standard normal quantile.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    from scipy import special

    return float(special.ndtri(probability))


def two_sided_normal(z: float) -> float:
    """P(|Z| >= |z|) for a standard normal Z.

    >>> round(two_sided_normal(1.959964), 4)
    0.05
    """
    from scipy import special

    return float(2 * special.ndtr(-abs(z)))


def upper_normal(z: float) -> float:
    """P(Z >= z) for a standard normal Z.

    >>> round(upper_normal(1.644854), 4)
    0.05
    """
    from scipy import special

    return float(special.ndtr(-z))


def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t with `df` degrees of freedom (need not be whole).

    >>> round(t_quantile(0.975, 10), 4)
    2.2281
    """
    from scipy import special

    return float(special.stdtrit(df, probability))


def two_sided_t(t: float, df: float) -> float:
    """P(|T| >= |t|) for Student's t with `df` degrees of freedom.

    >>> round(two_sided_t(2.2281, 10), 4)
    0.05
    """
    from scipy import special

    return float(2 * special.stdtr(df, -abs(t)))


def upper_t(t: float, df: float) -> float:
    """P(T >= t) for Student's t with `df` degrees of freedom.

    >>> round(upper_t(2.2281, 10), 4)
    0.025
    """
    from scipy import special

    return float(special.stdtr(df, -t))


def chi_square_tail(statistic: float, df: float) -> float:
    """P(X >= statistic) for a chi-square X.

    >>> round(chi_square_tail(3.841459, 1), 4)
    0.05
    """
    from scipy import special

    return float(special.chdtrc(df, statistic))


def binomial_tails(below: int, above: int, n: int, share: float) -> float:
    """P(X <= below) + P(X >= above) for a binomial X; `above` may be n + 1.

    >>> round(binomial_tails(1, 9, 10, 0.5), 6)
    0.021484
    """
    from scipy import special

    high = special.bdtrc(above - 1, n, share) if above <= n else 0.0
    return float(special.bdtr(below, n, share) + high)


def log_factorial(n: NDArray[np.int64]) -> NDArray[np.float64]:
    """The natural logarithm of n!, by element.

    >>> log_factorial(np.array([0, 1, 4])).round(4).tolist()  # log 24 = 3.1781
    [0.0, 0.0, 3.1781]
    """
    from scipy import special

    return np.asarray(special.gammaln(np.asarray(n) + 1.0))


def f_quantile(probability: float, df1: float, df2: float) -> float:
    """The quantile of F with `df1` and `df2` degrees of freedom.

    >>> round(f_quantile(0.95, 1, 10), 4)  # the square of t's 0.975 quantile
    4.9646
    """
    from scipy import special

    return float(special.fdtri(df1, df2, probability))
