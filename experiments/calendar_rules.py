"""Faults of meaning in designs that follow a calendar; like those in `experiments.meaning`."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from experiments.calendar_form import BEFORE, NEVER, segment
from experiments.design import designs
from experiments.intervals import FEWEST, whole
from experiments.tree import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from experiments.tree import Path, Problem, Tree

NOT_IN_A_SERIES = {
    ("exposure",): "a series has no exposure of single units, expected none",
    ("covariates",): "a series has no covariates of units, expected `season:` or `events:` under design",
    ("plan", "looks"): "a series is analysed once, when it is over, expected none",
    ("plan", "subgroups"): "a series has no subgroups of units, expected an outcome of its own for each",
}


def calendar_rules(tree: Tree) -> Iterator[Problem]:
    """Every fault of a calendar that the schema cannot see."""
    design = (tree.value or {}).get("design") or {}
    kind = design.get("kind")
    if kind is None:
        return
    follows = designs()[kind].assigned_by == "calendar"
    yield from _kinds_that_fit(tree, follows=follows, kind=kind)
    if follows:
        for rule in _RULES:
            yield from rule(tree, design)


def _kinds_that_fit(tree: Tree, *, follows: bool, kind: str) -> Iterator[Problem]:
    for place, outcome in enumerate((tree.value or {}).get("outcomes") or ()):
        given = (outcome or {}).get("kind")
        if given is not None and (given == "series") != follows:
            expected = "series" if follows else "a kind that is measured in each unit"
            yield tree.problem(
                ("outcomes", place, "kind"), f"the design {kind} has no {given}, expected {expected}"
            )


def _nothing_of_people(tree: Tree, _: dict[str, Any]) -> Iterator[Problem]:
    for path, says in NOT_IN_A_SERIES.items():
        value: Any = tree.value
        for step in path:
            value = (value or {}).get(step)
        if value:
            yield tree.problem(path, says, at="key")


def _changes_within(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    """Changes lie between start and end, each on a day of its own with a name of its own."""
    start, end = _day(design.get("start")), _day(design.get("end"))
    days: dict[date, int] = {}
    names: dict[str, int] = {BEFORE: -1}
    for path, change in _listed(design, "changes"):
        on, label, place = _day(change.get("on")), change.get("label"), path[-1]
        if on is not None:
            if (start and on <= start) or (end and on > end):
                yield tree.problem(
                    (*path, "on"), f"{on} is not inside the study, expected a day after the start, by the end"
                )
            elif on in days:
                yield tree.problem((*path, "on"), f"{on} is another change's day already, expected one a day")
            days.setdefault(on, int(place))
        if label is not None:
            name = segment(label, str(change.get("on")))
            if name in names:
                yield tree.problem(
                    (*path, "label"),
                    f"{shown(label)} names another segment already, expected a name of its own",
                )
            names.setdefault(name, int(place))


def _enough_intervals(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    """Enough whole intervals on both sides of each change, as far as the days are known."""
    interval, start, end = design.get("interval"), _day(design.get("start")), _day(design.get("end"))
    listed = _listed(design, "changes")
    changes = sorted((day, (*path, "on")) for path, c in listed if (day := _day(c.get("on"))))
    adopted = [(day, path) for path, day in _adopters(design)]
    if len(adopted) == 1:  # with several, platforms are compared with each other, interval by interval
        changes = adopted
    if interval is None or not changes:
        return
    after = end + timedelta(days=1) if end else None
    edges = [start, *(day for day, _ in changes), after]
    for place, (first, last) in enumerate(pairwise(edges)):
        if first is None or last is None or last <= first:
            continue
        found = whole(first, last, interval)
        if found < FEWEST:
            side = "before" if place == 0 else "from"
            _, path = changes[max(place - 1, 0)]
            says = f"found {found} whole {interval}{'' if found == 1 else 's'} {side} this change"
            yield tree.problem(path, f"{says}, expected at least {FEWEST} on each side")


def _adoption(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    """Some adopt inside the study, and another does so later or never."""
    adoption = design.get("adoption")
    if not adoption or None in adoption.values():
        return
    start, end = _day(design.get("start")), _day(design.get("end"))
    adopters = _adopters(design)
    path: Path = ("design", "adoption")
    if not adopters:
        yield tree.problem(
            path, "no platform ever adopts the change, expected a day for at least one of them"
        )
        return
    for at, on in adopters:
        if end and on > end:
            yield tree.problem(at, f"{on} is after the end, expected a day by the end, or never")
        elif start and on <= start:
            yield tree.problem(at, f"{on} leaves nothing before it, expected a day after the start")
    if len(adopters) == len(adoption) and len({on for _, on in adopters}) == 1:
        says = "all platforms adopt on the same day, expected one that adopts later, or never"
        yield tree.problem(path, says)


def _season_of_interval(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    interval, season = design.get("interval"), design.get("season")
    if season == "weekday" and interval in ("week", "month"):
        yield tree.problem(
            ("design", "season"), f"a {interval} has no day of the week, expected month or none"
        )
    if season in ("weekday", "month") and len(_adopters(design)) > 1:
        says = "where several platforms adopt, each interval has an effect of its own, which takes seasons in"
        yield tree.problem(("design", "season"), f"{says}, expected none")


def _events_make_sense(tree: Tree, design: dict[str, Any]) -> Iterator[Problem]:
    changes = {_day(change.get("on")) for _, change in _listed(design, "changes")}
    for path, event in _listed(design, "events"):
        if ("on" in event) == ("from" in event):
            yield tree.problem(path, "expected either `on:` for something that lasts, or `from:` and `to:`")
            continue
        if ("to" in event) != ("from" in event):
            yield tree.problem(path, "expected `to:` beside `from:`, and none beside `on:`")
            continue
        first, last = _day(event.get("on", event.get("from"))), _day(event.get("to"))
        if first and last and last < first:
            yield tree.problem((*path, "to"), f"{last} is before {first}, expected that day or a later one")
        if event.get("adjust") and first in changes:
            says = "lies on the day of a change, from which no model can tell it apart, expected no `adjust: true`"
            yield tree.problem((*path, "adjust"), says)


def _listed(design: dict[str, Any], key: str) -> list[tuple[Path, dict[str, Any]]]:
    listed = enumerate(design.get(key) or ())
    return [(("design", key, place), entry) for place, entry in listed if entry is not None]


def _adopters(design: dict[str, Any]) -> list[tuple[Path, date]]:
    return [
        (("design", "adoption", platform), day)
        for platform, on in (design.get("adoption") or {}).items()
        if on != NEVER and (day := _day(on)) is not None
    ]


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None


_RULES: tuple[Callable[[Tree, dict[str, Any]], Iterator[Problem]], ...] = (
    _nothing_of_people,
    _changes_within,
    _enough_intervals,
    _adoption,
    _season_of_interval,
    _events_make_sense,
)
