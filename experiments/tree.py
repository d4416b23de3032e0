"""A study file as a tree: its values, where each of them stands, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]  # ("outcomes", 0, "kind")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column of a file, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong at a place; `path` names the key or value, `says` what is wrong and what is expected."""

    place: Place
    path: str
    says: str


@dataclass(slots=True)
class Tree:
    """What a YAML file says: its value (dicts, lists, text, numbers), and where each part of it stands."""

    value: Any = None
    values_at: dict[Path, Place] = field(default_factory=dict)
    keys_at: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Path, says: str, *, at: str = "value") -> Problem:
        """A problem with the value (or, at "key", the key) at `path`; what is missing stands at its mapping."""
        places = self.keys_at if at == "key" and path in self.keys_at else self.values_at
        held = path
        while held and held not in places:
            held, places = held[:-1], self.values_at
        return Problem(places.get(held, Place(1, 1)), written(path), says)


class NotYaml(Exception):
    """The text cannot be read any further; holds every problem met until then."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("not YAML")
        self.problems = problems


def written(path: Path) -> str:
    """A path as people write it.

    >>> written(("outcomes", 0, "kind"))
    'outcomes[0].kind'
    """
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{printable(step)}" for step in path)
    return steps.removeprefix(".") or "study file"


def printable(text: str) -> str:
    """Text of a study file as a message may quote it: at most 40 characters, invisible ones written out.

    >>> printable("site\\tclick")
    'site\\\\tclick'
    """
    cut = text if len(text) <= 40 else text[:39] + "…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)


def shown(value: object) -> str:
    """A value of a study file as a message may name it.

    >>> shown("site\\tclick"), shown(None), shown({}), shown(True)
    ('"site\\\\tclick"', 'nothing', 'a mapping', 'true')
    """
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if isinstance(value, bool):
        return str(value).lower()
    return {type(None): "nothing", dict: "a mapping", list: "a list"}.get(type(value)) or f"{value!r}"
