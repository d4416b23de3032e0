"""Quality: what could make the findings wrong, looked at before anybody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.check import checks
from dashboard import elements, telling, words
from dashboard.choice import chosen_release
from dashboard.page import Page

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedCheck
    from dashboard.session import Session

MOST_PASSED = 3  # results of one check that stand in the open; more are folded away
WORST_FIRST = ("fail", "warn", "pass")


def render(session: Session) -> None:
    """Draw the checks of the chosen pilot."""
    release = chosen_release(session, question="Can the figures be trusted?")
    if release is None:
        return
    elements.quiet(
        "These checks ran before the findings were read. One that fails can make every finding wrong."
    )
    st.header("What was checked", anchor=False)
    for name in dict.fromkeys(result.name for result in sorted(release.checks, key=_badness)):
        _check(name, [result for result in release.checks if result.name == name])
    st.header("What was taken in", anchor=False)
    elements.table(_taken_in(release), caption="Rows of the event log")
    elements.quiet(*release.withheld)


def _badness(result: ReleasedCheck) -> int:
    return WORST_FIRST.index(result.verdict)


def _check(name: str, results: list[ReleasedCheck]) -> None:
    """All that one check found, the worst first, under one heading."""
    check = checks().get(name)
    st.subheader(elements.plain(check.label if check else words.spaced(name)), anchor=False)
    if check:
        elements.quiet(f"What a failure would mean: {check.means}")
    troubles = sorted((result for result in results if result.verdict != "pass"), key=_badness)
    _results(troubles)
    if check and troubles:
        elements.quiet(f"What to do: {check.advice}")
    passed = [result for result in results if result.verdict == "pass"]
    if len(passed) <= MOST_PASSED:
        _results(passed)
        return
    with st.expander(f"{words.CHECKS['pass'].shape} {len(passed)} passed: what each one found"):
        _results(passed)


def _results(results: list[ReleasedCheck]) -> None:
    for result in results:
        elements.says(result.says, before=elements.badge(words.CHECKS[result.verdict]))


def _taken_in(release: Release) -> list[dict[str, object]]:
    data = release.data
    return [
        {"What": "Events kept", "How many": telling.events_text(release)},
        {"What": "Rows seen before, taken in once", "How many": f"{data.duplicates:,}"},
        {"What": "Rows rejected, listed by: watchkeeper rejects", "How many": f"{data.rejected:,}"},
    ]


PAGE = Page("quality", "Quality", "✓", 20, render)
