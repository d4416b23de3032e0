"""Always-valid inference: p-values and intervals that hold however often, and whenever, somebody looks."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class AnyLook:
    """What one look among any number of looks may say: a p-value that never rises, and two half-widths."""

    p_value: float
    half_width: float  # of the mixture test's own interval
    sequence_half_width: float  # of the asymptotic confidence sequence


def mixture_p(estimate: float, variance: float, *, mixing: float) -> float:
    """The p-value of the mixture sequential probability ratio test at one look.

    Johari, Koomen, Pekelis and Walsh (2022, Operations Research 70:1806): the likelihood ratio of effects drawn
    from a normal of variance `mixing` around 0 to no effect; `variance` is the estimate's own.

    >>> round(mixture_p(-0.021, 0.00021, mixing=0.0004), 6)
    0.856116
    """
    both = variance + mixing
    ratio_log = 0.5 * log(variance / both) + mixing * estimate**2 / (2 * variance * both)
    return exp(min(0.0, -ratio_log))


def mixture_half_width(variance: float, *, mixing: float, alpha: float = 0.05) -> float:
    """Half the width of the interval of effects that the mixture test has not rejected (Johari et al. 2022).

    >>> round(mixture_half_width(0.0004, mixing=0.0004), 6)
    0.073128
    """
    both = variance + mixing
    return sqrt(variance * both / mixing * log(both / (alpha**2 * variance)))


def sequence_half_width(variance: float, *, n: float, best_at: float, alpha: float = 0.05) -> float:
    """Half the width of the asymptotic confidence sequence after `n` units, narrowest near `best_at` units.

    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024, Annals of Statistics 52:2613), two-sided, with their
    choice of rho for a best time; `variance` is that of the estimate after n units.

    >>> round(sequence_half_width(0.0004, n=500, best_at=2000), 6)
    0.065286
    """
    width = -2 * log(alpha)
    squared = (width + log(width + 1)) / best_at
    grown = n * squared + 1
    return sqrt(variance * n) * sqrt(2 * grown / (n**2 * squared) * log(sqrt(grown) / alpha))


def any_looks(
    estimates: Sequence[float],
    variances: Sequence[float],
    units: Sequence[float],
    *,
    mixing: float,
    best_at: float,
    alpha: float = 0.05,
) -> list[AnyLook]:
    """Every look in order; a p-value once reached stays.

    >>> looks = any_looks([-0.012, -0.03], [4e-4, 5e-5], [500, 4000], mixing=4e-4, best_at=2000)
    >>> looks[0].p_value, looks[1].p_value < 0.01
    (1.0, True)
    """
    lowest, found = 1.0, []
    for estimate, variance, n in zip(estimates, variances, units, strict=True):
        lowest = min(lowest, mixture_p(estimate, variance, mixing=mixing))
        found.append(
            AnyLook(
                lowest,
                mixture_half_width(variance, mixing=mixing, alpha=alpha),
                sequence_half_width(variance, n=n, best_at=best_at, alpha=alpha),
            )
        )
    return found


def allocation_e_values(
    daily: NDArray[np.float64], shares: Sequence[float], *, concentration: float = 10.0
) -> list[float]:
    """The evidence against the declared shares after each day, from `daily` assignments (days x arms).

    Lindon and Malek (2022, NeurIPS 35): multinomial counts under shares drawn from a Dirichlet distribution around
    the declared ones, over those under the declared shares. The chance of ever exceeding 1 / alpha is at most
    alpha where the shares are right.

    >>> [round(e, 4) for e in allocation_e_values(np.array([[510.0, 490], [498, 470]]), [1, 1])]
    [0.1184, 0.1242]
    """
    theta = np.asarray(shares, dtype=float) / sum(shares)
    prior = concentration * theta
    found = []
    for counts in np.cumsum(daily, axis=0):
        grown = sum(lgamma(a + n) - lgamma(a) for a, n in zip(prior, counts, strict=True))
        total = float(prior.sum())
        found.append(
            lgamma(total) - lgamma(total + float(counts.sum())) + grown - float(counts @ np.log(theta))
        )
    return [exp(min(logged, 700.0)) for logged in found]
