"""Ingest: log files become one immutable segment of typed, pseudonymous events, all of them or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from experiments import rejects
from experiments.admission import admit, ambiguous_ids
from experiments.arrays import column, empty, numbers
from experiments.arriving import arriving, screened
from experiments.engine import engine
from experiments.events import stored, vocabulary
from experiments.faults import Fault
from experiments.intake import Intake
from experiments.keys import fingerprint, read_key, study_key
from experiments.log_rows import shown
from experiments.manifest import LogFile, Manifest, Part
from experiments.reading.progress import Progress
from experiments.screening import Screen
from experiments.sql import part
from experiments.store import REJECTS, SEGMENTS, UNITS
from experiments.unit_list import columns, list_query, moved_query, times_query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa

    from experiments.arriving import ArrivingFile
    from experiments.engine import Engine
    from experiments.events import Vocabulary
    from experiments.store import Store
    from experiments.study import Study


def take_in(store: Store, study: Study, paths: Sequence[Path], *, progress: Callable[[str], None]) -> Intake:
    """Take log files into a registered study, together or not at all.

    Raises Fault, with nothing taken in, where a file as a whole is at fault or no row is acceptable; rejected
    rows are listed all the same.
    """
    with store.writing(study.id):
        manifest = store.manifest(study.id)
        if closed := store.closed(study.id):
            raise closed
        screen = Screen(study, study_key(study.id, store=store.path, used=manifest.key), manifest.withdrawn)
        schema = stored(screen.vocabulary)
        files = arriving(paths, study, screen)
        held, listed = (
            store.events(study.id, schema=schema),
            store.units(study.id, schema=columns(screen.vocabulary)),
        )
        with engine(held=held, listed=listed) as opened:
            reading = Progress(progress, [file.rows.file for file in files])
            good = [screened(opened, screen, file, number, reading) for number, file in enumerate(files)]
            progress("looking for repeated and contradicting rows")
            rows = _together(good, schema)
            opened.hand("ids", rows.select(["unit", "serial"]))
            accepted, torn = _admitted(opened, screen, rows, files)
            opened.hand("accepted", accepted.select(schema.names))
            opened.hand("twice", torn)
            units = _units(opened, study, screen.vocabulary)
            absent = _absent(opened, screen)
            new = _renewed(opened, store, study, manifest) if screen.vocabulary.timed else manifest
            events = opened.ask(times_query(screen.vocabulary, "accepted"))
        progress("writing")
        _keep(store, study, manifest, new, files=files, events=events, units=units)
    _refuse_if_nothing(files, study)
    left = shown([name for file in files for name in file.rows.left_behind])
    return Intake(tuple(file.intake for file in files), left, absent)


def _together(good: list[list[pa.Table]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    extra = [("line", pa.int64()), ("file", pa.int64()), ("serial", pa.uint64())]
    none = empty(pa.schema([*schema, *extra]))
    tables = [table.select(none.column_names).cast(none.schema) for tables in good for table in tables]
    return pa.concat_tables([none, *tables])


def _admitted(
    opened: Engine, screen: Screen, rows: pa.Table, files: list[ArrivingFile]
) -> tuple[pa.Table, pa.Table]:
    """The rows that come into the store, and the units that are assigned twice; others are noted on their files."""
    import numpy as np
    import pyarrow as pa

    admission = admit(opened, screen.vocabulary, rows)
    accepted, duplicates = (_by_file(table, files) for table in (admission.accepted, admission.duplicates))
    for number, file in enumerate(files):
        file.accepted, file.duplicates = accepted[number], duplicates[number]
        for reason, refused in admission.refused:
            if refused.num_rows:
                here = refused.take(column(np.flatnonzero(numbers(refused["file"]) == number)))
                file.rejects.append(rejects.for_one_reason(here, screen.in_their_words(reason)))
    twice = [
        refused for reason, refused in admission.refused if reason in (rejects.TWO_ARMS, rejects.TWO_CLUSTERS)
    ]
    units = [rows.slice(0, 0), *twice]
    return admission.accepted, pa.concat_tables(table.select(["unit"]) for table in units)


def _by_file(rows: pa.Table, files: list[ArrivingFile]) -> list[int]:
    """How many rows come from each file."""
    import numpy as np

    counts: list[int] = np.bincount(numbers(rows["file"]), minlength=len(files)).tolist()
    return counts


def _units(opened: Engine, study: Study, words: Vocabulary) -> pa.Table:
    """The list of units with the new rows. Raises Fault should two units share a number."""
    if ambiguous_ids(opened):
        raise Fault(
            "Two units of this study came out as the same pseudonym, which chance does once in millions of logs.",
            do="Register the study under another id, which gets another key, and ingest its logs there.",
        )
    units = opened.ask(list_query(study, words))
    opened.hand("units", units)
    return units


def _absent(opened: Engine, screen: Screen) -> tuple[str, ...]:
    """Declared events of which neither the store nor the new rows have one: perhaps a word is misspelt."""
    query = part("SELECT DISTINCT event FROM (SELECT event FROM accepted UNION ALL SELECT event FROM held)")
    return tuple(sorted(screen.vocabulary.events - set(opened.ask(query)["event"].to_pylist())))


def _renewed(opened: Engine, store: Store, study: Study, manifest: Manifest) -> Manifest:
    """The manifest with those segments written anew that hold a unit whose clock the new rows changed."""
    from pyarrow import compute, parquet

    words = vocabulary(study)
    moved = opened.ask(moved_query())["unit"].combine_chunks()
    if not len(moved):
        return manifest
    segments = []
    for old in manifest.segments:
        rows = parquet.read_table(store.verified(study.id, old))
        if compute.any(compute.is_in(rows["unit"], value_set=moved)).as_py():
            opened.hand("old", rows.select(stored(words).names))
            old = _segment(store, study, opened.ask(times_query(words, "old")))
        segments.append(old)
    return replace(manifest, segments=tuple(segments))


def _segment(store: Store, study: Study, events: pa.Table) -> Part:
    """Events, sorted by unit and time, as an immutable file."""
    from pyarrow import compute

    ends, units = (compute.min_max(events[name]).as_py() for name in ("occurred_at", "unit"))
    first, last = (f"{ends[end].isoformat()}Z" for end in ("min", "max"))
    kept = store.keep_part(study.id, SEGMENTS, events)
    return replace(kept, first=first, last=last, low=units["min"], high=units["max"])


def _keep(
    store: Store,
    study: Study,
    manifest: Manifest,
    new: Manifest,
    *,
    files: list[ArrivingFile],
    events: pa.Table,
    units: pa.Table,
) -> None:
    """Write what is new; the manifest comes last, and only with it does anything count."""
    if events.num_rows:
        new = replace(new, segments=(*new.segments, _segment(store, study, events)))
    if units.num_rows:
        new = replace(new, units=(store.keep_part(study.id, UNITS, units),))
    new = replace(new, key=fingerprint(read_key(study.id, store=store.path)))
    for file in files:
        new = _with_file(store, study, new, file)
    if new != manifest:
        store.keep_manifest(study.id, new)


def _with_file(store: Store, study: Study, manifest: Manifest, file: ArrivingFile) -> Manifest:
    """The manifest with one more file, or with what is new of a file that was there already."""
    import pyarrow as pa

    parts: tuple[Part, ...] = ()
    if file.rejects:
        listed = pa.concat_tables(file.rejects).sort_by("line")
        parts = (store.keep_part(study.id, REJECTS, listed),)
    brought = file.intake
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
