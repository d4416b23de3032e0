"""Retiming: when a plan is amended in what tells units' clocks, all stored times and the list of units follow."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.events import vocabulary
from experiments.faults import Fault
from experiments.manifest import Ahead, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from experiments.manifest import Part
    from experiments.store import Store
    from experiments.study import Study

UNITS_AT_ONCE = 100_000


def timing(study: Study) -> str:
    """What the stored times of a study's events depend on, as a short hash; empty where units have no one clock."""
    words = vocabulary(study)
    if not words.timed:
        return ""
    told_by = [study.exposure, words.clustered, list(words.attributes)]
    return hashlib.sha256(json.dumps(told_by).encode()).hexdigest()[:16]


def require_timed(study: Study, manifest: Manifest) -> None:
    """Raise Fault where the stored times are of another plan: an amendment was interrupted."""
    if manifest.segments and manifest.timing != timing(study):
        raise Fault(
            f"The times that the store keeps of {study.id} are still those of its plan before the last amendment.",
            do="Register its study file once more: watchkeeper register STUDY.yaml",
        )


@contextmanager
def retiming(store: Store, study: Study) -> Iterator[None]:
    """Register a plan inside: the stored times become those of the plan at the moment when it is registered.

    They are written before it, and count once the registration names what they were told by: no reader, and
    nobody who finds the store after a crash, sees one without the other. Only for the study's writer.
    """
    before, after = _before_and_after(store, study)
    if after != before:
        ahead = Ahead(after.timing, after.segments, after.units)
        store.keep_manifest(study.id, replace(before, ahead=ahead))
    yield
    told, again = _before_and_after(store, study)  # a later day of keeping may have opened the rows just now
    if after != before or again != told:
        store.keep_manifest(study.id, again)


def _before_and_after(store: Store, study: Study) -> tuple[Manifest, Manifest]:
    """The manifest as it is and with the clocks of a plan; the same where there are no rows to be opened."""
    if study.id not in store.studies() or store.closed(study.id):
        return Manifest(), Manifest()
    manifest = store.manifest(study.id)
    return manifest, retimed(store, study, manifest, progress=lambda _: None)


def retimed(store: Store, study: Study, manifest: Manifest, *, progress: Callable[[str], None]) -> Manifest:
    """The manifest with every clock found anew where the plan tells it by something else than it was told by."""
    if not manifest.segments or manifest.timing == timing(study):
        return manifest
    new = replace(manifest, timing=timing(study))
    if not vocabulary(study).timed:
        return new
    progress("finding every unit's clock anew")
    segments, units = _anew(store, study, manifest)
    return replace(new, segments=segments, units=units)


def _anew(store: Store, study: Study, manifest: Manifest) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Segments and list of units with the clocks of the study as it is declared now."""
    import pyarrow as pa

    from experiments.arrays import empty
    from experiments.engine import engine
    from experiments.held import Held
    from experiments.segments import clocks, renewed
    from experiments.unit_list import anew_query, columns, telling
    from experiments.unit_parts import UnitParts
    from experiments.unit_range import evenly

    words = vocabulary(study)
    held = Held(store, study.id, manifest.segments, words)
    listed = UnitParts(store, study.id, manifest.units, words)
    found: list[pa.Table] = []
    units: list[Part] = []
    nobody = empty(held.schema)
    with engine(spills=True, accepted=nobody, twice=nobody.select(["unit"])) as opened:
        for within in evenly(max(1, sum(part.rows for part in manifest.units) // UNITS_AT_ONCE)):
            known = listed.all(within)
            told = held.told(within, events=telling(study, words), units=known["unit"])
            for name, table in {
                "known": known,
                "ids": known.select(["unit", "serial"]),
                "told": told,
            }.items():
                opened.hand(name, table)
            news = opened.ask(anew_query(study, words)).cast(columns(words))
            units += listed.with_news(within, news)
            found.append(clocks(news))
    changed = pa.concat_tables(found)
    return renewed(store, study, manifest.segments, changed=changed), tuple(units)
