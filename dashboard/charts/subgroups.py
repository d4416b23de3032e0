"""The effect in each level of each declared attribute, with the same drawn in towards the average."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.columns import Headings
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.panels import intervals
from dashboard.drawing.rows import Group, numbers, panels, row, spoken
from dashboard.language import later, say
from dashboard.told import told
from dashboard.words import effect_text, level_text, spaced
from dashboard.words.forms import said_of
from dashboard.words.over_time import group_shrunk, groups_spoken, groups_subtitle, groups_title
from dashboard.words.pictures import COMPARISON, INTERVENTION, against_text

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding
    from analysis.finding import Effect
    from dashboard.drawing.canvas import Canvas


def _applies(release: Release) -> bool:
    return any(release.subgroups(found) for found in release.default_findings())


def _chosen(view: View) -> tuple[ReleasedFinding, ...]:
    """The planned findings of the outcome asked for, or of the first that is split."""
    split = [found for found in view.planned if view.release.subgroups(found)]
    return tuple(f for f in split if f.finding.outcome.name == split[0].finding.outcome.name)


def _attributes(view: View, planned: ReleasedFinding) -> dict[str, list[ReleasedFinding]]:
    found: dict[str, list[ReleasedFinding]] = {}
    for each in view.release.subgroups(planned):
        if each.finding.subgroup is not None:
            found.setdefault(each.finding.subgroup.attribute, []).append(each)
    return found


def _level(found: ReleasedFinding) -> str:
    return found.finding.subgroup.level if found.finding.subgroup else ""


def _shrunken(view: View, found: ReleasedFinding) -> str:
    """The level's estimate drawn towards the average, in words; empty where there is none."""
    effect = _drawn_in(view, found)
    if effect is None:
        return ""
    outcome = found.finding.outcome
    return group_shrunk(effect_text(effect, scale=outcome.scale, outcome=outcome))


def _drawn_in(view: View, found: ReleasedFinding) -> Effect | None:
    """The supplement of the attribute holds just its levels."""
    group = found.finding.subgroup
    levels = {
        _level(each)
        for each in view.release.subgroups(found)
        if each.finding.subgroup and group and each.finding.subgroup.attribute == group.attribute
    }
    for supplied in view.release.beside(found):
        if supplied.name == "subgroups" and group and set(supplied.effects) == levels:
            return supplied.effects[group.level]
    return None


def _groups(view: View) -> list[Group]:
    release = view.release
    return [
        Group(
            said_of(spaced(attribute), release.arm_label(planned.finding.contrast.treatment)),
            against_text(release.arm_label(planned.finding.contrast.control)),
            tuple(row(each, _level(each), instead=_shrunken(view, each)) for each in levels),
        )
        for planned in _chosen(view)
        for attribute, levels in _attributes(view, planned).items()
    ]


def _headline(view: View) -> str:
    first = _chosen(view)[0]
    supplied = next(s for s in view.release.beside(first) if s.name == "subgroups")
    return groups_title(told(supplied.sentence(view.labels)))


def _subtitle(view: View) -> str:
    return f"{groups_subtitle(_chosen(view)[0].finding.outcome.label)}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    headings = Headings(say(INTERVENTION), say(COMPARISON), level_text(_chosen(view)[0].effect.level))
    return intervals(canvas, panels(_groups(view)), headings, top)


def _numbers(view: View) -> list[Numbers]:
    rows: list[Numbers] = []
    for planned in _chosen(view) if _applies(view.release) else ():
        for attribute, levels in _attributes(view, planned).items():
            for each in levels:
                told = numbers(each, view.release, attribute=attribute, level_of_it=_level(each))
                del told["verdict"], told["p_value"], told["p_adjusted"]
                rows.append({**told, "drawn_in": _shrunken(view, each)})
    return rows


def _words(view: View) -> str:
    return groups_spoken(
        [
            said_of(item.label, spoken(item.finding, view.release, verdict=False))
            for group in _groups(view)
            for item in group.rows
        ]
    )


SUBGROUPS = Chart(
    name="subgroups",
    title=later("The effect in declared groups"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=25,
)
