"""Measurement: from a study's events to its unit table, in one pass over the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlglot import exp

from analysis.table import UnitTable
from experiments.by_range import ranges
from experiments.cell_query import UNITS
from experiments.cell_table import cell_table, cells, has_cells, others
from experiments.conduct import conduct, data_facts, of_any_design, units_by_arm
from experiments.design import designs
from experiments.engine import engine
from experiments.events import ASSIGNED, segment, vocabulary
from experiments.faults import Fault
from experiments.follow_up import halves, halves_in, not_followed, not_followed_in
from experiments.interval_table import measured
from experiments.log_counts import kept_counts
from experiments.log_facts import log_facts
from experiments.parquet_files import Files
from experiments.retiming import require_timed
from experiments.row_query import ordered
from experiments.scoring import reliabilities, scores_in
from experiments.sql import column, part
from experiments.summing import summed
from experiments.timed_query import timed_query
from experiments.unit_list import columns

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from analysis.about import Conduct, DataFacts
    from analysis.cells import Table
    from experiments.by_range import Ranges
    from experiments.manifest import Manifest
    from experiments.store import Store
    from experiments.study import Study

LARGEST = 400_000  # units of a table with a row for each: some 100 MB


def measure(
    store: Store, study: Study, *, largest: int = LARGEST, progress: Callable[[str], None] = lambda _: None
) -> tuple[Table, Conduct, DataFacts]:
    """The table of a study, how the study ran, and which data were measured, all from one manifest.

    Everybody who was assigned is in the table; where an exposure is declared, everybody who came to it: it is
    defined alike in all arms, so that leaving the others out keeps the comparison fair. Rows are ordered by what
    they hold, never by pseudonym. A study of more than `largest` units comes as cells, where units have one clock
    each and what is known of them falls into cells. Raises Fault where nothing was taken in yet, or nobody was
    assigned.
    """
    return store.reading(study.id, lambda manifest: _Measuring(store, study, manifest, progress).all(largest))


class _Measuring:
    """The measurement of one study as one manifest has it."""

    def __init__(
        self, store: Store, study: Study, manifest: Manifest, progress: Callable[[str], None]
    ) -> None:
        if manifest.last is None or manifest.taken_in is None:
            raise store.closed(study.id) or Fault(
                f"No events of {study.id} were taken in yet.", do=f"watchkeeper ingest {study.id} FILE"
            )
        require_timed(study, manifest)
        self.study, self.manifest, self.progress = study, manifest, progress
        self.design, self.words = designs()[study.design.kind], vocabulary(study)
        self.span = manifest.first or manifest.last, manifest.last, manifest.taken_in
        self.end = log_end(study, last=manifest.last, taken_in=manifest.taken_in)
        self.store, self.folder = store, store.folder(study.id)
        self.files = {
            name: Files(
                tuple(self.folder / part.file for part in parts),
                schema,
                tuple((part.low, part.high) for part in parts),
            )
            for name, parts, schema in (
                ("events", manifest.segments, segment(self.words)),
                ("units", manifest.units, columns(self.words)),
            )
        }
        store.paths(study.id, manifest.units)
        if self.words.timed:
            told = summed(store, study, self.words, manifest.segments)
            self.files |= told.files
            self.rows = timed_query(study, self.words, self.end, sums=told.query)
        else:
            self._check_events()

    def all(self, largest: int) -> tuple[Table, Conduct, DataFacts]:
        """The table, the conduct and the data."""
        if self.words.calendar:
            return self._series()
        checks = {"events": self._check_events}
        with ranges(self.files, self.manifest.events, checks=checks, progress=self.progress) as asked:
            if not self.words.timed:
                return self._in_periods(asked)
            units = sum(part.rows for part in self.manifest.units)
            found = self._cells(asked) if units > largest and has_cells(self.study) else None
            return found or self._rows(asked)

    def _check_events(self) -> None:
        self.store.paths(self.study.id, self.manifest.segments)

    def _series(self) -> tuple[Table, Conduct, DataFacts]:
        with engine(files=self.files, spills=True) as opened:
            first = datetime.fromisoformat(self.span[0]).replace(tzinfo=None)
            series, watched = measured(opened, self.study, first=first, end=self.end)
        return UnitTable(series, self.design.layout), watched, data_facts(self.manifest, watched, series)

    def _in_periods(self, asked: Ranges) -> tuple[Table, Conduct, DataFacts]:
        with engine(files=self.files, spills=True) as opened:
            opened.hand("torn", opened.ask(part("SELECT unit FROM units WHERE torn")))
            frame = opened.ask(self.design.rows(self.study, self.words, self.end)).to_pandas()
            self._require(frame)
            ran = self.design.ran(opened, self.study, frame)
        scores = scores_in(frame, self.study)
        table = UnitTable(_numbered(scores) if "unit" in scores else scores, self.design.layout)
        told = {
            "reliability": reliabilities(frame, self.study),
            "not_followed": not_followed(frame, self.study),
        }
        ran = self._ran(asked, ran, {**told, "halves": halves(frame, self.study)})
        return table, ran, data_facts(self.manifest, ran, table.frame)

    def _rows(self, asked: Ranges) -> tuple[Table, Conduct, DataFacts]:
        frame = self._ordered(asked, self.rows, ordered(self.study, self.words))
        self._require(frame)
        told = {
            "reliability": reliabilities(frame, self.study),
            "not_followed": not_followed(frame, self.study),
            "halves": halves(frame, self.study),
        }
        ran = self._ran(asked, self._in_arms(units_by_arm(frame)), told)
        table = UnitTable(scores_in(frame, self.study), self.design.layout)
        return table, ran, data_facts(self.manifest, ran, table.frame)

    def _cells(self, asked: Ranges) -> tuple[Table, Conduct, DataFacts] | None:
        study, words, rows, layout = self.study, self.words, self.rows, self.design.layout
        frame = cells(asked, study, words, rows)
        if frame is None:
            return None
        self._require(frame)
        told = {"not_followed": not_followed_in(frame, study), "halves": halves_in(frame, study)}
        beside, by_rows = others(study, words, rows), None
        if beside is not None:
            single = self._ordered(asked, beside, tuple(beside.named_selects))
            told["reliability"] = reliabilities(single, study)
            by_rows = UnitTable(scores_in(single, study), layout)
        exposed = {str(arm): int(units) for arm, units in frame.groupby("arm")[UNITS].sum().items()}
        ran = self._ran(asked, self._in_arms(exposed), told)
        table = cell_table(frame, study, words, layout=layout, rows=by_rows)
        held = (frame,) if by_rows is None else (frame, by_rows.frame)
        return table, ran, data_facts(self.manifest, ran, *held)

    def _ordered(self, asked: Ranges, query: exp.Select, order: tuple[str, ...]) -> pd.DataFrame:
        """The answers of all ranges together, in an order that no pseudonym has a part in."""
        import pyarrow as pa

        with engine(threads=1, spills=True, found=pa.concat_tables(asked.ask(query))) as opened:
            by = [column(name) for name in order]
            frame: pd.DataFrame = opened.ask(exp.select("*").from_("found").order_by(*by)).to_pandas()
        return frame

    def _in_arms(self, exposed: dict[str, int]) -> Conduct:
        with engine(files={"units": self.files["units"]}, spills=True) as opened:
            return conduct(opened, self.study, exposed)

    def _ran(self, asked: Ranges, ran: Conduct, told: dict[str, Any]) -> Conduct:
        """The conduct with what is told of every design: by its table, and by a pass over the log."""
        first, last, taken_in = self.span
        kept = kept_counts(self.store, self.study, self.manifest.segments) if self.words.timed else None
        log, gaps = log_facts(asked, self.study, first=first, last=last, taken_in=taken_in, kept=kept)
        several = gaps.pop("several_arms")
        return replace(
            ran,
            ended=has_ended(self.study, last=last, taken_in=taken_in),
            log=log,
            **told,
            **{**gaps, **of_any_design(asked, self.words, several)},
        )

    def _require(self, frame: pd.DataFrame) -> None:
        if frame.empty:
            raise Fault(
                f"No unit of {self.study.id} was assigned and then exposed.",
                expected=f"{ASSIGNED} events with an arm, and {self.study.exposure} events after them",
                do="Ingest the log that holds them.",
            )


def has_ended(study: Study, *, last: str, taken_in: str) -> bool:
    """Whether the study's last day is declared, and over: by the calendar, or by its own log."""
    if study.design.end is None:
        return False
    zone = ZoneInfo(study.log.time_zone)
    instants = (datetime.fromisoformat(instant) for instant in (last, taken_in))
    days = [instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(zone).date() for instant in instants]
    return days[0] >= study.design.end or days[1] > study.design.end


