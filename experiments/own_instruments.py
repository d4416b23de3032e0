"""A study's own instruments: questionnaires whose key stands in the study file. Item numbers, never wording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.outcome import Cutoff
from experiments.fragments import Schema, line, mapping, number, text, word
from experiments.instrument import Instrument, Subscale, instruments
from experiments.tree import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from experiments.tree import Path, Problem, Tree

    Declared = dict[str, Any]

MOST_ITEMS = 500
LARGEST = 1_000


def own_schema() -> Schema:
    """What a study file says of instruments that do not come with this version."""
    name = (
        "the instrument's name in study file and log: small letters, digits and hyphens, such as strain-local"
    )
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": text("[a-z0-9][a-z0-9-]{0,62}", name),
        "additionalProperties": _instrument(),
        "description": "instruments by name, such as {strain-local: {title: …, items: 9, …}}",
    }


def own_instruments(declared: Mapping[str, Declared | None]) -> dict[str, Instrument | None]:
    """The instruments that a study file declares, by name; None for one whose declaration is faulty."""
    return {name: None if _incomplete(entry) else _read(name, entry) for name, entry in declared.items()}


def known_instruments(tree: Tree) -> dict[str, Instrument | None]:
    """Every instrument that a study file can name: those of this version, then its own."""
    declared = tree.value.get("instruments") if isinstance(tree.value, dict) else None
    return {**instruments(), **own_instruments(declared or {})}


def own_rules(tree: Tree) -> Iterator[Problem]:
    """Faults of a study's own instruments that a schema cannot say."""
    declared = (tree.value or {}).get("instruments") or {}
    for name, key in own_instruments(declared).items():
        path = ("instruments", name)
        if name in instruments():
            says = f"{shown(name)} is an instrument of this version, expected a name of its own"
            yield tree.problem(path, says, at="key")
        elif key is not None:
            yield from _faults(tree, path, key)


def _faults(tree: Tree, path: Path, key: Instrument) -> Iterator[Problem]:
    if key.highest <= key.lowest:
        says = f"found {key.highest}, expected more than the lowest answer, {key.lowest}"
        yield tree.problem((*path, "highest"), says)
        return
    if (key.highest - key.lowest) % key.step:
        says = f"found {key.step}, expected steps that lead from {key.lowest} to {key.highest}"
        yield tree.problem((*path, "step"), says)
    if any(item > key.items for item in key.reversed):
        says = f"an item is above {key.items}, expected numbers of the questionnaire's items"
        yield tree.problem((*path, "reversed"), says)
    for subscale in key.subscales:
        yield from _faults_of_subscale(tree, (*path, "subscales", subscale.name), key, subscale)


def _faults_of_subscale(tree: Tree, path: Path, key: Instrument, subscale: Subscale) -> Iterator[Problem]:
    if any(item > key.items for item in subscale.items):
        says = f"an item is above {key.items}, expected numbers of the questionnaire's items"
        yield tree.problem((*path, "items"), says)
    if subscale.fewest is not None and subscale.fewest > len(subscale.items):
        says = (
            f"found {subscale.fewest}, expected at most the subscale's number of items, {len(subscale.items)}"
        )
        yield tree.problem((*path, "fewest"), says)
    low, high = key.bounds(subscale)
    for place, cutoff in enumerate(subscale.cutoffs):
        if not low <= cutoff.at <= high:
            says = f"found {cutoff.at:g}, expected a score from {low:g} to {high:g}"
            yield tree.problem((*path, "cutoffs", place, "at"), says)


def _incomplete(value: Any) -> bool:
    """Whether some part of a declaration is unknown."""
    if isinstance(value, dict):
        return any(_incomplete(part) for part in value.values())
    if isinstance(value, list):
        return any(_incomplete(part) for part in value)
    return value is None


def _read(name: str, declared: Any) -> Instrument | None:
    try:
        return Instrument(
            name=name,
            title=declared["title"],
            items=int(declared["items"]),
            lowest=int(declared["lowest"]),
            highest=int(declared["highest"]),
            subscales=tuple(_subscale(word, entry) for word, entry in declared["subscales"].items()),
            covers=declared.get("covers", ""),
            licence=declared["licence"],
            source=declared["source"],
            reversed=frozenset(int(item) for item in declared.get("reversed", ())),
            step=int(declared.get("step", 1)),
        )
    except KeyError:  # the schema's faults say which key is missing
        return None


def _subscale(name: str, declared: Declared) -> Subscale:
    fewest, alpha = declared.get("fewest"), declared.get("alpha")
    cutoffs = tuple(
        Cutoff(entry["label"], float(entry["at"]), entry["source"], entry.get("above", True))
        for entry in declared.get("cutoffs", ())
    )
    return Subscale(
        name,
        declared["label"],
        tuple(int(item) for item in declared["items"]),
        factor=float(declared.get("factor", 1)),
        cutoffs=cutoffs,
        fewest=None if fewest is None else int(fewest),
        alpha=None if alpha is None else float(alpha),
    )


def _instrument() -> Schema:
    answer = {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}
    return mapping(
        {
            "title": line("the instrument's name for pages"),
            "items": _count("how many items the questionnaire has"),
            "lowest": {**answer, "description": "the lowest answer, a whole number"},
            "highest": {**answer, "description": "the highest answer, a whole number"},
            "step": _count("the step from one answer to the next, a whole number above 0"),
            "reversed": _items("the numbers of the items that are turned before they count, as in [1, 4]"),
            "subscales": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": word("a subscale's name"),
                "additionalProperties": _subscale_schema(),
                "description": "scores by name, such as {total: {label: Strain, items: [1, 2, 3]}}",
            },
            "covers": line("the time that the questions ask about"),
            "licence": line("who may use the questionnaire"),
            "source": line("where the key was checked"),
        },
        ("title", "items", "lowest", "highest", "subscales", "licence", "source"),
        "an instrument's key: item numbers, range, subscales, licence and source, never the wording of an item",
    )


def _subscale_schema() -> Schema:
    cutoff = mapping(
        {
            "label": line("what somebody beyond the cut-off is called"),
            "at": number("a score"),
            "source": line("who set the cut-off"),
            "above": {"type": "boolean", "description": "true, or false where low scores are beyond it"},
        },
        ("label", "at", "source"),
        "a cut-off, such as {label: high strain, at: 30, source: …}",
    )
    return mapping(
        {
            "label": line("the score's name for pages"),
            "items": {**_items("the numbers of the score's items, as in [1, 2, 5]"), "minItems": 1},
            "factor": number("what the sum is multiplied with, above 0", exclusiveMinimum=0, maximum=LARGEST),
            "fewest": _count(
                "how many items must be answered for the others to be filled in with their mean"
            ),
            "alpha": number("a published Cronbach's alpha from 0 to 1", minimum=0, maximum=1),
            "cutoffs": {"type": "array", "items": cutoff, "description": "a list of cut-offs"},
        },
        ("label", "items"),
        "a score, such as {label: Strain, items: [1, 2, 3]}",
    )


def _count(expected: str) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "description": expected}


def _items(expected: str) -> Schema:
    item = _count("the number of an item, from 1")
    return {"type": "array", "uniqueItems": True, "items": item, "description": expected}
