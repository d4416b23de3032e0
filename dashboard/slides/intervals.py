"""Chosen findings as a chart of intervals, in as many pictures as slides need to keep their text readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.columns import Headings
from dashboard.drawing.panels import intervals
from dashboard.drawing.rows import Group, panels, row, spoken
from dashboard.language import say
from dashboard.slides.sheet import fits_on_slide
from dashboard.words import ROLES, level_text
from dashboard.words.pictures import COMPARISON, INTERVENTION, forest_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release, ReleasedFinding
    from dashboard.drawing.canvas import Canvas
    from dashboard.slides.layouts import Box
    from dashboard.slides.sheet import Draw

    Findings = Sequence[ReleasedFinding]


def picture_of(release: Release, findings: Findings) -> Draw:
    """What draws these findings, one group an outcome, in the order given."""
    groups = _groups(release, findings)
    headings = _headings(release, findings)

    def draw(canvas: Canvas) -> float:
        return intervals(canvas, panels(groups), headings, 0.0)

    return draw


def spoken_of(release: Release, findings: Findings) -> str:
    """The same in words."""
    return forest_text([spoken(found, release) for found in findings])


def paged_findings(release: Release, findings: Findings, box: Box) -> list[list[ReleasedFinding]]:
    """The findings in as many parts as can each be read in `box`; an outcome is parted only if it must be."""
    pages: list[list[ReleasedFinding]] = []
    by_outcome: dict[str, list[ReleasedFinding]] = {}
    for found in findings:
        by_outcome.setdefault(found.finding.outcome.name, []).append(found)
    for held in by_outcome.values():
        for part in [held] if _readable(release, held, box) else [[found] for found in held]:
            if pages and _readable(release, [*pages[-1], *part], box):
                pages[-1] += part
            else:
                pages.append(list(part))
    return pages


def _readable(release: Release, findings: Findings, box: Box) -> bool:
    return fits_on_slide(picture_of(release, findings), box)


def _groups(release: Release, findings: Findings) -> list[Group]:
    several = len(release.plan.contrasts) > 1
    by_outcome: dict[str, list[ReleasedFinding]] = {}
    for found in findings:
        by_outcome.setdefault(found.finding.outcome.name, []).append(found)
    return [
        Group(
            held[0].finding.outcome.label,
            ROLES[held[0].finding.outcome.role],
            tuple(
                row(found, release.arm_label(found.finding.contrast.treatment) if several else "")
                for found in held
            ),
        )
        for held in by_outcome.values()
    ]


def _headings(release: Release, findings: Findings) -> Headings:
    """The arms' names where there are just two, or one control for all."""
    treatments = {contrast.treatment for contrast in release.plan.contrasts}
    controls = {contrast.control for contrast in release.plan.contrasts}
    return Headings(
        release.arm_label(*treatments) if len(treatments) == 1 else say(INTERVENTION),
        release.arm_label(*controls) if len(controls) == 1 else say(COMPARISON),
        level_text(findings[0].effect.level),
    )
