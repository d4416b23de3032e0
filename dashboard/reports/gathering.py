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

    from analysis.disclosure import Release
    from dashboard.portfolio import Entry
    from dashboard.session import Pilot
    from experiments.store import Store


def gathered(
    store: Store,
    *,
    policy: str,
    spoken: str,
    day: date | None = None,
    year: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Year:
    """Every pilot of the store by topic, or those of a `year`, as `year_of` has them.

    A pilot that cannot be read or released stands there with the reason. Raises Fault for a store without pilots,
    and for a year in which none of them ran.
    """
    if not store.studies():
        raise Fault("No pilot is registered here.", do="Register one with: watchkeeper register STUDY.yaml")
    pilots = []
    for study_id in store.studies():
        progress(f"Reading {study_id} …")
        pilots.append(_pilot(store, study_id, policy, spoken))
    kept = [pilot for pilot in pilots if year is None or _ran_in(pilot, year)]
    if not any(pilot.facts for pilot in kept):
        known = sorted({number for pilot in pilots for number in _years(pilot)})
        raise Fault(f"No pilot ran in {year}.", expected=f"one of {', '.join(map(str, known))}")
    return year_of(kept, day=day, year=year)


def year_of(pilots: Sequence[Pilot], *, day: date | None = None, year: int | None = None) -> Year:
    """These pilots by topic, as of `day`; without one, as of the day of the newest analysis.

    For a `year` that is not the last day of the year, where the newest analysis is of a later one.
    """
    today = day or _newest(pilots)
    if year is not None and day is None:
        today = min(today, date(year, 12, 31))
    entries = sorted((entry(pilot, today=today) for pilot in pilots), key=_order)
    return Year(tuple(entries), today.isoformat(), year)


def _ran_in(pilot: Pilot, year: int) -> bool:
    """Whether a pilot ran on any day of a year; one that cannot be read stands in every year."""
    return pilot.facts is None or year in _years(pilot)


def _years(pilot: Pilot) -> range:
    """The years from its first to its last day, as planned or else as logged.

    Where neither is known, or where times are invented, the year in which it was analysed.
    """
    if pilot.facts is None:
        return range(0)
    found, declared = pilot.release, (pilot.facts.start, pilot.facts.end)
    logged = (found.data.first, found.data.last) if found and not _invented(found) else (None, None)
    first, last = (plan or log for plan, log in zip(declared, logged, strict=True))
    if found and not (first or last):
        first = found.provenance.created_at
    years = [int(moment[:4]) for moment in (first, last) if moment]
    return range(min(years), max(years) + 1) if years else range(0)


def _invented(release: Release) -> bool:
    return release.study.data_are in ("reconstructed", "approximate")


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
