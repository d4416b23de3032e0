"""The key of an event: one number that is the same for the same event, by which repetitions are found."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from experiments.arrays import column, numbers
from experiments.words import as_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray


def event_keys(rows: pa.Table, named: pa.ChunkedArray, columns: Sequence[str], key: bytes) -> pa.Array:
    """The key of each row (64 bits): `named` where the row has an event_id, else from all its `columns`.

    A gap contributes nothing, so that a column that a study takes up later leaves the keys of earlier rows as they
    are. Every other cell's number is mixed in by the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast
    splittable pseudorandom number generators"), started from the study's `key`: two different rows agree by
    chance alone, once in 2**64 pairs.
    """
    import numpy as np
    from pyarrow import compute

    if not named.null_count:
        return named.combine_chunks()
    mixed = np.zeros(rows.num_rows, dtype=np.uint64)
    for name in columns:
        there, found = _as_numbers(rows[name], name.encode() + b"\x1f" + key)
        following = _mixed(mixed ^ found)
        mixed = following if there is None else np.where(there, following, mixed)
    return compute.coalesce(named.combine_chunks(), column(mixed))


def _as_numbers(values: pa.ChunkedArray, salt: bytes) -> tuple[NDArray[Any] | None, NDArray[Any]]:
    """One number (64 bits) a cell, and which cells are no gaps (None where no cell is one)."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    there = numbers(values.is_valid().cast(pa.uint8())).astype(np.bool_) if values.null_count else None
    if pa.types.is_string(values.type) or pa.types.is_dictionary(values.type):
        coded = as_words(values)
        known = np.array(
            [_hashed(salt, word) for word in coded.dictionary.to_pylist()] or [0], dtype=np.uint64
        )
        return there, known[numbers(compute.fill_null(coded.indices, 0))]
    if pa.types.is_integer(values.type):
        values = values.cast(pa.int64(), safe=False)
    whole = pa.concat_arrays([chunk.view(pa.uint64()) for chunk in values.chunks]) if len(values) else values
    # The sum keeps equal numbers of different columns apart.
    return there, numbers(compute.fill_null(whole, 0)).astype(np.uint64) + np.uint64(_hashed(salt, ""))


def _hashed(salt: bytes, word: str) -> int:
    return int.from_bytes(sha256(salt + word.encode()).digest()[:8], "little")


def _mixed(state: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    finished: NDArray[Any] = state ^ (state >> np.uint64(31))
    return finished
