"""Comma-separated text: quick where a block is plain, careful line by line where it is not."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from experiments.faults import Fault
from experiments.log_format import Block, Format, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from experiments.reading.bounded import Content

BLOCK = 16 * 1024 * 1024  # bytes
PIECE = 50_000  # lines that are read carefully at a time
COUNTED = 256 * 1024  # bytes whose line ends are counted together
THREADED = 2 * 1024 * 1024  # bytes a thread parses at a time
LONGEST_HEADER = 64 * 1024
LONGEST_QUOTED = 64 * 1024 * 1024  # a quote that is open for longer was never meant as one
NUMBER_OF_FIELDS = ("another number of fields", "as many as the header has; perhaps a quote is left open")


class DelimitedReader:
    """A CSV file after its header."""

    names_are_all = True

    def __init__(self, content: Content, file: str) -> None:
        self._content = content
        self.names = _header(content.readline(LONGEST_HEADER), file)

    def blocks(self, wanted: tuple[str, ...]) -> Iterator[Block]:
        """The rows in blocks of some megabytes; lines are counted as an editor counts them."""
        line = 2
        for content in _whole_lines(self._content):
            ends = _line_ends(content)
            quick = _quick(content, self.names, wanted, line, ends)
            yield from [quick] if quick else _careful(content, self.names, wanted, line)
            line += ends


def _header(first: bytes, file: str) -> tuple[str, ...]:
    try:
        names = next(csv.reader([first.decode("utf-8-sig").rstrip("\r\n")]), [])
    except (UnicodeDecodeError, csv.Error):
        names = []
    names = [name.strip() for name in names]
    if b"\0" in first:
        raise Fault(
            f"The first line of {file} is no header: it holds empty bytes, as text in UTF-16 does.",
            expected="text in UTF-8",
        )
    if len(first) >= LONGEST_HEADER or not any(names):
        raise Fault(
            f"The first line of {file} is no header.",
            expected="the names of the columns, separated by commas, in UTF-8 and in a line of their own",
        )
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise Fault(
            f"The columns of {file} are separated by another sign.",
            expected="commas",
            do="Export it with commas.",
        )
    if len(set(names)) < len(names):
        raise Fault(
            f"The header of {file} names a column twice.",
            expected="each column once",
            do="Rename one of them.",
        )
    return tuple(names)


def _whole_lines(content: Content) -> Iterator[bytes]:
    """Blocks that end with a line; a block with an open quote grows until the quote is closed."""
    rest = b""
    while more := content.read(BLOCK):
        whole = rest + more if rest else more
        end = whole.rfind(b"\n") + 1
        block = whole[:end]
        if b'"' in block and block.count(b'"') % 2 and end < LONGEST_QUOTED:
            rest = whole
        else:
            rest = whole[end:]
            if end:
                yield block
    if rest:
        yield rest


def _line_ends(content: bytes) -> int:
    """How many lines end in it; counted some at a time, so that they stay near the processor."""
    import numpy as np

    signs = np.frombuffer(content, dtype=np.uint8)
    return sum(
        int(np.count_nonzero(signs[first : first + COUNTED] == ord("\n")))
        for first in range(0, len(signs), COUNTED)
    )


def _quick(
    content: bytes, names: tuple[str, ...], wanted: tuple[str, ...], line: int, ends: int
) -> Block | None:
    """The block, in which so many lines end, by Arrow's reader; None unless each line is one row of valid text."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    # Threads cut the block at line ends, and may do so only where no line end can be inside quotes.
    piece = len(content) + 1 if b'"' in content else THREADED
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=piece),
            parse_options=arrow_csv.ParseOptions(ignore_empty_lines=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if b"\r" in content and content.count(b"\r") != content.count(b"\r\n"):
        return None
    whole = ends + (not content.endswith(b"\n"))
    lines = np.arange(whole) if table.num_rows == whole else _filled(content)
    return Block(table, line + lines) if table.num_rows == len(lines) else None


def _filled(content: bytes) -> NDArray[np.int64]:
    """Which lines, counted from 0, are not empty."""
    import numpy as np

    signs = np.frombuffer(content if content.endswith(b"\n") else content + b"\n", dtype=np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    starts = np.concatenate([[0], ends[:-1] + 1])
    empty = (ends == starts) | ((ends == starts + 1) & (signs[starts] == ord("\r")))
    return np.flatnonzero(~empty)


def _careful(content: bytes, names: tuple[str, ...], wanted: tuple[str, ...], line: int) -> Iterator[Block]:
    """The block row by row: quoted line breaks, empty lines, wrong numbers of fields, bytes that are no text."""
    reader = csv.reader(io.StringIO(content.decode("utf-8", "surrogateescape"), newline="\n"))
    places = [names.index(name) for name in wanted]
    rows: list[list[str]] = []
    lines: list[int] = []
    malformed: list[Malformed] = []
    while True:
        at = line + reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            malformed.append(Malformed(at, "a field that is too large or broken", "fields of ordinary size"))
            continue
        if not row:
            continue
        if len(row) != len(names):
            malformed.append(Malformed(at, *NUMBER_OF_FIELDS))
        elif not _is_text(row):
            malformed.append(Malformed(at, "bytes that are not UTF-8", "UTF-8 text"))
        else:
            rows.append([row[place] for place in places])
            lines.append(at)
        if len(rows) + len(malformed) >= PIECE:
            yield _block(rows, lines, malformed, wanted)
            rows, lines, malformed = [], [], []
    yield _block(rows, lines, malformed, wanted)


def _block(
    rows: list[list[str]], lines: list[int], malformed: list[Malformed], wanted: tuple[str, ...]
) -> Block:
    import numpy as np
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(wanted)
    table = pa.table({name: pa.array(c, pa.string()) for name, c in zip(wanted, columns, strict=True)})
    return Block(table, np.array(lines, dtype=np.int64), tuple(malformed))


def _is_text(row: list[str]) -> bool:
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return False
    return True


def _looks_like_text(head: bytes) -> bool:
    return not head.startswith(b"PAR1") and not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


FORMAT = Format(
    "csv", "comma-separated text", (".csv",), _looks_like_text, DelimitedReader, needs=("pyarrow.csv",)
)
