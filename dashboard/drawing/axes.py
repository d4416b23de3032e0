"""The axis of a panel: wide enough for every interval, with ticks at round numbers that do not touch."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from dashboard.drawing.canvas import Axis
from dashboard.drawing.rows import margins
from dashboard.drawing.typography import text_height, text_width
from dashboard.theme import FIGURE
from dashboard.words.figures import MINUS
from dashboard.words.forms import in_form, month_text, short_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    return _spanning(values, width, ratio=panel.ratio, half=_half)


def upright(values: Sequence[float], height: float, *, ratio: bool = False) -> Axis:
    """An axis from below to above, `height` pixels high: every value is on it."""
    return _spanning(values, height, ratio=ratio, half=lambda _: text_height(1, FIGURE) / 2)


def counted(low: float, high: float, width: float, *, whole: bool = False) -> Axis:
    """An axis for times from `low` to `high`, with a little room at the ends; `whole` allows whole ticks only."""
    room = 0.03 * (high - low) or 0.5
    ends = low - room, high + room
    ticks = _ticks(ends, width, scale=float, half=_half)
    ticks = tuple(tick for tick in ticks if not whole or tick == round(tick)) or (low,)
    return Axis(*ends, ticks, tuple(map(tick_text, ticks)))


def dated(days: Sequence[str], width: float) -> Axis:
    """An axis for periods numbered from 1 that begin on `days` (ISO 8601): months, or days where there are few.

    As many labels as stand apart; the years' first months first.
    """
    ends = 0.5, len(days) + 0.5
    firsts = [n for n, day in enumerate(days, start=1) if n > 1 and day[:7] != days[n - 2][:7]]
    by_month = len(firsts) >= 4
    marks = firsts if by_month else list(range(1, len(days) + 1))
    told = month_text if by_month else short_day
    for step in (1, 2, 3, 4, 6, 12, 24, 48, 96, 192, len(days)):
        kept = [n for n in marks if (int(days[n - 1][5:7]) - 1 + 12 * int(days[n - 1][:4])) % step == 0]
        kept = kept if by_month else marks[::step]
        texts = [told(days[n - 1]) for n in kept]
        places = [(n - ends[0]) / (ends[1] - ends[0]) * width for n in kept]
        halves = [text_width(text, FIGURE) / 2 for text in texts]
        spans = [
            (at - half, at + half, n, text)
            for at, half, n, text in zip(places, halves, kept, texts, strict=True)
            if at - half >= -OVERHANG and at + half <= width + OVERHANG
        ]
        if all(a[1] + APART <= b[0] for a, b in pairwise(spans)):
            return Axis(*ends, tuple(n for _, _, n, _ in spans), tuple(text for *_, text in spans))
    return Axis(*ends, (), ())


def _spanning(values: Sequence[float], length: float, *, ratio: bool, half: Callable[[float], float]) -> Axis:
    """An axis `length` pixels long that holds all values, with a little room at each end."""
    scale: Callable[[float], float] = math.log if ratio else float
    low, high = min(values), max(values)
    room = ROOM * (scale(high) - scale(low)) or ROOM * (abs(low) or 1.0)
    ends = (low / math.exp(room), high * math.exp(room)) if ratio else (low - room, high + room)
    ticks = _ticks(ends, length, scale=scale, half=half)
    return Axis(*ends, ticks, tuple(map(tick_text, ticks)), logarithmic=ratio)


def tick_text(value: float) -> str:
    """A tick's label: all digits it needs, and no more.

    >>> tick_text(-2.5), tick_text(0.30000000000000004), tick_text(12000.0), tick_text(0.0)
    ('−2.5', '0.3', '12,000', '0')
    """
    return in_form(f"{round(value, 10) or 0:,.10g}".replace("-", MINUS))


def _ticks(
    ends: tuple[float, float],
    width: float,
    *,
    scale: Callable[[float], float],
    half: Callable[[float], float],
) -> tuple[float, ...]:
    """As many round numbers as stand apart, at most six: ratios from a list, if that holds enough of them."""
    low, high = ends
    start, length = scale(low), scale(high) - scale(low)

    def place(tick: float) -> float:
        return (scale(tick) - start) / length * width

    for most in range(MOST_TICKS, 0, -1):
        ticks = _ratios(low, high, most) if scale is math.log else []
        ticks = ticks if len(ticks) > 2 else _steps(low, high, most)
        ticks = [t for t in ticks if _inside(half(t), place(t), width)]
        if all(place(b) - place(a) >= half(a) + half(b) + APART for a, b in pairwise(ticks)):
            return tuple(ticks)
    return tuple(ticks[:1])


def _inside(half: float, at: float, width: float) -> bool:
    return at - half >= -OVERHANG and at + half <= width + OVERHANG


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
