"""A search of every byte and every decoded cell of a folder."""

from __future__ import annotations

import gzip
import hashlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

TELLING = re.compile("[a-z]{12,}|[0-9]{9,}|[0-9A-Fa-f]{12,}", re.ASCII)
SHORTEST = 8  # bytes; anything shorter is found by chance


def hits(values: Iterable[bytes], haystack: bytes) -> set[bytes]:
    """Which of many values stand somewhere in the bytes; those of fewer than 8 bytes are not looked for.

    A value of digits alone is none inside a longer number: a million of them meet random numbers by chance.
    """
    import numpy as np

    wanted = sorted({value for value in values if len(value) >= SHORTEST})
    if len(haystack) < SHORTEST or not wanted:
        return set()
    text = np.frombuffer(haystack, dtype=np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(text, SHORTEST)
    windows_there = np.unique(np.ascontiguousarray(windows).view(np.uint64).ravel())
    heads = np.frombuffer(b"".join(value[:SHORTEST] for value in wanted), dtype=np.uint64)
    likely = np.flatnonzero(np.isin(heads, windows_there))
    there = {wanted[place] for place in likely.tolist() if wanted[place] in haystack}
    return {value for value in there if not value.isdigit() or _whole_number(value, haystack)}


def _whole_number(digits: bytes, haystack: bytes) -> bool:
    return re.search(b"(?<![0-9])" + digits + b"(?![0-9])", haystack) is not None


def everything(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder as it lies there, its name, and unpacked where it is packed."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        yield path, content
        yield path, str(path).encode()
        if content[:4] == b"PAR1":
            yield path, "\n".join(map(str, cells(path))).encode()
        elif content[:2] == b"\x1f\x8b":
            yield path, gzip.decompress(content)


def cells(path: Path) -> Iterator[Any]:
    """Every distinct cell of a Parquet file, and the notes in its footer."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    for column in table.columns:
        yield from _distinct(column)
    yield table.schema.metadata or ""
    yield parquet.read_metadata(path)


def parts(value: object) -> set[bytes]:
    """A value and the telling parts of it, as they must nowhere stand."""
    text = str(value).strip()
    found = TELLING.findall(text)
    return {part.encode() for part in found} | {text.encode("utf-8", "surrogatepass")}


def forms(identifier: str) -> set[bytes]:
    """An id as it must nowhere stand: whole, in part, in other encodings, and hashed without a key."""
    text = identifier.strip().encode("utf-8", "surrogatepass")
    plain = hashlib.sha256(text).digest()
    return parts(identifier) | {
        text.decode("utf-8", "replace").encode("utf-16-le"),
        text.hex().encode(),
        plain.hex().encode()[:32],
        plain[:8],
        plain[:8][::-1],
        hashlib.md5(text, usedforsecurity=False).hexdigest().encode(),
        str(int.from_bytes(plain[:8], "big")).encode(),
        str(int.from_bytes(plain[:8], "little")).encode(),
    }


def _distinct(column: pa.ChunkedArray) -> list[Any]:
    """The different values of a column; of one whose cells hold several, those of each."""
    import pyarrow as pa

    if pa.types.is_struct(column.type):
        return [value for part in column.combine_chunks().flatten() for value in part.unique().to_pylist()]
    values: list[Any] = column.unique().to_pylist()
    return values
