"""All pilots of a store for the annual report, each as far as it has come, in a language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from analysis.refusal import Refusal
from dashboard.portfolio import entry
from dashboard.reports.annual import Year
from dashboard.spoken import released_for, study_in_language
from experiments.faults import Fault
from experiments.plan import study_facts
from experiments.progress import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.portfolio import Entry
    from dashboard.session import Pilot
    from experiments.store import Store


def gathered(
    store: Store,
    *,
    policy: str,
    spoken: str,
    day: date | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Year:
    """Every pilot of the store by topic, as of `day`; without one, as of the day of the newest analysis.

    A pilot that cannot be read or released stands there with the reason. Raises Fault for a store without pilots.
    """
    if not store.studies():
        raise Fault("No pilot is registered here.", do="Register one with: watchkeeper register STUDY.yaml")
    pilots = []
    for study_id in store.studies():
        progress(f"Reading {study_id} …")
        pilots.append(_pilot(store, study_id, policy, spoken))
    return year_of(pilots, day=day)


def year_of(pilots: Sequence[Pilot], *, day: date | None = None) -> Year:
    """These pilots by topic, as of `day`; without one, as of the day of the newest analysis."""
    today = day or _newest(pilots)
    entries = sorted((entry(pilot, today=today) for pilot in pilots), key=_order)
    return Year(tuple(entries), today.isoformat())


def day(text: str | None) -> date | None:
    """A day as it is written on the command line; None where none is. Raises Fault for anything else."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Fault(f"{text!r} is not a day.", expected="a day like 2026-12-31") from error


def _pilot(store: Store, study_id: str, policy: str, spoken: str) -> Pilot:
    from dashboard.session import Pilot

    facts = None
    try:
        facts = study_in_language(study_facts(store.study(study_id)), spoken)
        held = store.manifest(study_id)
        if not (held.segments or held.purged):
            return Pilot(study_id, "registered", facts)
        found = released_for(store, study_id, policy=policy, spoken=spoken)
    except (Fault, Refusal) as reason:
        return Pilot(study_id, "broken", facts, fault=str(reason))
    until = held.last or found.data.last
    return Pilot(study_id, "analysed", found.study, found, until=until, taken_in=held.taken_in)


def _newest(pilots: Sequence[Pilot]) -> date:
    made = [pilot.release.provenance.created_at for pilot in pilots if pilot.release]
    return datetime.fromisoformat(max(made)).date() if made else datetime.now(UTC).date()


def _order(each: Entry) -> tuple[str, int, str]:
    """By topic; then what runs, what is planned, and what is over."""
    return each.topic, STAGES.index(each.progress.stage), each.pilot.title
