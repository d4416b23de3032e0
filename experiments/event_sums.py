"""Sums over a unit's events, told from the conditions of a query, so that they can be made without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT, SUM, MOST, LAST, FIRST = "count", "sum", "most", "last", "first"
ALWAYS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Chosen:
    """Events of one name from `low` to before `high` microseconds since the exposure; perhaps only those of its
    session, or with a value.
    """

    event: str
    low: int
    high: int = ALWAYS
    session: bool = False
    valued: bool = False


@dataclass(frozen=True, slots=True)
class EventSum:
    """What is made of a unit's events that are `chosen`: how many there are (`count`), the `sum` of their values,
    the largest (`most`) or the `last` one, or the time of the `first` event.
    """

    what: str
    chosen: Chosen


def event_sum(node: exp.Filter) -> EventSum | None:
    """What a filtered aggregate over events `e` asks for; None where it is something else than that."""
    what, chosen = _what(node.this), _chosen(node.expression.this)
    if what is None or chosen is None:
        return None
    needs_value = what in (SUM, MOST, LAST)
    return None if needs_value and not chosen.valued else EventSum(what, chosen)


def _what(node: exp.Expression) -> str | None:
    inner = node.this
    if isinstance(node, exp.Count):
        return COUNT if isinstance(inner, exp.Star) else None
    if isinstance(node, exp.Sum):
        return SUM if isinstance(inner, exp.Cast) and _is(inner.this, "value") else None
    if isinstance(node, exp.Max):
        return MOST if _is(inner, "value") else LAST if _is_latest(inner) else None
    return FIRST if isinstance(node, exp.Min) and _is(inner, "since") else None


def _is_latest(node: exp.Expression) -> bool:
    """Whether it is a value behind its time, by which it is ordered."""
    if not isinstance(node, exp.Struct) or len(node.expressions) != 2:
        return False
    since, value = (held.expression for held in node.expressions)
    return _is(since, "since") and _is(value, "value")


def _chosen(condition: exp.Expression) -> Chosen | None:
    """The events that meet a condition, where it is one of those that windows are made of."""
    names: list[str] = []
    lows: list[int] = []
    highs = [ALWAYS]
    flags: set[str] = set()
    for node in _conditions(condition):
        if isinstance(node, exp.EQ) and _is(node.this, "event") and node.expression.is_string:
            names.append(node.expression.name)
        elif isinstance(node, exp.GTE) and _is_time(node.this) and node.expression.is_int:
            lows.append(int(node.expression.to_py()))
        elif isinstance(node, exp.LT) and _is_time(node.this) and node.expression.is_int:
            highs.append(int(node.expression.to_py()))
        elif _is(node, "in_session"):
            flags.add("session")
        elif isinstance(node, exp.Not) and isinstance(node.this, exp.Is) and _is(node.this.this, "value"):
            flags.add("valued")
        else:
            return None
    if len(names) != 1 or not lows:
        return None
    return Chosen(names[0], max(lows), min(highs), "session" in flags, "valued" in flags)


def _conditions(node: exp.Expression) -> Iterator[exp.Expression]:
    """The conditions that must all be met."""
    if isinstance(node, exp.Paren):
        yield from _conditions(node.this)
    elif isinstance(node, exp.And):
        yield from _conditions(node.this)
        yield from _conditions(node.expression)
    else:
        yield node


def _is(node: exp.Expression, name: str) -> bool:
    return isinstance(node, exp.Column) and (node.table, node.name) == ("e", name)


def _is_time(node: exp.Expression) -> bool:
    """A time since the exposure; the unit's first exposure is its only one."""
    return _is(node, "since") or _is(node, "before")
