"""What designs that follow a calendar take in a study file, and how it is read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis.about import ArmLabel
from experiments.fragments import Schema, choice, line, mapping, word
from experiments.fragments import date as day
from experiments.intervals import INTERVALS, SEASONS
from experiments.study import Adoption, Change, ConcurrentEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

BEFORE = "before"  # the segment before the first change
NEVER = "never"
CONTROL, TREATED = "control", "treated"

INTERVAL = choice(*INTERVALS)
SEASON = choice(*SEASONS)
_CHANGE = mapping(
    {"on": day("the first day of the change"), "label": line("what changed, for pages")},
    ("on", "label"),
    "a change, such as {on: 2026-03-01, label: Chatbot added}",
)
CHANGES: Schema = {
    "type": "array",
    "minItems": 1,
    "items": _CHANGE,
    "description": "at least one change, such as [{on: 2026-03-01, label: Chatbot added}]",
}
_EVENT = mapping(
    {
        "on": day("the first day of something that lasts"),
        "from": day("the first day"),
        "to": day("the last day"),
        "label": line("what else happened, for pages"),
        "adjust": {"type": "boolean", "description": "true or false: true for a shift of level in the model"},
    },
    ("label",),
    "an event, such as {on: 2026-02-01, label: New search terms on the list, adjust: true}",
)
EVENTS: Schema = {
    "type": "array",
    "items": _EVENT,
    "description": "what else happened, such as [{on: 2026-02-01, label: New search terms on the list}]",
}
_FIRST_DAY: Schema = {
    "if": {"const": NEVER},
    "else": day("the first day under the change, or the word never"),
    "description": "a day such as 2026-03-01, or the word never",
}
ADOPTION: Schema = {
    "type": "object",
    "minProperties": 2,
    "propertyNames": word("a platform's name as the log's column cluster has it"),
    "additionalProperties": _FIRST_DAY,
    "description": "at least two platforms, such as {platform-a: 2026-03-01, platform-b: never}",
}
_SIDE = mapping(
    {
        "label": line("the arm's name for pages"),
        "control": {
            "type": "boolean",
            "description": "true or false: true for the state without the change",
        },
    },
    (),
    "an arm, such as {label: No warning, control: true}",
)
SIDES: Schema = {
    "type": "object",
    "minProperties": 2,
    "maxProperties": 2,
    "propertyNames": word("an arm's name"),
    "additionalProperties": _SIDE,
    "description": "two arms, such as {without: {label: No warning, control: true}, with: {label: Warning}}",
}


def calendar_fields(declared: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a declared design that follow from its calendar; none where it has no `interval`."""
    if "interval" not in declared:
        return {}
    adoption = tuple(
        Adoption(platform, None if on == NEVER else date.fromisoformat(on))
        for platform, on in sorted(declared.get("adoption", {}).items())
    )
    changes = sorted(declared.get("changes", ()), key=lambda change: str(change["on"]))
    return {
        "interval": declared["interval"],
        "season": declared.get("season", default_season(declared)),
        "changes": tuple(
            Change(date.fromisoformat(change["on"]), segment(change["label"], change["on"]), change["label"])
            for change in changes
        ),
        "events": tuple(_event(event) for event in declared.get("events", ())),
        "adoption": adoption,
    }


def default_season(declared: Mapping[str, Any]) -> str:
    """Days of the week for a daily series; none where many adopt, for each interval then has its own effect."""
    several = len([on for on in declared.get("adoption", {}).values() if on != NEVER]) > 1
    return "weekday" if declared["interval"] == "day" and not several else "none"


def calendar_arms(declared: Mapping[str, Any]) -> tuple[ArmLabel, ...]:
    """The arms of a design that follows a calendar: its segments, or the states without and with the change."""
    if "changes" in declared:
        segments = [
            ArmLabel(change.arm, change.label, control=False, share=1.0)
            for change in calendar_fields(declared)["changes"]
        ]
        return (ArmLabel(BEFORE, "Before", control=True, share=1.0), *segments)
    sides = declared.get("arms") or {
        CONTROL: {"label": "Without the change", "control": True},
        TREATED: {"label": "With the change"},
    }
    return tuple(
        ArmLabel(name, side.get("label", name), side.get("control", False), 1.0)
        for name, side in sides.items()
    )


def segment(label: str, on: str) -> str:
    """The name of the segment that a change begins: its label in small letters, digits and hyphens.

    >>> segment("Chatbot added", "2026-03-01"), segment("警告", "2026-03-01")
    ('chatbot-added', 'from-2026-03-01')
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-")
    return words or f"from-{on}"


def names_for_pages(declared: Mapping[str, Any]) -> dict[str, str]:
    """What a row, and a platform, of a series is called where the study file does not say."""
    if "interval" not in declared:
        return {}
    return {"unit_name": str(declared["interval"]), "cluster_name": "platform"}


def _event(declared: Mapping[str, Any]) -> ConcurrentEvent:
    first, last = declared.get("on", declared.get("from")), declared.get("to")
    return ConcurrentEvent(
        declared["label"],
        date.fromisoformat(str(first)),
        None if last is None else date.fromisoformat(last),
        adjust=declared.get("adjust", False),
    )
