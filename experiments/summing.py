"""Sums of each unit's events, kept beside a segment: whoever measures the study need not read its events again.

A sum's name tells what it is the sum of, so that an amended plan that asks for none but these takes them. Where a
segment lacks one of a plan's sums, its events are read instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from experiments.engine import Written, engine
from experiments.events import segment, vocabulary
from experiments.parquet_files import Files, names
from experiments.sql import DIALECT, column, named, part
from experiments.timed_query import sums_query, unit_sums
from experiments.unit_range import depth

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from experiments.events import Vocabulary
    from experiments.manifest import Part
    from experiments.store import Store
    from experiments.study import Study

SUMS = "sums"
MOST = 48  # sums of a study; one with more asks long questionnaires of few units
REST = "unsummed"  # what a query calls the events of segments without sums
_ADDED, _CHOSEN = (exp.Count, exp.Sum), (exp.Max, exp.Min)


def sums_of(study: Study, events: Path | pa.Table) -> pa.Table | None:
    """The sums of a segment's events, a row for each unit, in their order; None where they cannot be kept.

    `events` are the segment's file, or its rows at hand, which are told from without reading them back.
    """
    query = _kept_query(study)
    if query is None:
        return None
    schema = segment(vocabulary(study))
    files = {"events": Files((events,), schema)} if isinstance(events, Path) else {}
    tables = {} if isinstance(events, Path) else {"events": _whole(events, schema)}
    with engine(threads=1, spills=True, files=files, **tables) as opened:
        return opened.ask(query)


def _whole(events: pa.Table, schema: pa.Schema) -> pa.Table:
    """Events with every column of the schema: null where those of before an amendment lack one."""
    import pyarrow as pa

    for field in schema:
        if field.name not in events.column_names:
            events = events.append_column(field.name, pa.nulls(events.num_rows, field.type))
    return events


@lru_cache(maxsize=8)
def _kept_query(study: Study) -> Written | None:
    """SELECT what `sums_of` tells; None where it cannot be kept."""
    words = vocabulary(study)
    sums = unit_sums(study, words)
    if not _can_be_kept(sums):
        return None
    kept = {name: _narrow(name, sum_) for name, sum_ in sums.items()}
    return Written(_selected(kept).from_(sums_query(study, words).subquery("s")).order_by("unit"))


@dataclass(frozen=True, slots=True)
class Summed:
    """Where the sums of a study's events are: `files` hold those that are kept, as `sums`, and the events of the
    segments that have none, as `unsummed`. `query` selects all of them, one row a unit.
    """

    files: dict[str, Files]
    query: exp.Query


def summed(store: Store, study: Study, words: Vocabulary, segments: Sequence[Part]) -> Summed:
    """The sums of a study's segments, with all files that hold them verified. Raises as `Store.paths` does."""
    sums = unit_sums(study, words)
    kept = [_kept(store, study, part, sums) if _can_be_kept(sums) else None for part in segments]
    there = [(part, path) for part, path in zip(segments, kept, strict=True) if path is not None]
    rest = [part for part, path in zip(segments, kept, strict=True) if path is None]
    paths = tuple(path for _, path in there)
    files = {
        SUMS: Files(paths, _schema(paths, sums), tuple((part.low, part.high) for part, _ in there)),
        REST: Files(
            store.paths(study.id, rest), segment(words), tuple((part.low, part.high) for part in rest)
        ),
    }
    return Summed(
        files, _query(study, words, sums, there=bool(there), rest=bool(rest), shared=depth(segments) > 1)
    )


def _query(
    study: Study, words: Vocabulary, sums: dict[str, exp.Expression], *, there: bool, rest: bool, shared: bool
) -> exp.Query:
    """SELECT the sums of each unit, from those that are `there` and from the events of the `rest`; where units are
    `shared`, two segments can have events of one.
    """
    if not there:
        return sums_query(study, words, events=REST)
    told: exp.Query = _selected({name: _wide(name, sum_) for name, sum_ in sums.items()}).from_(SUMS)
    if rest:
        told = exp.union(told, sums_query(study, words, events=REST), distinct=False)
    return _together(told, sums) if shared else told


def _can_be_kept(sums: dict[str, exp.Expression]) -> bool:
    """Whether there are few, all of kinds that can be put together from segments that share a unit."""
    return 0 < len(sums) <= MOST and all(isinstance(sum_, _ADDED + _CHOSEN) for sum_ in sums.values())


def _kept(store: Store, study: Study, held: Part, sums: dict[str, exp.Expression]) -> Path | None:
    """The file beside a segment that has all these sums; None where there is none."""
    for part_ in held.beside:
        if part_.file.startswith(f"{SUMS}/"):
            path = store.verified(study.id, part_)
            return path if set(sums) <= set(names(path)) else None
    return None


def _schema(paths: tuple[Path, ...], sums: dict[str, exp.Expression]) -> pa.Schema:
    """The columns that a query takes of kept sums."""
    import pyarrow as pa
    from pyarrow import parquet

    if not paths:
        return pa.schema([])
    there = parquet.read_schema(paths[0])
    return pa.schema([there.field(name) for name in ("unit", *sums)])


def _together(told: exp.Query, sums: dict[str, exp.Expression]) -> exp.Select:
    """One row a unit from one row for each of its segments."""
    merged = {name: _merged(name, sum_) for name, sum_ in sums.items()}
    return _selected(merged).from_(told.subquery("s")).group_by("unit")


def _selected(sums: dict[str, exp.Expression]) -> exp.Select:
    """SELECT the unit and some sums."""
    return exp.select(column("unit"), *(named(sum_, name) for name, sum_ in sums.items()))


def _narrow(name: str, sum_: exp.Expression) -> exp.Expression:
    """A sum as it is kept: a segment has fewer events than a number of 32 bits can count."""
    return _as("INTEGER", name) if isinstance(sum_, exp.Count) else column(name)


def _wide(name: str, sum_: exp.Expression) -> exp.Expression:
    """A kept sum as a query of events has it."""
    return _as("BIGINT", name) if isinstance(sum_, exp.Count) else column(name)


def _as(kind: str, name: str) -> exp.Expression:
    return exp.cast(column(name), kind, dialect=DIALECT)


def _merged(name: str, sum_: exp.Expression) -> exp.Expression:
    """The sum of all segments from those of each."""
    if isinstance(sum_, exp.Count):
        return part("CAST(sum(:c) AS BIGINT)", c=column(name))
    return type(sum_)(this=column(name))
