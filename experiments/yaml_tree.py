"""YAML 1.2 read into plain values, with the line and column of every key and value, and nothing clever allowed."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from experiments.tree import NotYaml, Place, Problem, Tree, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.tree import Path

DEEPEST = 10

# Words of the YAML 1.2 core schema. `no` and `12:30`, which YAML 1.1 turned into other things, stay text.
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)


def read_tree(text: str) -> Tree:
    """The tree of one YAML document. Duplicate keys, anchors, aliases and tags are noted in `problems`.

    Raises NotYaml where the text cannot be read on: broken syntax, nesting beyond `DEEPEST`, no document.

    >>> tree = read_tree("a: no\\nb: [12:30, 2]")
    >>> tree.value, tree.values_at[("b", 1)]
    ({'a': 'no', 'b': ['12:30', 2]}, Place(line=2, column=12))
    """
    reader = _Reader(text)
    try:
        reader.document()
    except MarkedYAMLError as error:
        reader.stop(_mark(error.problem_mark or error.context_mark), _syntax(error))
    except ReaderError as error:
        before = text[: error.position]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        reader.stop(place, "found a control character, expected readable text")
    except (OverflowError, ValueError):
        reader.stop(
            reader.last, "found an escape for a character that does not exist, expected readable text"
        )
    return reader.tree


class _Reader:
    """Walks the events of ruamel.yaml's parser; it never builds an object that the file asks for."""

    def __init__(self, text: str) -> None:
        self.tree = Tree()
        self.last = Place(1, 1)
        self._text = text
        self._events: Iterator[Any] = iter(())

    def stop(self, place: Place, says: str) -> None:
        """Raise what was found so far, and this."""
        raise NotYaml([*self.tree.problems, Problem(place, "YAML", says)])

    def document(self) -> None:
        """Read the one document of the text."""
        self._events = iter(YAML(typ="safe", pure=True).parse(self._text))
        self._next()  # the stream's start
        if self._named(self._next()) != "DocumentStart":
            self.stop(Place(1, 1), "the file is empty, expected a study")
        self.tree.value = self._value(self._next(), ())
        self._next()  # the document's end
        if self._named(event := self._next()) == "DocumentStart":
            self.stop(_mark(event.start_mark), "a second document begins, expected one study in a file")

    def _next(self) -> Any:
        event = next(self._events)
        self.last = _mark(event.end_mark)
        return event

    @staticmethod
    def _named(event: Any) -> str:
        return type(event).__name__.removesuffix("Event")

    def _value(self, event: Any, path: Path) -> Any:
        place = self.tree.values_at[path] = _mark(event.start_mark)
        if len(path) >= DEEPEST:
            self.stop(place, f"nested deeper than {DEEPEST} levels, expected the few levels of a study file")
        kind = self._named(event)
        if kind == "Alias":
            self._refuse(path, "found an alias (*), expected the value itself, written out")
            return None
        if event.anchor is not None:
            self._refuse(path, "found an anchor (&), expected the value alone")
        if event.tag is not None:
            self._refuse(path, "found a tag (!), expected the value alone")
        if kind == "Scalar":
            return _scalar(event)
        return self._mapping(path) if kind == "MappingStart" else self._sequence(path)

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while self._named(event := self._next()) != "SequenceEnd":
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._named(event := self._next()) != "MappingEnd":
            place = _mark(event.start_mark)
            if self._named(event) != "Scalar":
                self.stop(place, "found a key that is not a word, expected `key: value`")
            key = str(event.value)
            first = self.tree.keys_at.get((*path, key))
            if key == "<<":
                says = "found a merge key (<<), expected the keys themselves, written out"
                self._note(place, (*path, key), says)
            elif first is not None:
                says = f"stands twice (first on line {first.line}), expected it once"
                self._note(place, (*path, key), says)
                key = f"{key} (again)"  # read on for its own problems; what counts is the first
            self.tree.keys_at[(*path, key)] = place
            value = self._value(held := self._next(), (*path, key))
            if value is None and held.start_mark.index == held.end_mark.index:
                self.tree.values_at[(*path, key)] = place  # an empty value stands on no line of its own
            if key != "<<" and first is None:
                found[key] = value
        return found

    def _refuse(self, path: Path, says: str) -> None:
        self._note(self.tree.values_at[path], path, says)

    def _note(self, place: Place, path: Path, says: str) -> None:
        self.tree.problems.append(Problem(place, written(path), says))


def _mark(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _scalar(event: Any) -> Any:
    text = str(event.value)
    if event.style in ("|", ">"):
        return text.rstrip("\n")
    if not event.implicit[0]:  # quoted
        return text
    if text.lower() in _WORDS and text in (text.lower(), text.upper(), text.capitalize()):
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def _syntax(error: MarkedYAMLError) -> str:
    """What the parser met, with the place where the broken part began when that is another line."""
    met = " ".join(str(error.problem).split())
    if "'\\t'" in met:
        return "found a tab, expected spaces for indentation"
    met = met.replace("'\\x00'", "the end of the file").replace("'<stream end>'", "the end of the file")
    began, broke = error.context_mark, error.problem_mark
    since = (
        f" (in what began on line {began.line + 1})" if began and broke and began.line != broke.line else ""
    )
    return f"this is not YAML: {met}{since}, expected `key: value` lines, indented by spaces"
