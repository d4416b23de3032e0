"""What was found of the ids met so far, so that each is judged once however often a log says it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.arrays import column, in_their_order
from experiments.keyed import keyed_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    Numbers = NDArray[Any]
    Judge = Callable[[pa.Array], Mapping[str, Numbers]]

MOST = 4_000_000  # ids that are kept in mind, some 50 bytes each; all others are judged in every batch
FEWEST_BITS = 16  # of the places of the table
NOWHERE = -1


class Met:
    """The ids met so far, in memory alone: each as two numbers, under a key that nobody else knows.

    Both numbers have to agree, so that chance takes no id for another one. They are looked up in a table of places
    (open addressing with linear probing, Knuth 1998, The Art of Computer Programming 3, section 6.4), at most half
    of which are taken.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._ids = 0
        self._first, self._second = np.empty(1, np.uint64), np.empty(1, np.uint64)
        self._found: dict[str, Numbers] = {}
        self._places: NDArray[np.int32] = np.full(1 << FEWEST_BITS, NOWHERE, np.int32)

    def found(self, ids: pa.Array | pa.ChunkedArray, judge: Judge) -> dict[str, Numbers]:
        """Numbers of each of some ids, by name: those that `judge` finds of some ids, which are all different."""
        first, second = keyed_pairs(ids, self._key)
        row = self._rows(first, second)
        unknown = np.flatnonzero(row == NOWHERE)
        if not unknown.size:
            return {name: held[row] for name, held in self._found.items()}
        example, which = _different(first[unknown], second[unknown])
        fresh = judge(_chosen(ids, unknown[example]))
        answer = {}
        for name, new in fresh.items():
            held = self._found.get(name, new[:1])
            answer[name] = held[row]
            answer[name][unknown] = new[which]
        if self._ids + len(example) <= MOST:
            self._keep(first[unknown[example]], second[unknown[example]], fresh)
        return answer

    def _rows(self, first: Numbers, second: Numbers) -> NDArray[np.int32]:
        """Where ids stand among those that were met; `NOWHERE` for others."""
        row = np.full(len(first), NOWHERE, np.int32)
        left, place = np.arange(len(first)), self._home(first)
        while left.size:
            there = self._places[place]
            taken = there != NOWHERE
            same = taken & (self._first[there] == first[left]) & (self._second[there] == second[left])
            row[left[same]] = there[same]
            on = taken & ~same
            left, place = left[on], self._next(place[on])
        return row

    def _keep(self, first: Numbers, second: Numbers, fresh: Mapping[str, Numbers]) -> None:
        """Keep different ids in mind, none of which was met before."""
        before, self._ids = self._ids, self._ids + len(first)
        self._first = _with(self._first, before, first)
        self._second = _with(self._second, before, second)
        for name, new in fresh.items():
            self._found[name] = _with(self._found.get(name, new[:0]), before, new)
        if 2 * self._ids > len(self._places):
            self._places = np.full(1 << (2 * self._ids).bit_length(), NOWHERE, np.int32)
            before = 0
        self._seat(np.arange(before, self._ids, dtype=np.int32))

    def _seat(self, rows: NDArray[np.int32]) -> None:
        """Give ids a place each: of those that want the same one gets it, the others the next that is free."""
        place = self._home(self._first[rows])
        while rows.size:
            free = self._places[place] == NOWHERE
            self._places[place[free]] = rows[free]
            without = self._places[place] != rows
            rows, place = rows[without], self._next(place[without])

    def _home(self, first: Numbers) -> NDArray[np.int64]:
        """The place at which an id is looked for first."""
        bits = len(self._places).bit_length() - 1
        return (first >> np.uint64(64 - bits)).astype(np.int64)

    def _next(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        return (place + 1) & (len(self._places) - 1)


def _different(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    """Where one of each different id stands, and the number of each id's one."""
    order = in_their_order(first)
    begins = np.ones(len(order), np.bool_)
    ordered, other = first[order], second[order]
    begins[1:] = (ordered[1:] != ordered[:-1]) | (other[1:] != other[:-1])
    which = np.empty(len(order), np.int64)
    which[order] = np.cumsum(begins) - 1
    return order[begins], which


def _chosen(ids: pa.Array | pa.ChunkedArray, places: Numbers) -> pa.Array:
    import pyarrow as pa

    chosen = ids.take(column(places))
    return chosen.combine_chunks() if isinstance(chosen, pa.ChunkedArray) else chosen


def _with(held: Numbers, before: int, new: Numbers) -> Numbers:
    """Room that holds so many numbers, with new ones behind them; it doubles where it is too small."""
    after = before + len(new)
    if after > len(held):
        wider = np.empty(max(after, 2 * len(held)), held.dtype)
        wider[:before] = held[:before]
        held = wider
    held[before:after] = new
    return held
