"""Faults of a study file's structure: the schema's findings, said in sentences and put where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

from experiments.faults import did_you_mean
from experiments.schema import study_schema
from experiments.tree import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.tree import Path, Problem, Tree


def structure(tree: Tree) -> list[Problem]:
    """Every fault of structure. Faulty values in `tree` become None, which later rules take for unknown; keys that
    do not exist are dropped.
    """
    validator = Draft202012Validator(study_schema(), format_checker=FormatChecker(["date"]))
    errors: list[Any] = list(
        validator.iter_errors(tree.value)
    )  # Any: their stubs call each field maybe unset
    problems = [problem for error in errors for problem in _problems(tree, error)]
    for error in errors:
        if error.validator == "additionalProperties":
            for key in _unknown(error):
                error.instance.pop(key)
        elif error.validator not in ("required", "minItems") and not _of_key(error):
            _forget(tree, tuple(error.absolute_path))
    return sorted(set(problems))


def _of_key(error: Any) -> bool:
    return "propertyNames" in error.absolute_schema_path


def _problems(tree: Tree, error: Any) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    if _of_key(error):
        yield tree.problem((*path, str(error.instance)), _mismatch(error), at="key")
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield tree.problem((*path, key), f"missing, expected {_wanted(error.schema, key)}")
    elif error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        for key in _unknown(error):
            says = f"unknown key, expected one of {', '.join(known)}"
            yield tree.problem((*path, key), _asked(says, did_you_mean(key, known)), at="key")
    else:
        yield tree.problem(path, _mismatch(error))


def _unknown(error: Any) -> list[str]:
    return [key for key in error.instance if key not in error.schema["properties"]]


def _wanted(schema: Any, key: str) -> str:
    return str(schema.get("properties", {}).get(key, {}).get("description", f"the key {key}"))


def _mismatch(error: Any) -> str:
    """What was found and what was expected, for a value that does not match."""
    expected, instance = error.schema["description"], error.instance
    if error.validator == "enum":
        known = [str(word) for word in error.validator_value]
        near = did_you_mean(instance, known) if isinstance(instance, str) else ""
        return _asked(f"found {shown(instance)}, expected {expected}", near)
    if error.validator == "uniqueItems":
        return f"the same entry stands twice, expected {expected}"
    if error.validator in ("minItems", "minProperties", "maxProperties"):
        return f"found {len(instance)} entries, expected {expected}".replace(" 1 entries", " 1 entry")
    if error.validator == "type" and error.validator_value == "string" and isinstance(instance, int | float):
        return f"found {shown(instance)}, expected text: {expected}; put it in quotes"
    return f"found {shown(instance)}, expected {expected}"


def _asked(says: str, question: str) -> str:
    return f"{says}. {question}" if question else says


def _forget(tree: Tree, path: Path) -> None:
    """Put None where a faulty value stands."""
    if not path:
        tree.value = None
        return
    holder = tree.value
    for step in path[:-1]:
        if holder is None:
            return
        holder = holder[step]
    if holder is not None:
        holder[path[-1]] = None
