"""Two proportions: restricted likelihoods, score and Wilson intervals, all in closed form or by bisection."""

from __future__ import annotations

from dataclasses import dataclass
from math import acos, copysign, cos, exp, log, pi, sqrt
from typing import TYPE_CHECKING

from analysis.chance.distributions import chi_square_tail, normal_quantile
from analysis.chance.roots import bisect

if TYPE_CHECKING:
    from analysis.evidence import Evidence

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Events and units: `x1` of `n1` in the treatment arm, `x0` of `n0` in the control arm; both n above 0."""

    x1: int
    n1: int
    x0: int
    n0: int

    @classmethod
    def of(cls, evidence: Evidence) -> Pair:
        """The counts of the evidence's two arms."""
        events = {
            side: int(summary.describe()["events"])
            for side, summary in (("treatment", evidence.treatment), ("control", evidence.control))
        }
        return cls(events["treatment"], evidence.treatment.n, events["control"], evidence.control.n)

    @property
    def p1(self) -> float:
        """The treatment arm's proportion."""
        return self.x1 / self.n1

    @property
    def p0(self) -> float:
        """The control arm's proportion."""
        return self.x0 / self.n0

    @property
    def varies(self) -> bool:
        """Whether the event happened to some units and not to others."""
        return 0 < self.x1 + self.x0 < self.n1 + self.n0

    @property
    def difference(self) -> float:
        """p1 - p0."""
        return self.p1 - self.p0

    @property
    def complement(self) -> Pair:
        """The same units, with those counted that did not have the event."""
        return Pair(self.n1 - self.x1, self.n1, self.n0 - self.x0, self.n0)

    @property
    def se(self) -> float:
        """The standard error of p1 - p0 with each arm's own variance."""
        return sqrt(self.p1 * (1 - self.p1) / self.n1 + self.p0 * (1 - self.p0) / self.n0)

    def cells(self) -> tuple[int, int, int, int]:
        """Events and non-events, treatment first."""
        return self.x1, self.n1 - self.x1, self.x0, self.n0 - self.x0


def critical(level: float) -> float:
    """The normal quantile of a two-sided interval.

    >>> round(critical(0.95), 3)
    1.96
    """
    return normal_quantile((1 + level) / 2)


def wilson(events: int, n: int, *, level: float) -> Interval:
    """The score interval of one proportion (Wilson 1927, JASA 22:209).

    >>> [round(end, 4) for end in wilson(56, 70, level=0.95)]
    [0.6918, 0.877]
    """
    z2 = critical(level) ** 2
    centre = (events + z2 / 2) / (n + z2)
    half = sqrt(z2 * (events * (n - events) / n + z2 / 4)) / (n + z2)
    low = 0.0 if events == 0 else centre - half
    return low, 1.0 if events == n else centre + half


def newcombe_interval(pair: Pair, *, level: float) -> Interval:
    """Newcombe's hybrid interval of p1 - p0 (1998, Statistics in Medicine 17:873, method 10).

    >>> [round(end, 4) for end in newcombe_interval(Pair(56, 70, 48, 80), level=0.95)]
    [0.0524, 0.3339]
    """
    low1, high1 = wilson(pair.x1, pair.n1, level=level)
    low0, high0 = wilson(pair.x0, pair.n0, level=level)
    difference = pair.difference
    return (
        difference - sqrt((pair.p1 - low1) ** 2 + (high0 - pair.p0) ** 2),
        difference + sqrt((high1 - pair.p1) ** 2 + (pair.p0 - low0) ** 2),
    )


def restricted_by_difference(pair: Pair, difference: float) -> float:
    """The maximum-likelihood p0 where p1 - p0 must equal `difference` (Farrington and Manning 1990, appendix).

    >>> round(restricted_by_difference(Pair(56, 70, 48, 80), 0.0), 6)
    0.693333
    """
    return restricted_share((pair.x1, pair.n1), (pair.x0, pair.n0), difference)


def restricted_share(treated: tuple[float, float], control: tuple[float, float], difference: float) -> float:
    """As `restricted_by_difference`, of (events, units) that need not be whole.

    >>> round(restricted_share((0.7, 1.0), (0.6, 1.0), 0.0), 6)
    0.65
    """
    (x1, n1), (x0, n0) = treated, control
    total, events, d = n1 + n0, x1 + x0, difference
    a3 = total
    a2 = (n1 + 2 * n0) * d - total - events
    a1 = (n0 * d - total - 2 * x0) * d + events
    a0 = x0 * d * (1 - d)
    q = a2**3 / (3 * a3) ** 3 - a1 * a2 / (6 * a3**2) + a0 / (2 * a3)
    p = copysign(sqrt(max(a2**2 / (3 * a3) ** 2 - a1 / (3 * a3), 0.0)), q)
    ratio = min(max(q / p**3, -1.0), 1.0) if p else 0.0  # rounding may step outside the cosine's range
    root = 2 * p * cos((pi + acos(ratio)) / 3) - a2 / (3 * a3)
    return min(max(_polished((a3, a2, a1, a0), root), 0.0, -d), 1.0, 1.0 - d)


