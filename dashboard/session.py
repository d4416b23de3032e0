"""What a visitor of the pages works with: the store, the chosen pilot, and the only cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from analysis.policy import INTERNAL, POLICY_OF, Policy, Role
from analysis.refusal import Refusal
from dashboard.chart import charts
from dashboard.language import language
from dashboard.spoken import in_language, study_in_language
from experiments.faults import Fault
from experiments.pilot import evaluation, stored_evaluation
from experiments.plan import study_facts
from experiments.releasing import released
from experiments.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from plotly.graph_objects import Figure

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
    """The store behind the pages, the rules for letting figures out, and the pilot that was chosen."""

    store: Store
    policy: Policy = INTERNAL
    chosen: str | None = None

    def ids(self) -> tuple[str, ...]:
        """The ids of all pilots in the store."""
        return self.store.studies()

    def pilot(self, study_id: str) -> Pilot:
        """One pilot as it stands; a study that cannot be read becomes a `broken` one with the reason."""
        try:
            key = str(self.store.path.resolve()), study_id, self.store.data_key(study_id)
            held = self.store.manifest(study_id)
            if not (held.segments or held.purged):
                return Pilot(study_id, "registered", _facts(self.store, key, language()))
            try:
                found = _release(self.store, key, self.policy.name, language())
            except _NotAnalysedError:
                facts = _facts(self.store, key, language())
                return Pilot(study_id, "loaded", facts, until=held.last, taken_in=held.taken_in)
        except Fault as fault:
            return Pilot(study_id, "broken", fault=str(fault))
        until = held.last or found.data.last
        return Pilot(study_id, "analysed", found.study, found, until=until, taken_in=held.taken_in)

    def pilots(self) -> tuple[Pilot, ...]:
        """Every pilot."""
        return tuple(self.pilot(study_id) for study_id in self.ids())

    def analysed(self, pilot: Pilot) -> Pilot:
        """The pilot, analysed now where its data are loaded but nobody looked yet."""
        if pilot.state != "loaded":
            return pilot
        try:
            with st.spinner("Analysing for the first time. This takes some seconds."):
                evaluation(self.store, pilot.id)
        except (Fault, Refusal) as reason:
            return Pilot(pilot.id, "broken", pilot.facts, fault=str(reason))
        return self.pilot(pilot.id)


def open_session(folder: Path, *, chosen: str | None, role: Role = "researcher") -> Session:
    """A session on the store in `folder`; the role says by which rules figures are let out."""
    return Session(Store(folder), policy=POLICY_OF[role], chosen=chosen)


def drawn(release: Release, chart: str, *, mode: Mode, width: int, outcome: str | None = None) -> Figure:
    """The named chart without its frame, for a page; drawn once a release, language, outcome, mode, width."""
    made = (release.registration.hash, release.data.hash, release.provenance.created_at, release.policy.name)
    return _figure(release, (release.study.id, *made, language()), chart, mode, width, outcome)


class _NotAnalysedError(LookupError):
    """Raised past the cache, so that "nothing there yet" is never remembered."""


@st.cache_resource(show_spinner=False, max_entries=200)
def _facts(_store: Store, key: tuple[str, str, str], spoken: str) -> StudyFacts:
    """What the declaration says of the study, in a language; `key` changes with the declaration."""
    return study_in_language(study_facts(_store.study(key[1])), spoken)


@st.cache_resource(show_spinner=False, max_entries=200)
def _release(_store: Store, key: tuple[str, str, str], policy: str, spoken: str) -> Release:
    """The release in a language; `key` changes with the data and the plan, and the policy is remembered with it."""
    evaluation = stored_evaluation(_store, key[1])
    if evaluation is None:
        raise _NotAnalysedError
    return in_language(released(_store, key[1], evaluation, policy), spoken)


@st.cache_resource(show_spinner=False, max_entries=500)
def _figure(
    _release: Release, made: tuple[str, ...], chart: str, mode: Mode, width: int, outcome: str | None
) -> Figure:
    """A chart's figure; `made` says which evaluation under which policy it is of, in which language."""
    del made
    return charts()[chart].draw(_release, mode=mode, width=width, framed=False, outcome=outcome)
