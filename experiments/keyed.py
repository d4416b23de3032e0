"""Keyed numbers: 64 bits for each text, from which nobody without the key can go to a guess of the text.

SipHash-2-4 (Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF"), for many texts at once.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, numbers

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

LONGEST = 255  # bytes; a longer text is rare, and has its number from SHA-256 of key and text
PIECE = 8192  # texts at a time, so that the four words of each stay near the processor
START = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)


def keyed_numbers(texts: pa.Array, key: bytes) -> pa.Array:
    """The number of each text under a key of 16 bytes; none for an empty text or a gap.

    >>> import pyarrow as pa
    >>> keyed_numbers(pa.array(["a", "", None, "a"]), bytes(range(16))).to_pylist()
    [3144613055062689994, None, None, 3144613055062689994]
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    lengths = compute.fill_null(compute.binary_length(texts), 0)
    size = numbers(lengths).astype(np.int64)
    there = np.flatnonzero(size)
    found = np.zeros(len(texts), dtype=np.uint64)
    if len(there):
        starts, content = _bytes(texts)
        for place in there[size[there] > LONGEST].tolist():
            text = content[starts[place] : starts[place] + size[place]].tobytes()
            found[place] = int.from_bytes(sha256(key + text).digest()[:8], "little")
        short = there[size[there] <= LONGEST]
        found[short] = _sip(content, starts[short], size[short], key)
    return compute.if_else(compute.greater(lengths, 0), column(found), pa.scalar(None, pa.uint64()))


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


def _sip(content: NDArray[Any], starts: NDArray[Any], sizes: NDArray[Any], key: bytes) -> NDArray[Any]:
    """SipHash-2-4 of texts by where they begin in the content and how many bytes they have."""
    import numpy as np

    at_any = np.ndarray((len(content) - 7,), dtype="<u8", buffer=content, strides=(1,))
    found = np.empty(len(starts), dtype=np.uint64)
    whole = sizes // 8
    for words in np.unique(whole).tolist():
        alike = np.flatnonzero(whole == words)
        for first in range(0, len(alike), PIECE):
            piece = alike[first : first + PIECE]
            found[piece] = _alike(at_any, starts[piece], sizes[piece], key)
    return found


def _alike(at_any: NDArray[Any], starts: NDArray[Any], sizes: NDArray[Any], key: bytes) -> NDArray[Any]:
    """SipHash-2-4 of texts with the same number of whole words of eight bytes."""
    import numpy as np

    words = int(sizes[0]) // 8
    halves = [int.from_bytes(key[first : first + 8], "little") for first in (0, 8)]
    state = [
        np.full(len(starts), start ^ halves[place % 2], dtype=np.uint64) for place, start in enumerate(START)
    ]
    for word in range(words):
        _absorb(state, at_any[starts + 8 * word])
    rest = (sizes - 8 * words).astype(np.uint64)
    last = at_any[starts + 8 * words] & ((np.uint64(1) << (rest * np.uint64(8))) - np.uint64(1))
    _absorb(state, last | (sizes.astype(np.uint64) << np.uint64(56)))
    state[2] ^= np.uint64(0xFF)
    for _ in range(4):
        _round(state)
    found: NDArray[Any] = state[0] ^ state[1] ^ state[2] ^ state[3]
    return found


def _absorb(state: list[NDArray[Any]], word: NDArray[Any]) -> None:
    state[3] ^= word
    _round(state)
    _round(state)
    state[0] ^= word


def _round(state: list[NDArray[Any]]) -> None:
    """One SipRound, in place."""
    for one, other, turn, half in ((0, 1, 13, True), (2, 3, 16, False), (0, 3, 21, False), (2, 1, 17, True)):
        state[one] += state[other]
        _turn(state[other], turn)
        state[other] ^= state[one]
        if half:
            _turn(state[one], 32)


def _turn(word: NDArray[Any], bits: int) -> None:
    """Rotate to the left, in place."""
    import numpy as np

    over = word >> np.uint64(64 - bits)
    word <<= np.uint64(bits)
    word |= over
