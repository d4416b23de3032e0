"""Numbers in their plain form (12.5), read a whole column at once; any other form is left to SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.arrays import numbers

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

PLAIN = "^-?[0-9]{1,15}([.][0-9]{1,15})?$"


def plain_numbers(texts: pa.ChunkedArray) -> tuple[NDArray[Any], pa.Array]:
    """Which cells of a column of text are numbers in the plain form or empty, and the numbers, else null.

    >>> import pyarrow as pa
    >>> plain, found = plain_numbers(pa.chunked_array([["12.5", "", "1e3", None]]))
    >>> plain.tolist(), found.to_pylist()
    ([True, True, False, True], [12.5, None, None, None])
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    whole = pa.concat_arrays([pa.array([], texts.type), *texts.chunks])
    there = np.flatnonzero(numbers(compute.fill_null(compute.binary_length(whole), 0)))
    cells = whole.take(pa.array(there))
    fits = compute.match_substring_regex(cells, PLAIN)
    plain = np.ones(len(whole), dtype=np.bool_)
    plain[there] = numbers(fits.cast(pa.uint8())).astype(np.bool_)
    read = cells.filter(fits).cast(pa.float64())
    found = np.zeros(len(whole))
    valued = np.zeros(len(whole), dtype=np.bool_)
    valued[there[plain[there]]] = True
    found[valued] = numbers(read)
    known = pa.Array.from_buffers(pa.float64(), len(found), [_bits(valued), pa.py_buffer(found)])
    return plain, known


def _bits(there: NDArray[Any]) -> pa.Buffer:
    """Arrow's map of which cells are there."""
    import numpy as np
    import pyarrow as pa

    return pa.py_buffer(np.packbits(there, bitorder="little"))
