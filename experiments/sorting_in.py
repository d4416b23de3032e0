"""Sorting in: new rows of a range of units beside what the store holds of it, and what it holds afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments import rejects
from experiments.admission import admit, ambiguous_ids
from experiments.arrays import column, empty, flags, numbers
from experiments.arriving import file_and_line
from experiments.engine import Written
from experiments.events import stored
from experiments.faults import Fault
from experiments.held import Held
from experiments.segments import clocks, in_order, keep_segment, moved, on_clocks, together
from experiments.unit_list import columns, news_query, telling
from experiments.unit_parts import UnitParts
from experiments.words import as_words

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyarrow as pa

    from experiments.admission import Admission
    from experiments.arriving import ArrivingFile
    from experiments.engine import Engine
    from experiments.manifest import Manifest, Part
    from experiments.screening import Screen
    from experiments.store import Store
    from experiments.unit_range import UnitRange


class SortingIn:
    """One ingest's rows, range by range: what it adds to the store, counted and noted on its files.

    `segments` are the new ones, `units` the files of the whole list as it is to be, `events` the kinds of events
    that were met.
    """

    def __init__(self, store: Store, manifest: Manifest, screen: Screen, files: list[ArrivingFile]) -> None:
        self.segments: tuple[Part, ...] = ()
        self.units: tuple[Part, ...] = ()
        self.events: set[str] = set()
        self._store, self._study, self._words = store, screen.study, screen.vocabulary
        self._screen, self._files = screen, files
        self.held = Held(store, screen.study.id, manifest.segments, screen.vocabulary)
        self._list = UnitParts(store, screen.study.id, manifest.units, screen.vocabulary)
        self._moved: list[pa.Table] = []
        self._telling = telling(self._study, self._words)
        self._news = Written(news_query(screen.study, screen.vocabulary))

    def take(self, opened: Engine, rows: pa.Table, within: UnitRange) -> None:
        """Sort in the range's rows. The engine holds what contradicts across ranges (`owners`, `torn_clusters`).

        Raises Fault should two units share a number.
        """
        rows = in_order(rows)
        known = self._list.known(within, rows["unit"])
        opened.hand("known", known)
        opened.hand("ids", _pairs(rows.select(["unit", "serial"])))
        if ambiguous_ids(opened):
            raise Fault(
                "Two units of this study came out as the same pseudonym, "
                "which chance does once in millions of logs.",
                do="Register the study under another id, which gets another key, and ingest its logs there.",
            )
        opened.hand("held", self.held.keys(within, rows["event_key"]))
        opened.hand("told", self._told(within, rows))
        admission = admit(opened, self._words, rows)
        self._note(admission)
        opened.hand("accepted", _of_events(admission.accepted, self._telling))
        opened.hand("twice", self._twice(admission))
        news = opened.ask(self._news).cast(columns(self._words))
        self.units = (*self.units, *self._list.with_news(within, news))
        self._keep(admission.accepted, news, known)

    def changed(self) -> pa.Table:
        """The clocks that are others than they were, for units that the store knew."""
        import pyarrow as pa

        return pa.concat_tables(self._moved)

    def _told(self, within: UnitRange, rows: pa.Table) -> pa.Table:
        """The store's events that tell the clocks of the new rows' units, as far as they can matter."""
        if self._words.timed:  # else the list keeps no assignment, by which a row can be too early
            rows = _of_events(rows, self._telling)
        return self.held.told(within, events=self._telling, units=rows["unit"])

    def _keep(self, accepted: pa.Table, news: pa.Table, known: pa.Table) -> None:
        """Write the accepted rows, on their clocks."""
        self.events |= set(accepted["event"].unique().to_pylist())
        events = accepted.select(stored(self._words).names)
        if self._words.timed:
            events = on_clocks(events, together(clocks(known), clocks(news)))
            self._moved.append(moved(known, news))
        if events.num_rows:
            self.segments = (*self.segments, keep_segment(self._store, self._study, events))

    def _note(self, admission: Admission) -> None:
        """Count and list on each file what became of its rows."""
        import numpy as np

        for name, table in (("accepted", admission.accepted), ("duplicates", admission.duplicates)):
            counts = np.bincount(file_and_line(numbers(table["place"]))[0], minlength=len(self._files))
            for file, count in zip(self._files, counts.tolist(), strict=True):
                setattr(file, name, getattr(file, name) + count)
        for reason, refused in admission.refused:
            of, lines = file_and_line(numbers(refused["place"]))
            for number in np.unique(of).tolist():
                here = column(np.sort(lines[of == number]))
                self._files[number].rejects.add(
                    rejects.for_one_reason(here, self._screen.in_their_words(reason))
                )

    def _twice(self, admission: Admission) -> pa.Table:
        """The units that were found to be assigned twice."""
        import pyarrow as pa

        reasons = (rejects.TWO_ARMS, rejects.TWO_CLUSTERS)
        twice = [rows.select(["unit"]) for reason, rows in admission.refused if reason in reasons]
        return pa.concat_tables([empty(pa.schema([("unit", pa.uint64())])), *twice])


def _of_events(rows: pa.Table, events: Collection[str]) -> pa.Table:
    """The rows of some kinds of events."""
    import pyarrow as pa
    from pyarrow import compute

    event = as_words(rows["event"])
    wanted = compute.is_in(event.dictionary, value_set=pa.array(sorted(events), pa.string()))
    return rows.filter(compute.fill_null(wanted.take(event.indices), fill_value=False))


def _pairs(ids: pa.Table) -> pa.Table:
    """The pairs of two numbers that follow each other, each once, of rows in the order of the first."""
    import numpy as np

    other = np.ones(ids.num_rows, dtype=np.bool_)
    unit, serial = numbers(ids["unit"]), numbers(ids["serial"])
    other[1:] = (unit[1:] != unit[:-1]) | (serial[1:] != serial[:-1])
    return ids.filter(flags(other))
