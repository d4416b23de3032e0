"""Retiming: when a plan is amended in what tells units' clocks, all stored times and the list of units follow."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.events import vocabulary
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.manifest import Manifest, Part
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


def retime(store: Store, study: Study, *, progress: Callable[[str], None] = lambda _: None) -> None:
    """Make the stored times those of the plan in force, if they are others. Only for the study's writer."""
    manifest = store.manifest(study.id)
    new = retimed(store, study, manifest, progress=progress)
    if new != manifest:
        store.keep_manifest(study.id, new)


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
    return renewed(store, study.id, manifest.segments, words=words, changed=changed), tuple(units)
