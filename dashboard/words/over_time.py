"""What is said of effects since a switch, and of the groups of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import PANEL, SERIES, STEPPED
from dashboard.language import say
from dashboard.told import told
from dashboard.words.figures import effect_text
from dashboard.words.forms import counted, said_of, several
from dashboard.words.pieces import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.finding import Effect
    from analysis.outcome import Outcome


def since_words(layout: str, *, interval: str) -> str:
    """What the axis of a profile counts."""
    if layout == STEPPED.name:
        return say("Periods since the switch")
    if layout in (PANEL.name, SERIES.name):
        return say("{intervals} since the change", intervals=several(interval).capitalize())
    return ""


def at_text(label: str, *, layout: str, interval: str, numbered: bool) -> str:
    """Where in a profile an effect stands.

    >>> at_text("2", layout="stepped", interval="day", numbered=True)
    'in period 2 since the switch'
    >>> at_text("1", layout="panel", interval="week", numbered=True)
    '1 week after the change'
    """
    if not numbered:
        return say("at {place}", place=label)
    if layout == STEPPED.name:
        return say("in period {number} since the switch", number=label)
    named = counted(float(label), interval)
    return say("{number} {intervals} after the change", number=label, intervals=named)


def profile_title(outcome: Outcome, effects: Sequence[tuple[str, Effect]]) -> str:
    """The first and the last effect of a profile with where they stand, as a chart's title."""
    ends = effects[:1] if len(effects) == 1 else (effects[0], effects[-1])
    placed = [f"{effect_text(effect, scale=outcome.scale, outcome=outcome)}, {at}" for at, effect in ends]
    return said_of(quoted(outcome.label), say("; ").join(placed))


def profile_subtitle(outcome: Outcome, method: str, *, what: str) -> str:
    """What a profile shows, and by which method."""
    scale = told(outcome.scale.label)
    return say(
        "{scale} by {places}. Method: {method}",
        scale=f"{scale[:1].upper()}{scale[1:]}",
        places=f"{what[:1].lower()}{what[1:]}" if what else say("wave or group"),
        method=method,
    )


def profile_legend(level: str, *, bare: bool) -> str:
    """How to read a profile; `bare` where no interval can be had."""
    if bare:
        return say("Dot: estimate. No interval can be had for single times. Level line: no effect.")
    return say("Dot: estimate. Upright bar: {level} interval. Level line: no effect.", level=level)


def profile_spoken(rows: Sequence[str]) -> str:
    """A profile in words."""
    return " ".join([say("Effects one after the other."), *(f"{row}." for row in rows)])


def group_shrunk(text: str) -> str:
    """A level's estimate drawn towards the average of all."""
    return say("shrunk: {effect}", effect=text)


def groups_title(says: str) -> str:
    """What the interaction test said, as a chart's title."""
    return says.rstrip(".")


def groups_subtitle(outcome: str) -> str:
    """What a chart of subgroups shows."""
    return say(
        "{outcome}: the effect in each declared group; shrunk: the same, pulled towards the average",
        outcome=outcome,
    )


def groups_spoken(rows: Sequence[str]) -> str:
    """Subgroups in words."""
    return " ".join([say("The effect in each declared group; groups are not tested one by one."), *rows])
