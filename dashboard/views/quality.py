"""Quality: what could make the findings wrong, looked at before anybody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.check import checks
from dashboard import elements, telling, words
from dashboard.choice import chosen_release
from dashboard.language import later, say
from dashboard.page import Page
from dashboard.told import told

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedCheck
    from dashboard.session import Session

MOST_PASSED = 3  # results of one check that stand in the open; more are folded away
WORST_FIRST = ("fail", "warn", "pass")


def render(session: Session) -> None:
    """Draw the checks of the chosen pilot."""
    release = chosen_release(session, question=say("Can the figures be trusted?"))
    if release is None:
        return
    elements.quiet(
        say("These checks ran before the findings were read. One that fails can make every finding wrong.")
    )
    st.header(say("What was checked"), anchor=False)
    for name in dict.fromkeys(result.name for result in sorted(release.checks, key=_badness)):
        _check(name, [result for result in release.checks if result.name == name])
    st.header(say("What was taken in"), anchor=False)
    elements.table(_taken_in(release), caption=say("Rows of the event log"))
    elements.quiet(*map(told, release.withheld))


def _badness(result: ReleasedCheck) -> int:
    return WORST_FIRST.index(result.verdict)


def _check(name: str, results: list[ReleasedCheck]) -> None:
    """All that one check found, the worst first, under one heading."""
    check = checks().get(name)
    st.subheader(elements.plain(told(check.label if check else words.spaced(name))), anchor=False)
    if check:
        elements.quiet(say("What a failure would mean: {meaning}", meaning=told(check.means)))
    troubles = sorted((result for result in results if result.verdict != "pass"), key=_badness)
    _results(troubles)
    if check and troubles:
        elements.quiet(say("What to do: {advice}", advice=told(check.advice)))
    passed = [result for result in results if result.verdict == "pass"]
    if len(passed) <= MOST_PASSED:
        _results(passed)
        return
    found = say("{count} passed: what each one found", count=len(passed))
    with st.expander(f"{words.CHECKS['pass'].shape} {found}"):
        _results(passed)


def _results(results: list[ReleasedCheck]) -> None:
    for result in results:
        elements.says(told(result.says), before=elements.badge(words.CHECKS[result.verdict]))


def _taken_in(release: Release) -> list[dict[str, object]]:
    data, what, many = release.data, say("What"), say("How many")
    return [
        {what: say("Events kept"), many: telling.events_text(release)},
        {what: say("Rows seen before, taken in once"), many: words.count_text(data.duplicates)},
        {
            what: say("Rows rejected, listed by: watchkeeper rejects"),
            many: words.count_text(data.rejected),
        },
    ]


PAGE = Page("quality", later("Quality"), "✓", 20, render)
