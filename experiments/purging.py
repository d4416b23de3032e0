"""Purging: a study's rows are removed for good; its plan, what was found and the fact of the purge remain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.aside import clear_abandoned
from experiments.faults import Fault, Gate
from experiments.ingest import now
from experiments.keys import remove_key
from experiments.limits import limits
from experiments.manifest import Manifest, Purged
from experiments.retention import overdue

if TYPE_CHECKING:
    from experiments.store import Store


def due(store: Store) -> tuple[str, ...]:
    """The studies whose rows are past the day until which they are kept, or are damaged so that none can tell."""
    return tuple(study for study in store.studies() if _due(store, study))


def _due(store: Store, study: str) -> bool:
    try:
        return overdue(store.keep_until(study)) and not store.manifest(study).purged
    except Fault:
        return True


def purge(store: Store, study_id: str, *, early: bool = False, key: bool = False) -> Purged:
    """Remove a study's events, its units and its lists of rejected rows, and with `key` its key.

    Doing it again removes what was left behind. Raises Gate where the rows are not past their day and it was not
    asked for `early`, Fault where a file cannot be removed.
    """
    store.folder(study_id)
    with store.writing(study_id):
        manifest = store.manifest(study_id)
        if not (manifest.purged or early or overdue(store.keep_until(study_id))):
            raise Gate(
                f"The rows of {study_id} are not past a day until which they are kept.",
                do=f"To remove them for good all the same: watchkeeper purge {study_id} --yes",
            )
        purged = manifest.purged or Purged(now(), store.data_key(study_id))
        if not manifest.purged:
            store.keep_manifest(study_id, Manifest(purged=purged))
        stuck = store.clear(study_id)
        if key:
            remove_key(study_id, store=store.path)
    clear_abandoned(limits().temporary)
    if stuck:
        raise Fault(
            "The rows count no more, but old files could not be removed: another program holds them.",
            do="Close it and repeat the command.",
        )
    return purged
