"""Figures as text: as many digits as they deserve, with a true minus sign, never 0.000."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from analysis.release.shown import MOST_DECIMALS, Shown, decimals_for, significant
from dashboard.language import language, say
from dashboard.words.forms import SPACE, in_form, one, with_unit
from dashboard.words.vocabulary import PERCENTAGE_POINTS, SCALE_UNITS, SHARE

if TYPE_CHECKING:
    from analysis.finding import Effect
    from analysis.outcome import Outcome, Scale
    from analysis.policy import Count

MINUS = "\N{MINUS SIGN}"
PLAIN = Shown()


def number(value: float, *, decimals: int | None = None) -> str:
    """A number with `decimals` (-1: to the nearest ten), or with three significant figures.

    >>> number(0.04567), number(1234.5), number(-8.251, decimals=1), number(0), number(45_203.0, decimals=-2)
    ('0.0457', '1,234', '−8.3', '0', '45,200')
    """
    places = decimals_for(value) if decimals is None else decimals
    shown = abs(value) if places >= 0 else round(abs(value), places)
    text = f"{shown:,.{max(places, 0)}f}"
    return in_form(f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) else text)


def count_text(count: Count) -> str:
    """A count of people as it may be shown; one that is masked or rounded says so.

    >>> from analysis.policy import INTERNAL, Count
    >>> count_text(Count.shown(7, INTERNAL)), count_text(Count.shown(1234, INTERNAL))
    ('<10', '1,234')
    """
    if count.form == "masked":
        return say("masked")
    if count.value is None:
        return say("<{count}", count=count.text.removeprefix("<"))
    shown = number(count.value, decimals=0)
    return say("about {count}", count=shown) if count.form == "rounded" else shown


def declared(value: float, *, unit: str) -> str:
    """A quantity that somebody chose, such as a margin, with its unit: as it was written.

    >>> declared(2.0, unit="percentage points"), declared(1, unit="minutes"), declared(0.25, unit="")
    ('2 percentage points', '1 minute', '0.25')
    """
    text = f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
    return with_unit(in_form(text), one(unit) if _single(text) else unit)


def _single(text: str) -> bool:
    """Whether a unit stands in the singular after an English figure: in French after all below 2."""
    return float(text.replace(",", "")) < 2 if language() == "fr" else text == "1"


def percent(proportion: float) -> str:
    r"""A proportion as per cent; 0 % and 100 % are said only of none and all.

    >>> percent(0.494), percent(0.99996), percent(0.0), percent(0.00321)
    ('49.4\xa0%', '99.996\xa0%', '0\xa0%', '0.321\xa0%')
    """
    shown = 100 * proportion
    if proportion in (0.0, 1.0):
        return f"{shown:.0f}{SPACE}%"
    decimals = decimals_for(shown)
    while proportion < 1 and round(shown, decimals) >= 100 and decimals < MOST_DECIMALS:
        decimals += 1
    return f"{number(shown, decimals=decimals)}{SPACE}%"


def p_text(p_value: float) -> str:
    """A p-value with its sign: two significant figures, and never zero; one rounded before reads the same.

    >>> p_text(0.0123), p_text(0.00004), p_text(0.999), p_text(0.4)
    ('p = 0.012', 'p < 0.001', 'p > 0.99', 'p = 0.40')
    """
    rounded = significant(p_value, 2)
    if rounded < 0.001:
        return in_form("p < 0.001")
    if rounded > 0.99:
        return in_form("p > 0.99")
    return in_form(f"p = {rounded:.{max(1 - math.floor(math.log10(rounded)), 2)}f}")


def level_text(level: float) -> str:
    r"""A level of confidence.

    >>> level_text(0.95), level_text(0.975)
    ('95\xa0%', '97.5\xa0%')
    """
    return in_form(f"{100 * level:.4g}{SPACE}%")


def factor_and_unit(scale: Scale, outcome: Outcome) -> tuple[float, str]:
    """What a figure on `scale` is multiplied by, and the unit that follows it; a ratio has none."""
    if scale.is_ratio:
        return 1.0, ""
    factor, unit = SCALE_UNITS.get(scale.name, (1.0, None))
    if unit is None and plain_unit(outcome) == SHARE:
        factor, unit = PERCENTAGE_POINTS
    return factor, plain_unit(outcome) if unit is None else say(unit)


def plain_unit(outcome: Outcome) -> str:
    """The outcome's unit without its range: "points (10-50)" becomes "points"."""
    return re.sub(r"\s*\(.*\)$", "", outcome.unit)


