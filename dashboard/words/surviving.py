"""What is said of curves of the share still without an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import say
from dashboard.words.figures import number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.finding import Survived


def survival_title(outcome: str, ends: Sequence[tuple[str, float]], *, until: str) -> str:
    """The share without the event at the end, arm by arm, as a chart's title.

    >>> survival_title("Until return", [("Plain", 0.785), ("Warned", 0.802)], until="day 7").replace(chr(160), " ")
    'Until return: without the event by day 7, with ‘Plain’ 78.5 %, with ‘Warned’ 80.2 %'
    """
    arms = ", ".join(say("with ‘{arm}’ {share}", arm=arm, share=percent(share)) for arm, share in ends)
    return say("{outcome}: without the event by {until}, {arms}", outcome=outcome, until=until, arms=arms)


def until_text(day: float) -> str:
    """A time in days from the start of each one's clock.

    >>> until_text(14.0), until_text(0.5)
    ('day 14', 'day 0.500')
    """
    return say("day {day}", day=number(day, decimals=0) if day == int(day) else number(day))


def survival_subtitle(outcome: str) -> str:
    """What the curves show."""
    return say("{outcome}: the share in each arm to whom it had not happened yet", outcome=outcome)


def survival_axes() -> tuple[str, str]:
    """What the upright and the level axis count."""
    return say("Share still without the event (%)"), say("Days since each one’s clock started")


def at_risk_heading() -> str:
    """What stands over the counts under the curves."""
    return say("Still followed, and still without the event")


def survival_legend(level: str, *, cut: bool) -> str:
    """How to read the curves."""
    said = say(
        "Points: the share at fixed times (Kaplan and Meier), joined by lines. Bands: {level} intervals, time "
        "by time.",
        level=level,
    )
    more = say("A curve ends, or skips a time, where too few people would be told apart.")
    return f"{said} {more}" if cut else said


def survival_spoken(title: str, rows: Sequence[str]) -> str:
    """The curves in words."""
    return say("Falling lines, one an arm. {title}. {rows}", title=title, rows=" ".join(rows))


def curve_spoken(arm: str, curve: Survived) -> str:
    """One curve in words."""
    points = ", ".join(
        say("{until}: {share}", until=until_text(time), share=percent(share))
        for time, share in zip(curve.times, curve.share, strict=True)
        if time
    )
    return say("‘{arm}’ {points}.", arm=arm, points=points)
