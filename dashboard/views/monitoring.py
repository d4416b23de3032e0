"""Monitoring: the looks that the plan has, how far a result must go at each, and where the study stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import elements, telling
from dashboard.choice import chosen_release
from dashboard.figure import chart_block
from dashboard.language import later, say
from dashboard.page import Page
from dashboard.told import told
from dashboard.words.forms import said_of
from dashboard.words.looks import (
    boundary_means,
    days_so_far,
    look_sentence,
    next_look,
    no_looks,
    units_so_far,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from analysis.supplement import Supplied
    from dashboard.session import Session


def render(session: Session) -> None:
    """Draw the looks of the chosen pilot, and how far its data are."""
    release = chosen_release(session, question=say("Where does the study stand, and may it stop?"))
    if release is None:
        return
    st.header(say("So far"), anchor=False)
    _progress(release)
    st.header(say("Looks before the end"), anchor=False)
    if not release.looks:
        elements.says(no_looks())
    else:
        _looks(release)
    elements.quiet(*map(told, release.withheld))


def _progress(release: Release) -> None:
    """How many units were measured and until when the log tells; rebuilt data have no days worth telling."""
    if release.flow:
        measured, planned = release.flow[-1].total, release.plan.planned_units
        elements.says(units_so_far(measured, planned, unit=release.study.unit_name))
    if release.data.last and release.study.data_are in ("observed", "simulated"):
        elements.says(days_so_far(release.data.last, release.study.end))
    chart_block(release, "flow")


def _looks(release: Release) -> None:
    """What the boundaries are and mean, then what was found at the look that the study is at."""
    last = len(release.looks)
    chart_block(release, "looks", told=True)
    elements.bullets(
        [look_sentence(place, look, last=place == last) for place, look in enumerate(release.looks, start=1)]
    )
    elements.quiet(boundary_means())
    st.subheader(say("At this look"), anchor=False)
    at_a_look = [each for each in release.supplied if each.name == "monitoring"]
    if not at_a_look:
        elements.says(say("No result is shown: none was taken at a look, or it must not be seen yet."))
    for supplied in at_a_look:
        _found(release, supplied)
    if said := next_look(release.looks, _share(release, at_a_look)):
        elements.says(said)


def _found(release: Release, supplied: Supplied) -> None:
    """What one result allows at this look; harm comes with a notice."""
    label = next(o.label for o in release.plan.outcomes if o.name == supplied.outcome)
    elements.says(said_of(label, told(supplied.sentence(telling.labels(release)))))
    if supplied.parameters.get("harm_reached", 0.0) > 0:
        elements.banner(say("The boundary for harm is reached: {outcome}.", outcome=label))
    elements.quiet(*map(told, supplied.notes))


def _share(release: Release, at_a_look: list[Supplied]) -> float | None:
    """How far the study is: by its results, else by all that was measured; None where that is not known."""
    known = [each.parameters["information"] for each in at_a_look if "information" in each.parameters]
    if known:
        return known[0]
    measured = release.flow[-1].total.value if release.flow else None
    planned = release.plan.planned_units
    return measured / planned if measured is not None and planned else None


PAGE = Page("monitoring", later("Monitoring"), "◷", 24, render)