def log_end(study: Study, *, last: str, taken_in: str) -> datetime:
    """Until when the log tells what happened (UTC, naive), from the instants of its last event and its last intake.

    A study that was over when its log was taken in was watched until the end of its last day, or its last event
    if that is later. Without a last day, or before it, the log is an extract that ends with its last event.
    """
    last_event = datetime.fromisoformat(last).replace(tzinfo=None)
    if study.design.end is None:
        return last_event
    midnight = datetime.combine(study.design.end + timedelta(days=1), time(), ZoneInfo(study.log.time_zone))
    over = midnight <= datetime.fromisoformat(taken_in)
    return max(last_event, midnight.astimezone(UTC).replace(tzinfo=None)) if over else last_event


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in order of unit and period, units numbered from 1 by what their rows hold: never by pseudonym.

    The frame comes ordered by what it holds; rows alike in everything share a rank, and units are ordered by the
    ranks of their rows, period by period.
    """
    import numpy as np

    held = frame.drop(columns="unit").astype("str")
    rank = (held != held.shift()).any(axis=1).cumsum()
    ranks = frame.assign(rank=rank).pivot(index="unit", columns="period", values="rank").fillna(0)
    order = np.lexsort(ranks.to_numpy().T[::-1])
    number = dict(zip(ranks.index[order], range(1, len(order) + 1), strict=True))
    return frame.assign(unit=frame["unit"].map(number)).sort_values(["unit", "period"], ignore_index=True)
