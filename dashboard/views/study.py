"""Study: one pilot in full, from its question to how each figure was computed."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import blocks, elements, in_short, telling, words
from dashboard.basis import computed
from dashboard.chart import charts
from dashboard.choice import chosen_release
from dashboard.drawing.frame import place_and_time
from dashboard.figure import chart_block
from dashboard.language import count_of, later, say
from dashboard.method_cards import card_link
from dashboard.page import Page
from dashboard.reach import can_tell, cannot_tell
from dashboard.told import told
from dashboard.words.forms import said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.outcome import Outcome
    from dashboard.session import Session

BETTER = {"lower": later("lower is better"), "higher": later("higher is better")}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its place in the address, its heading, and what draws it."""

    anchor: str
    title: str
    draw: Callable[[Release], None]
    applies: Callable[[Release], bool] = lambda _: True


def render(session: Session) -> None:
    """Draw the chosen pilot."""
    release = chosen_release(session, question=say("What did this pilot find?"))
    if release is None:
        return
    _question(release)
    sections = [section for section in SECTIONS if section.applies(release)]
    elements.contents([(section.anchor, say(section.title)) for section in sections])
    for section in sections:
        elements.heading(say(section.title), anchor=section.anchor)
        section.draw(release)


def _question(release: Release) -> None:
    study = release.study
    if study.question:
        elements.says(study.question)
    topic, place = words.topic_word(study.topic), place_and_time(release)
    elements.quiet(say("{topic}. Run by {place}.", topic=topic, place=place))


def _answers(release: Release) -> None:
    blocks.short_answers(release, with_figures=True)


def _design(release: Release) -> None:
    elements.quiet(release.study.summary)
    chart_block(release, "design", told=True)


def _main(release: Release) -> None:
    """The main question: each finding in a sentence, with the picture that its design has."""
    if release.closed:
        _not_yet(release)
        return
    for outcome in (o for o in release.plan.outcomes if o.role == "primary"):
        if found := _found(release, outcome):
            _outcome(release, outcome, found)
            elements.quiet(*(line for finding in found for line in telling.story(release, finding)))
            chart_block(release, _picture(release, outcome), outcome=outcome.name)
            chart_block(release, "profile", told=True, outcome=outcome.name)
            with st.expander(_more(outcome)):
                _details(release, found)
            blocks.further_questions(release, found)
    refused = [r for r in release.not_estimable if r.estimator is None]
    caption = say("What could not be answered, and why")
    elements.table([telling.refusal_row(release, r) for r in refused], caption=caption)


def _not_yet(release: Release) -> None:
    """When a study that still runs will show what it found, with the way it has to go until then."""
    elements.says(words.not_yet_text())
    elements.quiet(*dict.fromkeys(told(refused.remedy) for refused in release.not_estimable))
    if release.looks:
        chart_block(release, "looks", told=True)
        elements.link(say("See how far the study is"), page="monitoring", study=release.study.id)


def _found(release: Release, outcome: Outcome) -> list[ReleasedFinding]:
    return [f for f in release.default_findings() if f.finding.outcome.name == outcome.name]


def _outcome(release: Release, outcome: Outcome, found: Sequence[ReleasedFinding]) -> None:
    """One outcome: what is counted, and what was found, each finding with its verdict."""
    st.subheader(elements.plain(outcome.label), anchor=False)
    measured = say("Measured as {measure}.", measure=outcome.measure) if outcome.measure else ""
    role, better = words.ROLES[outcome.role], say(BETTER[outcome.better])
    elements.quiet(say("{role}; {better}. {measured}", role=role, better=better, measured=measured).strip())
    for finding in found:
        mark = elements.badge(words.VERDICTS[finding.finding.verdict])
        elements.says(telling.sentence(release, finding), before=mark)


def _more(outcome: Outcome) -> str:
    return say(
        "More on ‘{outcome}’: other scales, notes, what is assumed", outcome=elements.plain(outcome.label)
    )


def _details(release: Release, found: Sequence[ReleasedFinding]) -> None:
    for finding in found:
        about = telling.compared(release, finding) if len(found) > 1 else ""
        elements.quiet(about, telling.other_scales(finding), *telling.notes(finding))
    elements.quiet(*dict.fromkeys(telling.assumed(finding) for finding in found))
    for method in dict.fromkeys(finding.finding.estimator for finding in found):
        card_link(method, study=release.study.id)


