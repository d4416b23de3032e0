"""How the study was done, drawn: who was given what, how that was decided, and when outcomes are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import CROSSOVER
from dashboard.chart import Chart, Numbers, View
from dashboard.charts._allocations import allocation, given, planned_share, with_spans
from dashboard.charts._calendars import changed, ends_of, orders, over_time, rows_of
from dashboard.drawing.frame import place_and_time
from dashboard.language import later
from dashboard.words.designs import (
    arm_said,
    compared_as,
    design_subtitle,
    design_title,
    row_said,
    since_text,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.drawing.canvas import Canvas


def _applies(release: Release) -> bool:
    return len(release.study.arms) > 1 and (_by_arms(release) or bool(ends_of(release)))


def _by_arms(release: Release) -> bool:
    """Whether chance, not a calendar, says who has what."""
    return not release.study.courses


def _headline(view: View) -> str:
    plan = view.release.plan
    return design_title(plan.layout, view.release.study, randomised=plan.randomised)


def _subtitle(view: View) -> str:
    said = design_subtitle(view.release.plan.layout, counted=with_spans(view.release))
    return f"{said}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    release = view.release
    if not _by_arms(release):
        return over_time(canvas, release, top)
    if release.plan.layout == CROSSOVER.name:
        return orders(canvas, release, top)
    return allocation(canvas, release, top)


def _numbers(view: View) -> list[Numbers]:
    release = view.release
    if len(release.study.courses) > 1:
        return [
            {
                release.study.cluster_name: course.name,
                **{release.arm_label(arm): day for day, arm in course.steps},
            }
            for _, course in rows_of(release)
        ]
    if release.study.courses:
        return [{"arm": release.arm_label(arm), "from": day} for day, arm in release.study.courses[0].steps]
    return [
        {
            "arm": arm.label,
            "compared": compared_as(arm),
            "share": planned_share(release, arm),
            "given": given(release, arm),
        }
        for arm in release.study.arms
    ]


def _words(view: View) -> str:
    release = view.release
    if _by_arms(release):
        said = [
            arm_said(arm.label, planned_share(release, arm), given(release, arm))
            for arm in release.study.arms
        ]
    elif len(release.study.courses) == 1:
        said = [f"{since_text(release.arm_label(arm), day)}." for day, arm in release.study.courses[0].steps]
    else:
        treated = next(arm.label for arm in release.study.arms if not arm.control)
        said = [row_said(name, changed(course), treated) for name, course in rows_of(release)]
    return f"{_headline(view)}. {' '.join(said)}"


DESIGN = Chart(
    name="design",
    title=later("How the study was done"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=5,
)
