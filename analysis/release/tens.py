"""Figures of people whose count is told as its ten: as far as they can be told without saying where in it it lies.

A mean, its standard deviation and its interval give the count back: half an interval is t times sd over root n, and
a mean of whole points times n is a whole number. Of 1,500 random comparisons with three figures of each, 70 % left
fewer than five counts in an arm's ten. So an interval is told as if the fewest people of the ten had answered,
which is never too short, and a mean and its spread no finer than every count of the ten allows.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor, isclose, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from analysis.policy import TEN
from analysis.release.precision import near, round_step
from analysis.release.shown import place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.finding import ArmFigures, Effect

WHOLE = frozenset({"score", "count", "ordinal"})  # kinds whose means are sums of whole steps over n


def fewest(count: int) -> int:
    """The least count that is rounded to the same ten; at least 2.

    >>> fewest(40), fewest(41), fewest(7)
    (31, 41, 2)
    """
    return max(-(-count // TEN) * TEN - TEN + 1, 2)


def mean_and_sd(mean: float, sd: float | None, people: int, *, step: float) -> tuple[float, float | None]:
    """A mean and its standard deviation so coarse that every count of the ten can have them.

    `step` lies between one possible value and the next, 0 where there is none.

    >>> mean_and_sd(2.512, 0.4127, 35, step=1.0), mean_and_sd(251.2, 41.27, 35, step=0.0)
    ((2.5, 0.4), (251.0, 41.3))
    """
    told = near(mean, _of_mean(mean, people, step))
    if not sd:
        return told, sd
    finest = _of_sd(sd, people, step)
    return told, max(near(sd, finest), finest)


def _of_mean(mean: float, people: int, step: float) -> float:
    """How fine a mean may be: each count of the ten has a whole number of steps that makes it."""
    return round_step(max(place_of(mean), step / fewest(people)))


def _of_sd(sd: float, people: int, step: float) -> float:
    """How fine a standard deviation may be: each count has a sum of squares, of which every other fits."""
    return round_step(max(place_of(sd), step**2 / ((fewest(people) - 1) * sd)))


def interval_of(mean: float, sd: float, people: int, *, step: float, level: float) -> tuple[float, float]:
    """The t interval of a mean and its spread, as told, of the fewest people; its ends three figures, outwards.

    It is wider by as much as both may have been rounded.

    >>> interval_of(25.0, 5.0, 36, step=1.0, level=0.95)
    (23.1, 26.9)
    """
    least = fewest(people)
    wide = sd + _of_sd(sd, people, step) / 2
    half = t_near(least - 1, level) * wide / sqrt(least) + _of_mean(mean, people, step) / 2
    place = place_of(abs(mean) + half)
    return near(mean - half, place, floor), near(mean + half, place, ceil)


def on_fewest(effect: Effect, arms: Sequence[ArmFigures], *, ratio: bool, step: float) -> Effect:
    """An effect between two arms with the interval that the fewest people of each ten would have.

    Each arm counts by its variance where that is known. Its ends go outwards, to three figures of the widest or to
    what every count of the tens allows. No p-value, nor what else would tell more than the interval.
    """
    low, high = effect.low, effect.high
    wider = _wider(effect, arms)
    if ratio:
        low, high = (
            None if end is None else effect.estimate * (end / effect.estimate) ** wider for end in (low, high)
        )
    else:
        low, high = (
            None if end is None else effect.estimate + wider * (end - effect.estimate) for end in (low, high)
        )
    widest = max(abs(value) for value in (effect.estimate, low, high) if value is not None)
    least = min((fewest(arm.n) for arm in arms), default=TEN)
    grid = round_step(max(place_of(widest), 0.0 if ratio else step / least)) if widest else 0.0
    return replace(
        effect,
        estimate=near(effect.estimate, grid),
        low=None if low is None else near(low, grid, floor),
        high=None if high is None else near(high, grid, ceil),
        se=None,
        df=None,
        p_value=None,
    )


def _wider(effect: Effect, arms: Sequence[ArmFigures]) -> float:
    """How many times as wide an interval is with the fewest people of each ten."""
    if not arms or not all(arm.n > 1 for arm in arms):
        return 1.0
    spreads = [arm.figures.get("sd", 1.0) ** 2 for arm in arms]
    whole, least = [arm.n for arm in arms], [fewest(arm.n) for arm in arms]
    wider = sqrt(_variance(spreads, least) / _variance(spreads, whole))
    if effect.df is None:
        return wider
    welch, pooled = _welch(spreads, whole), sum(whole) - len(arms)
    df = (
        _welch(spreads, least) if isclose(effect.df, welch) else effect.df * (sum(least) - len(arms)) / pooled
    )
    return wider * t_near(max(df, 1.0), effect.level) / t_near(effect.df, effect.level)


def _variance(spreads: Sequence[float], people: Sequence[int]) -> float:
    return sum(spread / n for spread, n in zip(spreads, people, strict=True))


def _welch(spreads: Sequence[float], people: Sequence[int]) -> float:
    """Degrees of freedom by Welch and Satterthwaite (1947, Biometrika 34:28)."""
    parts = [spread / n for spread, n in zip(spreads, people, strict=True)]
    return sum(parts) ** 2 / sum(part**2 / (n - 1) for part, n in zip(parts, people, strict=True))


def t_near(df: float, level: float) -> float:
    """The two-sided t quantile by its expansion in 1/df: to four decimals from 9 df on, without scipy.

    Source: Fisher and Cornish 1960, Technometrics 2:209; Abramowitz and Stegun 26.7.5.

    >>> round(t_near(9, 0.95), 4), round(t_near(30, 0.95), 4)
    (2.2621, 2.0423)
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + sum(term / df**power for power, term in enumerate(terms, start=1))
