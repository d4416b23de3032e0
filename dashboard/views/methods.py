"""Methods: what the words mean, and each estimator's method card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.check import checks
from analysis.disclosure import INTERNAL
from analysis.estimator import CARD, estimators
from analysis.outcome import kinds
from dashboard import elements, words
from dashboard.page import Page

if TYPE_CHECKING:
    from analysis.estimator import Estimator
    from dashboard.session import Session


def render(session: Session) -> None:
    """Draw the methods page; it is the same for every pilot."""
    del session
    st.title("How it is computed", anchor=False)
    st.header("What the verdicts mean", anchor=False)
    elements.table(
        [{"Verdict": mark.text, "It means": mark.means} for mark in words.VERDICTS.values()],
        caption="Verdicts follow from the interval, the better direction and the margin alone",
    )
    elements.quiet(
        "The interval is the range of effects that the data are compatible with. A margin is the largest "
        "worsening that the plan accepts; it was set before anybody looked at the data.",
        f"Counts of 1 to {INTERNAL.threshold - 1} people are masked. What is shown is for the research team: "
        "it is not yet controlled for publication.",
    )
    st.header("Estimators", anchor=False)
    elements.quiet("The plan decides which estimator is shown first; the others check how far it matters.")
    for estimator in estimators().values():
        with st.expander(elements.plain(estimator.label)):
            card(estimator)
    st.header("Checks", anchor=False)
    elements.table(
        [
            {"Check": check.label, "If it fails": check.means, "What to do": check.advice}
            for check in checks().values()
        ],
        caption="What is looked at before the findings",
    )


def card(estimator: Estimator) -> None:
    """One method card."""
    sections = estimator.card()
    answers = ", ".join(kind.label.lower() for name, kind in kinds().items() if name in estimator.kinds)
    rows = [{"": "Answers for", "What": answers}]
    rows += [{"": heading, "What": sections[heading]} for heading in CARD if heading in sections]
    elements.says(sections["Summary"])
    elements.table([dict(row) for row in rows], caption=f"Method card: {estimator.label}")


PAGE = Page("methods", "Methods", "∑", 30, render)
