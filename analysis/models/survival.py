"""Kaplan and Meier's curve of one arm: survival, its median, and the mean time up to a horizon."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import normal_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_WHOLE = 1e-9  # a horizon longer than the follow-up by this share is rounding


@dataclass(frozen=True, slots=True)
class Curve:
    """Survival after each distinct event time, arrays of one length k; `last` is the last time anybody was seen.

    Kaplan and Meier (1958, JASA 53:457); variances by Greenwood (1926).
    """

    times: Numbers
    at_risk: Numbers
    events: Numbers
    survival: Numbers
    last: float

    def at(self, time: float) -> float:
        """The share still without the event just after `time`."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.survival[place - 1]) if place else 1.0

    def log_variance(self, time: float) -> float:
        """Greenwood's sum at `time`: the variance of log survival, where survival is above 0."""
        until = self.times <= time
        d, n = self.events[until], self.at_risk[until]
        return float((d / (n * (n - d))).sum())

    def interval(self, time: float, *, level: float) -> tuple[float, float] | None:
        """The interval of `at(time)` on the log-minus-log scale; None at 0 and at 1, where it has none.

        Kalbfleisch and Prentice (2002, The Statistical Analysis of Failure Time Data, section 1.4).

        >>> curve = kaplan_meier(np.array([1.0, 2, 3, 4]), np.array([1.0, 0, 1, 0]))
        >>> [round(end, 4) for end in curve.interval(3.0, level=0.95)]
        [0.011, 0.808]
        """
        share = self.at(time)
        if not 0 < share < 1:
            return None
        half = normal_quantile((1 + level) / 2) * sqrt(self.log_variance(time)) / -log(share)
        return share ** exp(half), share ** exp(-half)

    @property
    def median(self) -> float | None:
        """The time at which half have had the event; midway where the curve then lies flat at one half.

        >>> kaplan_meier(np.array([1.0, 2, 3, 4]), np.ones(4)).median
        2.5
        """
        reached = np.flatnonzero(self.survival <= 0.5 + _WHOLE)
        if reached.size == 0:
            return None
        first = int(reached[0])
        if abs(self.survival[first] - 0.5) > _WHOLE or first + 1 == self.times.size:
            return float(self.times[first])
        return float((self.times[first] + self.times[first + 1]) / 2)

    def reaches(self, horizon: float) -> bool:
        """Whether the mean time up to `horizon` is known: somebody was followed so long, or nobody was left."""
        return self.last * (1 + _WHOLE) >= horizon or bool(self.survival.size and self.survival[-1] == 0)

    def restricted_mean(self, horizon: float) -> tuple[float, float]:
        """The mean time without the event up to `horizon`, and its standard error.

        The area under the curve (Irwin 1949); sqrt(sum A(t)^2 d / (n (n - d))) with A(t) the area right of t
        (Klein and Moeschberger 2003, Survival Analysis, section 4.5).

        >>> kaplan_meier(np.array([1.0, 3.0]), np.ones(2)).restricted_mean(4.0)
        (2.0, 0.7071067811865476)
        """
        until, right, area = self._areas(horizon)
        d, n = self.events[until], self.at_risk[until]
        left = n > d  # where nobody is left the area is 0
        variance = (right[left] ** 2 * d[left] / (n[left] * (n[left] - d[left]))).sum()
        return area, sqrt(float(variance))

    def _areas(self, horizon: float) -> tuple[NDArray[np.bool_], Numbers, float]:
        """Which event times lie before the horizon, the area right of each, and the whole area."""
        until = self.times < horizon
        edges = np.concatenate([[0.0], self.times[until], [horizon]])
        pieces = np.diff(edges) * np.concatenate([[1.0], self.survival[until]])
        right = np.cumsum(pieces[::-1])[::-1]
        return until, right[1:], float(right[0])


def kaplan_meier(time: Numbers, event: Numbers) -> Curve:
    """The curve of units seen until `time`, with `event` 1 where the event came then and 0 where sight was lost.

    A unit that is lost at the time of another's event counts as at risk for it.

    >>> kaplan_meier(np.array([2.0, 1, 2, 3]), np.array([1.0, 1, 0, 0])).survival.tolist()
    [0.75, 0.5]
    """
    times, d = np.unique(time[event > 0], return_counts=True)
    n = time.size - np.searchsorted(np.sort(time), times, side="left")
    survival = np.cumprod(1 - d / n, dtype=np.float64)
    return Curve(times, n.astype(float), d.astype(float), survival, float(time.max(initial=0.0)))