def _further(release: Release, outcome: Outcome) -> None:
    """An outcome beside the main one: what was found, with all else folded."""
    found = _found(release, outcome)
    if not found:
        return
    _outcome(release, outcome, found)
    with st.expander(_more(outcome)):
        elements.quiet(*(line for finding in found for line in telling.story(release, finding)))
        if (picture := _picture(release, outcome)) != "forest":
            chart_block(release, picture, outcome=outcome.name)
        chart_block(release, "profile", told=True, outcome=outcome.name)
        _details(release, found)
        blocks.further_questions(release, found)


def _picture(release: Release, outcome: Outcome) -> str:
    """The chart that shows an outcome best."""
    estimates = [found.finding.estimate for found in _found(release, outcome)]
    if any(estimate.trace for estimate in estimates):
        return "series"
    return "survival" if any(estimate.curves for estimate in estimates) else "forest"


def _is_open(release: Release) -> bool:
    return not release.closed


def _harm(release: Release) -> None:
    if not in_short.watched_findings(release):
        elements.says(words.harmed_text([], elsewhere=False, declared=in_short.watches(release)))
        return
    chart_block(release, "guardrails", told=True)
    for outcome in (o for o in release.plan.outcomes if o.role in in_short.WATCHED):
        _further(release, outcome)


def _all(release: Release) -> None:
    chart_block(release, "forest")
    for outcome in (o for o in release.plan.outcomes if o.role == "secondary"):
        _further(release, outcome)


def _reach(release: Release) -> None:
    parts = ((say("It can tell"), can_tell(release), "✓"), (say("It cannot tell"), cannot_tell(release), "✗"))
    columns = "".join(
        f"<section><h3>{mark} {escape(title)}</h3><ul>"
        + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
        + "</ul></section>"
        for title, sentences, mark in parts
    )
    elements.html(f'<div class="wk-reach">{columns}</div>')
    elements.link(say("Plan the next study from this one"), page="planning", study=release.study.id)


def _people(release: Release) -> None:
    chart_block(release, "flow", told=True)


def _agree(release: Release) -> None:
    chart_block(release, "sensitivity", told=True)
    with st.expander(say("Every estimate, by every estimator that can answer")):
        rows = [
            telling.finding_row(release, finding)
            for planned in release.default_findings()
            for finding in (planned, *release.sensitivity(planned))
        ]
        elements.table(rows, caption=say("The planned estimator first, then the others"))
        refused = [telling.refusal_row(release, r) for r in release.not_estimable if r.estimator]
        elements.table(refused, caption=say("What another estimator could not answer, and why"))


def _groups(release: Release) -> None:
    for outcome in release.plan.outcomes:
        if outcome.role == "primary":
            chart_block(release, "subgroups", told=True, outcome=outcome.name)
    others = [o for o in release.plan.outcomes if o.role != "primary" and _group_rows(release, o)]
    if not others:
        return
    title = count_of("The same for {count} more outcome", "The same for {count} more outcomes", len(others))
    with st.expander(title):
        for outcome in others:
            elements.table(_group_rows(release, outcome), caption=outcome.label)


def _group_rows(release: Release, outcome: Outcome) -> list[dict[str, object]]:
    return [
        {
            say("Group"): said_of(words.spaced(group.attribute), group.level),
            say("Compared"): telling.compared(release, found),
            told(outcome.scale.label): words.effect_text(found.effect, scale=outcome.scale, outcome=outcome),
        }
        for planned in release.default_findings()
        if planned.finding.outcome.name == outcome.name
        for found in release.subgroups(planned)
        if (group := found.finding.subgroup)
    ]


def _can_draw(name: str) -> Callable[[Release], bool]:
    return lambda release: charts()[name].applies(release)


SECTIONS = (
    Section("answers", later("In short"), _answers),
    Section("design", later("How it was tried"), _design),
    Section("main", later("The main finding"), _main),
    Section("harm", later("Did anything get worse?"), _harm, _is_open),
    Section("outcomes", later("All outcomes in one picture"), _all, _is_open),
    Section("reach", later("What this can and cannot tell"), _reach),
    Section("people", later("Who was in it"), _people, _can_draw("flow")),
    Section("agree", later("Do other ways of computing it agree?"), _agree, _can_draw("sensitivity")),
    Section("groups", later("Was it the same for everybody?"), _groups, _can_draw("subgroups")),
    Section("computed", later("How it was computed"), computed),
)
PAGE = Page("study", later("Study"), "◆", 10, render)
