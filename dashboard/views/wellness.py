"""Wellness: what questionnaires say of people's wellbeing over time, of groups and never of a person or a team."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements
from dashboard.charts._courses import label_of
from dashboard.choice import chosen_release
from dashboard.figure import chart_block
from dashboard.language import later, say
from dashboard.page import Page
from dashboard.told import told

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.release.scores import ReleasedCourse
    from dashboard.session import Session

PICTURES = ("scores", "score-bands", "answering")


def render(session: Session) -> None:
    """Draw every score of the chosen pilot over its waves."""
    release = chosen_release(session, question=say("How are the people who took part?"))
    if release is None or release.closed:
        return
    if not release.scores:
        elements.says(
            say("This pilot asked nobody with a questionnaire, so that there are no scores to show.")
        )
        return
    elements.quiet(
        say(
            "Scores are of groups of at least {fewest} people. No person, no answer to a question and no single "
            "team is ever shown, and the questions’ wording is not kept.",
            fewest=max(course.fewest for course in release.scores),
        )
    )
    for course in release.scores:
        _score(release, course)
    elements.quiet(*map(told, release.withheld))


def _score(release: Release, course: ReleasedCourse) -> None:
    """One score: its means, the bands they stand for, and who answered."""
    st.header(elements.plain(label_of(release, course)), anchor=False)
    if not any(group.figures for group in course.groups):
        elements.says(
            say("Fewer than {fewest} people answered in each group: no score is shown.", fewest=course.fewest)
        )
        return
    for name in PICTURES:
        chart_block(release, name, told=True, outcome=course.outcome)
    if course.bands:
        elements.quiet(say("Source of the bands: {source}.", source=told(course.bands[0].source).rstrip(".")))
    else:
        elements.quiet(
            say(
                "There are no published bands for this score of the {instrument}, or all people are in one.",
                instrument=course.instrument,
            )
        )


PAGE = Page("wellness", later("Wellness"), "♥", 22, render)
