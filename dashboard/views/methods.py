"""Methods: what the words mean, each estimator's method card and how often it errs, and what is let out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from analysis.calibration.table import KEPT, kept, made
from analysis.check import checks
from analysis.estimator import estimators
from analysis.refused import refused
from dashboard import elements, words
from dashboard.address import Choices, Part
from dashboard.glossary import LAYOUT_WORDS, TERMS, rules
from dashboard.language import count_of, later, say
from dashboard.method_cards import card, errors, errors_of_all, folded
from dashboard.method_filter import EVERY, filtered
from dashboard.page import Page
from dashboard.told import told
from dashboard.words.forms import day_text, said_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.estimator import Estimator
    from dashboard.session import Session

FIGURES: Mapping[str, str] = {  # of the calibration
    later("False positives"): later("Studies without an effect in which one was found all the same."),
    later("Coverage"): later("Intervals of 95 % that held the true effect."),
    later("Bias"): later("By how much the estimates lay off the truth on average, on the primary scale."),
    later("Allowed"): later(
        "The share of false positives that was agreed on before the run; as many intervals may miss."
    ),
}


def render(session: Session) -> None:
    """Draw the methods page; it is the same for every pilot."""
    del session
    st.title(say("How it is computed"), anchor=False)
    _asked_for()
    elements.contents(
        [
            ("words", say("What the words mean")),
            ("estimators", say("Estimators")),
            ("errors", say("How often they err")),
            ("refused", say("Refused methods")),
            ("checks", say("Checks")),
            ("rules", say("What is let out")),
        ]
    )
    _words()
    shown = _estimators()
    _errors(shown)
    _refused()
    _checks()
    _rules()


def _asked_for() -> None:
    """The card of the one method that the address names, before all others."""
    one = Choices("method", (Part("method", "one", ("", *estimators())),))
    one.settle()
    for name in one.held().get("method", ()):
        estimator = estimators()[name]
        st.header(elements.plain(told(estimator.label)), anchor=False)
        card(estimator)
        errors(estimator)
        st.button(say("Close this card"), on_click=one.clear)


def _words() -> None:
    elements.heading(say("What the words mean"), anchor="words")
    elements.table(
        [{say("Verdict"): mark.text, say("It means"): mark.means} for mark in words.VERDICTS.values()],
        caption=say("Verdicts follow from the interval, the better direction and the margin alone"),
    )
    _terms({say(term): (say(meaning),) for term, meaning in TERMS.items()})


def _terms(meanings: Mapping[str, Sequence[str]]) -> None:
    """What each word means, in a line or several."""
    rows = (
        f"<dt>{elements.marked(term)}</dt><dd>{'<br>'.join(map(elements.marked, lines))}</dd>"
        for term, lines in meanings.items()
    )
    elements.html(f'<dl class="wk-terms">{"".join(rows)}</dl>')


def _estimators() -> tuple[Estimator, ...]:
    """The method cards that the filters leave, by layout of the data; returns them."""
    elements.heading(say("Estimators"), anchor="estimators")
    elements.quiet(
        say("The plan decides which estimator is shown first; the others check how far it matters."),
    )
    layout, found = filtered()
    count = count_of("{count} estimator", "{count} estimators", len(found))
    elements.says(count if found else say("No estimator answers to that."))
    left = list(found)
    for name, (heading, means) in LAYOUT_WORDS.items():
        group = [each for each in left if name in each.layouts and layout in (EVERY, name)]
        left = [each for each in left if each not in group]
        if group:
            st.subheader(say(heading), anchor=False)
            elements.quiet(say(means))
            folded(group)
    return found


def _errors(shown: Sequence[Estimator]) -> None:
    """The whole table of the calibration, and how to read it."""
    elements.heading(say("How often they err"), anchor="errors")
    elements.quiet(
        say(
            "Each was run on many studies with a known truth: about 5 in 100 without an effect should find one, "
            "and 95 in 100 intervals should hold the true effect. ± are two Monte Carlo standard errors."
        ),
    )
    holds = [row.holds for row in kept()]
    elements.says(
        say(
            "Of {count} tries, {yes} kept what is allowed, {chance} missed it by no more than chance explains, "
            "and {no} missed it.",
            count=words.number(len(holds), decimals=0),
            yes=words.number(holds.count("yes"), decimals=0),
            chance=words.number(holds.count("within chance"), decimals=0),
            no=words.number(holds.count("no"), decimals=0),
        )
    )
    _terms({say(term): (say(meaning),) for term, meaning in FIGURES.items()})
    names = {each.name for each in shown}
    rows = [row for row in kept() if row.estimator in names]
    tries = count_of("{count} try", "{count} tries", len(rows))
    with st.expander(say("The table: {tries}", tries=tries)):
        errors_of_all(rows, caption=say("How often they err"))
        elements.quiet(say("Made by {what}", what=_dated(told(made()))) if made() else "")
        _table_file()


def _dated(text: str) -> str:
    """The text with its days in words."""
    return re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", lambda day: day_text(day[0]), text)


def _table_file() -> None:
    st.download_button(
        say("Download {format}", format="CSV"),
        data=KEPT.read_bytes,
        file_name=KEPT.name,
        mime="text/csv",
        on_click="ignore",
        key="calibration",
    )


def _refused() -> None:
    elements.heading(say("Refused methods"), anchor="refused")
    elements.quiet(say("Asked for by name, these are refused, with the reason."))
    _terms(
        {
            told(method.label): (
                told(method.refusal.reason),
                said_of(say("Instead"), told(method.instead)),
            )
            for method in refused().values()
        }
    )


def _checks() -> None:
    elements.heading(say("Checks"), anchor="checks")
    elements.quiet(say("What is looked at before the findings"))
    _terms(
        {
            told(check.label): (
                said_of(say("If it fails"), told(check.means)),
                said_of(say("What to do"), told(check.advice)),
            )
            for check in checks().values()
        }
    )


def _rules() -> None:
    elements.heading(say("What is let out"), anchor="rules")
    elements.quiet(
        say(
            "Pages show the research team more than everybody may see. Files are by the rules for everybody, "
            "unless somebody of the research team asks for the others."
        )
    )
    elements.table(rules(), caption=say("By which rules figures are let out"))


PAGE = Page("methods", later("Methods"), "∑", 30, render, section="reference")
