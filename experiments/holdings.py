"""What a store holds of a study, as numbers that name nobody and tell nothing of one arm."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from analysis.checks.withdrawals import at_most, in_words
from experiments.faults import Fault
from experiments.keys import fingerprint, read_key
from experiments.retention import overdue
from experiments.store import RESULTS
from experiments.waiting import writing_now

if TYPE_CHECKING:
    from experiments.manifest import Manifest
    from experiments.store import Store

Key = Literal["present", "absent", "another", "not needed"]


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A log file that was taken in: its name, when its newest events came (ISO 8601), and its rows."""

    name: str
    taken_in: str
    accepted: int
    duplicates: int
    rejected: int
    left_behind: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """One study: what is held, until when, and whether its rows can be opened. Instants and days are ISO 8601.

    `withdrew` is a band of ten in words. `fault` says why nothing more is known of a study that is damaged.
    """

    study: str
    fault: str = ""
    plan: str = ""
    registered_at: str = ""
    amendments: int = 0
    events: int = 0
    units: int = 0
    first: str | None = None
    last: str | None = None
    segments: int = 0
    bytes_on_disk: int = 0
    files: tuple[HeldFile, ...] = ()
    withdrew: str = ""
    keep_until: str | None = None
    overdue: bool = False
    purged_at: str | None = None
    results: int = 0
    key: Key = "not needed"
    writer: str = ""


def holdings(store: Store, study_id: str) -> Holdings:
    """What the store holds of a study; for a damaged one, what is wrong with it.

    Raises Fault for a study that is not registered.
    """
    folder = store.folder(study_id)
    size = sum(_size(Path(inside) / name) for inside, _, names in os.walk(folder) for name in names)
    try:
        registration, manifest = store.registration(study_id), store.manifest(study_id)
        last_day = store.keep_until(study_id)
    except Fault as fault:
        return Holdings(study_id, fault=str(fault), bytes_on_disk=size)
    return Holdings(
        study_id,
        plan=registration.hash,
        registered_at=registration.registered_at,
        amendments=len(registration.amendments),
        events=manifest.events,
        units=sum(part.rows for part in manifest.units),
        first=manifest.first,
        last=manifest.last,
        segments=len(manifest.segments),
        bytes_on_disk=size,
        files=_files(manifest),
        withdrew=in_words(at_most(len(manifest.withdrawn))),
        keep_until=last_day.isoformat() if last_day else None,
        overdue=overdue(last_day) and not manifest.purged,
        purged_at=manifest.purged.at if manifest.purged else None,
        results=len(list((folder / RESULTS).glob("*.json"))),
        key=_key(store, study_id, manifest),
        writer=str(writing_now(folder) or ""),
    )


def _size(path: Path) -> int:
    """The bytes of a file; of one that a writer removes just now, none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _files(manifest: Manifest) -> tuple[HeldFile, ...]:
    return tuple(
        HeldFile(f.name, f.taken_in, f.accepted, f.duplicates, f.rejected, f.left_behind, f.withdrawn)
        for f in manifest.files
    )


def _key(store: Store, study_id: str, manifest: Manifest) -> Key:
    """Whether the key that everything to come needs is there."""
    try:
        key = fingerprint(read_key(study_id, store=store.path))
    except Fault:
        return "absent" if manifest.bound_to else "not needed"
    return "another" if manifest.bound_to and key != manifest.bound_to else "present"