def estimate_decimals(effect: Effect, *, scale: Scale, outcome: Outcome) -> int:
    """Decimals shared by an estimate and its interval on a scale: three figures of the widest of them.

    >>> from analysis.finding import Effect
    >>> from analysis.outcome import Outcome
    >>> left = Outcome("left", "Left", "proportion", margin=0.02)
    >>> estimate_decimals(Effect(0.0112, 0.004, 0.01999), scale=left.scale, outcome=left)
    2
    """
    return Shown.of(scale, outcome).decimals(effect)


def estimate_text(effect: Effect, shown: Shown) -> str:
    """An estimate as it is shown beside its interval, without its unit.

    >>> from analysis.finding import Effect
    >>> estimate_text(Effect(0.00043, -0.12, 0.13), Shown(100))
    '0.04'
    >>> estimate_text(Effect(24.41, 4.2, 90), Shown(ratio=True))
    '24.4'
    """
    value = effect.estimate
    return number(shown.factor * value, decimals=shown.own_places(value, shown.decimals(effect)))


def end_text(end: float, places: int, shown: Shown) -> str:
    """An end of an interval; one that would be shown on no effect or on the margin, and is not, lies beside it.

    >>> end_text(1.0004, 2, Shown(ratio=True, marks=(1.0,))), end_text(-0.00012, 1, Shown(100))
    ('just above 1.00', 'just below 0.0')
    """
    mark = shown.beside(end, places)
    if mark is None:
        places = min(places, shown.own_places(end, places))
        return number(shown.factor * end, decimals=places)
    at = number(shown.factor * mark, decimals=places)
    return say("just above {end}", end=at) if end > mark else say("just below {end}", end=at)


def interval_text(effect: Effect, shown: Shown) -> str:
    """An interval's two ends; an open end is said.

    >>> from analysis.finding import Effect
    >>> interval_text(Effect(0.2238, 0.0818, 0.3544), Shown(100))
    '8.2 to 35.4'
    >>> interval_text(Effect(3.0, 1.25, None), Shown())
    '1.25 upwards'
    """
    places = shown.decimals(effect)
    low, high = (None if end is None else end_text(end, places, shown) for end in (effect.low, effect.high))
    if low is None and high is None:
        return say("without bounds")
    if low is None:
        return say("up to {high}", high=high)
    return say("{low} upwards", low=low) if high is None else say("{low} to {high}", low=low, high=high)


def effect_text(effect: Effect, *, scale: Scale, outcome: Outcome) -> str:
    """An effect with its interval for a table.

    >>> from analysis.finding import Effect
    >>> from analysis.outcome import Outcome, Scale
    >>> effect_text(Effect(2.638, 1.419, 4.904), scale=Scale("odds_ratio", "Odds ratio", 1.0),
    ...             outcome=Outcome("left", "Left", "proportion"))
    '2.64 (1.42 to 4.90)'
    """
    shown, (_, unit) = Shown.of(scale, outcome), factor_and_unit(scale, outcome)
    return with_unit(f"{estimate_text(effect, shown)} ({interval_text(effect, shown)})", unit)


def size_text(value: float, *, unit: str, decimals: int) -> str:
    """A distance in words, without its sign.

    >>> size_text(-22.38, unit="percentage points", decimals=1), size_text(-0.043, unit="points", decimals=1)
    ('22.4 percentage points', '0.04 points')
    """
    decimals = PLAIN.own_places(value, decimals)
    single = language() == "fr" and _single(f"{abs(value):.{max(decimals, 0)}f}")
    return with_unit(number(abs(value), decimals=decimals), one(unit) if single else unit)
