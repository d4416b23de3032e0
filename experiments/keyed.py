"""Keyed numbers: 64 bits for each text, from which nobody without the key can go to a guess of the text.

SipHash-2-4 (Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF"), for many texts at once, and where one
number is not enough its authors' variant of 128 bits.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, flags, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    Words = NDArray[Any]

LONGEST = 255  # bytes; a longer text is rare, and has its number from SHA-256 of key and text
PIECE = 16_384  # texts at a time, so that the four words of each stay near the processor
START = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
SINGLE, FIRST, SECOND = 0xFF, 0xEE, 0xDD  # what tells the one number of 64 bits and the two of 128 apart


def keyed_numbers(texts: pa.Array | pa.ChunkedArray, key: bytes) -> pa.Array:
    """The number of each text under a key of 16 bytes; none for an empty text or a gap.

    >>> import pyarrow as pa
    >>> keyed_numbers(pa.array(["a", "", None, "a"]), bytes(range(16))).to_pylist()
    [3144613055062689994, None, None, 3144613055062689994]
    """
    import pyarrow as pa
    from pyarrow import compute

    (found,), sizes = _found(texts, key, (SINGLE,))
    there = flags(sizes > 0)
    return (
        column(found) if sizes.all() else compute.if_else(there, column(found), pa.scalar(None, pa.uint64()))
    )


def keyed_pairs(texts: pa.Array | pa.ChunkedArray, key: bytes) -> tuple[Words, Words]:
    """The two numbers of each text under a key of 16 bytes; 0 and 0 for an empty text or a gap."""
    (first, second), _ = _found(texts, key, (FIRST, SECOND))
    return first, second


def _found(texts: pa.Array | pa.ChunkedArray, key: bytes, marks: tuple[int, ...]) -> tuple[Words, Words]:
    """As many numbers of each text as there are marks, and the texts' sizes."""
    import numpy as np
    import pyarrow as pa

    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    sizes = _sizes(texts)
    found = np.zeros((len(marks), len(texts)), dtype=np.uint64)
    if not sizes.any():
        return found, sizes
    starts, content = _bytes(texts)
    at_any = np.ndarray((len(content) - 7,), dtype="<u8", buffer=content, strides=(1,))
    whole = np.where((sizes > 0) & (sizes <= LONGEST), sizes // 8, LONGEST)
    for words in np.flatnonzero(np.bincount(whole)).tolist():
        if words < LONGEST:
            for piece in _pieces(whole == words):
                told = _alike(at_any, starts[piece], sizes[piece], key, marks)
                for row, one in zip(found, told, strict=True):
                    row[piece] = one
    for place in np.flatnonzero(sizes > LONGEST).tolist():
        text = content[starts[place] : starts[place] + sizes[place]].tobytes()
        digest = sha256(key + text).digest()
        found[:, place] = [int.from_bytes(digest[8 * i : 8 * i + 8], "little") for i in range(len(marks))]
    return found, sizes


def _pieces(chosen: NDArray[Any]) -> Iterator[Any]:
    """Where the chosen texts stand, some at a time."""
    import numpy as np

    places = None if chosen.all() else np.flatnonzero(chosen)
    for first in range(0, len(chosen) if places is None else len(places), PIECE):
        piece = slice(first, first + PIECE)
        yield piece if places is None else places[piece]


def _sizes(texts: pa.Array) -> NDArray[Any]:
    """How many bytes each text has; 0 for a gap."""
    import numpy as np
    from pyarrow import compute

    return numbers(compute.fill_null(compute.binary_length(texts), 0)).astype(np.int64)


def _bytes(texts: pa.Array) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where each text begins, and the bytes of all with eight to spare."""
    import numpy as np

    _, offsets, content = texts.buffers()
    kind = np.dtype(np.int64 if str(texts.type).startswith("large") else np.int32)
    places = np.frombuffer(offsets, kind, count=len(texts) + 1, offset=texts.offset * kind.itemsize)
    first, after = int(places[0]), int(places[-1])
    held = np.frombuffer(content, np.uint8, count=after - first, offset=first)
    spare = np.zeros(8, dtype=np.uint8)
    return places[:-1].astype(np.int64) - first, np.concatenate([held, spare])


def _alike(at_any: Words, starts: Words, sizes: Words, key: bytes, marks: tuple[int, ...]) -> list[Words]:
    """The numbers of texts with as many whole words of eight bytes, by where they begin in the content."""
    import numpy as np

    words = int(sizes[0]) // 8
    state = _State(len(starts), key, wide=len(marks) > 1)
    for word in range(words):
        state.absorb(at_any[starts + 8 * word])
    rest = (sizes - 8 * words).astype(np.uint64)
    last = at_any[starts + 8 * words] & ((np.uint64(1) << (rest * np.uint64(8))) - np.uint64(1))
    state.absorb(last | (sizes.astype(np.uint64) << np.uint64(56)))
    return [state.finished(mark) for mark in marks]


class _State:
    """The four words of each text, and room for one more."""

    def __init__(self, texts: int, key: bytes, *, wide: bool) -> None:
        import numpy as np

        halves = [int.from_bytes(key[first : first + 8], "little") for first in (0, 8)]
        held = np.empty((5, texts), dtype=np.uint64)
        for place, start in enumerate(START):
            held[place] = start ^ halves[place % 2] ^ (FIRST if wide and place == 1 else 0)
        self._words, self._room = list(held[:4]), held[4]

    def absorb(self, word: Words) -> None:
        """Mix one word of each text in."""
        self._words[3] ^= word
        self._round()
        self._round()
        self._words[0] ^= word

    def finished(self, mark: int) -> Words:
        """One number of each text; the second under the mark of the second, after the first."""
        import numpy as np

        self._words[1 if mark == SECOND else 2] ^= np.uint64(mark)
        for _ in range(4):
            self._round()
        one, two, three, four = self._words
        found: Words = one ^ two ^ three ^ four
        return found

    def _round(self) -> None:
        """One SipRound."""
        one, two, three, four = self._words
        one += two
        self._turn(two, 13)
        two ^= one
        self._turn(one, 32)
        three += four
        self._turn(four, 16)
        four ^= three
        one += four
        self._turn(four, 21)
        four ^= one
        three += two
        self._turn(two, 17)
        two ^= three
        self._turn(three, 32)

    def _turn(self, word: Words, bits: int) -> None:
        """Rotate to the left."""
        import numpy as np

        np.right_shift(word, np.uint64(64 - bits), out=self._room)
        np.left_shift(word, np.uint64(bits), out=word)
        np.bitwise_or(word, self._room, out=word)
