"""Verification: whether every file of a study is what was written, says what it should, and lies where it may."""

from __future__ import annotations

import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.aside import clear_abandoned
from experiments.beside import told_otherwise
from experiments.checksums import broken
from experiments.durable import lock_if_free, unsealed
from experiments.events import vocabulary
from experiments.faults import Fault
from experiments.inspected_rows import wrong_rows
from experiments.keys import folder as keys_folder
from experiments.keys import study_key
from experiments.ledger import read as read_ledger
from experiments.limits import limits
from experiments.retention import why_closed
from experiments.store import RESULTS, Moved
from experiments.waiting import LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from experiments.manifest import Manifest
    from experiments.store import Store
    from experiments.study import Study

RESTORE = "Put it back from your backup, or ingest the logs again into a new store."
INGEST_AGAIN = "Put the study's folder back from your backup, or ingest the logs again into a new store."


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong with a study's files, and what to do about it."""

    found: str
    do: str

    def __str__(self) -> str:
        return f"{self.found} {self.do}".rstrip()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was looked at and what was wrong. `cleared` counts what an interrupted writer had left behind."""

    study: str
    wrong: tuple[Wrong, ...]
    files: int = 0
    events: int = 0
    cleared: int = 0


def inspect(store: Store, study_id: str, *, progress: Callable[[str], None] = lambda _: None) -> Inspection:
    """Look at every file of a study, and remove what does not belong there unless somebody is writing.

    Never raises Fault for a registered study: everything that is wrong is told together.
    """
    folder = store.folder(study_id)
    clear_abandoned(limits().temporary)
    try:
        study = store.study(study_id)
        cleared, stuck = _cleared(store, study_id, folder)
        return store.reading(
            study_id,
            lambda manifest: Inspection(
                study_id,
                (*stuck, *_wrong(store, study, manifest, progress)),
                len(manifest.listed),
                manifest.events,
                cleared,
            ),
        )
    except Moved as moved:
        return Inspection(study_id, (Wrong(str(moved), "Try again when nobody writes."),))
    except Fault as fault:
        return Inspection(study_id, (Wrong(str(fault), ""),))


def _cleared(store: Store, study_id: str, folder: Path) -> tuple[int, tuple[Wrong, ...]]:
    """How many leftovers were removed, and what is wrong with the others.

    Nothing is touched beside a writer, or where nothing can be written, as in a backup.
    """
    lock = None
    with suppress(OSError):
        lock = lock_if_free(folder / LOCK)
    if lock is None:
        return 0, ()
    with lock:
        left, stuck = len(store.leftovers(study_id)), store.clear(study_id)
    wrong = (
        Wrong(
            f"{path.relative_to(store.path)} does not belong there and cannot be removed.",
            "Remove it yourself.",
        )
        for path in stuck
    )
    return left - len(stuck), tuple(wrong)


def _wrong(
    store: Store, study: Study, manifest: Manifest, progress: Callable[[str], None]
) -> Iterator[Wrong]:
    folder = store.folder(study.id)
    progress(f"{study.id}: reading {len(manifest.listed):,} files")
    bad = broken(folder, manifest.listed, afresh=True)
    for name, state in bad.items():
        if state == "missing" and store.manifest(study.id) != manifest:
            raise Moved("The store was changed while it was read.", do="Repeat the command.")
        yield Wrong(f"{study.id}/{name} is {state}.", RESTORE)
    yield from (Wrong(found, INGEST_AGAIN) for found in _miscounted(manifest))
    yield from _wrong_ledger(store, study.id)
    if not manifest.purged:
        intact = [part for part in manifest.listed if part.file not in bad]
        found = wrong_rows(folder, manifest, intact, vocabulary(study), progress)
        yield from (Wrong(f"{study.id}/{text}", INGEST_AGAIN) for text in found)
        yield from _wrong_beside(store, study, manifest, bad)
        yield from _wrong_key(store, study.id, manifest)
        if closed := why_closed(study.id, manifest.purged, store.keep_until(study.id)):
            yield Wrong(str(closed), "")
    for path in sorted((folder / RESULTS).glob("*.json")):
        with suppress(FileNotFoundError):  # of data that were replaced just now
            if unsealed(path.read_bytes()) is None:
                again = "Remove it; `watchkeeper analyze` makes it again."
                yield Wrong(f"{path.relative_to(store.path)} is damaged.", again)


def _wrong_beside(store: Store, study: Study, manifest: Manifest, bad: Collection[str]) -> Iterator[Wrong]:
    """Files that say something else than the segment that they were told from."""
    whole = [s for s in manifest.segments if not {s.file, *(part.file for part in s.beside)} & set(bad)]
    for file in told_otherwise(store, study, whole):
        yield Wrong(f"{study.id}/{file} does not say what its events say.", INGEST_AGAIN)


def _miscounted(manifest: Manifest) -> Iterator[str]:
    """Counts of the manifest that do not add up."""
    accepted = sum(file.accepted for file in manifest.files)
    if not manifest.purged and accepted != manifest.events + manifest.forgotten:
        yield (
            f"The manifest counts {accepted:,} accepted rows, but {manifest.events:,} events and"
            f" {manifest.forgotten:,} that were withdrawn."
        )
    for file in manifest.files:
        if file.rejected != sum(part.rows for part in file.rejects):
            yield f"The manifest's count of rejected rows of {file.name} is not that of its lists."


def _wrong_key(store: Store, study_id: str, manifest: Manifest) -> Iterator[Wrong]:
    if not manifest.bound_to:
        return
    try:
        study_key(study_id, store=store.path, used=manifest.bound_to)
    except Fault as fault:
        yield Wrong(str(fault), "")
    yield from _open_to_others(keys_folder(), f"{study_id}.key")


def _wrong_ledger(store: Store, study_id: str) -> Iterator[Wrong]:
    try:
        read_ledger(store, study_id)
    except Fault as fault:
        yield Wrong(str(fault), "")


def _open_to_others(folder: Path, name: str) -> Iterator[Wrong]:
    """Whether anybody else may read keys; Windows keeps such rights elsewhere."""
    if sys.platform == "win32" or not folder.is_dir():
        return
    for path, mode in ((folder, "700"), (folder / name, "600")):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Wrong(f"{path} is open to other users of this machine.", f"Close it: chmod {mode} {path}")
