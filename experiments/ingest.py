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
from experiments.events import stored
from experiments.faults import Fault
from experiments.intake import Intake
from experiments.keys import fingerprint, make_key, read_key
from experiments.log_rows import shown
from experiments.manifest import LogFile, Manifest
from experiments.screening import Screen
from experiments.sql import part
from experiments.store import PSEUDONYMS, REJECTS, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa

    from experiments.arriving import ArrivingFile
    from experiments.engine import Engine
    from experiments.store import Store
    from experiments.study import Study


def take_in(store: Store, study: Study, paths: Sequence[Path], *, progress: Callable[[str], None]) -> Intake:
    """Take log files into a registered study, together or not at all.

    Raises Fault, with nothing taken in, where a file as a whole is at fault or no row is acceptable; rejected
    rows are listed all the same.
    """
    with store.writing(study.id):
        manifest = store.manifest(study.id)
        screen = Screen(study, _key(store, study, manifest))
        schema = stored(screen.vocabulary)
        files = [arriving(path, study, screen) for path in dict.fromkeys(path.resolve() for path in paths)]
        held = store.events(study.id, schema=schema)
        with engine(held=held, held_ids=store.pseudonyms(study.id)) as opened:
            good = [screened(opened, screen, file, number, progress) for number, file in enumerate(files)]
            progress("looking for repeated and contradicting rows")
            rows = _together(good, schema)
            accepted = _admitted(opened, screen, rows, files)
            new_ids = _new_ids(opened, rows)
            absent = _absent(opened, screen, accepted.select(schema.names))
        progress("writing")
        _keep(store, study, manifest, files=files, events=accepted.select(schema.names), ids=new_ids)
    _refuse_if_nothing(files, study)
    left = shown([name for file in files for name in file.rows.left_behind])
    return Intake(tuple(file.intake for file in files), left, absent)


def _key(store: Store, study: Study, manifest: Manifest) -> bytes:
    """The study's key: made before the first event, and from then on always that one."""
    if not manifest.segments:
        return make_key(study.id, store=store.path)
    key = read_key(study.id, store=store.path)
    if fingerprint(key) != manifest.key:
        raise Fault(
            f"The key of {study.id} is another one than its events were taken in with.",
            do="Set WATCHKEEPER_KEYS to the folder that holds the first key.",
        )
    return key


def _together(good: list[list[pa.Table]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    extra = [("line", pa.int64()), ("file", pa.int64()), ("serial", pa.uint64())]
    none = empty(pa.schema([*schema, *extra]))
    tables = [table.select(none.column_names).cast(none.schema) for tables in good for table in tables]
    return pa.concat_tables([none, *tables])


def _admitted(opened: Engine, screen: Screen, rows: pa.Table, files: list[ArrivingFile]) -> pa.Table:
    """The rows that come into the store; the others are noted on their files."""
    import numpy as np

    admission = admit(opened, screen.vocabulary, rows)
    accepted, duplicates = (_by_file(table, files) for table in (admission.accepted, admission.duplicates))
    for number, file in enumerate(files):
        file.accepted, file.duplicates = accepted[number], duplicates[number]
        for reason, refused in admission.refused:
            if refused.num_rows:
                here = refused.take(column(np.flatnonzero(numbers(refused["file"]) == number)))
                file.rejects.append(rejects.for_one_reason(here, screen.in_their_words(reason)))
    return admission.accepted


def _by_file(rows: pa.Table, files: list[ArrivingFile]) -> list[int]:
    """How many rows come from each file."""
    import numpy as np

    counts: list[int] = np.bincount(numbers(rows["file"]), minlength=len(files)).tolist()
    return counts


def _new_ids(opened: Engine, rows: pa.Table) -> pa.Table:
    """The units that the store does not know yet. Raises Fault should two units share a number."""
    opened.hand("ids", rows.select(["unit", "serial"]))
    if ambiguous_ids(opened):
        raise Fault(
            "Two units of this study came out as the same pseudonym, which chance does once in millions of logs.",
            do="Register the study under another id, which gets another key, and ingest its logs there.",
        )
    return opened.ask(
        part(
            """SELECT DISTINCT ids.unit, ids.serial FROM ids
               ANTI JOIN held_ids ON ids.unit = held_ids.unit ORDER BY ids.unit"""
        )
    )


def _absent(opened: Engine, screen: Screen, accepted: pa.Table) -> tuple[str, ...]:
    """Declared events of which neither the store nor the new rows have one: perhaps a word is misspelt."""
    opened.hand("accepted", accepted)
    query = part("SELECT DISTINCT event FROM (SELECT event FROM accepted UNION ALL SELECT event FROM held)")
    return tuple(sorted(screen.vocabulary.events - set(opened.ask(query)["event"].to_pylist())))


def _keep(
    store: Store,
    study: Study,
    manifest: Manifest,
    *,
    files: list[ArrivingFile],
    events: pa.Table,
    ids: pa.Table,
) -> None:
    """Write what is new; the manifest comes last, and only with it does anything count."""
    from pyarrow import compute

    new = manifest
    if events.num_rows:
        ends = compute.min_max(events["occurred_at"]).as_py()
        first, last = (f"{ends[end].isoformat()}Z" for end in ("min", "max"))
        segment = replace(store.keep_part(study.id, SEGMENTS, events), first=first, last=last)
        new = replace(new, segments=(*new.segments, segment))
        if ids.num_rows:
            new = replace(new, pseudonyms=(*new.pseudonyms, store.keep_part(study.id, PSEUDONYMS, ids)))
    new = replace(new, key=fingerprint(make_key(study.id, store=store.path)))
    for file in files:
        new = _with_file(store, study, new, file)
    if new != manifest:
        store.keep_manifest(study.id, new)


def _with_file(store: Store, study: Study, manifest: Manifest, file: ArrivingFile) -> Manifest:
    """The manifest with one more file, or with what is new of a file that was there already."""
    import pyarrow as pa

    part_ = None
    if file.rejects:
        listed = pa.concat_tables(file.rejects).sort_by("line")
        part_ = store.keep_part(study.id, REJECTS, listed)
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
            part_,
        )
        return replace(manifest, files=(*manifest.files, entry))
    entry = replace(
        known,
        taken_in=now() if brought.accepted else known.taken_in,
        accepted=known.accepted + brought.accepted,
        rejected=brought.rejected,
        left_behind=brought.left_behind,
        rejects=part_,
    )
    return replace(manifest, files=tuple(entry if f is known else f for f in manifest.files))


def now() -> str:
    """This moment in UTC (ISO 8601)."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _refuse_if_nothing(files: list[ArrivingFile], study: Study) -> None:
    """Raise Fault where no row was of any use."""
    brought = [file.intake for file in files]
    if any(file.accepted or file.duplicates for file in brought):
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
