"""Words as numbers come back as they were, and a list of words says no more than its rows do."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from experiments import words
from experiments.words import Numbering, as_words, combined, compacted


def drawn(rng: random.Random, kinds: int, rows: int) -> pa.ChunkedArray:
    """A column in chunks, with gaps, each chunk of text or of words with a list of its own."""
    pool = [None, "", *(f"w{number}" for number in range(kinds))]
    cells = [rng.choice(pool) for _ in range(rows)]
    return pa.chunked_array([pa.array(cells[i::3], pa.string()).dictionary_encode() for i in range(3)])


@pytest.mark.parametrize("most", [3, 1000])
def test_numbers_stand_for_the_same_words_in_every_batch(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(words, "MOST_WORDS", most)
    rng, numbering = random.Random(1), Numbering()
    batches = [drawn(rng, kinds, 200) for kinds in (2, 30, 5)]
    numbered = [numbering.numbered("event", batch) for batch in batches]
    for batch, found in zip(batches, numbered, strict=True):
        assert numbering.words("event", pa.chunked_array([found])).to_pylist() == batch.to_pylist()


def test_only_words_of_rows_are_kept_in_the_order_of_the_alphabet() -> None:
    column = pa.chunked_array([pa.array(["c", "a", None, "secret", "b"]).dictionary_encode()]).slice(0, 3)
    assert compacted(column).dictionary.to_pylist() == ["a", "c"]
    assert compacted(column).to_pylist() == ["c", "a", None]
    numbering = Numbering()
    numbering.numbered("event", column)
    assert numbering.words("event", pa.chunked_array([pa.array([0], pa.int32())])).dictionary.to_pylist() == [
        "c",
        "a",
    ]


@pytest.mark.parametrize("places", [4, 1 << 22])
def test_rows_share_a_number_just_where_they_say_the_same(
    monkeypatch: pytest.MonkeyPatch, places: int
) -> None:
    monkeypatch.setattr(words, "PLACES", places)
    rng = random.Random(2)
    columns = [drawn(rng, kinds, 300) for kinds in (2, 9, 1)]
    rows = list(zip(*(column.to_pylist() for column in columns), strict=True))
    code, example = combined([as_words(column) for column in columns], 300)
    assert len(example) == len(set(rows))
    assert [rows[example[number]] for number in code] == rows
