"""Monitoring: the looks that the plan has, how far a result must go at each, and where the study stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements, telling
from dashboard.choice import chosen_release
from dashboard.figure import chart_block
from dashboard.interim import at_this_look, share_measured
from dashboard.language import later, say
from dashboard.monitored import result_rows, standing
from dashboard.page import Page
from dashboard.told import told
from dashboard.words.forms import said_of
from dashboard.words.looks import (
    any_look_means,
    boundary_means,
    boundary_moves,
    days_so_far,
    look_sentence,
    may_it_stop,
    next_look,
    no_looks,
    units_so_far,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.session import Session


def render(session: Session) -> None:
    """Draw the looks of the chosen pilot, and how far its data are."""
    release = chosen_release(session, question=say("Where does the study stand, and may it stop?"))
    if release is None:
        return
    if release.looks:
        st.header(say("May it stop?"), anchor=False)
        elements.says(may_it_stop(standing(release)))
        if said := next_look(release.looks, share_measured(release)):
            elements.quiet(said)
    st.header(say("So far"), anchor=False)
    _progress(release)
    st.header(say("Looks before the end"), anchor=False)
    if not release.looks:
        elements.says(no_looks())
    else:
        _looks(release)
    elements.quiet(*map(told, release.withheld[release.closed :]))  # a closed study's first stands above


def _progress(release: Release) -> None:
    """How many units were measured and until when the log tells; rebuilt data have no days worth telling."""
    if release.flow:
        measured, planned = release.flow[-1].total, release.plan.planned_units
        elements.says(units_so_far(measured, planned, unit=release.study.unit_name))
    if release.data.last and release.study.data_are in ("observed", "simulated"):
        elements.says(days_so_far(release.data.last, release.study.end))
    chart_block(release, "accrual", told=True)
    chart_block(release, "flow")


def _looks(release: Release) -> None:
    """What the boundaries are and mean, then what was found at the look that the study is at."""
    last = len(release.looks)
    chart_block(release, "looks", told=True)
    st.subheader(say("At this look"), anchor=False)
    if not at_this_look(release):
        elements.says(say("No result is shown: none was taken at a look, or it must not be seen yet."))
    _results(release)
    st.subheader(say("The boundaries of the plan"), anchor=False)
    elements.bullets(
        [look_sentence(place, look, last=place == last) for place, look in enumerate(release.looks, start=1)]
    )
    elements.quiet(boundary_means(), boundary_moves())


def _results(release: Release) -> None:
    """Every result beside its boundaries; in words those without one; notices of harm."""
    rows = result_rows(release)
    elements.table(rows, caption=say("Each result beside the boundaries of this look"))
    if any(supplied.effects for supplied in at_this_look(release)):
        elements.quiet(any_look_means())
    for supplied in at_this_look(release):
        label = next(o.label for o in release.plan.outcomes if o.name == supplied.outcome)
        if "z" not in supplied.parameters:
            elements.says(said_of(label, told(supplied.sentence(telling.labels(release)))))
        if supplied.parameters.get("harm_reached", 0.0) > 0:
            elements.banner(say("The boundary for harm is reached: {outcome}.", outcome=label))
    notes = dict.fromkeys(note for supplied in at_this_look(release) for note in supplied.notes)
    elements.quiet(*map(told, notes))


PAGE = Page("monitoring", later("Monitoring"), "◷", 24, render)