def _polished(cubic: tuple[float, float, float, float], root: float) -> float:
    """Newton steps: of two roots close together, as for rare events, the cosine keeps only half the digits."""
    a3, a2, a1, a0 = cubic
    for _ in range(3):
        slope = (3 * a3 * root + 2 * a2) * root + a1
        step = (((a3 * root + a2) * root + a1) * root + a0) / slope if slope else 0.0
        if abs(step) > 1e-6:
            break  # all but a double root, where only rounding is left to divide by
        root -= step
    return root


def score_z_difference(pair: Pair, difference: float, *, corrected: bool = True) -> float:
    """The score statistic of p1 - p0 = difference; `corrected` with Miettinen and Nurminen's N / (N - 1).

    Infinite, with its sign, where the restricted variance is 0.

    >>> round(score_z_difference(Pair(56, 70, 48, 80), 0.0, corrected=False) ** 2, 5)
    7.02341
    """
    if 2 * (pair.x1 + pair.x0) > pair.n1 + pair.n0:  # the rarer of the two keeps its digits
        return -score_z_difference(pair.complement, -difference, corrected=corrected)
    p0 = restricted_by_difference(pair, difference)
    p1 = min(max(p0 + difference, 0.0), 1.0)
    variance = p1 * (1 - p1) / pair.n1 + p0 * (1 - p0) / pair.n0
    return _studentised(pair.difference - difference, variance, pair, corrected=corrected)


def score_z_ratio(pair: Pair, ratio: float) -> float:
    """The score statistic of p1 / p0 = ratio, with N / (N - 1) (Miettinen and Nurminen 1985, Stat Med 4:213)."""
    x1, n1, x0, n0 = pair.x1, pair.n1, pair.x0, pair.n0
    a = (n1 + n0) * ratio
    b = -(n1 * ratio + x1 + n0 + x0 * ratio)
    p0 = 2 * (x1 + x0) / (-b + sqrt(max(b * b - 4 * a * (x1 + x0), 0.0)))
    p0 = min(p0, 1.0, 1 / ratio)
    p1 = min(p0 * ratio, 1.0)
    variance = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    return _studentised(pair.p1 - ratio * pair.p0, variance, pair, corrected=True)


def _studentised(distance: float, variance: float, pair: Pair, *, corrected: bool) -> float:
    total = pair.n1 + pair.n0
    scaled = variance * total / (total - 1) if corrected else variance
    if scaled <= 0:
        return copysign(float("inf"), distance) if distance else 0.0
    return distance / sqrt(scaled)


def score_interval_difference(pair: Pair, *, level: float) -> Interval:
    """Every p1 - p0 that the score test does not reject (Miettinen and Nurminen 1985, Stat Med 4:213).

    >>> [round(end, 4) for end in score_interval_difference(Pair(56, 70, 48, 80), level=0.95)]
    [0.0528, 0.3382]
    """
    z, estimate = critical(level), pair.difference
    low = bisect(lambda d: score_z_difference(pair, d) - z, -1.0, estimate)
    high = bisect(lambda d: score_z_difference(pair, d) + z, estimate, 1.0)
    return low, high


def score_interval_ratio(pair: Pair, *, level: float) -> Interval:
    """Every p1 / p0 that the score test does not reject; needs an event in the control arm.

    Its low end is 0 where the treatment arm has no event.

    >>> [round(end, 3) for end in score_interval_ratio(Pair(56, 70, 48, 80), level=0.95)]
    [1.079, 1.672]
    """
    z, estimate = critical(level), pair.p1 / pair.p0
    at = log(estimate) if estimate else log(pair.p0 / pair.n1) - 50
    low = 0.0
    if estimate:
        low = exp(bisect(lambda r: score_z_ratio(pair, exp(r)) - z, at - 50, at))
    return low, exp(bisect(lambda r: score_z_ratio(pair, exp(r)) + z, at, at + 100))


def odds_ratio_log(pair: Pair) -> tuple[float, float]:
    """The log odds ratio and its standard error (Woolf 1955); raises ZeroDivisionError at an empty cell.

    >>> [round(figure, 4) for figure in odds_ratio_log(Pair(40, 81, 27, 100))]
    [0.9699, 0.3164]
    """
    a, b, c, d = pair.cells()
    return log(a * d / (b * c)), sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def pearson(pair: Pair, *, continuity: bool = False) -> tuple[float, float]:
    """Pearson's chi-square with 1 degree of freedom and its p; `continuity` with Yates's correction.

    Raises ZeroDivisionError where the event happened to nobody or to everybody.

    >>> [round(figure, 5) for figure in pearson(Pair(56, 70, 48, 80))]
    [7.02341, 0.00805]
    """
    a, b, c, d = pair.cells()
    total = a + b + c + d
    gap = float(abs(a * d - b * c))
    gap -= min(total / 2, gap) if continuity else 0
    statistic = gap / ((a + b) * (c + d)) * gap * total / ((a + c) * (b + d))
    return statistic, chi_square_tail(statistic, 1)
