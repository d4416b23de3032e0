"""The axis of a panel: wide enough for every interval, with ticks at round numbers that do not touch."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from dashboard.drawing.canvas import Axis
from dashboard.drawing.rows import margins
from dashboard.drawing.typography import text_width
from dashboard.theme import FIGURE
from dashboard.words.figures import MINUS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.drawing.rows import Panel

ROOM = 0.09  # of the axis's length, free at each end
MOST_TICKS = 6
APART = 10  # pixels between two ticks' labels
OVERHANG = 5  # pixels that a label may reach beyond the axis
_RATIOS = tuple(m * 10.0**power for power in range(-3, 4) for m in (1, 1.25, 1.5, 2, 3, 4, 5, 6.7, 8))


def axis(panel: Panel, width: float) -> Axis:
    """An axis for a panel `width` pixels wide: every interval, no effect and the margins are on it."""
    values = [panel.null]
    for item in panel.rows:
        effect = item.finding.effect
        values += [v for v in map(item.scaled, (effect.estimate, effect.low, effect.high)) if v is not None]
        if (at := margins(item)) and at.worse is not None:
            values.append(at.worse)
    scale: Callable[[float], float] = math.log if panel.ratio else float
    low, high = min(values), max(values)
    room = ROOM * (scale(high) - scale(low)) or ROOM
    ends = (low / math.exp(room), high * math.exp(room)) if panel.ratio else (low - room, high + room)
    ticks = _ticks(ends, width, scale=scale)
    return Axis(*ends, ticks, tuple(map(tick_text, ticks)), logarithmic=panel.ratio)


def tick_text(value: float) -> str:
    """A tick's label: all digits it needs, and no more.

    >>> tick_text(-2.5), tick_text(0.30000000000000004), tick_text(12000.0), tick_text(0.0)
    ('−2.5', '0.3', '12,000', '0')
    """
    return f"{round(value, 10) or 0:,.10g}".replace("-", MINUS)


def _ticks(ends: tuple[float, float], width: float, *, scale: Callable[[float], float]) -> tuple[float, ...]:
    """As many round numbers as stand apart, at most six: ratios from a list, if that holds enough of them."""
    low, high = ends
    start, length = scale(low), scale(high) - scale(low)

    def place(tick: float) -> float:
        return (scale(tick) - start) / length * width

    for most in range(MOST_TICKS, 0, -1):
        ticks = _ratios(low, high, most) if scale is math.log else []
        ticks = ticks if len(ticks) > 2 else _steps(low, high, most)
        ticks = [t for t in ticks if _inside(t, place(t), width)]
        if all(place(b) - place(a) >= _half(a) + _half(b) + APART for a, b in pairwise(ticks)):
            return tuple(ticks)
    return tuple(ticks[:1])


def _inside(tick: float, at: float, width: float) -> bool:
    return at - _half(tick) >= -OVERHANG and at + _half(tick) <= width + OVERHANG


def _half(tick: float) -> float:
    return text_width(tick_text(tick), FIGURE) / 2


def _ratios(low: float, high: float, most: int) -> list[float]:
    """Ratios of the list between the ends, thinned evenly around 1."""
    ticks = [tick for tick in _RATIOS if low <= tick <= high]
    while len(ticks) > most:
        ticks = ticks[ticks.index(1.0) % 2 :: 2] if 1.0 in ticks else ticks[::2]
    return ticks


def _steps(low: float, high: float, most: int) -> list[float]:
    """Multiples of a round step between the ends."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * (1 - 1e-9))
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
