"""What is said of a series: its changes beside its course before, and how to read its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import later, say
from dashboard.words.figures import (
    effect_text,
    estimate_decimals,
    factor_and_unit,
    plain_unit,
    size_text,
)
from dashboard.words.forms import said_of, several
from dashboard.words.vocabulary import SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.finding import Effect
    from analysis.outcome import Outcome
    from dashboard.words.pieces import Telling


def level_unit(outcome: Outcome) -> tuple[float, str]:
    """What a level of the outcome is multiplied by for display, and its unit: a share is shown as per cent."""
    unit = plain_unit(outcome)
    return (100.0, "%") if unit == SHARE else (1.0, unit)


_MOVED = {  # whether it is higher, and whether it is the first change
    (True, True): later("{size} higher than foretold after {treatment}"),
    (False, True): later("{size} lower than foretold after {treatment}"),
    (True, False): later("{size} higher after {treatment}"),
    (False, False): later("{size} lower after {treatment}"),
}


def series_title(tellings: Sequence[Telling]) -> str:
    """Every change of one series in the order of time, as a chart's title."""
    parts = []
    for place, telling in enumerate(tellings):
        if not (telling.one_sided(worse=True) or telling.one_sided(worse=False)):
            parts.append(say("whether it moved after {treatment} is unclear", treatment=telling.treatment()))
            continue
        factor, unit = factor_and_unit(telling.scale, telling.outcome)
        decimals = estimate_decimals(telling.effect, scale=telling.scale, outcome=telling.outcome)
        size = size_text(factor * telling.effect.estimate, unit=unit, decimals=decimals)
        moved = _MOVED[telling.effect.estimate > 0, place == 0]
        parts.append(say(moved, size=size, treatment=telling.treatment()))
    return say("{outcome}: {changes}", outcome=tellings[0].about(), changes=say("; ").join(parts))


def change_text(label: str, effect: Effect, outcome: Outcome) -> str:
    """A change with its effect and interval, to stand in a chart."""
    return said_of(label, effect_text(effect, scale=outcome.scale, outcome=outcome))


def brackets_text(level: str) -> str:
    """What stands in brackets."""
    return say("In brackets the {level} intervals of the changes of level.", level=level)


def series_subtitle(outcome: Outcome, *, interval: str) -> str:
    """What a series chart shows."""
    measure = outcome.measure or outcome.label
    unit = level_unit(outcome)[1]
    about = {"measure": f"{measure[:1].upper()}{measure[1:]}", "interval": interval}
    if not unit:
        return say("{measure}; by {interval}", **about)
    return say("{measure}, in {unit}; by {interval}", unit=unit, **about)


def series_legend(
    parts: Sequence[str],
    *,
    interval: str,
    block: int,
    names: Sequence[str],
    hidden: bool,
    meanwhile: bool,
) -> str:
    """How to read the marks and lines of a series; `block` periods are put into one mark."""
    each = (
        say("mean of {count} {intervals}", count=block, intervals=several(interval))
        if block > 1
        else say("one {interval}", interval=interval)
    )
    said = (
        _marks_legend(names, each)
        if "control" in parts
        else [
            say(
                "Dots: {each}. Line: fitted level and trend. Dashed: what the course before foretold.",
                each=each,
            )
        ]
    )
    said.append(
        say("Upright lines: the changes, and in grey what else happened.")
        if meanwhile
        else say("Upright lines: the changes.")
    )
    said += (
        [say("A {interval} that rests on too few events is not shown.", interval=interval)] if hidden else []
    )
    return " ".join(said)


def _marks_legend(names: Sequence[str], each: str) -> list[str]:
    """What a platform and its controls are drawn with."""
    return [
        say(
            "Filled dots, thick line: {treated}, {each}. Hollow dots, thin line: {control}.",
            treated=names[0],
            each=each,
            control=names[1],
        ),
        say("Dashed: what the controls, and the gap to them before, foretold."),
        say("Below: that gap, with its fitted level and trend."),
    ]


def gap_text(outcome: str) -> str:
    """What lies between a platform and its controls."""
    return say("{outcome}: less that of the controls", outcome=outcome)


def series_spoken(title: str, rows: int, *, interval: str) -> str:
    """A series chart in words."""
    return say(
        "A line chart over {count} {intervals}, with fitted lines before and after each change. {title}.",
        count=rows,
        intervals=several(interval),
        title=title,
    )
