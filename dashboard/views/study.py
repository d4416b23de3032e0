"""Study: one pilot in full, from its question to how each figure was computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.estimator import estimators
from dashboard import blocks, elements, telling, words
from dashboard.choice import chosen_release
from dashboard.drawing.frame import place_and_time
from dashboard.figure import chart_block
from dashboard.page import Page
from dashboard.views.methods import card
from dashboard.words.forms import day_text
from experiments.design import designs

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.outcome import Outcome
    from dashboard.session import Session

BETTER = {"lower": "lower is better", "higher": "higher is better"}


def render(session: Session) -> None:
    """Draw the chosen pilot."""
    release = chosen_release(session, question="What did this pilot find?")
    if release is None:
        return
    for section in (_question, _answers, _figure, _findings, _people, _limits, _sensitivity, _computed):
        section(release)


def _question(release: Release) -> None:
    study = release.study
    if study.question:
        elements.says(study.question)
    elements.quiet(f"{words.topic_word(study.topic)}. Run by {place_and_time(release)}.", study.summary)


def _answers(release: Release) -> None:
    st.header("In short", anchor=False)
    blocks.short_answers(release, with_figures=True)


def _findings(release: Release) -> None:
    st.header("What was found, outcome by outcome", anchor=False)
    for outcome in release.plan.outcomes:
        _outcome(release, outcome)
    refused = [r for r in release.not_estimable if r.estimator is None]
    elements.table(
        [telling.refusal_row(release, r) for r in refused], caption="What could not be answered, and why"
    )


def _outcome(release: Release, outcome: Outcome) -> None:
    found = [f for f in release.default_findings() if f.finding.outcome.name == outcome.name]
    if not found:
        return
    st.subheader(elements.plain(outcome.label), anchor=False)
    role = words.ROLES.get(outcome.role, words.spaced(outcome.role))
    measured = f" Measured as {outcome.measure}." if outcome.measure else ""
    elements.quiet(f"{role}; {BETTER[outcome.better]}.{measured}")
    chart_block(release, "series", outcome=outcome.name)
    for finding in found:
        blocks.finding_in_full(release, finding)
    elements.quiet(*dict.fromkeys(telling.assumed(finding) for finding in found))
    chart_block(release, "profile", told=True, outcome=outcome.name)
    chart_block(release, "subgroups", told=True, outcome=outcome.name)
    blocks.further_questions(release, found)


def _figure(release: Release) -> None:
    chart_block(release, "forest")


def _people(release: Release) -> None:
    study = release.study
    st.header("Who was in it", anchor=False)
    design = designs()[study.design]
    elements.quiet(design.says.format(unit=study.unit_name, cluster=study.cluster_name))
    elements.table(_arms(release), caption="The arms as declared")
    chart_block(release, "adoption", told=True)
    chart_block(release, "flow", told=True)


def _arms(release: Release) -> list[dict[str, object]]:
    """The arms with what they are compared as; the segments of one series with their first days."""
    study = release.study
    if len(study.courses) == 1:
        labels = telling.labels(release)
        return [
            {"Segment": labels[arm], "From": day and day_text(day)} for day, arm in study.courses[0].steps
        ]
    total = sum(arm.share for arm in study.arms)
    return [
        {
            "Arm": arm.label,
            "Compared as": "control" if arm.control else "treatment",
            **(
                {"Planned share": words.percent(arm.share / total)}
                if release.plan.shares and not study.courses
                else {}
            ),
        }
        for arm in study.arms
    ]


def _limits(release: Release) -> None:
    st.header("What this can and cannot tell", anchor=False)
    causal = words.cause_text(release.plan.layout, randomised=release.plan.randomised)
    elements.bullets([causal, *release.study.limits, *release.withheld])


def _sensitivity(release: Release) -> None:
    st.header("Do other ways of computing it agree?", anchor=False)
    chart_block(release, "sensitivity", told=True)
    with st.expander("Every estimate, by every estimator that can answer"):
        rows = [
            telling.finding_row(release, finding)
            for planned in release.default_findings()
            for finding in (planned, *release.sensitivity(planned))
        ]
        elements.table(rows, caption="The planned estimator first, then the others")
        refused = [telling.refusal_row(release, r) for r in release.not_estimable if r.estimator]
        elements.table(refused, caption="What another estimator could not answer, and why")


def _computed(release: Release) -> None:
    with st.expander("How it was computed"):
        elements.table(_facts(release), caption="What these figures rest on")
        for name in dict.fromkeys(f.finding.estimator for f in release.default_findings()):
            if name in estimators():
                card(estimators()[name])


def _facts(release: Release) -> list[dict[str, object]]:
    made, plan, data = release.provenance, release.registration, release.data
    facts = {
        "Source of the data": release.study.source,
        "Plan registered": plan.registered_at,
        "Plan": plan.hash,
        "Amendments": "; ".join(a.get("reason", "") for a in plan.amendments) or "none",
        "Question answered for": words.ESTIMANDS[release.plan.estimand],
        "Data": data.hash,
        "Events": telling.events_text(release),
        "Computed": made.created_at,
        "Software": f"watchkeeper {made.watchkeeper}, Python {made.python}",
        "Packages": ", ".join(f"{name} {version}" for name, version in made.packages.items()),
        "Seed": str(made.seed),
    }
    return [{"What": what, "Value": value} for what, value in facts.items() if value]


PAGE = Page("study", "Study", "◆", 10, render)
