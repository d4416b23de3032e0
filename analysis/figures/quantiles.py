"""Quantiles of a sample: what resampling would give, without resampling, and intervals from order statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def resampled_quantiles(ordered: Numbers, q: float, *, draws: int, rng: np.random.Generator) -> Numbers:
    """The quantile (type 7) of `draws` samples with replacement from values in rising order.

    The order statistics of a resample are the values at the order statistics of as many uniform numbers, which are
    beta distributed (Hutson and Ernst 2000, JRSS B 62:89): two draws a resample do, whatever its size.

    >>> resampled_quantiles(np.array([1.0, 2.0]), 0.5, draws=20_000, rng=np.random.default_rng(1)).mean().round(1)
    np.float64(1.5)
    """
    n = ordered.size
    place, part = divmod((n - 1) * q, 1.0)
    before = int(place)
    uniform = rng.beta(before + 1, n - before, draws)
    low = _at(ordered, uniform)
    if part == 0:
        return low
    above = uniform + (1 - uniform) * rng.beta(1, n - before - 1, draws)
    return low + part * (_at(ordered, above) - low)


def order_interval(ordered: Numbers, q: float, *, level: float) -> tuple[float | None, float | None]:
    """The order statistics between which the quantile lies at least as often as `level`; None for an end beyond n.

    They are chosen by the binomial distribution of how many values lie below it (David and Nagaraja 2003, Order
    Statistics, 3rd edition, section 7.1).

    >>> order_interval(np.arange(1.0, 11.0), 0.5, level=0.95)
    (2.0, 9.0)
    >>> order_interval(np.arange(1.0, 11.0), 0.8, level=0.95)
    (5.0, None)
    """
    n, tail = ordered.size, (1 - level) / 2
    below = scipy.special.bdtr(np.arange(n + 1), n, q)  # P(at most 0, 1, …, n values lie below the quantile)
    first, last = int(np.argmax(below >= tail)), int(np.argmax(below >= 1 - tail))
    return None if first == 0 else float(ordered[first - 1]), None if last == n else float(ordered[last])


def _at(ordered: Numbers, uniform: Numbers) -> Numbers:
    return ordered[np.minimum((uniform * ordered.size).astype(np.intp), ordered.size - 1)]
