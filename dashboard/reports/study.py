"""The report of one study: from the answers in short to the checklist of what stands where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import words
from dashboard.drawing.frame import HASH_LENGTH
from dashboard.language import language, say
from dashboard.reports import basis, opening, results
from dashboard.reports.checklist import checklist
from dashboard.reports.content import Paragraph, Report, Section, numbered
from dashboard.reports.looking import looks
from dashboard.reports.stated import stated
from dashboard.words.designs import design_title
from dashboard.words.forms import day_text, said_of

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.reports.content import Block


def study_report(release: Release) -> Report:
    """The report in the language spoken, made of a release in that language; the same release, the same report."""
    study, plan = release.study, release.plan
    design = design_title(plan.layout, study, randomised=plan.randomised)
    sections = [section for section in _sections(release) if section.blocks or section.parts]
    places = {section.anchor: f"{number}  {section.title}" for number, section in numbered(sections)}
    places["answers"] = say("In short, on the first page")
    first: tuple[Block, ...] = (opening.answers(release), Paragraph(f"{design}.", look="quiet"))
    return Report(
        kind=said_of(say("Study report"), words.topic_word(study.topic)),
        title=study.title,
        lead=study.question,
        opening=first,
        sections=(*sections, checklist(release, places)),
        notice=notice(release),
        imprint=imprint(release),
        about={
            "study": study.id,
            "plan_hash": release.registration.hash,
            "data_hash": release.data.hash,
            "policy": release.policy.name,
            "data_are": study.data_are,
            "watchkeeper": release.provenance.watchkeeper,
            "created_at": release.provenance.created_at,
            "language": language(),
        },
        made_at=release.provenance.created_at,
        language=language(),
    )


def notice(release: Release) -> str:
    """What kind of data it is where they are not observed, and whom the figures are for if not for everybody."""
    from dashboard.scene import imprint as said

    return said(release).notice


def imprint(release: Release) -> str:
    """Study, plan, data version, rules and day in one line, for every page."""
    return say(
        "Study {study} · plan {plan} · data {data} · rules: {policy} · {day}",
        study=release.study.id,
        plan=release.registration.hash[:HASH_LENGTH],
        data=release.data.hash[:HASH_LENGTH],
        policy=policy_word(release),
        day=day_text(release.provenance.created_at),
    )


def policy_word(release: Release) -> str:
    """The name of the rules that figures were let out by."""
    return say("for everybody") if release.policy.public else say("for the research team")


def _sections(release: Release) -> tuple[Section, ...]:
    return (
        opening.question(release),
        opening.design(release),
        results.flow(release),
        results.main(release),
        looks(release),
        results.harms(release),
        results.further(release),
        results.sensitivity(release),
        results.groups(release),
        opening.reach(release),
        stated(release),
        basis.plan(release),
        basis.quality(release),
        basis.methods(release),
        basis.provenance(release),
    )
