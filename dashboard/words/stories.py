"""What a change did to a series in plain words: its level against what was foretold, then its slope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.words.figures import (
    SPACE,
    estimate_decimals,
    factor_and_unit,
    interval_text,
    level_text,
    number,
    size_text,
)
from dashboard.words.over_time import level_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.finding import Effect, Traced
    from analysis.outcome import Outcome, Scale
    from dashboard.words.pieces import Telling


def story(telling: Telling, trace: Sequence[Traced], *, interval: str) -> tuple[str, ...]:
    """A change of level and of slope against what the course before foretold; nothing without a fitted course."""
    line = next((each for each in trace if each.part in ("series", "gap")), None)
    effects = telling.finding.finding.estimate.effects
    if line is None:
        return ()
    found = _at_the_change(line)
    if found is None or "level_change" not in effects:
        return ()
    fitted, expected = found
    decimals = estimate_decimals(telling.effect, factor=factor_and_unit(telling.scale, telling.outcome)[0])
    size = _distance(telling.effect, telling.scale, telling.outcome)
    if line.part == "series":
        of, stood, foretold = (
            f"{telling.about()} stood at",
            *(_level(value, telling.outcome, decimals) for value in (fitted, expected)),
        )
    else:
        of = f"{telling.about()} was"
        stood, foretold = (_gap(value, telling, decimals) for value in (fitted, expected))
        stood = f"{stood} {_controls(trace)}"
    said = (
        f"In the first {interval} after {telling.treatment()}, {of} {stood}, where its course before foretold "
        f"{foretold}: {size}."
    )
    slope = effects.get("slope_change")
    return (said,) if slope is None else (said, _slope(telling, slope, interval=interval))


def _at_the_change(line: Traced) -> tuple[float, float] | None:
    """What was fitted and what was foretold in the first period after the change."""
    both = zip(line.fitted, line.expected, strict=True)
    return next(((a, b) for a, b in both if a is not None and b is not None), None)


def _controls(trace: Sequence[Traced]) -> str:
    names = next((each.label for each in trace if each.part == "control"), "")
    if not names:
        return "its controls"
    several = names.count(", ")
    return f"its controls on average ({several + 1} of them)" if several > 2 else f"its controls ({names})"


def _level(value: float, outcome: Outcome, decimals: int) -> str:
    factor, unit = level_unit(outcome)
    return f"{number(factor * value, decimals=decimals)}{SPACE if unit == '%' else ' '}{unit}".rstrip()


def _gap(value: float, telling: Telling, decimals: int) -> str:
    """How far above or below its controls a platform is."""
    factor, unit = factor_and_unit(telling.scale, telling.outcome)
    side = "above" if value >= 0 else "below"
    return f"{size_text(factor * value, unit=unit, decimals=decimals)} {side}"


def _distance(effect: Effect, scale: Scale, outcome: Outcome) -> str:
    """How far up or down, with the interval in that direction."""
    factor, unit = factor_and_unit(scale, outcome)
    decimals = estimate_decimals(effect, factor=factor)
    higher = "higher" if effect.estimate > 0 else "lower"
    if effect.estimate < 0:  # "lower by 20 (8 to 32)", not (−32 to −8)
        low, high = (None if end is None else -end for end in (effect.high, effect.low))
        effect = replace(effect, estimate=-effect.estimate, low=low, high=high)
    size = size_text(factor * effect.estimate, unit=unit, decimals=decimals)
    interval = interval_text(effect, factor=factor, decimals=decimals)
    return f"{size} {higher} ({level_text(effect.level)} interval {interval})"


def _slope(telling: Telling, slope: Effect, *, interval: str) -> str:
    factor, unit = factor_and_unit(telling.scale, telling.outcome)
    decimals = estimate_decimals(slope, factor=factor)
    ends = f"{level_text(slope.level)} interval {interval_text(slope, factor=factor, decimals=decimals)}"
    clear = (slope.low is not None and slope.low > 0) or (slope.high is not None and slope.high < 0)
    if not clear:
        return f"Whether its slope changed as well is unclear ({ends} {unit} for each {interval})."
    size = size_text(factor * slope.estimate, unit=unit, decimals=decimals)
    way = "up" if slope.estimate > 0 else "down"
    return f"After that it moved {way} by {size} each {interval} against its course before ({ends})."
