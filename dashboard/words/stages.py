"""How far a pilot is and how fresh its data are, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import count_of, later, say
from dashboard.words.forms import day_text
from dashboard.words.vocabulary import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.progress import Progress

STAGE_MARKS: Mapping[str, Mark] = {
    "planned": Mark(
        "○", later("Planned"), "gray", later("The plan is registered; no data have come in yet.")
    ),
    "running": Mark("◐", later("Running"), "blue", later("Data come in, and more are expected.")),
    "look": Mark(
        "◉",
        later("At a planned look"),
        "blue",
        later("The data have reached a look that the plan foresees; more are expected."),
    ),
    "finished": Mark("●", later("Finished"), "gray", later("All data that the plan asks for are in.")),
    "broken": Mark("✗", later("Cannot be read"), "red", later("The stored study cannot be opened.")),
}


def stage_text(found: Progress) -> str:
    """A pilot's stage with the days that belong to it.

    >>> from datetime import date
    >>> from experiments.progress import Progress
    >>> stage_text(Progress("running", end=date(2026, 5, 24))).replace("\N{NO-BREAK SPACE}", " ")
    'Running, to 24 May 2026'
    """
    word = STAGE_MARKS[found.stage].word
    if found.stage == "planned":
        return _planned(found, word)
    if found.stage == "look":
        return say("At planned look {look} of {looks}", look=found.look, looks=found.looks)
    if found.end is None or found.stage == "broken":
        return word
    day = day_text(found.end.isoformat())
    if found.stage == "finished":
        return say("Finished on {day}", day=day)
    if found.overdue:
        return say("Was to end on {day}; its last data are missing", day=day)
    return say("Running, to {day}", day=day)


def freshness_text(found: Progress, *, rebuilt: bool) -> str:
    """Until when there are data, and how old the newest are while more are expected; empty without data.

    >>> from datetime import date
    >>> from experiments.progress import Progress
    >>> half = Progress("running", until=date(2026, 5, 3), age=12)
    >>> freshness_text(half, rebuilt=False).replace("\N{NO-BREAK SPACE}", " ")
    'Data to 3 May 2026, 12 days old'
    """
    if rebuilt:
        return say("Rebuilt from a publication")
    if found.until is None or found.age is None:
        return ""
    day = day_text(found.until.isoformat())
    if found.stage == "finished":
        early = say("Data only to {day}", day=day)
        return early if found.overdue else say("Data to {day}", day=day)
    if found.age == 0:
        return say("Data to {day}, today", day=day)
    return count_of("Data to {day}, {count} day old", "Data to {day}, {count} days old", found.age, day=day)


def _planned(found: Progress, word: str) -> str:
    if found.start is None:
        return word
    day = day_text(found.start.isoformat())
    if found.overdue:
        return say("Was to begin on {day}; no data yet", day=day)
    return say("Planned, from {day}", day=day)
