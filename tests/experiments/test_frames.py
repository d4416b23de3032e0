"""Whatever a reader hands to a narrow pipe comes out whole at its other end, and a broken-off frame is noticed."""

from __future__ import annotations

import io
import os
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from experiments.arrays import column
from experiments.reading.frames import END, NAMES, ROWS, Broken, Speaker, heard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from experiments.reading.frames import Frame

TABLES = {
    "no rows": pa.table({"unit": pa.array([], pa.string()), "line": pa.array([], pa.int64())}),
    "many chunks": pa.concat_tables(
        pa.table(
            {
                "unit": [f"u{n}" for n in range(first, first + 700)],
                "line": column(np.arange(first, first + 700)),
            }
        )
        for first in range(0, 420_000, 700)
    ),
}


@pytest.fixture
def pipe() -> Iterator[tuple[io.FileIO, io.FileIO]]:
    out, into = os.pipe()
    with io.FileIO(out, "rb") as reading, io.FileIO(into, "wb") as writing:
        yield reading, writing


def spoken(pipe: tuple[io.FileIO, io.FileIO], say: Callable[[Speaker], None]) -> list[Frame]:
    """The frames that are heard up to the end."""
    reading, writing = pipe

    def speak() -> None:
        say(Speaker(writing))
        Speaker(writing).say(END)

    speaker = Thread(target=speak)
    speaker.start()
    frames = [heard(reading)]
    while frames[-1].kind != END:
        frames.append(heard(reading))
    speaker.join()
    return frames[:-1]


@pytest.mark.parametrize("many_at_once", [True, False])
@pytest.mark.parametrize("name", TABLES)
def test_rows_come_out_of_the_pipe_as_they_went_in(
    name: str, many_at_once: bool, pipe: tuple[io.FileIO, io.FileIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not many_at_once:
        monkeypatch.delattr(os, "writev", raising=False)

    def say(speaker: Speaker) -> None:
        speaker.say(NAMES, ["unit", "é"])
        speaker.share = 0.5
        speaker.hand(TABLES[name])

    names, rows = spoken(pipe, say)
    assert (names.kind, names.document, rows.kind, rows.share) == (NAMES, ["unit", "é"], ROWS, 0.5)
    assert rows.table.equals(TABLES[name])


def test_a_frame_that_ends_too_early_is_broken(pipe: tuple[io.FileIO, io.FileIO]) -> None:
    reading, writing = pipe
    Speaker(writing).say(NAMES, ["unit"])
    content = os.read(reading.fileno(), 10_000)
    os.write(writing.fileno(), content[:-1])
    writing.close()
    with pytest.raises(Broken):
        heard(reading)
