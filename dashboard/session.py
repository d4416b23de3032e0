"""What a visitor of the pages works with: the store, the chosen pilot, and the only cache."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import streamlit as st

from analysis.policy import PUBLIC, Policy
from analysis.refusal import Refusal
from dashboard.chart import charts
from dashboard.drawing.on_page import at_widths
from dashboard.language import language, say
from dashboard.spoken import in_language, study_in_language
from experiments.access import LOCAL, Access
from experiments.faults import Fault
from experiments.pilot import evaluation, stored_evaluation
from experiments.plan import study_facts
from experiments.releasing import released, was_let_out
from experiments.store import Store

if TYPE_CHECKING:
    from analysis.about import StudyFacts
    from analysis.disclosure import Release
    from dashboard.theme import Mode

State = Literal["registered", "loaded", "analysed", "broken"]


@dataclass(frozen=True, slots=True)
class Pilot:
    """A pilot as far as it has come. `release` is there once it is analysed, `fault` where it is broken.

    `until` is the instant of its newest event and `taken_in` when that came into the store (ISO 8601).
    """

    id: str
    state: State
    facts: StudyFacts | None = None
    release: Release | None = None
    fault: str = ""
    until: str | None = None
    taken_in: str | None = None

    @property
    def title(self) -> str:
        """The declared title, or the id where the study cannot be read."""
        return self.facts.title if self.facts else self.id


@dataclass(frozen=True, slots=True)
class Session:
    """The store behind the pages, what the visitor may see of it, and the pilot that was chosen.

    `for_everybody` gives what all may see, whoever asks: for files that are taken away.
    """

    store: Store
    access: Access = LOCAL
    chosen: str | None = None
    for_everybody: bool = False

    @property
    def policy(self) -> Policy:
        """By which rules figures are let out."""
        return PUBLIC if self.for_everybody else self.access.policy

    def ids(self) -> tuple[str, ...]:
        """The ids of the pilots in the store that the visitor may see."""
        return tuple(study_id for study_id in self.store.studies() if self._sees(study_id))

    def pilot(self, study_id: str) -> Pilot:
        """One pilot as it stands; a study that cannot be read becomes a `broken` one with the reason.

        One that the visitor may not see is like one that is not there.
        """
        if not self._sees(study_id):
            return Pilot(study_id, "broken", fault=say("No pilot of that name is here."))
        try:
            key = str(self.store.path.resolve()), study_id, self.store.data_key(study_id)
            held = self.store.manifest(study_id)
            if not (held.segments or held.purged):
                return Pilot(study_id, "registered", _facts(self.store, key, language()))
            try:
                seen = self.policy.name, self.access.steward and not self.for_everybody
                found = _release(self.store, key, seen, language())
            except _NotAnalysedError:
                facts = _facts(self.store, key, language())
                return Pilot(study_id, "loaded", facts, until=held.last, taken_in=held.taken_in)
        except Fault as fault:
            return Pilot(study_id, "broken", fault=str(fault))
        until = held.last or found.data.last
        return Pilot(study_id, "analysed", found.study, found, until=until, taken_in=held.taken_in)

    def let_out(self, study_id: str) -> Release | None:
        """What is public of a pilot already, made again; asking for it lets nothing out."""
        evaluation = stored_evaluation(self.store, study_id) if self._sees(study_id) else None
        if evaluation is None or not was_let_out(self.store, study_id, evaluation, PUBLIC.name):
            return None
        return replace(self, for_everybody=True).pilot(study_id).release

    def pilots(self) -> tuple[Pilot, ...]:
        """Every pilot."""
        return tuple(self.pilot(study_id) for study_id in self.ids())

    def analysed(self, pilot: Pilot) -> Pilot:
        """The pilot, analysed now where its data are loaded but nobody looked yet."""
        if pilot.state != "loaded" or not self._sees(pilot.id):
            return pilot
        try:
            with st.spinner(say("Analysing for the first time. This takes some seconds.")):
                evaluation(self.store, pilot.id)
        except (Fault, Refusal) as reason:
            return Pilot(pilot.id, "broken", pilot.facts, fault=str(reason))
        return self.pilot(pilot.id)

    def _sees(self, study_id: str) -> bool:
        """Whether the visitor may see a pilot at all; only somebody who sees all may see one without a company."""
        if self.access.companies is None:
            return True
        try:
            key = str(self.store.path.resolve()), study_id, self.store.data_key(study_id)
            return self.access.sees(_facts(self.store, key, language()).company)
        except Fault:
            return False


def store_folder() -> Path:
    """Where the store is, as the command that serves the pages said."""
    return Path(os.environ.get("WATCHKEEPER_STORE", "store"))


def open_session(folder: Path, *, chosen: str | None, access: Access = LOCAL) -> Session:
    """A session on the store in `folder` for a visitor who may see what `access` says."""
    return Session(Store(folder), access, chosen)


def drawn(release: Release, chart: str, *, mode: Mode, outcome: str | None = None) -> str:
    """The named chart without its frame, as markup for a page; drawn once a release, language, outcome, mode."""
    return _drawing(release, (*made_of(release), language()), chart, mode, outcome)


def made_of(release: Release) -> tuple[str, ...]:
    """What tells two releases of a store apart: study, plan, data, the instant of the analysis, and the rules."""
    policy = f"{release.policy.name} closed" if release.closed else release.policy.name
    return (
        release.study.id,
        release.registration.hash,
        release.data.hash,
        release.provenance.created_at,
        policy,
    )


class _NotAnalysedError(LookupError):
    """Raised past the cache, so that "nothing there yet" is never remembered."""


@st.cache_resource(show_spinner=False, max_entries=200)
def _facts(_store: Store, key: tuple[str, str, str], spoken: str) -> StudyFacts:
    """What the declaration says of the study, in a language; `key` changes with the declaration."""
    return study_in_language(study_facts(_store.study(key[1])), spoken)


@st.cache_resource(show_spinner=False, max_entries=200)
def _release(_store: Store, key: tuple[str, str, str], seen: tuple[str, bool], spoken: str) -> Release:
    """The release in a language; `key` changes with the data and the plan, `seen` is policy and steward."""
    evaluation = stored_evaluation(_store, key[1])
    if evaluation is None:
        raise _NotAnalysedError
    policy, steward = seen
    return in_language(released(_store, key[1], evaluation, policy, steward=steward), spoken)


@st.cache_resource(show_spinner=False, max_entries=500)
def _drawing(_release: Release, made: tuple[str, ...], name: str, mode: Mode, outcome: str | None) -> str:
    """A chart at each width; `made` says which evaluation under which policy it is of, in which language."""
    del made
    chart = charts()[name]
    return at_widths(
        lambda width: chart.bare(_release, mode=mode, width=width, outcome=outcome),
        described=chart.describe(_release, outcome=outcome),
    )
