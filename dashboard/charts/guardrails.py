"""What was watched for harm: each interval beside its own margin, drawn the way its figures run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.verdict import bounds
from dashboard import in_short
from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.guarded import Guarded, guarded_rows
from dashboard.drawing.rows import numbers, spoken
from dashboard.language import later, say
from dashboard.theme import SMALL
from dashboard.told import told
from dashboard.words import level_text
from dashboard.words.forms import said_of
from dashboard.words.guarding import (
    guarded_legend,
    guarded_spoken,
    guarded_subtitle,
    guarded_title,
    margin_size,
    margin_text,
    worse_text,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding
    from dashboard.drawing.canvas import Canvas


def _applies(release: Release) -> bool:
    return any(bounds(found.finding.outcome).worse is not None for found in _watched(View(release)))


def _watched(view: View) -> list[ReleasedFinding]:
    return [found for found in view.planned if found.finding.outcome.role in in_short.WATCHED]


def _headline(view: View) -> str:
    return guarded_title([found.finding.verdict for found in _watched(view)])


def _subtitle(view: View) -> str:
    count = len({found.finding.outcome.name for found in _watched(view)})
    return f"{guarded_subtitle(count)}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    rows = [Guarded(_name(view, found), _note(found), found) for found in _watched(view)]
    y = guarded_rows(canvas, rows, top) + 2
    legend = guarded_legend(level_text(rows[0].finding.effect.level))
    return canvas.text(legend, canvas.left, y, size=SMALL, colour=canvas.palette.muted, width=canvas.content)


def _name(view: View, found: ReleasedFinding) -> str:
    """The outcome's name, with its arm where there are several."""
    label = found.finding.outcome.label
    if len(view.release.plan.contrasts) == 1:
        return label
    return said_of(label, view.release.arm_label(found.finding.contrast.treatment))


def _note(found: ReleasedFinding) -> str:
    """Which way is worse, and by how much it may be; a ratio says that it is one."""
    outcome = found.finding.outcome
    said = [worse_text(lower_is_better=outcome.better == "lower"), margin_text(margin_size(outcome))]
    if outcome.scale.is_ratio:
        said.insert(0, told(outcome.scale.label))
    note = say("; ").join(said)
    return f"{note[:1].upper()}{note[1:]}"


def _numbers(view: View) -> list[Numbers]:
    return [
        {**numbers(found, view.release), "margin": margin_size(found.finding.outcome)}
        for found in _watched(view)
    ]


def _words(view: View) -> str:
    said = [
        f"{spoken(found, view.release)} {margin_text(margin_size(found.finding.outcome))}."
        for found in _watched(view)
    ]
    return guarded_spoken(_headline(view), said)


GUARDRAILS = Chart(
    name="guardrails",
    title=later("What was watched, with its margins"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=12,
)
