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
from dashboard.language import later, say
from dashboard.page import Page
from dashboard.told import told
from dashboard.words.forms import in_form, said_of

if TYPE_CHECKING:
    from analysis.calibration.table import Row
    from analysis.estimator import Estimator
    from dashboard.session import Session


HOLDS = {
    "yes": later("✓ yes"),
    "within chance": later("≈ within chance"),
    "no": later("✗ no"),
    "not tested": later("– not tested"),
}


def render(session: Session) -> None:
    """Draw the methods page; it is the same for every pilot."""
    del session
    st.title(say("How it is computed"), anchor=False)
    st.header(say("What the verdicts mean"), anchor=False)
    elements.table(
        [{say("Verdict"): mark.text, say("It means"): mark.means} for mark in words.VERDICTS.values()],
        caption=say("Verdicts follow from the interval, the better direction and the margin alone"),
    )
    elements.quiet(
        say(
            "The interval is the range of effects that the data are compatible with. A margin is the largest "
            "worsening that the plan accepts; it was set before anybody looked at the data."
        ),
        say(
            "Counts of 1 to {most} people are masked. What is shown is for the research team: "
            "it is not yet controlled for publication.",
            most=INTERNAL.threshold - 1,
        ),
    )
    _estimators()
    _refused()
    st.header(say("Checks"), anchor=False)
    elements.table(
        [
            {
                say("Check"): told(check.label),
                say("If it fails"): told(check.means),
                say("What to do"): told(check.advice),
            }
            for check in checks().values()
        ],
        caption=say("What is looked at before the findings"),
    )


def _estimators() -> None:
    st.header(say("Estimators"), anchor=False)
    elements.quiet(
        say("The plan decides which estimator is shown first; the others check how far it matters."),
        say(
            "Each was run on many studies with a known truth: about 5 in 100 without an effect should find one, "
            "and 95 in 100 intervals should hold the true effect. ± are two Monte Carlo standard errors."
        ),
        say("Made by {what}", what=told(made())) if made() else "",
    )
    for estimator in estimators().values():
        with st.expander(elements.plain(told(estimator.label))):
            card(estimator)
            errors(estimator)


def _refused() -> None:
    st.header(say("Refused methods"), anchor=False)
    elements.quiet(say("Asked for by name, these are refused, with the reason."))
    elements.table(
        [
            {
                say("Method"): told(method.label),
                say("Why not"): told(method.refusal.reason),
                say("Instead"): told(method.instead),
            }
            for method in refused().values()
        ],
        caption=say("Methods that go wrong, and how often"),
    )


def card(estimator: Estimator) -> None:
    """One method card."""
    sections = estimator.card()
    answers = ", ".join(told(kind.label).lower() for name, kind in kinds().items() if name in estimator.kinds)
    what = say("What")
    rows = [{"": say("Answers for"), what: answers}]
    rows += [{"": told(heading), what: told(sections[heading])} for heading in CARD if heading in sections]
    elements.says(told(sections["Summary"]))
    elements.table([dict(row) for row in rows], caption=said_of(say("Method card"), told(estimator.label)))


def errors(estimator: Estimator) -> None:
    """How often one estimator errs, by design; nothing where it was not tried."""
    rows = [row for row in kept() if row.estimator == estimator.name]
    elements.table(
        [
            {
                say("Studies drawn"): said_of(told(kinds()[row.kind].label), told(row.design)),
                say("False positives"): _percent(row.false_positives, row.false_positives_error),
                say("Coverage"): _percent(row.coverage, row.coverage_error),
                say("Bias"): _bias(row),
                say("Allowed"): say(
                    "{low} to {high} %", low=in_form(f"{row.band_low:g}"), high=in_form(f"{row.band_high:g}")
                ),
                say("Kept"): say(HOLDS[row.holds]),
            }
            for row in rows
        ],
        caption=said_of(say("How often it errs"), told(estimator.label)),
    )


def _percent(value: float | None, error: float | None) -> str:
    if value is None:
        return "–"
    return in_form(f"{value:.1f} %" + (f" ± {2 * error:.1f}" if error else ""))


def _bias(row: Row) -> str:
    if row.bias is None:
        return "–"
    bias = f"{row.bias:.2g}".replace("-", "−") + (f" ± {2 * row.bias_error:.1g}" if row.bias_error else "")
    return in_form(bias)


PAGE = Page("methods", later("Methods"), "∑", 30, render, section="reference")
