"""How reliable a score is, and which changes in it are more than noise."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import f_quantile
from analysis.figures.proportions import critical
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cronbach_alpha(items: NDArray[np.float64]) -> float:
    """Cronbach's alpha of n people's answers to k items (n x k, all pointing the same way; NaN for none).

    Over people who answered every item; Cronbach (1951, Psychometrika 16:297). Raises Refusal below two items or
    three such people, or where their totals do not vary.

    >>> round(cronbach_alpha(np.array([[1.0, 2], [2, 3], [3, 3], [4, 5]])), 4)
    0.96
    """
    whole = items[~np.isnan(items).any(axis=1)]
    n, k = whole.shape
    total = float(whole.sum(axis=1).var(ddof=1)) if n > 1 else 0.0
    if k < 2 or n < 3 or total <= 0:
        raise Refusal(
            "The score's reliability cannot be had: it needs two items and three people whose totals differ.",
            remedy="Wait for more answers, or use a published reliability.",
        )
    return float(k / (k - 1) * (1 - whole.var(axis=0, ddof=1).sum() / total))


def alpha_interval(alpha: float, *, people: int, items: int, level: float) -> tuple[float, float]:
    """The interval of Cronbach's alpha (Feldt 1965, Psychometrika 30:357).

    >>> low, high = alpha_interval(0.8, people=1_000_000, items=8, level=0.95)
    >>> round(low, 2), round(high, 2)
    (0.8, 0.8)
    """
    first, second = people - 1, (people - 1) * (items - 1)
    upper, lower = (f_quantile(q, first, second) for q in ((1 + level) / 2, (1 - level) / 2))
    return 1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower


def reliable_change(sd: float, *, reliability: float, level: float = 0.95) -> float:
    """The least change in a score that noise alone passes in just 1 - `level` of unchanged people.

    1.96 standard errors of the difference of two measurements, sd * sqrt(2) * sqrt(1 - reliability): with the
    square root of 2 that Jacobson, Follette and Revenstorf (1984) left out (Jacobson and Truax 1991, Journal of
    Consulting and Clinical Psychology 59:12; Maassen 2004).

    >>> round(reliable_change(10, reliability=0.88), 3)
    9.602
    """
    if not 0 <= reliability <= 1:
        raise Refusal(
            "A reliability below 0 or above 1 gives no reliable change.",
            remedy="Check which items are reversed, or use a published reliability.",
        )
    return critical(level) * sd * sqrt(2) * sqrt(1 - reliability)
