"""The key of an event: one number that is the same for the same event, by which repetitions are found."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray


def event_keys(rows: pa.Table, named: pa.ChunkedArray, columns: Sequence[str], key: bytes) -> pa.Array:
    """The key of each row (64 bits): `named` where the row has an event_id, else from all its `columns`.

    Every column's number is mixed in by the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
    pseudorandom number generators"), started from the study's `key`: two different rows agree by chance alone,
    once in 2**64 pairs.
    """
    import numpy as np
    from pyarrow import compute

    mixed = np.zeros(rows.num_rows, dtype=np.uint64)
    for name in columns:
        mixed = _mixed(mixed ^ _as_numbers(rows[name].combine_chunks(), name.encode() + b"\x1f" + key))
    return compute.coalesce(named.combine_chunks(), column(mixed))


def _as_numbers(values: pa.Array, salt: bytes) -> NDArray[Any]:
    """One number (64 bits) a cell; a gap has a number of its own."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_string(values.type):
        coded = values.dictionary_encode(null_encoding="encode")
        words = coded.dictionary.to_pylist()
        known = np.array([_hashed(salt, word) for word in words], dtype=np.uint64)
        words_of_rows: NDArray[Any] = known[numbers(coded.indices)]
        return words_of_rows
    if pa.types.is_integer(values.type):
        values = values.cast(pa.int64(), safe=False)
    gap = column(np.full(len(values), _hashed(salt, None), dtype=np.uint64))
    # The sum keeps equal numbers of different columns apart.
    return numbers(compute.coalesce(values.view(pa.uint64()), gap)) + np.uint64(_hashed(salt, ""))


def _hashed(salt: bytes, word: str | None) -> int:
    text = b"\x00" if word is None else b"\x01" + word.encode()
    return int.from_bytes(sha256(salt + text).digest()[:8], "little")


def _mixed(state: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    finished: NDArray[Any] = state ^ (state >> np.uint64(31))
    return finished
