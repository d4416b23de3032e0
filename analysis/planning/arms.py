"""Power where units get one of two arms each, or both: proportions, means, counts, crossovers."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, inf, log, sqrt
from typing import TYPE_CHECKING

from analysis.planning.way import Planned, Way, normal_power, t_power
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS = "units in the control arm"


@dataclass(frozen=True, slots=True)
class Arms:
    """What is supposed of two arms: the control arm's figure, the spread, and how the arms compare in size.

    `base` is a share, a mean or a rate a unit; `sd` the standard deviation of a mean; `dispersion` that of a count
    (variance = mean + dispersion mean²). `ratio` is treated units over control units. `inflation` multiplies the
    variance of an arm's figure: 1 - r² for a baseline that correlates with the outcome by r (Borm, Fransen and
    Lemmens 2007, J Clin Epidemiol 60:1234). `level` is that of the two-sided interval.
    """

    base: float = 0.0
    sd: float = 1.0
    dispersion: float = 0.0
    ratio: float = 1.0
    inflation: float = 1.0
    level: float = 0.95

    @property
    def alpha(self) -> float:
        """The two-sided error rate."""
        return 1 - self.level


def proportions(arms: Arms) -> Planned:
    """Two shares: the z test that R's `power.prop.test` plans, and Cohen's arcsine (1988, ch. 6).

    >>> planned = proportions(Arms(base=0.12))
    >>> round(planned.ways[0].power(1638, -0.03), 4)
    0.8
    """
    p0, r = arms.base, arms.ratio

    def z(n: float, effect: float, *, both: bool) -> float:
        p1 = p0 + effect
        pooled = (p0 + r * p1) / (1 + r)
        null = sqrt(arms.inflation * pooled * (1 - pooled) * (1 + 1 / r) / n)
        return normal_power(
            effect, se=sqrt(share_variance(arms, effect) / n), null_se=null, alpha=arms.alpha, both=both
        )

    def arcsine(n: float, effect: float) -> float:
        distance = 2 * asin(sqrt(p0 + effect)) - 2 * asin(sqrt(p0))
        return normal_power(distance, se=sqrt(arms.inflation * (1 + 1 / r) / n), alpha=arms.alpha, both=True)

    ways = (
        Way("normal", "z test", lambda n, d: z(n, d, both=False)),
        Way("normal_both_tails", "z test, both tails", lambda n, d: z(n, d, both=True)),
        Way("arcsine", "arcsine", arcsine),
    )
    return Planned(ways, UNITS, 2, limits=(-p0, 1 - p0))


def share_variance(arms: Arms, effect: float) -> float:
    """n times the variance of the difference of two shares, n the units of the control arm."""
    p0, p1 = arms.base, arms.base + effect
    return arms.inflation * (p0 * (1 - p0) + p1 * (1 - p1) / arms.ratio)


def means(arms: Arms) -> Planned:
    """Two means by the t test, as R's `power.t.test`; a baseline that is adjusted for costs one degree of freedom.

    >>> round(means(Arms()).ways[0].power(104.7468, 0.45), 4)
    0.9
    """
    used = 2 if arms.inflation == 1 else 3
    return Planned(
        t_ways(
            lambda n, _: sqrt(mean_variance(arms, 0.0) / n),
            df=lambda n: n * (1 + arms.ratio) - used,
            alpha=arms.alpha,
        ),
        UNITS,
        2,
    )


def mean_variance(arms: Arms, _: float) -> float:
    """n times the variance of the difference of two means, n the units of the control arm."""
    return arms.inflation * arms.sd**2 * (1 + 1 / arms.ratio)


def counts(arms: Arms) -> Planned:
    """Two rates by negative binomial regression, t(n - 2) (variance: Zhu and Lakkis 2014, Stat Med 33:376, eq. 8).

    >>> round(counts(Arms(base=0.8, dispersion=0.4)).ways[2].power(236.64, 0.7), 3)
    0.8
    """
    ways = t_ways(
        lambda n, effect: sqrt(log_rate_variance(arms, effect) / n),
        df=lambda n: n * (1 + arms.ratio) - 2,
        alpha=arms.alpha,
        distance=log,
    )
    return Planned(ways, UNITS, 2, null=1.0, limits=(0.0, inf))


def log_rate_variance(arms: Arms, effect: float) -> float:
    """n times the variance of the logarithm of the rate ratio, n the units of the control arm."""
    events = 1 / arms.base + 1 / (arms.base * effect * arms.ratio)
    return arms.inflation * (events + arms.dispersion * (1 + 1 / arms.ratio))


def crossover(arms: Arms, *, icc: float) -> Planned:
    """AB/BA by the period-adjusted t within people, df = people - 2 (Senn 2002, Cross-over Trials, ch. 9).

    The effect is half the difference of the two sequences' mean period differences, each of variance
    2 sd² (1 - icc), so that with n people in each sequence its variance is sd² (1 - icc) / n.
    """
    if not icc < 1:
        raise Refusal(
            "A correlation of 1 leaves nothing to chance.",
            remedy="Plan with a correlation below 1, such as 0.5.",
        )
    ways = t_ways(lambda n, _: arms.sd * sqrt((1 - icc) / n), df=lambda n: 2 * n - 2, alpha=arms.alpha)
    return Planned(ways, "people in each order of the arms", 2)


def t_ways(
    se: Callable[[float, float], float],
    *,
    df: Callable[[float], float],
    alpha: float,
    distance: Callable[[float], float] = float,
) -> tuple[Way, ...]:
    """The noncentral t, the same with both tails, and the normal approximation; `se(size, effect)`."""

    def by_t(n: float, effect: float, *, both: bool) -> float:
        return t_power(distance(effect), se=se(n, effect), df=df(n), alpha=alpha, both=both)

    return (
        Way("t", "t test", lambda n, effect: by_t(n, effect, both=False)),
        Way("t_both_tails", "t test, both tails", lambda n, effect: by_t(n, effect, both=True)),
        Way(
            "normal",
            "normal approximation",
            lambda n, effect: normal_power(distance(effect), se=se(n, effect), alpha=alpha),
        ),
    )
