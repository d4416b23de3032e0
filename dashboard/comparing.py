"""A comparison over pilots as a picture, a table, words and files: the same on the page and in exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.finding import Effect
from dashboard.chart import EDGE, STANDARD_WIDTH
from dashboard.drawing.canvas import Canvas
from dashboard.drawing.columns import Headings
from dashboard.drawing.frame import provenance
from dashboard.drawing.panels import intervals
from dashboard.drawing.rows import Group, numbers, panels, row, spoken
from dashboard.drawing.typography import balance, text_height, wrap
from dashboard.export import ChartPicture
from dashboard.language import language, say
from dashboard.scene import Scene, joint_imprint
from dashboard.theme import BODY, PADDING, SMALL, SUBTITLE, TITLE
from dashboard.words import effect_text, level_text
from dashboard.words.apart import sites_sentence
from dashboard.words.comparisons import (
    comparison_spoken,
    extent_text,
    note_text,
    notice_text,
    pooled_label,
    pooled_note,
    sides_text,
)
from dashboard.words.forms import said_of
from dashboard.words.pictures import COMPARISON, INTERVENTION
from dashboard.words.pieces import Telling

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from analysis.release.parts import ReleasedFinding
    from dashboard.chart import Numbers
    from dashboard.comparison import Answer, Comparison
    from dashboard.theme import Mode


def headline(comparison: Comparison) -> str:
    """What the intervals say together."""
    return sides_text(comparison.label, [row(answer.finding, "").side for answer in comparison.answers])


def subtitle(comparison: Comparison) -> str:
    """How many pilots, of whom."""
    return extent_text(len(comparison.releases), comparison.companies)


def notice(comparison: Comparison) -> str:
    """What must be said of the data; empty where all are observed."""
    return notice_text([release.study.data_are for release in comparison.releases])


def draw(
    comparison: Comparison,
    pooled: ReleasedFinding | None = None,
    *,
    mode: Mode = "light",
    width: int = STANDARD_WIDTH,
    framed: bool = True,
) -> Figure:
    """The picture of `sheet` as a figure."""
    return sheet(comparison, pooled, mode=mode, width=width, framed=framed).figure()


def sheet(
    comparison: Comparison, pooled: ReleasedFinding | None, *, mode: Mode, width: int, framed: bool
) -> Canvas:
    """One interval a comparison, grouped by pilot, the pooled one last; `framed` adds title and provenance."""
    canvas = Canvas(width, mode) if framed else Canvas(width, mode, padding=EDGE)
    top = _heading(canvas, comparison) if framed else float(EDGE)
    level = level_text(comparison.answers[0].finding.effect.level)
    headings = Headings(say(INTERVENTION), say(COMPARISON), level)
    bottom = intervals(canvas, panels(_groups(comparison, pooled)), headings, top)
    canvas.height = _footer(canvas, comparison, bottom) + PADDING if framed else bottom + EDGE
    return canvas


def table(comparison: Comparison, pooled: ReleasedFinding | None = None) -> list[Numbers]:
    """The numbers behind the picture, one row an interval; the last is the pooled one, where it was asked for."""
    rows = [_numbers(answer) for answer in comparison.answers]
    return rows if pooled is None else [*rows, _pooled_numbers(comparison, pooled)]


def describe(comparison: Comparison, pooled: ReleasedFinding | None = None) -> str:
    """The picture in words."""
    rows = [said_of(a.release.study.title, spoken(a.finding, a.release)) for a in comparison.answers]
    if pooled is not None:
        rows.append(f"{said_of(pooled_label(len(comparison.releases)), _figures(pooled))}.")
    return comparison_spoken(rows)


def picture(comparison: Comparison, pooled: ReleasedFinding | None = None) -> ChartPicture:
    """All that a file needs."""
    releases = comparison.releases
    return ChartPicture(
        figure=draw(comparison, pooled),
        title=headline(comparison),
        description=describe(comparison, pooled),
        rows=tuple(table(comparison, pooled)),
        facts={
            "outcome_id": comparison.name,
            "studies": "; ".join(release.study.id for release in releases),
            "notice": notice(comparison),
            "policy": "; ".join(sorted({release.policy.name for release in releases})),
            "language": language(),
            "plan_hashes": "; ".join(release.registration.hash for release in releases),
            "data_hashes": "; ".join(release.data.hash for release in releases),
            "watchkeeper": releases[0].provenance.watchkeeper,
            "created_at": max(release.provenance.created_at for release in releases),
        },
        imprint=joint_imprint(headline(comparison), releases, notice=notice(comparison)),
        scenes=lambda: (_scene(comparison, pooled),),
    )


def _scene(comparison: Comparison, pooled: ReleasedFinding | None) -> Scene:
    """The picture without its frame, to be drawn on a slide."""
    level = level_text(comparison.answers[0].finding.effect.level)
    headings = Headings(say(INTERVENTION), say(COMPARISON), level)
    drawn = panels(_groups(comparison, pooled))
    return Scene(
        name=headline(comparison),
        title=headline(comparison),
        subtitle=subtitle(comparison),
        description=describe(comparison, pooled),
        draw=lambda canvas: intervals(canvas, drawn, headings, 0.0),
    )


def pooled_sentence(comparison: Comparison, pooled: ReleasedFinding) -> str:
    """What the pooled effect says."""
    telling = Telling(pooled, comparison.releases[0].plan, {})
    return sites_sentence(telling, pooled.finding.estimate.parameters)


def _groups(comparison: Comparison, pooled: ReleasedFinding | None) -> list[Group]:
    groups = []
    for release in comparison.releases:
        study = release.study
        answers = [a for a in comparison.answers if a.release is release]
        rows = tuple(row(a.finding, release.arm_label(a.finding.finding.contrast.treatment)) for a in answers)
        note = note_text(study.company, randomised=release.plan.randomised, kind=study.data_are)
        groups.append(Group(study.title, note, rows))
    if pooled is not None:
        groups.append(
            Group(pooled_label(len(comparison.releases)), pooled_note(_ahead(pooled)), (row(pooled, ""),))
        )
    return groups


def _heading(canvas: Canvas, comparison: Comparison) -> float:
    size = TITLE if canvas.width >= 480 else TITLE - 3
    lines = balance(headline(comparison), canvas.content, size=size, bold=True)
    y = canvas.text(lines, canvas.left, canvas.left, size=size, bold=True) + 6
    muted = canvas.palette.muted
    y = (
        canvas.text(subtitle(comparison), canvas.left, y, size=SUBTITLE, colour=muted, width=canvas.content)
        + 10
    )
    return _notice(canvas, notice(comparison), y) + 8


def _notice(canvas: Canvas, words: str, top: float) -> float:
    if not words:
        return top
    lines = wrap(words, canvas.content - 22, size=BODY, bold=True)
    bottom = top + text_height(len(lines), BODY) + 10
    canvas.box((canvas.left, top), (canvas.left + 4, bottom), fill=canvas.palette.notice)
    canvas.text(lines, canvas.left + 14, top + 5, bold=True, colour=canvas.palette.notice)
    return bottom


def _footer(canvas: Canvas, comparison: Comparison, top: float) -> float:
    canvas.line((canvas.left, top + 10), (canvas.right, top + 10), colour=canvas.palette.grid)
    y = top + 17
    for release in comparison.releases:
        muted = canvas.palette.muted
        y = canvas.text(provenance(release), canvas.left, y, size=SMALL, colour=muted, width=canvas.content)
    return y


def _numbers(answer: Answer) -> Numbers:
    study = answer.release.study
    first = {"pilot": study.title, "study": study.id, "company": study.company, "data_are": study.data_are}
    return numbers(answer.finding, answer.release, **first)


def _pooled_numbers(comparison: Comparison, pooled: ReleasedFinding) -> Numbers:
    release = comparison.releases[0]
    first = {"pilot": pooled_label(len(comparison.releases)), "study": "", "company": "", "data_are": ""}
    return {**numbers(pooled, release, **first), "treatment": "", "control": "", "outcome": comparison.label}


def _figures(found: ReleasedFinding) -> str:
    outcome = found.finding.outcome
    return effect_text(found.effect, scale=outcome.scale, outcome=outcome)


def _ahead(pooled: ReleasedFinding) -> str:
    """Where the effect in one more pilot is to be expected; empty where that is not known."""
    parameters = pooled.finding.estimate.parameters
    low, high = (parameters.get(f"prediction_{end}") for end in ("low", "high"))
    if low is None or high is None:
        return ""
    outcome = pooled.finding.outcome
    return effect_text(Effect(pooled.effect.estimate, low, high), scale=outcome.scale, outcome=outcome)
