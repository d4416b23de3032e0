"""What is said in the picture of a design: who was given what, how it was decided, and when it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import CLUSTERED, CROSSOVER, PANEL, PARALLEL, SERIES, STEPPED
from dashboard.language import count_of, later, say
from dashboard.words.figures import declared
from dashboard.words.forms import SPACE, day_text, several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.about import ArmLabel, Span, StudyFacts

LOT: Mapping[str, str] = {
    PARALLEL.name: later("Each {unit} was assigned at random to one of {count} arms"),
    CLUSTERED.name: later("Each {cluster} was assigned as a whole, at random, to one of {count} arms"),
    CROSSOVER.name: later("Everybody had each of the {count} arms in turn, in random order"),
    STEPPED.name: later("One {cluster} after the other changed over, in random order"),
    PANEL.name: later("One {cluster} after the other changed over, in random order"),
}
CALENDAR: Mapping[str, str] = {
    STEPPED.name: later("One {cluster} after the other changed over, in an order that was not random"),
    PANEL.name: later(
        "What was counted side by side, with a change for some and not, or not yet, for others"
    ),
    SERIES.name: later(
        "What was counted {unit} by {unit}, before and after each change, with nobody to compare with"
    ),
}
BOTH = later("Everybody had both arms in turn, in random order")
OTHERWISE = later("How the arms were given out")
HOW: Mapping[str, str] = {
    PARALLEL.name: later("Arms with their shares"),
    CLUSTERED.name: later("Arms with what was assigned to each"),
    CROSSOVER.name: later("The orders that were possible, period by period"),
    STEPPED.name: later("What each had in each period"),
    PANEL.name: later("What each had when"),
    SERIES.name: later("The stretches that are compared, and what else happened"),
}
WITH_SPANS: Mapping[str, str] = {
    PARALLEL.name: later("Arms with their shares, and when each outcome is counted"),
    CLUSTERED.name: later("Arms with what was assigned to each, and when each outcome is counted"),
}


def design_title(layout: str, study: StudyFacts, *, randomised: bool) -> str:
    """How it was decided who got what, as a chart's title."""
    text = (LOT if randomised else CALENDAR).get(layout, OTHERWISE)
    if text == LOT[CROSSOVER.name] and len(study.arms) == 2:
        text = BOTH
    return say(text, unit=study.unit_name, cluster=study.cluster_name, count=len(study.arms))


def design_subtitle(layout: str, *, counted: bool = False) -> str:
    """What the picture of a design shows; `counted` says that the spans of outcomes are drawn as well.

    >>> design_subtitle("clustered")
    'Arms with what was assigned to each'
    """
    return say((WITH_SPANS if counted else HOW).get(layout, HOW[PARALLEL.name]))


def drawn_from(total: str | None, study: StudyFacts) -> str:
    """Who was assigned, all together; without a number where that is masked."""
    units = several(study.unit_name)
    return (
        say("{total} {units} in all", total=total, units=units) if total else say("All {units}", units=units)
    )


def decided(*, randomised: bool) -> str:
    """How it was decided."""
    return say("assigned at random") if randomised else say("not assigned at random")


def compared_as(arm: ArmLabel) -> str:
    """What an arm is for."""
    return say("the comparison") if arm.control else say("tried out")


def share_text(share: float) -> str:
    """The planned share of an arm.

    >>> share_text(0.25).replace(SPACE, " "), share_text(1 / 3).replace(SPACE, " ")
    ('planned share 25 %', 'planned share 33.3 %')
    """
    return say("planned share {share}", share=f"{declared(100 * share, unit='')}{SPACE}%")


def assigned_text(count: str, unit: str, *, in_turn: bool) -> str:
    """How many an arm was given; `in_turn` where each of them has several arms, one after the other.

    >>> assigned_text("41", "moderator", in_turn=True)
    'had it for a period: 41 moderators'
    """
    if in_turn:
        return say("had it for a period: {count} {units}", count=count, units=several(unit))
    return say("assigned: {count} {units}", count=count, units=several(unit))


def clusters_given(count: int, cluster: str) -> str:
    """How many clusters an arm was given.

    >>> clusters_given(6, "team"), clusters_given(1, "team")
    ('6 teams', '1 team')
    """
    return count_of("{count} {one}", "{count} {several}", count, one=cluster, several=several(cluster))


def clock_title() -> str:
    """What stands over the spans of outcomes."""
    return say("When it is counted: days from the moment that starts each one’s clock")


def span_text(span: Span) -> str:
    """A span that no bar can show: a session, or a survey's wave.

    >>> from analysis.about import Span
    >>> span_text(Span("y", session=True)), span_text(Span("y", wave="week-8")), span_text(Span("y"))
    ('in the same session', 'asked at ‘week-8’', 'to the end of the log')
    """
    if span.session:
        return say("in the same session")
    return say("asked at ‘{wave}’", wave=span.wave) if span.wave else say("to the end of the log")


def length_text(days: float) -> str:
    """How long a span is, in the largest unit that it fills.

    >>> length_text(28.0), length_text(1.0), length_text(0.25), length_text(1 / 48)
    ('28 days', '1 day', '6 hours', '30 minutes')
    """
    if days >= 1:
        return count_of("{count} day", "{count} days", _plain(days))
    if days * 24 >= 1:
        return count_of("{count} hour", "{count} hours", _plain(days * 24))
    return count_of("{count} minute", "{count} minutes", _plain(days * 1440))


def _plain(value: float) -> int:
    return max(round(value), 1)


def period_text(number: int, first: str | None) -> str:
    """A period's heading, with its first day where there is one.

    >>> period_text(2, None)
    'Period 2'
    """
    if first is None:
        return say("Period {number}", number=number)
    return say("Period {number}, from {day}", number=number, day=day_text(first))


def order_text(number: int) -> str:
    """The heading of one of the orders of a crossover."""
    return say("Order {number}", number=number)


def others_text() -> str:
    """What comes later in a crossover of more than two arms."""
    return say("then the others, in random order")


def since_text(label: str, day: str) -> str:
    """A stretch or an event with its first day."""
    return say("{label}: from {day}", label=label, day=day_text(day))


def row_said(name: str, day: str | None, label: str) -> str:
    """A row of a calendar in words."""
    if day is None:
        return say("{name}: never ‘{arm}’.", name=name, arm=label)
    return say("{name}: ‘{arm}’ from {day}.", name=name, arm=label, day=day_text(day))


def arm_said(arm: str, share: str, given: str) -> str:
    """An arm of an allocation in words."""
    parts = ", ".join(part for part in (share, given) if part)
    return say("‘{arm}’: {parts}.", arm=arm, parts=parts) if parts else say("‘{arm}’.", arm=arm)
