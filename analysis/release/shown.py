"""How many decimals an effect is shown with: one rule for pages and for what is published."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from analysis.verdict import bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.finding import Effect
    from analysis.outcome import Outcome, Scale

FEW, MANY, LARGE = 3, 4, 1_000  # significant figures; the latter from so many people on
MOST_DECIMALS = 9
MORE_DECIMALS = 3
SHARE = "share"  # the unit of values that are fractions of 1
PER_CENT = 100.0
FACTORS: Mapping[str, float] = {
    "risk_difference": PER_CENT,
    "percent_change": 1.0,
    "ratio_percent_change": 1.0,
    "probability_of_superiority": PER_CENT,
    "standardised_difference": 1.0,
}


def significant(value: float, figures: int) -> float:
    """The value with so many significant figures.

    >>> significant(0.0123456, 3), significant(-98765.0, 3), significant(0.0, 3)
    (0.0123, -98800.0, 0.0)
    """
    return float(f"{value:.{figures - 1}e}")


def decimals_for(value: float) -> int:
    """Decimals that show three significant figures of `value`.

    >>> decimals_for(22.4), decimals_for(0.00123), decimals_for(812.0), decimals_for(0), decimals_for(9.996)
    (1, 5, 0, 0, 1)
    """
    if value == 0:
        return 0
    leading = math.floor(math.log10(abs(significant(value, FEW))))
    return min(max(FEW - 1 - leading, 0), MOST_DECIMALS)


def figures_for(people: int) -> int:
    """How many significant figures what is told of so many people has.

    >>> figures_for(999), figures_for(1000)
    (3, 4)
    """
    return MANY if people >= LARGE else FEW


def arm_decimals(value: float, *, people: int, decimals: int) -> int:
    """Decimals of an arm's figure beside an effect with `decimals`: one fewer, within the figures for its people.

    >>> arm_decimals(38.2345, people=80, decimals=3), arm_decimals(38.2345, people=8_000, decimals=3)
    (1, 2)
    """
    told = decimals_for(value)
    return min(max(decimals - 1, told), told + figures_for(people) - FEW)


def factor_of(scale: Scale, outcome: Outcome) -> float:
    """What a figure on `scale` is multiplied by to be shown: 100 where it is shown as per cent."""
    if scale.is_ratio:
        return 1.0
    unit = re.sub(r"\s*\(.*\)$", "", outcome.unit)
    return FACTORS.get(scale.name, PER_CENT if unit == SHARE else 1.0)


def marks_of(scale: Scale, outcome: Outcome) -> tuple[float, ...]:
    """What an interval's end must not be rounded onto: no effect and, on the verdict's scale, the margins."""
    at = bounds(outcome)
    margins = (at.worse, at.better) if scale == outcome.scale else ()
    return (scale.null, *(margin for margin in margins if margin is not None))


def shown_decimals(
    effect: Effect, *, factor: float = 1.0, ratio: bool = False, marks: tuple[float, ...] = ()
) -> int:
    """Decimals shared by an estimate and its interval: three figures of the widest of them.

    For a ratio at least two, and enough to show how far from 1 it lies. Up to three more where a difference would
    be shown as zero and is not, or where an end would be shown on one of the `marks`, or beyond it, and is not.

    >>> from analysis.finding import Effect
    >>> shown_decimals(Effect(1.2, 1.0004, 1.44), ratio=True)
    4
    >>> shown_decimals(Effect(-0.8, -1.56, -0.003)), shown_decimals(Effect(0.8, 0.1, 1.998), marks=(2,))
    (3, 3)
    """
    values = [factor * v for v in (effect.estimate, effect.low, effect.high) if v]
    if not values:
        return 1
    base = _base(values, ratio=ratio)
    null = 1.0 if ratio else 0.0
    ends = [factor * end for end in (effect.low, effect.high) if end is not None]
    pairs = [(end, round(factor * mark, MOST_DECIMALS)) for end in ends for mark in (null, *marks)]
    pairs += [] if ratio else [(value, 0.0) for value in values]
    tried = range(base, min(base + MORE_DECIMALS, MOST_DECIMALS) + 1)
    return next((places for places in tried if _apart(pairs, places)), base)


def _base(values: list[float], *, ratio: bool) -> int:
    decimals = decimals_for(max(abs(value) for value in values))
    if not ratio:
        return decimals
    furthest = max(abs(value - 1) for value in values)
    return max(decimals, 2, decimals_for(furthest) - 1 if furthest else 2)


def _apart(pairs: list[tuple[float, float]], places: int) -> bool:
    """Whether each value, rounded, lies on the same side of its mark as it does in full."""
    return all(_side(round(value, places), mark) == _side(value, mark) for value, mark in pairs)


def _side(value: float, mark: float) -> int:
    return (value > mark) - (value < mark)


@dataclass(frozen=True, slots=True)
class Shown:
    """How effects on one scale are shown: their factor, whether they are ratios, what they must be told from."""

    factor: float = 1.0
    ratio: bool = False
    marks: tuple[float, ...] = ()

    @classmethod
    def of(cls, scale: Scale, outcome: Outcome) -> Shown:
        """How effects of an outcome are shown on a scale."""
        return cls(factor_of(scale, outcome), scale.is_ratio, marks_of(scale, outcome))

    def decimals(self, effect: Effect) -> int:
        """Decimals of the estimate and its interval, once multiplied by the factor."""
        return shown_decimals(effect, factor=self.factor, ratio=self.ratio, marks=self.marks)

    def cut(self, effect: Effect, figures: int) -> Effect:
        """The effect with so many significant figures where that is shown as the exact one is, else as shown."""
        places = self.decimals(effect)
        told = _each(effect, lambda end: self._steady(end, figures, places))
        if self._alike(told, effect):
            return told
        shown = _each(effect, lambda end: self._once(end, places))
        if self._alike(shown, effect):
            return shown
        longer = (_each(effect, partial(significant, figures=figures + more)) for more in range(1, 13))
        return next((each for each in longer if self._alike(each, effect)), told)

    def _once(self, value: float, places: int) -> float:
        return float(f"{round(self.factor * value, places) / self.factor:.12g}")

    def _steady(self, value: float, figures: int, places: int) -> float:
        told = significant(value, figures)
        alike = round(self.factor * told, places) == round(self.factor * value, places)
        return told if alike else self._once(value, places)

    def _alike(self, told: Effect, effect: Effect) -> bool:
        return self._as_shown(told) == self._as_shown(effect)

    def _as_shown(self, effect: Effect) -> tuple[float | None, ...]:
        places = self.decimals(effect)
        ends = (effect.estimate, effect.low, effect.high)
        return places, *(None if end is None else round(self.factor * end, places) for end in ends)


def _each(effect: Effect, change: Callable[[float], float]) -> Effect:
    low, high = (None if end is None else change(end) for end in (effect.low, effect.high))
    return replace(effect, estimate=change(effect.estimate), low=low, high=high)
