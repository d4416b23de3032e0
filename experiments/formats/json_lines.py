"""JSON Lines: one object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from experiments.faults import Fault
from experiments.log_format import Block, Format, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.reading.bounded import Content

BLOCK = 50_000  # lines
LONGEST_LINE = 1024 * 1024
NO_OBJECT = ("no JSON object, or one too large or with a name twice", "one JSON object")
FIRST = 100  # lines that tell the names of the columns


class JsonLinesReader:
    """A file of JSON objects. `names` are those of the first lines, and grow as more are read."""

    names_are_all = False

    def __init__(self, content: Content, file: str) -> None:
        self._content = content
        self._names: dict[str, None] = {}
        for _ in range(FIRST):
            self._names.update(dict.fromkeys(_parsed(content.readline(LONGEST_LINE)) or {}))
        content.seek(0)
        if not self._names:
            raise Fault(f"The first lines of {file} are no JSON objects.", expected="one JSON object a line")

    @property
    def names(self) -> tuple[str, ...]:
        """The names met so far, in the order they were met."""
        return tuple(self._names)

    def blocks(self, wanted: tuple[str, ...]) -> Iterator[Block]:
        """The rows in blocks of some ten thousand lines."""
        rows: list[tuple[int, dict[str, Any]]] = []
        malformed: list[Malformed] = []
        for line, text in enumerate(_lines(self._content), start=1):
            if not text.strip():
                continue
            row = _parsed(text)
            if row is None:
                malformed.append(Malformed(line, *NO_OBJECT))
            elif nested := next((name for name in wanted if isinstance(row.get(name), (list, dict))), None):
                malformed.append(Malformed(line, "a list or an object", "a plain value", nested))
            else:
                self._names.update(dict.fromkeys(row))
                rows.append((line, row))
            if len(rows) + len(malformed) >= BLOCK:
                yield _block(rows, wanted, malformed)
                rows, malformed = [], []
        yield _block(rows, wanted, malformed)


def _lines(content: Content) -> Iterator[bytes]:
    """Lines; of one that is too long only the beginning, which then is no JSON."""
    while text := content.readline(LONGEST_LINE):
        yield text
        while not text.endswith(b"\n") and (text := content.readline(LONGEST_LINE)):
            pass


def _parsed(text: bytes) -> dict[str, Any] | None:
    """The object of a line, its numbers as they were written; None where it is no object."""
    try:
        row = json.loads(
            text.decode("utf-8-sig"),
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_once,
        )
        if b"\\u" in text:  # an escape can stand for half a character, which no text may hold
            json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Raises ValueError where it says something twice, so that either could be meant."""
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError
    return row


def _block(
    rows: list[tuple[int, dict[str, Any]]], wanted: tuple[str, ...], malformed: list[Malformed]
) -> Block:
    import numpy as np
    import pyarrow as pa

    columns = {name: pa.array([_text(row.get(name)) for _, row in rows], pa.string()) for name in wanted}
    return Block(pa.table(columns), np.array([line for line, _ in rows], dtype=np.int64), tuple(malformed))


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


def _starts_with_object(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


FORMAT = Format("jsonl", "JSON Lines", (".jsonl", ".ndjson"), _starts_with_object, JsonLinesReader, needs=())
