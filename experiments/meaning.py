"""Faults of a study file's meaning: what a schema cannot say. A value that is None is unknown, and not judged."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from experiments.calendar_rules import calendar_rules
from experiments.design import designs
from experiments.faults import did_you_mean
from experiments.fragments import either
from experiments.log_rules import log_rules
from experiments.own_instruments import known_instruments, own_rules
from experiments.period_rules import period_rules
from experiments.study import LOG_COLUMNS
from experiments.translations import translation_rules
from experiments.tree import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from experiments.instrument import Instrument, Subscale
    from experiments.tree import Path, Problem, Tree

# Columns that a unit table has anyway.
RESERVED = ("unit", "arm", "cluster", "stratum", "period", "sequence", "exposure", "season")


def meaning(tree: Tree) -> list[Problem]:
    """Every fault of meaning, whatever else is wrong with the file."""
    return [problem for rule in RULES for problem in rule(tree)]


def _part(tree: Tree, *path: str, otherwise: Any = None) -> Any:
    """The value at `path`: None where a part of the way is unknown, `otherwise` where one is missing."""
    value = tree.value
    for step in path:
        if value is None:
            return None
        if step not in value:
            return otherwise
        value = value[step]
    return value


def _entries(tree: Tree, *path: str) -> list[tuple[Path, Any]]:
    """The known entries of the list at `path`, each with its own path."""
    return [
        ((*path, place), entry) for place, entry in enumerate(_part(tree, *path) or ()) if entry is not None
    ]


def _one_control(tree: Tree) -> Iterator[Problem]:
    arms = _part(tree, "design", "arms") or {}
    flags = {name: (arm or {"control": None}).get("control", False) for name, arm in arms.items()}
    controls = [name for name, flag in flags.items() if flag]
    if not controls and arms and None not in flags.values():
        yield tree.problem(
            ("design", "arms"), "no arm is the control, expected `control: true` in one of them"
        )
    for name in controls[1:]:
        says = f"{shown(controls[0])} is the control already, expected one control"
        yield tree.problem(("design", "arms", name, "control"), says)


def _ends_after_start(tree: Tree) -> Iterator[Problem]:
    start, end = _part(tree, "design", "start"), _part(tree, "design", "end")
    if start and end and end < start:
        yield tree.problem(("design", "end"), f"{end} is before the start, expected {start} or a later day")


def _estimand_of_design(tree: Tree) -> Iterator[Problem]:
    kind, estimand = _part(tree, "design", "kind"), _part(tree, "plan", "estimand")
    if kind and estimand and estimand not in designs()[kind].estimands:
        known = either(designs()[kind].estimands)
        says = f"the design {kind} cannot answer for the {estimand}, expected {known}"
        yield tree.problem(("plan", "estimand"), says)


def _a_primary_outcome(tree: Tree) -> Iterator[Problem]:
    outcomes = _part(tree, "outcomes")
    roles = {(outcome or {}).get("role") for outcome in outcomes or ()}
    if outcomes and roles.isdisjoint({"primary", None}):
        yield tree.problem(("outcomes",), "no outcome is primary, expected `role: primary` in one of them")


def _own_ids(tree: Tree) -> Iterator[Problem]:
    """Ids become columns of the unit table, where capitals make no difference."""
    first: dict[str, Path] = {}
    for path, entry in (*_entries(tree, "outcomes"), *_entries(tree, "covariates")):
        if (given := entry.get("id")) is None:
            continue
        at = (*path, "id")
        if given.casefold() in RESERVED:
            yield tree.problem(at, f"{shown(given)} is a column that every study has, expected another name")
        elif given.casefold() in first:
            line = tree.values_at[first[given.casefold()]].line
            yield tree.problem(at, f"{shown(given)} stands on line {line} already, expected an id of its own")
        else:
            first[given.casefold()] = at


def _known_attributes(tree: Tree) -> Iterator[Problem]:
    listed = _part(tree, "log", "attributes", otherwise=[])
    if listed is None or None in listed:
        return
    used = [*_entries(tree, "design", "strata"), *_entries(tree, "plan", "subgroups")]
    used += [
        ((*p, "attribute"), c["attribute"]) for p, c in _entries(tree, "covariates") if c.get("attribute")
    ]
    for path, attribute in used:
        if attribute not in listed:
            says = f"{shown(attribute)} is no attribute of the log, expected one of those in log.attributes"
            yield tree.problem(path, f"{says}. {did_you_mean(attribute, listed)}".rstrip(". "))


def _own_attributes(tree: Tree) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, attribute in _entries(tree, "log", "attributes"):
        other = first.setdefault(attribute.casefold(), attribute)
        if attribute.casefold() in LOG_COLUMNS:
            yield tree.problem(
                path, f"{shown(attribute)} is a column that every log has, expected another name"
            )
        elif other != attribute:
            yield tree.problem(
                path, f"{shown(attribute)} differs from {shown(other)} in capitals alone, expected one"
            )


def _instruments_exist(tree: Tree) -> Iterator[Problem]:
    known = list(known_instruments(tree))
    for path, entry in (*_entries(tree, "outcomes"), *_entries(tree, "covariates")):
        if (named := entry.get("instrument")) and named not in known:
            says = f"found {shown(named)}, expected {either(known)}"
            yield tree.problem((*path, "instrument"), f"{says}. {did_you_mean(named, known)}".rstrip(". "))


def _known_scores(tree: Tree) -> Iterator[Problem]:
    for path, entry in (*_entries(tree, "outcomes"), *_entries(tree, "covariates")):
        if (instrument := _instrument(tree, entry)) and (wanted := entry.get("subscale")):
            known = [subscale.name for subscale in instrument.subscales]
            if wanted not in known:
                says = f"{shown(wanted)} is no subscale of {instrument.title}, expected {either(known)}"
                yield tree.problem((*path, "subscale"), f"{says}. {did_you_mean(wanted, known)}".rstrip(". "))


def _margin_within_score(tree: Tree) -> Iterator[Problem]:
    for path, entry in _entries(tree, "outcomes"):
        instrument, subscale, margin = _instrument(tree, entry), _subscale(tree, entry), entry.get("margin")
        if instrument and subscale and margin is not None:
            low, high = instrument.bounds(subscale)
            if margin >= high - low:
                says = f"found {margin}, expected less than the range of the score, {low:g} to {high:g}"
                yield tree.problem((*path, "margin"), says)


def _two_parts(tree: Tree) -> Iterator[Problem]:
    """A ratio of something to itself is always 1."""
    for path, entry in _entries(tree, "outcomes"):
        parts = [entry.get(part) for part in ("numerator", "denominator")]
        named = [(part.get("event"), part.get("value", "count")) for part in parts if part]
        if len(named) == 2 and named[0] == named[1] and None not in named[0]:
            says = "is the numerator as well, expected another event, or another value of it"
            yield tree.problem((*path, "denominator"), says)


def _levels_in_order(tree: Tree) -> Iterator[Problem]:
    """Levels are all words, or all numbers that rise: the log's values must fit them."""
    for path, entry in _entries(tree, "outcomes"):
        levels = entry.get("levels") or []
        if None in levels or all(isinstance(level, str) for level in levels):
            continue
        if any(isinstance(level, str) for level in levels):
            says = "found words and numbers, expected levels that are all words or all numbers"
            yield tree.problem((*path, "levels"), says)
        elif any(later <= earlier for earlier, later in pairwise(levels)):
            yield tree.problem((*path, "levels"), "the levels do not rise, expected the lowest first")


