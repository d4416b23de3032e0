"""Words as numbers: the columns of a log that say the same few things again and again, handled once a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.arrays import column, distinct, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

GAP = -1
PLACES = 1 << 22  # a table of so many places is quicker than a sort
MOST_WORDS = 65_536  # a column of more is text again when it is read: it has few repetitions to gain from


class Numbering:
    """The numbers of the words of some columns, given as the words are met; `GAP` is the number of a gap."""

    def __init__(self) -> None:
        self._known: dict[str, pa.Array] = {}

    def numbered(self, name: str, values: pa.ChunkedArray) -> pa.Array:
        """A column of text as numbers; only words that one of its rows has get one."""
        import numpy as np
        import pyarrow as pa
        from pyarrow import compute

        coded = as_words(values)
        places = _places(coded)
        used = np.flatnonzero(np.bincount(places, minlength=len(coded.dictionary) + 1)[:-1])
        words = coded.dictionary.take(column(used))
        known = self._known.get(name, pa.array([], pa.string()))
        new = words.filter(compute.invert(compute.is_in(words, value_set=known))).unique()
        self._known[name] = known = pa.concat_arrays([known, new])
        number = np.full(len(coded.dictionary) + 1, GAP, dtype=np.int32)
        number[used] = numbers(compute.index_in(words, value_set=known))
        return column(number[places])

    def words(self, name: str, values: pa.ChunkedArray) -> pa.Array:
        """The words (as `as_words` gives them, or as text where there are very many) that numbers stand for."""
        import pyarrow as pa

        known = self._known.get(name, pa.array([], pa.string()))
        found = numbers(values)
        coded = pa.DictionaryArray.from_arrays(_with_gaps(found, found == GAP), known)
        return coded if len(known) <= MOST_WORDS else coded.dictionary_decode()


def as_words(values: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of text, or of words already, as places in a list of words."""
    import pyarrow as pa

    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    if not values.num_chunks:
        none = pa.array([], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), none)
    words = values.chunk(0).dictionary
    if not all(chunk.dictionary.equals(words) for chunk in values.chunks):
        values = values.unify_dictionaries()
        words = values.chunk(0).dictionary
    if words.null_count:
        return as_words(pa.chunked_array([chunk.dictionary_decode() for chunk in values.chunks]))
    places = pa.concat_arrays([chunk.indices for chunk in values.chunks])
    return pa.DictionaryArray.from_arrays(places.cast(pa.int32()), words.cast(pa.string()))


def compacted(values: pa.ChunkedArray) -> pa.Array:
    """A column of words with a list of only those that it has, in their order."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    coded = as_words(values)
    places = _places(coded)
    used = np.flatnonzero(np.bincount(places, minlength=len(coded.dictionary) + 1)[:-1])
    words = coded.dictionary.take(column(used))
    order = numbers(compute.array_sort_indices(words)).astype(np.int64)
    number = np.full(len(coded.dictionary) + 1, GAP, dtype=np.int32)
    number[used[order]] = np.arange(len(used), dtype=np.int32)
    found = number[places]
    return pa.DictionaryArray.from_arrays(_with_gaps(found, found == GAP), words.take(column(order)))


def combined(columns: Sequence[pa.DictionaryArray], rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The different combinations of words in some columns: the number of each row's, and a row that has each."""
    import numpy as np

    code, many = np.zeros(rows, dtype=np.int64), 1
    for coded in columns:
        size = len(coded.dictionary) + 1
        if many * size > PLACES:
            code, many = _dense(code, many)
        code = code * size + _places(coded)
        many *= size
    code, many = _dense(code, many)
    example = np.zeros(many, dtype=np.int64)
    example[code[::-1]] = np.arange(rows - 1, -1, -1)
    return code, example


def _dense(code: NDArray[Any], many: int) -> tuple[NDArray[Any], int]:
    """Codes numbered anew from 0 without a gap, in their order, and how many there are."""
    import numpy as np

    if many > PLACES:
        there = distinct(code)
        return np.searchsorted(there, code), len(there)
    met = np.zeros(many, dtype=np.bool_)
    met[code] = True
    number = np.cumsum(met) - 1
    return number[code], int(met.sum())


def _places(coded: pa.DictionaryArray) -> NDArray[Any]:
    """Each row's place in the list of words; a gap's is the one after the last."""
    from pyarrow import compute

    return numbers(compute.fill_null(coded.indices, len(coded.dictionary)))


def _with_gaps(places: NDArray[Any], gaps: NDArray[Any]) -> pa.Array:
    import pyarrow as pa
    from pyarrow import compute

    if not gaps.any():
        return column(places)
    there = column((~gaps).view("u1")).cast(pa.bool_())
    return compute.if_else(there, column(places), pa.scalar(None, pa.int32()))
