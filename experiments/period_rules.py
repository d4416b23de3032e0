"""Faults of meaning in designs with periods, and of repeated surveys; like those in `experiments.meaning`."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from experiments.calendar_form import NEVER
from experiments.design import designs
from experiments.tree import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from experiments.tree import Path, Problem, Tree


def period_rules(tree: Tree) -> Iterator[Problem]:
    """Every fault of periods, steps, pairs and waves that the schema cannot see."""
    design = (tree.value or {}).get("design") or {}
    for rule in _RULES:
        yield from rule(tree, design)


def _room_for_periods(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    """Two periods at least fit between start and end."""
    start, end, length = _day(design.get("start")), _day(design.get("end")), _length(design)
    if start is None or end is None or length is None or end < start:
        return
    days = (end - start).days + 1
    if days <= length:
        says = f"a period of {length} days leaves one period between start and end, expected two at least"
        yield tree.problem(("design", "period", "days"), says)


def _steps_within(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    """Every step is a day that exists, not after the end."""
    end = _day(design.get("end"))
    for cluster, given in (design.get("steps") or {}).items():
        path: Path = ("design", "steps", cluster)
        if given in (None, NEVER):
            continue
        day = _day(given)
        if day is None:
            says = f"found {shown(given)}, expected a day that exists, as in 2026-03-01, or {NEVER}"
            yield tree.problem(path, says)
        elif end is not None and day > end:
            yield tree.problem(
                path, f"{given} is after the end, expected {end} or an earlier day, or {NEVER}"
            )


def _steps_apart(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    """Clusters change at two times at least: else the treatment cannot be told from the calendar."""
    steps = design.get("steps") or {}
    if len(steps) < 2 or None in steps.values():
        return
    if set(steps.values()) == {NEVER}:
        yield tree.problem(
            ("design", "steps"), "no cluster ever changes, expected a first day for some of them"
        )
    elif len(set(steps.values())) == 1:
        says = "all clusters change on one day, which cannot be told from the calendar, expected days apart"
        yield tree.problem(("design", "steps"), says)
    else:
        yield from _both_at_some_time(tree, design, steps)


def _both_at_some_time(tree: Tree, design: dict[str, Any], steps: dict[str, Any]) -> Iterator[Problem]:
    """In some period some clusters have the treatment and others do not."""
    start = _day(design.get("start"))
    days = sorted(day for given in steps.values() if (day := _day(given)) is not None)
    if start is not None and days and days[-1] <= start and NEVER not in steps.values():
        says = "every cluster has the treatment from the start on, expected some that change later"
        yield tree.problem(("design", "steps"), says)


def _pairs_are_attributes(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    """The attribute of the pairs is taken in, and is the only stratum."""
    pairs = design.get("pairs")
    listed = ((tree.value or {}).get("log") or {}).get("attributes", [])
    if pairs and listed is not None and pairs not in listed:
        says = f"{shown(pairs)} is no attribute of the log, expected one of those in log.attributes"
        yield tree.problem(("design", "pairs"), says)
    if pairs and design.get("strata"):
        says = "matched pairs are the strata already, expected either pairs or strata"
        yield tree.problem(("design", "strata"), says, at="key")
    if pairs and len(design.get("arms") or ("", "")) != 2:
        says = f"a pair has one cluster in each of two arms, found {len(design['arms'])} arms, expected two"
        yield tree.problem(("design", "pairs"), says)


def _waves_in_order(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    """`wave` is the last of `waves`; where rows are periods, each period has its wave."""
    kind = design.get("kind")
    by_period = kind is not None and "period" in designs()[kind].layout.requires
    for place, outcome in enumerate((tree.value or {}).get("outcomes") or ()):
        waves, wave = (outcome or {}).get("waves"), (outcome or {}).get("wave")
        if not waves or None in waves:
            continue
        if wave is not None and by_period:
            says = "waves name each period's own, expected either wave or waves"
            yield tree.problem(("outcomes", place, "wave"), says, at="key")
        elif wave is not None and wave != waves[-1]:
            says = f"found {shown(wave)}, expected the last of the waves, {shown(waves[-1])}, or no wave"
            yield tree.problem(("outcomes", place, "wave"), says)
        count = _periods(design)
        if kind == "stepped-wedge" and count is not None and len(waves) != count:
            says = f"found {len(waves)} waves, expected one for each of the {count} periods, or one wave"
            yield tree.problem(("outcomes", place, "waves"), says)


def _no_wave_of_two_outcomes(tree: Tree, _: dict[str, Any]) -> Iterator[Problem]:
    """A covariate's wave is none of a repeated outcome's."""
    outcomes = (tree.value or {}).get("outcomes") or ()
    taken = Counter(
        ((outcome or {}).get("instrument"), wave)
        for outcome in outcomes
        for wave in (outcome or {}).get("waves") or ()
    )
    for place, covariate in enumerate((tree.value or {}).get("covariates") or ()):
        key = ((covariate or {}).get("instrument"), (covariate or {}).get("wave"))
        if key[1] is not None and key in taken:
            says = f"the wave {shown(key[1])} is an outcome's, expected a wave before exposure"
            yield tree.problem(("covariates", place, "wave"), says)


def _periods(design: dict[str, Any]) -> int | None:
    """How many periods the calendar has; None where the file does not say."""
    start, end, length = _day(design.get("start")), _day(design.get("end")), _length(design)
    if start is None or end is None or length is None:
        return None
    return -(-((end - start).days + 1) // length)


def _length(design: dict[str, Any]) -> int | None:
    return (design.get("period") or {}).get("days")


def _day(given: Any) -> date | None:
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        return None


_RULES: tuple[Callable[[Tree, dict[str, Any]], Iterator[Problem]], ...] = (
    _room_for_periods,
    _steps_within,
    _steps_apart,
    _pairs_are_attributes,
    _waves_in_order,
    _no_wave_of_two_outcomes,
)
