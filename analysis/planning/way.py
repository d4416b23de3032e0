"""Ways to compute power, and what is solved for: a size, an effect or the power itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, isfinite
from typing import TYPE_CHECKING

from scipy import special

from analysis.chance.distributions import normal_quantile, t_quantile, upper_normal
from analysis.chance.roots import bisect
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST = 1e9  # a size that nobody will reach
LEAST_POWER, MOST_POWER = 0.01, 0.9999


@dataclass(frozen=True, slots=True)
class Way:
    """A formula: `power(size, effect)` is the chance to find the effect, between 0 and 1."""

    name: str
    label: str
    power: Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned comparison: the ways to compute its power, the first one to plan with.

    `size_is` says what is counted and can be made larger, from `least` upwards. `null` is no effect; effects lie
    strictly between the `limits`. `figures` are further numbers of the design by plain names. Where `whole`, there
    is power only for whole sizes.
    """

    ways: tuple[Way, ...]
    size_is: str
    least: float
    null: float = 0.0
    limits: tuple[float, float] = (-inf, inf)
    figures: Mapping[str, float] | None = None
    whole: bool = False


def normal_power(
    distance: float, *, se: float, alpha: float, null_se: float = 0.0, both: bool = False
) -> float:
    """Power of a two-sided normal test at `alpha` whose standard error is `null_se` (or `se`) without an effect.

    Finding the effect in its own direction counts; `both` counts the other tail as well (R's `strict`).

    >>> round(normal_power(1.959964 + 0.841621, se=1.0, alpha=0.05), 4)
    0.8
    """
    bar = normal_quantile(1 - alpha / 2) * (null_se or se)
    right = upper_normal((bar - abs(distance)) / se)
    return right + (upper_normal((bar + abs(distance)) / se) if both else 0.0)


def t_power(distance: float, *, se: float, df: float, alpha: float, both: bool = False) -> float:
    """Power of a two-sided t test at `alpha`, by the noncentral t (Johnson, Kotz and Balakrishnan 1995, ch. 31).

    >>> round(t_power(1.0, se=(2 / 20) ** 0.5, df=38, alpha=0.05), 7)  # R: power.t.test(n = 20, delta = 1)
    0.8689528
    """
    if df <= 0:
        return 0.0
    bar, shift = t_quantile(1 - alpha / 2, df), abs(distance) / se
    right = 1 - float(special.nctdtr(df, shift, bar))
    return min(max(right + (float(special.nctdtr(df, shift, -bar)) if both else 0.0), 0.0), 1.0)


def size_for(planned: Planned, way: Way, *, effect: float, power: float) -> float:
    """The size at which the power is reached; raises Refusal where no size does.

    >>> way = Way("normal", "", lambda n, d: normal_power(d, se=(2 / n) ** 0.5, alpha=0.05))
    >>> round(size_for(Planned((way,), "units", 2), way, effect=0.5, power=0.8), 1)
    62.8
    """
    if effect == planned.null:
        raise Refusal(
            "No study finds an effect that is none.", remedy="Name the smallest effect that matters."
        )
    low = high = planned.least
    while way.power(high, effect) < power:
        low, high = high, high * 2 if not planned.whole else high + max(1, high // 8)
        if high > MOST or (planned.whole and high > 5_000):
            raise Refusal(
                f"No number of {planned.size_is} reaches this power.",
                remedy="Plan with a larger effect, or another design.",
            )
    if planned.whole:
        return next(float(n) for n in range(int(low), int(high) + 1) if way.power(n, effect) >= power)
    return bisect(lambda n: power - way.power(n, effect), low, high)


def effect_for(planned: Planned, way: Way, *, size: float, power: float, upwards: bool) -> float:
    """The smallest effect, on the chosen side of no effect, that is found with this power.

    Raises Refusal where even the largest possible effect is not.
    """
    limit = planned.limits[1 if upwards else 0]
    far = limit
    if not isfinite(limit):
        step = 1.0 if upwards else -1.0
        while way.power(size, planned.null + step) < power and abs(step) < MOST:
            step *= 2
        far = planned.null + step
    inside = _strongest(planned, way, size, far)
    if not way.power(size, inside) >= power:
        raise Refusal(
            f"With so few {planned.size_is} even the largest possible effect would not be found with this power.",
            remedy="Include more, or plan with a lower power.",
        )
    share = bisect(lambda s: power - way.power(size, planned.null + s * (inside - planned.null)), 0.0, 1.0)
    return planned.null + share * (inside - planned.null)


def _strongest(planned: Planned, way: Way, size: float, far: float) -> float:
    """The effect towards `far` that is found most often: with hardly an event left, a rate ratio is not."""
    shares = (1 - 1e-12, *(step / 100 for step in range(99, 0, -1)))
    effects = [planned.null + share * (far - planned.null) for share in shares]
    return max(effects, key=lambda effect: way.power(size, effect))


def whole(size: float) -> float:
    """A size rounded up, but for what halving to the last digit leaves over.

    >>> whole(12.3), whole(12.0 + 1e-12)
    (13.0, 12.0)
    """
    return float(ceil(size - 1e-9))
