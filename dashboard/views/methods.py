"""Methods: what the words mean, each estimator's method card and how often it errs, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.calibration.table import kept, made
from analysis.check import checks
from analysis.estimator import CARD, estimators
from analysis.outcome import kinds
from analysis.policy import INTERNAL
from analysis.refused import refused
from dashboard import elements, words
from dashboard.page import Page

if TYPE_CHECKING:
    from analysis.calibration.table import Row
    from analysis.estimator import Estimator
    from dashboard.session import Session


HOLDS = {"yes": "✓ yes", "within chance": "≈ within chance", "no": "✗ no", "not tested": "– not tested"}


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
    elements.quiet(
        "The plan decides which estimator is shown first; the others check how far it matters.",
        "Each was run on many studies with a known truth: about 5 in 100 without an effect should find one, and "
        "95 in 100 intervals should hold the true effect. ± are two Monte Carlo standard errors.",
        f"Made by {made()}" if made() else "",
    )
    for estimator in estimators().values():
        with st.expander(elements.plain(estimator.label)):
            card(estimator)
            errors(estimator)
    _refused()
    st.header("Checks", anchor=False)
    elements.table(
        [
            {"Check": check.label, "If it fails": check.means, "What to do": check.advice}
            for check in checks().values()
        ],
        caption="What is looked at before the findings",
    )


def _refused() -> None:
    st.header("Refused methods", anchor=False)
    elements.quiet("Asked for by name, these are refused, with the reason.")
    elements.table(
        [
            {"Method": method.label, "Why not": method.refusal.reason, "Instead": method.instead}
            for method in refused().values()
        ],
        caption="Methods that go wrong, and how often",
    )


def card(estimator: Estimator) -> None:
    """One method card."""
    sections = estimator.card()
    answers = ", ".join(kind.label.lower() for name, kind in kinds().items() if name in estimator.kinds)
    rows = [{"": "Answers for", "What": answers}]
    rows += [{"": heading, "What": sections[heading]} for heading in CARD if heading in sections]
    elements.says(sections["Summary"])
    elements.table([dict(row) for row in rows], caption=f"Method card: {estimator.label}")


def errors(estimator: Estimator) -> None:
    """How often one estimator errs, by design; nothing where it was not tried."""
    rows = [row for row in kept() if row.estimator == estimator.name]
    elements.table(
        [
            {
                "Studies drawn": f"{kinds()[row.kind].label}: {row.design}",
                "False positives": _percent(row.false_positives, row.false_positives_error),
                "Coverage": _percent(row.coverage, row.coverage_error),
                "Bias": _bias(row),
                "Allowed": f"{row.band_low:g} to {row.band_high:g} %",
                "Kept": HOLDS[row.holds],
            }
            for row in rows
        ],
        caption=f"How often it errs: {estimator.label}",
    )


def _percent(value: float | None, error: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %" + (f" ± {2 * error:.1f}" if error else "")


def _bias(row: Row) -> str:
    if row.bias is None:
        return "–"
    return f"{row.bias:.2g}".replace("-", "−") + (f" ± {2 * row.bias_error:.1g}" if row.bias_error else "")


PAGE = Page("methods", "Methods", "∑", 30, render)
