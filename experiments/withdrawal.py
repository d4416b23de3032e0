"""Withdrawal: all that the store holds of some units is removed, and nothing of them is ever taken in again."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from re import fullmatch
from typing import TYPE_CHECKING

from experiments.aside import clear_abandoned
from experiments.engine import engine
from experiments.faults import Fault
from experiments.keys import fingerprint, study_key
from experiments.limits import limits
from experiments.pseudonyms import PSEUDONYM
from experiments.screening import Screen
from experiments.segments import keep_segment
from experiments.store import SEGMENTS, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from experiments.manifest import Part
    from experiments.store import Store
    from experiments.study import Study


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of the units that were named: how many there were, how many had withdrawn `before`, and how many
    the store held (`found`). `rewritten` are files that held one of them, `events` those that went.
    """

    named: int
    before: int
    found: int
    rewritten: int
    events: int


def forget(store: Store, study_id: str, ids: Sequence[str], *, progress: Callable[[str], None]) -> Withdrawal:
    """Remove units, named as the study's log names them, from every file, with all results they had a part in.

    Files that hold none of them stay as they are. The old files and results are gone when it returns. Raises
    Fault where that cannot be, the key of the study is absent, or what is named is no unit of any log.
    """
    store.folder(study_id)
    with store.writing(study_id):
        if closed := store.closed(study_id):
            raise closed
        study, manifest = store.study(study_id), store.manifest(study_id)
        _require_pseudonyms(study, ids)
        key = study_key(study.id, store=store.path, used=manifest.bound_to)
        people = _people(Screen(study, key), ids)
        left = _Left(store, study, people["pseudonym"].combine_chunks(), progress)
        segments, units = left.of(manifest.segments), left.of(manifest.units)
        named = set(people["tombstone"].to_pylist())
        new = replace(
            manifest,
            segments=segments,
            units=units,
            key=fingerprint(key),
            withdrawn=tuple(sorted({*manifest.withdrawn, *named})),
            forgotten=manifest.forgotten + left.events,
        )
        if new != manifest:
            store.keep_manifest(study.id, new)
        stuck = store.clear(study.id)
    clear_abandoned(limits().temporary)
    if stuck:
        raise Fault(
            "Nobody who withdrew counts any more, but old files could not be removed: another program holds them.",
            do="Close it and repeat the command.",
        )
    before = len(named.intersection(manifest.withdrawn))
    return Withdrawal(len(named), before, left.units, left.files, left.events)


def _require_pseudonyms(study: Study, ids: Sequence[str]) -> None:
    """Raise Fault where the study's log has pseudonyms and others are named: nobody would be found."""
    if study.log.by_contributor and (
        others := sum(not fullmatch(PSEUDONYM, unit.strip(" ")) for unit in ids)
    ):
        raise Fault(
            f"Of {len(ids):,} units that are named, {others:,} are no pseudonyms; nothing was changed.",
            expected="pseudonyms of 64 hexadecimal digits, as the contributor makes them for the log",
            do="Have the contributor turn the ids into pseudonyms, and name those.",
        )


def _people(screen: Screen, ids: Sequence[str]) -> pa.Table:
    """The numbers and tombstones of units; nothing of the ids themselves is put aside on a disk."""
    import pyarrow as pa

    with engine() as opened:
        return screen.people(opened, pa.table({"unit": pa.array(ids, pa.string())}))


class _Left:
    """What is left of files without some units, and how much went."""

    def __init__(
        self, store: Store, study: Study, numbers: pa.Array, progress: Callable[[str], None]
    ) -> None:
        self.files = self.units = self.events = 0
        self._store, self._study, self._progress = store, study, progress
        self._numbers, self._sorted = numbers, sorted(numbers.to_pylist())

    def of(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """The parts, those written anew that hold one of the units; a part that holds nobody else goes."""
        kept = []
        for place, part in enumerate(parts):
            self._progress(f"looking for them in file {place + 1:,} of {len(parts):,}")
            left = self._without(part) if self._perhaps(part) else part
            if left.rows:
                kept.append(left)
        return tuple(kept)

    def _perhaps(self, part: Part) -> bool:
        """Whether the part's bounds let one of the units be in it."""
        if not part.high:  # bounds that nobody noted
            return True
        place = bisect_left(self._sorted, part.low)
        return place < len(self._sorted) and self._sorted[place] <= part.high

    def _without(self, part: Part) -> Part:
        from pyarrow import compute, parquet

        path = self._store.verified(self._study.id, part)
        here = compute.is_in(parquet.read_table(path, columns=["unit"])["unit"], value_set=self._numbers)
        if not (going := compute.sum(here).as_py()):
            return part
        self.files += 1
        if part.file.startswith(SEGMENTS):
            self.events += going
        else:
            self.units += going
        rest = parquet.read_table(path).filter(compute.invert(here))
        if not rest.num_rows:
            return replace(part, rows=0)
        if part.file.startswith(SEGMENTS):
            return keep_segment(self._store, self._study, rest)
        low, high = rest["unit"][0].as_py(), rest["unit"][-1].as_py()
        return replace(self._store.keep_part(self._study.id, UNITS, rest), low=low, high=high)
