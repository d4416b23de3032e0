"""Compaction: many small segments become few in the order of units, so that a unit's events lie in few files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from experiments.events import vocabulary
from experiments.held import read_all
from experiments.segments import in_order, keep_segment
from experiments.unit_range import depth, evenly, meeting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from experiments.manifest import Part
    from experiments.store import Store
    from experiments.study import Study

MOST_AT_ONE_UNIT = 16  # segments that may hold events of the same unit before some are merged
ROWS_A_SEGMENT = 1_500_000
GROWTH = 4  # segments up to so many times as large as all smaller ones together are merged with them


@dataclass(frozen=True, slots=True)
class Compaction:
    """Segments before and after, and how many of them can hold events of the same unit."""

    before: int
    after: int
    depth_before: int
    depth_after: int


def compact(store: Store, study_id: str, *, progress: Callable[[str], None]) -> Compaction:
    """Merge all segments of a study that overlap; no event changes, and no result depends on it."""
    store.folder(study_id)
    with store.writing(study_id):
        if closed := store.closed(study_id):
            raise closed
        study, manifest = store.study(study_id), store.manifest(study_id)
        before = manifest.segments
        after = before
        if depth(before) > 1:
            after = merged(store, study, before, progress=progress)
            progress("writing")
            store.keep_manifest(study.id, replace(manifest, segments=after))
    return Compaction(len(before), len(after), depth(before), depth(after))


def tidied(
    store: Store,
    study: Study,
    segments: tuple[Part, ...],
    *,
    progress: Callable[[str], None],
) -> tuple[Part, ...]:
    """The segments, of which small ones are merged where too many can hold events of the same unit."""
    small = due(segments)
    if not small:
        return segments
    others = tuple(part for part in segments if part not in small)
    return (*others, *merged(store, study, small, progress=progress))


def due(segments: Sequence[Part]) -> tuple[Part, ...]:
    """The segments to merge: none while few overlap, else small ones, and larger ones once the small add up.

    So each event is written anew only as often as its segment grows by some factor.
    """
    if depth(segments) <= MOST_AT_ONE_UNIT:
        return ()
    chosen: list[Part] = []
    rows = 0
    for part in sorted(segments, key=lambda part: (part.rows, part.file)):
        if len(chosen) >= MOST_AT_ONE_UNIT and part.rows > GROWTH * rows:
            break
        chosen.append(part)
        rows += part.rows
    return tuple(chosen)


def merged(
    store: Store,
    study: Study,
    segments: Sequence[Part],
    *,
    progress: Callable[[str], None],
) -> tuple[Part, ...]:
    """Segments with the same events, none of which overlap, read and written range by range of units."""
    words = vocabulary(study)
    ranges = evenly(max(1, -(-sum(part.rows for part in segments) // ROWS_A_SEGMENT)))
    made: list[Part] = []
    for place, within in enumerate(ranges, start=1):
        progress(f"merging segments, range {place} of {len(ranges)}")
        events = read_all(store, study.id, meeting(segments, within), words=words, within=within)
        if events.num_rows:
            made.append(keep_segment(store, study, in_order(events)))
    return tuple(made)
