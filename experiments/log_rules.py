"""Faults of what a study file says about its log: its time zone, its columns, and how long its rows are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from experiments.faults import did_you_mean
from experiments.study import LOG_COLUMNS
from experiments.tree import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.tree import Problem, Tree


def log_rules(tree: Tree) -> Iterator[Problem]:
    """Every fault of the part `log`."""
    log = _mapping(tree.value, "log")
    yield from _known_time_zone(tree, log.get("time_zone"))
    yield from _known_columns(tree, log)
    yield from _kept_long_enough(tree, log.get("keep_until"))


def _known_time_zone(tree: Tree, zone: str | None) -> Iterator[Problem]:
    if zone and zone not in (known := available_timezones() | {"UTC"}):
        says = f"{shown(zone)} is no time zone, expected one such as UTC or Europe/Paris"
        yield tree.problem(("log", "time_zone"), f"{says}. {did_you_mean(zone, known)}".rstrip(". "))


def _known_columns(tree: Tree, log: dict[str, Any]) -> Iterator[Problem]:
    """Ours must exist, and no column of theirs may be read as two of ours."""
    columns = log.get("columns") or {}
    attributes = [name for name in log.get("attributes") or () if name is not None]
    known = list(dict.fromkeys([*LOG_COLUMNS, *attributes]))
    readers: dict[str, str] = {ours: ours for ours in known if ours not in columns}
    for ours, theirs in columns.items():
        path = ("log", "columns", ours)
        if ours not in known:
            says = f"{shown(ours)} is no column of ours, expected one of {', '.join(known)}"
            yield tree.problem(path, f"{says}. {did_you_mean(ours, known)}".rstrip(". "), at="key")
        elif theirs is not None and (other := readers.setdefault(theirs, ours)) != ours:
            says = f"their column {shown(theirs)} is read as {other} already, expected each to be read once"
            yield tree.problem(path, says)


def _kept_long_enough(tree: Tree, last: str | None) -> Iterator[Problem]:
    """Rows must outlive the study whose analysis needs them."""
    end = _mapping(tree.value, "design").get("end")
    if last and end and last <= end:
        says = f"{last} is not after the study's end, expected a day after {end}"
        yield tree.problem(("log", "keep_until"), says)


def _mapping(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
