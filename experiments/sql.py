"""Queries from expressions: constant fragments with named places, filled by construction and never by pasting."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp, parse_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DIALECT = "duckdb"


def part(fragment: str, **places: Any) -> exp.Expression:
    """A constant fragment of SQL with its `:places` filled: expressions as they are, words and whole numbers
    as literals.

    >>> part("occurred_at < :end AND event = :name", end=column("exposed_at"), name="it's").sql("duckdb")
    'occurred_at < "exposed_at" AND event = \\'it\\'\\'s\\''
    """
    filled: exp.Expression = exp.replace_placeholders(_parsed(fragment), **places)  # a copy
    return filled


@cache
def _parsed(fragment: str) -> exp.Expression:
    """A fragment, of which the program has few, parsed once."""
    return parse_one(fragment, dialect=DIALECT)


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column.

    >>> column("attribute.country", "e").sql("duckdb")
    'e."attribute.country"'
    """
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def named(expression: exp.Expression, name: str) -> exp.Expression:
    """An expression under a quoted name."""
    return exp.alias_(expression, name, quoted=True)


def among(name: str, values: Iterable[str]) -> exp.Expression:
    """Whether a column holds one of some words; false where there are none.

    >>> among("event", ["click", "search"]).sql("duckdb")
    '"event" IN (\\'click\\', \\'search\\')'
    """
    known = [exp.Literal.string(value) for value in values]
    return column(name).isin(*known) if known else exp.false()


def either(conditions: Sequence[exp.Expression]) -> exp.Expression:
    """True where any condition is; false where there are none."""
    return exp.or_(*conditions) if conditions else exp.false()
