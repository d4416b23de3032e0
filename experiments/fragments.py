"""Pieces of the study file's schema. Each `description` is what a fault names as expected, so it is said once."""

from __future__ import annotations

from typing import Any

from experiments.codes import A_CODE, WHOLE

Schema = dict[str, Any]
NAME = "[A-Za-z][A-Za-z0-9_-]{0,62}"
SPANS = {"minutes": 60, "hours": 3_600, "days": 86_400}  # a window's units, in seconds
LONGEST = 3_660 * SPANS["days"]


def text(pattern: str, expected: str) -> Schema:
    """Text that matches a pattern whole (a trailing line break included, which `$` alone would let through)."""
    return {"type": "string", "pattern": f"^{pattern}$(?!\\n)", "description": expected}


def line(expected: str) -> Schema:
    """One line of text."""
    return text("(?=.*\\S)[^\\u0000-\\u001f\\u007f]{1,300}", f"{expected}, on one line")


def prose(expected: str) -> Schema:
    """Text of any number of lines."""
    return {"type": "string", "minLength": 1, "maxLength": 8_000, "description": expected}


def word(expected: str) -> Schema:
    """A word as the log has it: an event, an arm, a wave."""
    return text(WHOLE, f"{expected}: {A_CODE}")


def name(expected: str) -> Schema:
    """A name that becomes a column: an outcome, a covariate, an attribute."""
    return text(NAME, f"{expected}: a letter, then letters, digits, _ or -, at most 63")


def names(expected: str) -> Schema:
    """A list of attributes."""
    return {"type": "array", "uniqueItems": True, "items": name("an attribute"), "description": expected}


def choice(*words: str, among: str = "") -> Schema:
    """One of a few words; `among` says what they all are where that helps."""
    return {"enum": list(words), "description": either(words) + (f" ({among})" if among else "")}


def number(expected: str, **limits: float) -> Schema:
    """A number within JSON Schema's limits (minimum, exclusiveMaximum, …)."""
    return {"type": "number", **limits, "description": expected}


def date(expected: str) -> Schema:
    """A day."""
    return {
        **text("[0-9]{4}-[0-9]{2}-[0-9]{2}", f"{expected}, a day that exists, as in 2026-03-01"),
        "format": "date",
    }


def mapping(properties: Schema, required: tuple[str, ...], expected: str) -> Schema:
    """A mapping with these keys and no other."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
        "description": expected,
    }


def numbers_by_name(expected: str) -> Schema:
    """A mapping from names to numbers."""
    return {"type": "object", "additionalProperties": number("a number"), "description": expected}


def span(expected: str, *, sign: int) -> Schema:
    """A span of time in one unit, after exposure (`sign` 1) or before it (-1)."""
    limits = {}
    for unit, seconds in SPANS.items():
        ends = sorted((sign, sign * (LONGEST // seconds)))
        limits[unit] = {"type": "integer", "minimum": ends[0], "maximum": ends[1], "description": expected}
    return {**mapping(limits, (), expected), "minProperties": 1, "maxProperties": 1}


WINDOW_AFTER: Schema = {
    "if": {"type": "object"},
    "then": span(
        "a whole number of days, hours or minutes after exposure in one unit, as in {days: 7}", sign=1
    ),
    "else": {"const": "session", "description": "a window such as {days: 7}, or the word session"},
    "description": "a window such as {days: 7}, or the word session",
}
WINDOW_BEFORE = span(
    "a whole number below 0 of days, hours or minutes (a covariate lies before exposure), as in {days: -28}",
    sign=-1,
)


def either(words: tuple[str, ...] | list[str]) -> str:
    """The words as a choice.

    >>> either(("mean", "sum", "max"))
    'mean, sum or max'
    """
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)
