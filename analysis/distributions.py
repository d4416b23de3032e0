"""Normal and t tails and quantiles, from scipy.special: scipy.stats takes a second to import."""

from __future__ import annotations

from scipy import special


def normal_quantile(probability: float) -> float:
    """The standard normal quantile.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    return float(special.ndtri(probability))


def two_sided_normal(z: float) -> float:
    """P(|Z| >= |z|) for a standard normal Z.

    >>> round(two_sided_normal(1.959964), 4)
    0.05
    """
    return float(2 * special.ndtr(-abs(z)))


def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t with `df` degrees of freedom (need not be whole).

    >>> round(t_quantile(0.975, 10), 4)
    2.2281
    """
    return float(special.stdtrit(df, probability))


def two_sided_t(t: float, df: float) -> float:
    """P(|T| >= |t|) for Student's t with `df` degrees of freedom.

    >>> round(two_sided_t(2.2281, 10), 4)
    0.05
    """
    return float(2 * special.stdtr(df, -abs(t)))


def chi_square_tail(statistic: float, df: float) -> float:
    """P(X >= statistic) for a chi-square X.

    >>> round(chi_square_tail(3.841459, 1), 4)
    0.05
    """
    return float(special.chdtrc(df, statistic))
