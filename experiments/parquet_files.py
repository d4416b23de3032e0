"""Parquet files that the engine reads by itself: only the columns and the groups of rows that a question needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from experiments.sql import column, named, part

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from experiments.unit_range import UnitRange

_TYPES = {
    "uint64": "UBIGINT",
    "int64": "BIGINT",
    "int32": "INTEGER",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "string": "VARCHAR",
    "timestamp[us]": "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Files:
    """Files with the columns of `schema`; those that a file lacks are null in it.

    `ends` are each file's smallest and largest unit, where they are known.
    """

    paths: tuple[Path, ...]
    schema: pa.Schema
    ends: tuple[tuple[int, int], ...] = ()

    def within(self, piece: UnitRange) -> Files:
        """The files that can hold a unit of a range: the others need not even be opened."""
        if not self.ends:
            return self
        kept = [place for place, (low, high) in enumerate(self.ends) if piece.meets(low, high)]
        return Files(
            tuple(self.paths[place] for place in kept), self.schema, tuple(self.ends[place] for place in kept)
        )

    def query(self) -> exp.Query:
        """SELECT the rows of the files, of which there is one or more."""
        alike: dict[tuple[str, ...], list[Path]] = {}
        for path in self.paths:
            alike.setdefault(names(path), []).append(path)
        queries: list[exp.Query] = [self._of(paths, held) for held, paths in alike.items()]
        whole = queries[0]
        for query in queries[1:]:
            whole = exp.union(whole, query, distinct=False)
        return whole

    def _of(self, paths: list[Path], held: tuple[str, ...]) -> exp.Select:
        """SELECT from files that all have the columns `held`."""
        shown = [
            column(field.name)
            if field.name in held
            else named(exp.cast(exp.null(), _TYPES[str(field.type)], dialect="duckdb"), field.name)
            for field in self.schema
        ]
        return exp.select(*shown).from_(part("read_parquet(:paths)", paths=listed(paths)))


@cache
def names(path: Path) -> tuple[str, ...]:
    """The columns of a file that is named after its content, and so never changes."""
    from pyarrow import parquet

    return tuple(parquet.read_schema(path).names)


def listed(paths: list[Path]) -> exp.Expression:
    """Paths as a list of words."""
    return exp.array(*(exp.Literal.string(str(path)) for path in paths), dialect="duckdb")
