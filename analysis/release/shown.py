"""How many decimals an effect is shown with: one rule for pages and for what is published."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.verdict import bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.finding import Effect
    from analysis.outcome import Outcome, Scale

FEW, MANY, LARGE = 3, 4, 1_000  # significant figures; the latter from so many people on
MOST_DECIMALS = 9
MORE_DECIMALS = 3  # of an estimate that would else be shown as 0
NOTHING = 1e-12
CLOSE = 0.1  # ratios so near to 1 are told with the figures of their distance
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
    return max(_third_place(value), 0)


def _third_place(value: float) -> int:
    """The place of the third significant figure: below 0 for a value of a thousand or more.

    >>> _third_place(22.4), _third_place(45_203.0)
    (1, -2)
    """
    if value == 0:
        return 0
    leading = math.floor(math.log10(abs(significant(value, FEW))))
    return min(FEW - 1 - leading, MOST_DECIMALS)


def place_of(value: float) -> float:
    """What one is worth at the place of the third significant figure of a value; 0 for 0.

    >>> place_of(22.4), place_of(0.00123), place_of(45_203.0)
    (0.1, 1e-05, 100.0)
    """
    return float(f"1e{-_third_place(value)}") if value else 0.0


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


def shown_decimals(effect: Effect, *, factor: float = 1.0, ratio: bool = False) -> int:
    """Decimals shared by an estimate and its interval: three figures of the widest of them; -1 stands for tens.

    For a ratio at least two; where all lie within a tenth of 1, up to three, which tell how far from it they are.

    >>> from analysis.finding import Effect
    >>> shown_decimals(Effect(1.2, 1.0004, 1.44), ratio=True), shown_decimals(Effect(-0.8, -1.56, -0.003))
    (2, 2)
    >>> shown_decimals(Effect(1.012, 1.0031, 1.0211), ratio=True)
    3
    """
    values = [factor * v for v in (effect.estimate, effect.low, effect.high) if v]
    if not values:
        return 1
    decimals = _third_place(max(abs(value) for value in values))
    if not ratio:
        return decimals
    if not _close(values):
        return max(decimals, 2)
    return max(decimals, min(MANY - 1, max(map(_carried, values))))


def _close(values: Sequence[float]) -> bool:
    """Whether ratios all lie within a tenth of 1."""
    return max(round(abs(value - 1), MANY - 1) for value in values) < CLOSE


def _carried(value: float) -> int:
    """How many decimals a value has, but for a part that is none of its own."""
    text = f"{value:.{MOST_DECIMALS}f}".rstrip("0")
    return len(text.partition(".")[2])


def _side(value: float, mark: float) -> int:
    return (value > mark) - (value < mark)


def _next(mark: float, towards: float) -> float:
    """The next number to a mark on one side of it; to 0 one that no figure is shown with."""
    return math.nextafter(mark, towards) if mark else math.copysign(NOTHING, towards)


@dataclass(frozen=True, slots=True)
class Shown:
    """How effects on one scale are shown: their factor, whether they are ratios, what they must be told from."""

    factor: float = 1.0
    ratio: bool = False
    marks: tuple[float, ...] = (0.0,)

    @classmethod
    def of(cls, scale: Scale, outcome: Outcome) -> Shown:
        """How effects of an outcome are shown on a scale."""
        return cls(factor_of(scale, outcome), scale.is_ratio, marks_of(scale, outcome))

    def turned(self, about: float) -> Shown:
        """How the same is shown with its direction turned about no effect."""
        return replace(self, marks=tuple(2 * about - mark for mark in self.marks))

    def decimals(self, effect: Effect) -> int:
        """Decimals of the estimate and its interval, once multiplied by the factor."""
        return shown_decimals(effect, factor=self.factor, ratio=self.ratio)

    def beside(self, end: float, places: int) -> float | None:
        """The mark that an end with so many decimals would be shown on, or beyond; None where it is shown apart.

        >>> ratio = Shown(ratio=True, marks=(1.0,))
        >>> ratio.beside(1.0004, 2), ratio.beside(1.0051, 2), ratio.beside(1.0, 2)
        (1.0, None, None)
        """
        shown = round(self.factor * end, places) / self.factor
        crossed = [mark for mark in self.marks if self._crosses(shown, end, mark)]
        return min(crossed, key=lambda mark: abs(mark - end), default=None)

    def next_to(self, end: float) -> bool:
        """Whether an end is told as a mark, or as the next number to it.

        >>> Shown().next_to(1e-12), Shown().next_to(0.0001)
        (True, False)
        """
        return any(end in (mark, _next(mark, math.inf), _next(mark, -math.inf)) for mark in self.marks)

    def cut(self, effect: Effect, figures: int) -> Effect:
        """The effect with so many significant figures, as it is shown, so that nothing is rounded twice.

        An end that would come to lie on a mark, or beyond it, is told as the next number to that mark on its own
        side: "just above" it, which neither tells more figures nor contradicts the verdict.

        >>> from analysis.finding import Effect
        >>> told = Shown(ratio=True, marks=(1.0,)).cut(Effect(1.2, 1.0004, 1.44), 3)
        >>> told.low > 1, round(told.low, 12), told.estimate, told.high
        (True, 1.0, 1.2, 1.44)
        """
        places = self._places(effect, figures)
        low, high = (
            None if end is None else self._end(end, figures, places) for end in (effect.low, effect.high)
        )
        return replace(effect, estimate=self._steady(effect.estimate, figures, places), low=low, high=high)

    def _places(self, effect: Effect, figures: int) -> int:
        """The decimals with which the effect is shown; of ratios near 1 those that so many figures have."""
        places = self.decimals(effect)
        values = [value for value in (effect.estimate, effect.low, effect.high) if value]
        if not (self.ratio and values and _close(values)):
            return places
        return min(places, decimals_for(max(values)) + figures - FEW)

    def _end(self, end: float, figures: int, places: int) -> float:
        told = self._steady(end, figures, places)
        mark = self.beside(end, places)
        if mark is None:
            mark = next((mark for mark in self.marks if self._crosses(told, end, mark)), None)
        return told if mark is None else _next(mark, end)

    def _crosses(self, shown: float, end: float, mark: float) -> bool:
        near = math.isclose(shown, mark, rel_tol=1e-12, abs_tol=1e-12)
        return _side(mark if near else shown, mark) != _side(end, mark)

    def _steady(self, value: float, figures: int, places: int) -> float:
        """The value with so many figures, or as it is shown where that would be shown otherwise.

        A ratio near 1 has no more decimals than the rest of its interval.
        """
        told, own = significant(value, figures), self.own_places(value, places)
        once = round(self.factor * value, own)
        near = self.ratio and abs(value - 1) < CLOSE
        alike = round(self.factor * told, own) == once and not (near and _carried(told) > own)
        return told if alike else float(f"{once / self.factor:.12g}")

    def own_places(self, value: float, places: int) -> int:
        """The decimals of one value among others: a large ratio has fewer, a small estimate is never shown as 0.

        >>> Shown(ratio=True).own_places(24.41, 2), Shown().own_places(0.043, 1), Shown().own_places(4.3, 1)
        (1, 2, 1)
        """
        shown = self.factor * value
        if self.ratio:
            return min(places, _third_place(shown)) if shown >= 10 else places
        more = range(places, places + MORE_DECIMALS + 1)
        return next((each for each in more if round(shown, each)), places) if value else places
