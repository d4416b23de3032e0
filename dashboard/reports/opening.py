"""What a study's report begins with: the answers in short, the question, and how it was tried."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dashboard import in_short, telling, words
from dashboard.drawing.frame import place_and_time
from dashboard.language import later, say
from dashboard.reach import can_tell, cannot_tell
from dashboard.reports.content import Answers, Bullets, Facts, Pair, Paragraph, Section, Words, capital, grid
from dashboard.reports.drawings import drawings
from dashboard.words.designs import compared_as, design_title, length_text, span_text
from dashboard.words.forms import day_text, said_of
from dashboard.words.guarding import margin_size

if TYPE_CHECKING:
    from analysis.about import Span
    from analysis.disclosure import Release, ReleasedFinding
    from analysis.outcome import Outcome
    from dashboard.reports.content import Block, Cell

BETTER = {"lower": later("lower is better"), "higher": later("higher is better")}


def answers(release: Release) -> Answers:
    """Did it work, did it harm, can the figures be trusted, who took part."""
    primary = telling.of_role(release, "primary")
    watched = in_short.watched_findings(release)
    counts = Counter(check.verdict for check in release.checks)
    checks = tuple(
        Words(f"{mark.shape} {counts[verdict]} {words.CHECKS_COUNTED[verdict]}", tone=verdict)
        for verdict, mark in words.CHECKS.items()
        if counts[verdict]
    )
    return Answers(
        (
            (
                say("Did it work?"),
                in_short.worked(release),
                tuple(_told(release, found) for found in primary),
            ),
            (
                say("Did it harm?"),
                in_short.harm_text(release),
                tuple(_told(release, found) for found in watched),
            ),
            (say("Can the figures be trusted?"), words.trusted_text(counts), checks),
            (say("Who took part?"), telling.took_part(release), ()),
        )
    )


def _told(release: Release, found: ReleasedFinding) -> Cell:
    return verdict(found), f"{telling.opening(release, found)}."


def verdict(found: ReleasedFinding) -> Words:
    """A finding's verdict in its shape, word and colour."""
    return Words(telling.verdict_text(found), tone=found.finding.verdict, strong=True)


def reach(release: Release) -> Section:
    """What the study can and cannot tell."""
    pair = Pair(
        (say("It can tell"), can_tell(release)),
        (say("It cannot tell"), cannot_tell(release)),
    )
    return Section("reach", say("What this can and cannot tell"), (pair,))


def question(release: Release) -> Section:
    """The question, where and when it was asked, and what was done."""
    study, plan = release.study, release.plan
    design = design_title(plan.layout, study, randomised=plan.randomised)
    rows: list[tuple[str, Cell]] = [
        (say("Topic"), words.topic_word(study.topic)),
        (say("Run by"), place_and_time(release)),
        (say("Design"), design),
        (say("Who took part"), telling.took_part(release)),
        (say("Source of the data"), study.source),
    ]
    blocks: list[Block] = [
        Paragraph(study.question or study.title, look="lead"),
        Paragraph(study.summary),
        Facts(tuple(row for row in rows if row[1])),
    ]
    return Section("question", say("The question"), tuple(blocks))


def design(release: Release) -> Section:
    """Arms, outcomes and when they are counted, drawn and in tables."""
    blocks: list[Block] = [*drawings(release, "design")]
    blocks += grid(_arms(release), caption=_arms_caption(release), widths=(4, 2, 2))
    blocks += grid(
        [_outcome(release, outcome) for outcome in release.plan.outcomes],
        caption=say("What was measured"),
        widths=(2.4, 1.8, 4, 1.8, 1.8),
    )
    if release.study.meanwhile:
        blocks.append(Paragraph(say("What else happened meanwhile:"), look="heading"))
        blocks.append(Bullets(tuple(said_of(day_text(day), label) for label, day in release.study.meanwhile)))
    return Section("design", say("How it was tried"), tuple(blocks))


def _arms_caption(release: Release) -> str:
    return say("What is compared") if len(release.study.arms) > 1 else say("What was tried")


def _arms(release: Release) -> list[dict[str, object]]:
    shared = not release.study.courses and bool(release.plan.shares)
    total = sum(arm.share for arm in release.study.arms)
    return [
        {
            say("Arm"): arm.label,
            say("It is"): compared_as(arm),
            **({say("Planned share"): words.percent(arm.share / total)} if shared else {}),
        }
        for arm in release.study.arms
    ]


def _outcome(release: Release, outcome: Outcome) -> dict[str, object]:
    spans = [_span(span) for span in release.study.spans if span.name == outcome.name]
    return {
        say("Outcome"): Words(outcome.label, strong=outcome.role == "primary"),
        say("Role"): words.ROLES[outcome.role],
        say("Measured as"): (capital(outcome.measure), Words("; ".join(spans), tone="quiet")),
        say("Better"): say(BETTER[outcome.better]),
        say("Margin"): margin_size(outcome) or say("none"),
    }


def _span(span: Span) -> str:
    if span.last is None or span.session or span.wave:
        return span_text(span)
    return said_of(say("counted for"), length_text(span.last - span.first))
