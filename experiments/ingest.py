"""Ingest: log files become immutable segments of typed, pseudonymous events, all of them or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from experiments.across import identified, owners, torn_clusters
from experiments.arriving import arrivals, arriving, screened
from experiments.compaction import tidied
from experiments.engine import engine
from experiments.faults import Fault
from experiments.heap import keep_freed_memory
from experiments.intake import Intake
from experiments.keys import fingerprint, read_key, study_key
from experiments.log_rows import shown
from experiments.manifest import LogFile, Manifest
from experiments.reading.progress import Progress
from experiments.retiming import retimed, timing
from experiments.screening import Screen
from experiments.segments import renewed
from experiments.sorting_in import SortingIn
from experiments.spill import Spill, incoming
from experiments.store import REJECTS
from experiments.sweeping import INCOMING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from experiments.arriving import ArrivingFile
    from experiments.store import Store
    from experiments.study import Study


def take_in(store: Store, study_id: str, paths: Sequence[Path], *, progress: Callable[[str], None]) -> Intake:
    """Take log files into a registered study, together or not at all.

    Rows are put aside by ranges of units where they are many, so that memory is bounded whatever the logs' size.
    Raises Fault, with nothing taken in, where a file as a whole is at fault or no row is acceptable; rejected
    rows are listed all the same.
    """
    keep_freed_memory()
    store.folder(study_id)
    with store.writing(study_id):
        study, manifest = store.study(study_id), store.manifest(study_id)
        if closed := store.closed(study.id):
            raise closed
        screen = Screen(
            study, study_key(study.id, store=store.path, used=manifest.bound_to), manifest.withdrawn
        )
        files = arriving(paths, study, screen, keep=partial(store.keep_part, study.id, REJECTS))
        manifest = retimed(store, study, manifest, progress=progress)
        sorting = SortingIn(store, manifest, screen, files)
        with incoming(store.folder(study.id) / INCOMING) as folder:
            rows, named = (
                Spill(folder, arrivals(screen.vocabulary)),
                Spill(folder, identified(), by="event_key"),
            )
            _read(files, screen, rows, named, progress)
            _sort_in(sorting, screen, rows, named, progress)
        absent = _absent(sorting, screen)
        _keep(store, manifest, screen, sorting, files, progress)
    _refuse_if_nothing(files, study)
    left = shown([name for file in files for name in file.rows.left_behind])
    return Intake(tuple(file.intake for file in files), left, absent)


def _read(
    files: list[ArrivingFile], screen: Screen, rows: Spill, named: Spill, progress: Callable[[str], None]
) -> None:
    """Read and judge every row by itself; no engine that meets ids as a log has them puts anything on a disk."""
    reading = Progress(progress, [file.rows.file for file in files])
    with engine() as opened:
        for number, file in enumerate(files):
            for fit, with_id in screened(opened, screen, file, number, reading):
                rows.add(fit)
                named.add(with_id)


def _sort_in(
    sorting: SortingIn, screen: Screen, rows: Spill, named: Spill, progress: Callable[[str], None]
) -> None:
    """Judge rows beside each other and beside the store's, range by range."""
    progress("looking for repeated and contradicting rows")
    ranges = rows.ranges()
    owned = owners(
        named if len(ranges) > 1 else Spill(rows.folder, identified(), by="event_key"), sorting.held
    )
    torn = torn_clusters(screen.vocabulary, rows, sorting.held, owned=owned)
    with engine(spills=True, owners=owned, torn_clusters=torn) as opened:
        for place, within in enumerate(ranges, start=1):
            if len(ranges) > 1:
                progress(f"sorting in, range {place} of {len(ranges)}")
            sorting.take(opened, rows.read(within), within)


def _absent(sorting: SortingIn, screen: Screen) -> tuple[str, ...]:
    """Declared events of which neither the store nor the new rows have one: perhaps a word is misspelt."""
    absent = screen.vocabulary.events - sorting.events
    for events in sorting.held.events() if absent else ():
        absent -= events
        if not absent:
            break
    return tuple(sorted(absent))


def _keep(
    store: Store,
    manifest: Manifest,
    screen: Screen,
    sorting: SortingIn,
    files: list[ArrivingFile],
    progress: Callable[[str], None],
) -> None:
    """Write what is new; the manifest comes last, and only with it does anything count."""
    progress("writing")
    study, segments = screen.study, manifest.segments
    if screen.vocabulary.timed:
        segments = renewed(store, study, segments, changed=sorting.changed())
    segments = tidied(store, study, (*segments, *sorting.segments), progress=progress)
    key = fingerprint(read_key(study.id, store=store.path))
    new = replace(manifest, segments=segments, units=sorting.units, key=key, timing=timing(study))
    for file in files:
        new = _with_file(new, file)
    if new != store.manifest(study.id):
        store.keep_manifest(study.id, new)


def _with_file(manifest: Manifest, file: ArrivingFile) -> Manifest:
    """The manifest with one more file, or with what is new of a file that was there already."""
    brought, parts = file.intake, file.rejects.parts()
    known = next((f for f in manifest.files if f.sha256 == file.sha256), None)
    if known is None:
        entry = LogFile(
            brought.file,
            file.sha256,
            now(),
            brought.accepted,
            brought.duplicates,
            brought.rejected,
            brought.left_behind,
            parts,
            brought.withdrawn,
        )
        return replace(manifest, files=(*manifest.files, entry))
    entry = replace(
        known,
        taken_in=now() if brought.accepted else known.taken_in,
        accepted=known.accepted + brought.accepted,
        rejected=brought.rejected,
        left_behind=brought.left_behind,
        rejects=parts,
        withdrawn=brought.withdrawn,
    )
    return replace(manifest, files=tuple(entry if f is known else f for f in manifest.files))


def now() -> str:
    """This moment in UTC (ISO 8601)."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _refuse_if_nothing(files: list[ArrivingFile], study: Study) -> None:
    """Raise Fault where no row was of any use."""
    brought = [file.intake for file in files]
    if any(file.accepted or file.duplicates or file.withdrawn for file in brought):
        return
    rejected = sum(file.rejected for file in brought)
    if rejected:
        raise Fault(
            f"None of the rows was accepted: {rejected:,} rejected, nothing taken in.",
            do=f"See which and why: watchkeeper rejects {study.id}",
        )
    raise Fault(
        "No row names an event that the study uses; nothing was taken in.",
        expected="the events that the study file declares",
        do="Compare the words in the log's column of events with the study file.",
    )
