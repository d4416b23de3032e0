"""What a visitor of the pages works with: the store, the chosen pilot, and the only cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from analysis.disclosure import INTERNAL, POLICIES, Policy, Release, release
from experiments.faults import Fault
from experiments.pilot import evaluation, stored_evaluation
from experiments.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from experiments.study import Study

State = Literal["registered", "loaded", "analysed", "broken"]


@dataclass(frozen=True, slots=True)
class Pilot:
    """A pilot as far as it has come. `release` is there once it is analysed, `fault` where it is broken."""

    id: str
    state: State
    study: Study | None = None
    release: Release | None = None
    fault: str = ""

    @property
    def title(self) -> str:
        """The declared title, or the id where the study cannot be read."""
        return self.study.title if self.study else self.id


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
            study = _study(self.store, key)
            if not self.store.manifest(study_id).segments:
                return Pilot(study_id, "registered", study)
            return Pilot(study_id, "analysed", study, _release(self.store, key, self.policy.name))
        except _NotAnalysedError:
            return Pilot(study_id, "loaded", study)
        except Fault as fault:
            return Pilot(study_id, "broken", fault=str(fault))

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
        except Fault as fault:
            return Pilot(pilot.id, "broken", pilot.study, fault=str(fault))
        return self.pilot(pilot.id)


def open_session(folder: Path, *, chosen: str | None) -> Session:
    """A session on the store in `folder`."""
    return Session(Store(folder), chosen=chosen)


class _NotAnalysedError(LookupError):
    """Raised past the cache, so that "nothing there yet" is never remembered."""


@st.cache_resource(show_spinner=False, max_entries=200)
def _study(_store: Store, key: tuple[str, str, str]) -> Study:
    """The declaration; `key` changes with it."""
    return _store.study(key[1])


@st.cache_resource(show_spinner=False, max_entries=200)
def _release(_store: Store, key: tuple[str, str, str], policy: str) -> Release:
    """The release; `key` changes with the data and the plan, and the policy is part of what is remembered."""
    evaluation = stored_evaluation(_store, key[1])
    if evaluation is None:
        raise _NotAnalysedError
    return release(evaluation, POLICIES[policy])
