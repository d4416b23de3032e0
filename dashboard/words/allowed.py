"""What an interval still allows, and whether it leaves out the margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.release.shown import Shown
from analysis.verdict import bounds
from dashboard.language import later, say
from dashboard.words.figures import (
    estimate_decimals,
    factor_and_unit,
    interval_text,
    level_text,
    size_text,
)
from dashboard.words.pieces import away_from_one, ratio_name

if TYPE_CHECKING:
    from dashboard.words.pieces import Telling

_MARGIN = {  # whether a worsening, and an improvement, as large as the margin is excluded
    (True, True): later(
        "; a difference as large as the margin of {margin} is excluded, for better or for worse"
    ),
    (False, False): later(
        "; a difference as large as the margin of {margin} is not excluded, for better or for worse"
    ),
    (True, False): later(
        "; a worsening as large as the margin of {margin} is excluded, an improvement as large is not excluded"
    ),
    (False, True): later(
        "; a worsening as large as the margin of {margin} is not excluded, an improvement as large is excluded"
    ),
}


def still_possible(telling: Telling) -> str:
    """What the interval still allows, from its one end to the other."""
    low, high = telling.effect.low, telling.effect.high
    level = say("{level} interval", level=level_text(telling.effect.level))
    if low is None and high is None:
        return say("the data are compatible with any difference ({level})", level=level)
    if low is None:
        return say(
            "the data are compatible with anything up to {end} ({level})",
            end=_end(telling, high),
            level=level,
        )
    if high is None:
        return say(
            "the data are compatible with anything upwards of {end} ({level})",
            end=_end(telling, low),
            level=level,
        )
    return say(
        "the data are compatible with anything from {low} to {high} ({level})",
        low=_end(telling, low),
        high=_end(telling, high),
        level=_with_ratio(telling) if telling.scale.is_ratio else level,
    )


def _with_ratio(telling: Telling) -> str:
    ends = interval_text(telling.effect, Shown.of(telling.scale, telling.outcome))
    level = level_text(telling.effect.level)
    return say("{ratio} {ends}, {level} interval", ratio=ratio_name(telling.scale), ends=ends, level=level)


def _end(telling: Telling, value: float | None) -> str:
    """One end of the interval as a distance from no effect: "2.1 percentage points lower"."""
    if value is None:
        return say("any value")
    null = telling.scale.null
    decimals = estimate_decimals(telling.effect, scale=telling.scale, outcome=telling.outcome)
    mark = Shown.of(telling.scale, telling.outcome).beside(value, decimals)
    if mark is None:
        return _away(telling, value - null, decimals)
    if mark == null:
        return say("next to no difference")
    size = _away(telling, mark - null, decimals)
    over = abs(value - null) > abs(mark - null)
    return say("just over {size}", size=size) if over else say("just under {size}", size=size)


def _away(telling: Telling, away: float, decimals: int) -> str:
    """So far from no effect, in words."""
    if not away:
        return say("no difference")
    if telling.scale.is_ratio:
        size = away_from_one(1 + away, decimals=decimals)
        return say("{size} higher", size=size) if away > 0 else say("{size} lower", size=size)
    factor, unit = factor_and_unit(telling.scale, telling.outcome)
    if telling.of_pairs:
        share = size_text(factor * (0.5 + abs(away)), unit=unit, decimals=decimals)
        return (
            say("higher in {share} of pairs", share=share)
            if away > 0
            else say("lower in {share} of pairs", share=share)
        )
    size = size_text(factor * away, unit=unit, decimals=decimals)
    return say("{size} higher", size=size) if away > 0 else say("{size} lower", size=size)


def margin_clause(telling: Telling) -> str:
    """Whether differences as large as the margin are ruled out, each way."""
    at = bounds(telling.outcome)
    if at.worse is None or at.better is None:
        return ""
    worse = telling.excludes(at.worse, worse=True)
    better = telling.excludes(at.better, worse=False)
    return say(_MARGIN[worse, better], margin=telling.margin())