def _baseline_is_earlier(tree: Tree) -> Iterator[Problem]:
    """A covariate measured where an outcome is may be changed by the treatment."""
    waves = {(e.get("instrument"), e["wave"]) for _, e in _entries(tree, "outcomes") if e.get("wave")}
    for path, entry in _entries(tree, "covariates"):
        if (entry.get("instrument"), entry.get("wave")) in waves:
            says = f"the wave {shown(entry['wave'])} is an outcome's, expected a wave before exposure"
            yield tree.problem((*path, "wave"), says)


def _rising_looks(tree: Tree) -> Iterator[Problem]:
    fractions = _part(tree, "plan", "looks", "fractions") or []
    if None in fractions:
        return
    if any(later <= earlier for earlier, later in pairwise(fractions)) or (fractions and fractions[-1] != 1):
        says = "the shares do not rise to 1, expected rising shares that end with 1.0, such as [0.5, 1.0]"
        yield tree.problem(("plan", "looks", "fractions"), says)


def _instrument(tree: Tree, entry: Any) -> Instrument | None:
    return known_instruments(tree).get(entry.get("instrument"))


def _subscale(tree: Tree, entry: Any) -> Subscale | None:
    instrument = _instrument(tree, entry)
    found = [s for s in instrument.subscales if s.name == entry.get("subscale")] if instrument else []
    return found[0] if found else None


RULES: tuple[Callable[[Tree], Iterator[Problem]], ...] = (
    _one_control,
    _ends_after_start,
    _estimand_of_design,
    _a_primary_outcome,
    _own_ids,
    _known_attributes,
    _own_attributes,
    own_rules,
    _instruments_exist,
    _known_scores,
    _margin_within_score,
    _levels_in_order,
    _two_parts,
    _baseline_is_earlier,
    _rising_looks,
    log_rules,
    calendar_rules,
    period_rules,
    translation_rules,
)
