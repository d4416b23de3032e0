"""What is said of effects over time: a series beside its course before, effects since a switch, who had what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from analysis.layout import PANEL, SERIES, STEPPED
from dashboard.words.figures import (
    SPACE,
    effect_text,
    estimate_decimals,
    factor_and_unit,
    plain_unit,
    size_text,
)
from dashboard.words.vocabulary import SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.finding import Effect
    from analysis.outcome import Outcome
    from dashboard.words.pieces import Telling

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_text(day: str) -> str:
    """The month of an ISO 8601 date.

    >>> month_text("2026-10-05").replace(SPACE, " ")
    'Oct 2026'
    """
    on = date.fromisoformat(day)
    return f"{MONTHS[on.month - 1]}{SPACE}{on.year}"


def short_day(day: str) -> str:
    """The day of an ISO 8601 date, without its year.

    >>> short_day("2026-10-05").replace(SPACE, " ")
    '5 Oct'
    """
    on = date.fromisoformat(day)
    return f"{on.day}{SPACE}{MONTHS[on.month - 1]}"


def level_unit(outcome: Outcome) -> tuple[float, str]:
    """What a level of the outcome is multiplied by for display, and its unit: a share is shown as per cent."""
    unit = plain_unit(outcome)
    return (100.0, "%") if unit == SHARE else (1.0, unit)


def series_title(tellings: Sequence[Telling]) -> str:
    """Every change of one series in the order of time, as a chart's title."""
    parts = []
    for place, telling in enumerate(tellings):
        if not (telling.one_sided(worse=True) or telling.one_sided(worse=False)):
            parts.append(f"whether it moved after {telling.treatment()} is unclear")
            continue
        factor, unit = factor_and_unit(telling.scale, telling.outcome)
        decimals = estimate_decimals(telling.effect, factor=factor)
        size = size_text(factor * telling.effect.estimate, unit=unit, decimals=decimals)
        way = "higher" if telling.effect.estimate > 0 else "lower"
        parts.append(f"{size} {way}{' than foretold' if not place else ''} after {telling.treatment()}")
    return f"{tellings[0].about()}: {'; '.join(parts)}"


def change_text(label: str, effect: Effect, outcome: Outcome) -> str:
    """A change with its effect and interval, to stand in a chart."""
    return f"{label}: {effect_text(effect, scale=outcome.scale, outcome=outcome)}"


def brackets_text(level: str) -> str:
    """What stands in brackets."""
    return f"In brackets the {level} intervals of the changes of level."


def series_subtitle(outcome: Outcome, *, interval: str) -> str:
    """What a series chart shows."""
    measure = outcome.measure or outcome.label
    unit = level_unit(outcome)[1]
    return f"{measure[:1].upper()}{measure[1:]}{f', in {unit}' if unit else ''}; by {interval}"


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
    each = f"mean of {block} {interval}s" if block > 1 else f"one {interval}"
    words = [f"Dots: {each}. Line: fitted level and trend. Dashed: what the course before foretold."]
    if "control" in parts:
        words = [f"Filled dots, thick line: {names[0]}, {each}. Hollow dots, thin line: {names[1]}."]
        words.append("Dashed: what the controls, and the gap to them before, foretold.")
        words.append("Below: that gap, with its fitted level and trend.")
    words.append(f"Upright lines: the changes{', and in grey what else happened' if meanwhile else ''}.")
    words += [f"A {interval} that rests on too few events is not shown."] if hidden else []
    return " ".join(words)


def gap_text(outcome: str) -> str:
    """What lies between a platform and its controls."""
    return f"{outcome}: less that of the controls"


def series_spoken(title: str, rows: int, *, interval: str) -> str:
    """A series chart in words."""
    return f"A line chart over {rows} {interval}s, with fitted lines before and after each change. {title}."


def since_words(layout: str, *, interval: str) -> str:
    """What the axis of a profile counts."""
    if layout == STEPPED.name:
        return "Periods since the switch"
    if layout in (PANEL.name, SERIES.name):
        return f"{interval.capitalize()}s since the change"
    return ""


def at_text(label: str, *, layout: str, interval: str, numbered: bool) -> str:
    """Where in a profile an effect stands.

    >>> at_text("2", layout="stepped", interval="day", numbered=True)
    'in period 2 since the switch'
    >>> at_text("1", layout="panel", interval="week", numbered=True)
    '1 week after the change'
    """
    if not numbered:
        return f"at {label}"
    if layout == STEPPED.name:
        return f"in period {label} since the switch"
    return f"{label} {interval}{'' if label == '1' else 's'} after the change"


def profile_title(outcome: Outcome, effects: Sequence[tuple[str, Effect]]) -> str:
    """The first and the last effect of a profile with where they stand, as a chart's title."""
    ends = effects[:1] if len(effects) == 1 else (effects[0], effects[-1])
    told = [f"{effect_text(effect, scale=outcome.scale, outcome=outcome)} {at}" for at, effect in ends]
    return f"‘{outcome.label}’: {', '.join(told)}"


def profile_subtitle(outcome: Outcome, method: str, *, what: str) -> str:
    """What a profile shows, and by which method."""
    by = what[:1].lower() + what[1:] if what else "wave or group"
    return f"{outcome.scale.label[:1].upper()}{outcome.scale.label[1:]} by {by}. Method: {method}"


def profile_legend(level: str, *, bare: bool) -> str:
    """How to read a profile; `bare` where no interval can be had."""
    shown = "No interval can be had for single times." if bare else f"Upright bar: {level} interval."
    return f"Dot: estimate. {shown} Level line: no effect."


def profile_spoken(rows: Sequence[str]) -> str:
    """A profile in words."""
    return f"Effects one after the other. {' '.join(f'{row}.' for row in rows)}"


def adoption_title(cluster: str, arm: str, days: Sequence[str | None]) -> str:
    """How many had the arm in the end, and from when to when they began: `days` holds None for those without.

    >>> adoption_title("team", "Blurring", ["2 Feb 2026", None, "2 Mar 2026"])
    '‘Blurring’ came to 2 of 3 teams, first on 2 Feb 2026, last on 2 Mar 2026'
    """
    had = [day for day in days if day is not None]
    count = f"{len(had)} of {len(days)}" if len(had) < len(days) else f"all {len(days)}"
    said = f"‘{arm}’ came to {count} {cluster}s"
    if not had:
        return f"‘{arm}’ came to none of {len(days)} {cluster}s"
    return f"{said} on {had[0]}" if had[0] == had[-1] else f"{said}, first on {had[0]}, last on {had[-1]}"


def adoption_subtitle(cluster: str) -> str:
    """What the chart of who had what when shows."""
    return f"What each {cluster} had, as declared, by date"


def adoption_spoken(title: str, rows: Sequence[str]) -> str:
    """Who had what when, in words."""
    return f"{title}. {' '.join(f'{row}.' for row in rows)}"


def group_shrunk(text: str) -> str:
    """A level's estimate drawn towards the average of all."""
    return f"drawn in: {text}"


def groups_title(says: str) -> str:
    """What the interaction test said, as a chart's title."""
    return says.rstrip(".")


def groups_subtitle(outcome: str) -> str:
    """What a chart of subgroups shows."""
    return f"{outcome}: the effect in each declared group; drawn in: the same, pulled towards the average"


def groups_spoken(rows: Sequence[str]) -> str:
    """Subgroups in words."""
    return f"The effect in each declared group; groups are not tested one by one. {' '.join(rows)}"
