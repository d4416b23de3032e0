"""What is said of a study that still fills up: how many were assigned by when, of how many planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import say
from dashboard.words.figures import count_text, number
from dashboard.words.forms import day_text, several

if TYPE_CHECKING:
    from analysis.policy import Count


def accrual_title(count: Count, day: str, *, unit: str) -> str:
    """How many were assigned by the last day, as a chart's title."""
    return say(
        "Assigned by {day}: {count} {units}", day=day_text(day), count=count_text(count), units=several(unit)
    )


def accrual_subtitle() -> str:
    """What the picture shows."""
    return say("How many had been assigned by when, in all arms together")


def assigned_label(count: Count) -> str:
    """The end of the line."""
    return say("assigned: {count}", count=count_text(count))


def measured_label(count: Count) -> str:
    """How many are measured so far."""
    return say("measured: {count}", count=count_text(count))


def planned_label(planned: int) -> str:
    """How many are planned to be measured."""
    return say("planned: {count}", count=number(planned, decimals=0))


def accrual_legend() -> str:
    """How to read the picture."""
    return say(
        "Line: assigned so far, told as the middle of each ten. Diamond: measured on the main question; who came "
        "late is measured once the outcome’s window is over."
    )


def accrual_spoken(rows: list[str]) -> str:
    """The picture in words."""
    return say("A line that rises from day to day. {rows}", rows=" ".join(rows))
