"""The main chart: every planned outcome and comparison with its interval, the main question first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.columns import Headings
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.panels import intervals
from dashboard.drawing.rows import Group, Row, numbers, panels, row, spoken
from dashboard.language import later, say
from dashboard.theme import SMALL
from dashboard.told import told
from dashboard.words import ROLES, headline, level_text
from dashboard.words.pictures import COMPARISON, INTERVENTION, clusters_text, forest_text, refused_text

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.finding import NotEstimable
    from dashboard.drawing.canvas import Canvas

ROLE_ORDER = ("primary", "secondary", "guardrail", "safety")


def _applies(release: Release) -> bool:
    return bool(release.default_findings())


def _headline(view: View) -> str:
    first = _groups(view)[0].rows[0].finding
    return headline(first, plan=view.release.plan, labels=view.labels)


def _subtitle(view: View) -> str:
    outcome = _groups(view)[0].rows[0].outcome
    measure = outcome.measure or outcome.label
    said = f"{measure[:1].upper()}{measure[1:]}. {place_and_time(view.release)}."
    return f"{said} {clusters}" if (clusters := _clusters(view)) else said


def _clusters(view: View) -> str:
    """How many clusters each arm had in the first comparison; empty where people were assigned singly."""
    finding = _groups(view)[0].rows[0].finding.finding
    study, counts = view.release.study, finding.estimate.clusters
    if not counts:
        return ""
    arms = {"treatment": finding.contrast.treatment, "control": finding.contrast.control}
    by_label = {view.labels[arms[side]]: count for side, count in counts.items()}
    return clusters_text(study.cluster_name, by_label)


def _groups(view: View) -> list[Group]:
    """One group an outcome, by role and then in the order of the plan."""
    several = len(view.release.plan.contrasts) > 1
    by_outcome: dict[str, list[Row]] = {}
    for found in sorted(view.planned, key=lambda f: ROLE_ORDER.index(f.finding.outcome.role)):
        label = view.release.arm_label(found.finding.contrast.treatment) if several else ""
        by_outcome.setdefault(found.finding.outcome.name, []).append(row(found, label))
    return [
        Group(rows[0].outcome.label, ROLES[rows[0].outcome.role], tuple(rows)) for rows in by_outcome.values()
    ]


def _headings(view: View) -> Headings:
    """The arms' names where there are just two, or one control for all."""
    contrasts = view.release.plan.contrasts
    controls = {contrast.control for contrast in contrasts}
    treatments = {contrast.treatment for contrast in contrasts}
    return Headings(
        view.release.arm_label(*treatments) if len(treatments) == 1 else say(INTERVENTION),
        view.release.arm_label(*controls) if len(controls) == 1 else say(COMPARISON),
        level_text(view.planned[0].effect.level),
    )


def _missing(view: View) -> tuple[NotEstimable, ...]:
    """Planned answers that could not be had at all."""
    answered = {(f.finding.outcome.name, f.finding.contrast) for f in view.planned}
    return tuple(
        refused
        for refused in view.release.not_estimable
        if (refused.outcome, refused.contrast) not in answered and view.outcome in (None, refused.outcome)
    )


def _body(canvas: Canvas, view: View, top: float) -> float:
    y = intervals(canvas, panels(_groups(view)), _headings(view), top)
    for refused in _missing(view):
        y = canvas.text(_refused(view, refused), canvas.left, y + 4, size=SMALL, width=canvas.content)
    return y


def _refused(view: View, refused: NotEstimable) -> str:
    label = next(o.label for o in view.release.plan.outcomes if o.name == refused.outcome)
    arm = view.release.arm_label(refused.contrast.treatment) if refused.contrast else None
    return refused_text(label, arm, told(refused.reason))


def _numbers(view: View) -> list[Numbers]:
    return [numbers(item.finding, view.release) for group in _groups(view) for item in group.rows]


def _words(view: View) -> str:
    return forest_text([spoken(item.finding, view.release) for group in _groups(view) for item in group.rows])


FOREST = Chart(
    name="forest",
    title=later("All outcomes with their intervals"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=10,
)
