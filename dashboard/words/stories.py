"""What a change did to a series in plain words: its level against what was foretold, then its slope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.release.precision import shown_of
from analysis.release.shown import Shown
from dashboard.language import say
from dashboard.words.figures import (
    estimate_decimals,
    factor_and_unit,
    interval_text,
    level_text,
    number,
    size_text,
)
from dashboard.words.forms import SPACE, with_unit
from dashboard.words.series import level_unit

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
    decimals = estimate_decimals(telling.effect, scale=telling.scale, outcome=telling.outcome)
    size = _distance(telling.effect, telling.scale, telling.outcome)
    about = {"interval": interval, "treatment": telling.treatment(), "outcome": telling.about(), "size": size}
    if line.part == "series":
        stood, foretold = (_level(value, telling.outcome, decimals) for value in (fitted, expected))
        said = say(
            "In the first {interval} after {treatment}, {outcome} stood at {stood}, where its course before "
            "foretold {foretold}: {size}.",
            stood=stood,
            foretold=foretold,
            **about,
        )
    else:
        stood, foretold = (_gap(value, telling, decimals) for value in (fitted, expected))
        said = say(
            "In the first {interval} after {treatment}, {outcome} was {stood} {controls}, where its course "
            "before foretold {foretold}: {size}.",
            stood=stood,
            controls=_controls(trace),
            foretold=foretold,
            **about,
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
        return say("its controls")
    several = names.count(", ") + 1
    if several > 3:
        return say("its controls on average ({count} of them)", count=several)
    return say("its controls ({names})", names=names)


def _level(value: float, outcome: Outcome, decimals: int) -> str:
    factor, unit = level_unit(outcome)
    shown = number(factor * value, decimals=decimals)
    return f"{shown}{SPACE}%" if unit == "%" else with_unit(shown, unit)


def _gap(value: float, telling: Telling, decimals: int) -> str:
    """How far above or below its controls a platform is."""
    factor, unit = factor_and_unit(telling.scale, telling.outcome)
    size = size_text(factor * value, unit=unit, decimals=decimals)
    return say("{size} above", size=size) if value >= 0 else say("{size} below", size=size)


def _distance(effect: Effect, scale: Scale, outcome: Outcome) -> str:
    """How far up or down, with the interval in that direction."""
    factor, unit = factor_and_unit(scale, outcome)
    decimals = estimate_decimals(effect, scale=scale, outcome=outcome)
    up, shown = effect.estimate > 0, Shown.of(scale, outcome)
    if effect.estimate < 0:  # "lower by 20 (8 to 32)", not (−32 to −8)
        low, high = (None if end is None else -end for end in (effect.high, effect.low))
        effect = replace(effect, estimate=-effect.estimate, low=low, high=high)
        shown = shown.turned(0.0)
    size = size_text(factor * effect.estimate, unit=unit, decimals=decimals)
    ends = interval_text(effect, shown)
    about = {"size": size, "level": level_text(effect.level), "ends": ends}
    if up:
        return say("{size} higher ({level} interval {ends})", **about)
    return say("{size} lower ({level} interval {ends})", **about)


def _slope(telling: Telling, slope: Effect, *, interval: str) -> str:
    factor, unit = factor_and_unit(telling.scale, telling.outcome)
    shown = shown_of("slope_change", telling.outcome)
    decimals = shown.decimals(slope)
    ends = {
        "level": level_text(slope.level),
        "ends": interval_text(slope, shown),
        "interval": interval,
    }
    clear = (slope.low is not None and slope.low > 0) or (slope.high is not None and slope.high < 0)
    if not clear:
        return say(
            "Whether its slope changed as well is unclear ({level} interval {ends} {unit} for each {interval}).",
            unit=unit,
            **ends,
        )
    size = size_text(factor * slope.estimate, unit=unit, decimals=decimals)
    if slope.estimate > 0:
        return say(
            "After that it moved up by {size} each {interval} against its course before "
            "({level} interval {ends}).",
            size=size,
            **ends,
        )
    return say(
        "After that it moved down by {size} each {interval} against its course before ({level} interval {ends}).",
        size=size,
        **ends,
    )
