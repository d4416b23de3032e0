"""One outcome by several methods: does the answer depend on how it was computed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import SERIES
from dashboard import telling
from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.columns import Headings
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.panels import intervals
from dashboard.drawing.rows import Group, numbers, panels, row, spoken
from dashboard.language import later, say
from dashboard.words import level_text
from dashboard.words.forms import said_of
from dashboard.words.pictures import (
    COMPARISON,
    INTERVENTION,
    against_text,
    agreement_text,
    methods_spoken,
    methods_text,
    planned_text,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding
    from dashboard.drawing.canvas import Canvas


def _applies(release: Release) -> bool:
    return any(release.sensitivity(found) for found in release.default_findings())


def _chosen(view: View) -> tuple[ReleasedFinding, ...]:
    """The planned findings of the outcome asked for, or of the first that has sensitivity analyses."""
    checked = [found for found in view.planned if view.release.sensitivity(found)]
    first = checked[0] if checked else view.planned[0]
    name = first.finding.outcome.name
    return tuple(found for found in view.planned if found.finding.outcome.name == name)


def _method(found: ReleasedFinding) -> str:
    label = telling.estimator_label(found.finding.estimator)
    return planned_text(label) if found.finding.default else label


def _groups(view: View) -> list[Group]:
    release = view.release
    return [
        Group(
            release.arm_label(found.finding.contrast.treatment),
            against_text(
                None
                if release.plan.layout == SERIES.name
                else release.arm_label(found.finding.contrast.control)
            ),
            tuple(row(each, _method(each)) for each in (found, *release.sensitivity(found))),
        )
        for found in _chosen(view)
    ]


def _headline(view: View) -> str:
    rows = _groups(view)[0].rows
    label = view.release.arm_label(rows[0].finding.finding.contrast.treatment)
    bounded = [row.side for row in rows if row.bounded]
    return agreement_text(label, set(bounded), len(bounded), without=len(rows) - len(bounded))


def _subtitle(view: View) -> str:
    outcome = _chosen(view)[0].finding.outcome
    return f"{methods_text(outcome.label)}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    headings = Headings(say(INTERVENTION), say(COMPARISON), level_text(_chosen(view)[0].effect.level))
    return intervals(canvas, panels(_groups(view)), headings, top)


def _numbers(view: View) -> list[Numbers]:
    return [
        numbers(item.finding, view.release, method=item.label)
        for group in _groups(view)
        for item in group.rows
    ]


def _words(view: View) -> str:
    return methods_spoken(
        [
            said_of(item.label, spoken(item.finding, view.release))
            for group in _groups(view)
            for item in group.rows
        ]
    )


SENSITIVITY = Chart(
    name="sensitivity",
    title=later("The same outcome by other methods"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=30,
)
