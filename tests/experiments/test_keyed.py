"""Keyed numbers are SipHash-2-4: the numbers of its authors, and those of the algorithm a text at a time."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from experiments.keyed import keyed_numbers, keyed_pairs

KEY = bytes(range(16))
MASK = (1 << 64) - 1
# From the authors' reference implementation (vectors.h): the bytes 00, 01, 02, … under the key 00, 01, …, 0f.
PUBLISHED = {
    1: "fd67dc93c539f874",
    2: "5a4fa9d909806c0d",
    3: "2d7efbd796666785",
    4: "b7877127e09427cf",
    5: "8da699cd64557618",
    6: "cee3fe586e46c9cb",
    7: "37d1018bf50002ab",
    8: "6224939a79f5f593",
    15: "e545be4961ca29a1",
}

# Of 128 bits (vectors.h), likewise.
PUBLISHED_PAIRS = {
    1: "da87c1d86b99af44347659119b22fc45",
    2: "8177228da4a45dc7fca38bdef60affe4",
    3: "9c70b60c5267a94e5f33b6b02985ed51",
}


def turned(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & MASK


def by_hand(text: bytes, key: bytes) -> int:
    """SipHash-2-4 of one text, as the paper writes it down."""
    halves = [int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")]
    a, b, c, d = (
        word ^ halves[place % 2]
        for place, word in enumerate(
            int.from_bytes(b"somepseudorandomlygeneratedbytes"[i : i + 8], "big") for i in range(0, 32, 8)
        )
    )
    padded = text + bytes(7 - len(text) % 8) + bytes([len(text) % 256])
    words = [int.from_bytes(padded[i : i + 8], "little") for i in range(0, len(padded), 8)]
    for word, rounds in [*((word, 2) for word in words), (None, 4)]:
        if word is None:
            c ^= 0xFF
        else:
            d ^= word
        for _ in range(rounds):
            a, c = (a + b) & MASK, (c + d) & MASK
            b, d = turned(b, 13) ^ a, turned(d, 16) ^ c
            a, c = (turned(a, 32) + d) & MASK, (c + b) & MASK
            d, b, c = turned(d, 21) ^ a, turned(b, 17) ^ c, turned(c, 32)
        if word is not None:
            a ^= word
    return a ^ b ^ c ^ d


@pytest.mark.parametrize("length", PUBLISHED)
def test_the_numbers_are_those_that_the_authors_published(length: int) -> None:
    (found,) = keyed_numbers(pa.array([bytes(range(length)).decode()]), KEY).to_pylist()
    assert found.to_bytes(8, "little").hex() == PUBLISHED[length]


@pytest.mark.parametrize("length", PUBLISHED_PAIRS)
def test_the_pairs_of_numbers_are_those_that_the_authors_published(length: int) -> None:
    pair = keyed_pairs(pa.array([bytes(range(length)).decode()]), KEY)
    assert "".join(int(one[0]).to_bytes(8, "little").hex() for one in pair) == PUBLISHED_PAIRS[length]


def test_texts_together_have_the_pairs_that_each_has_alone() -> None:
    rng = random.Random(7)
    texts = ["".join(rng.choices("abc0ä-", k=rng.choice([0, 3, 8, 9, 20, 300]))) for _ in range(400)]
    whole = pa.chunked_array([texts[:150], texts[150:]])
    together = list(zip(*(one.tolist() for one in keyed_pairs(whole, KEY)), strict=True))
    assert together == [tuple(int(one[0]) for one in keyed_pairs(pa.array([text]), KEY)) for text in texts]
    assert len(set(together)) == len(set(texts))


@pytest.mark.parametrize("seed", range(3))
def test_texts_of_all_lengths_together_have_the_number_that_each_has_alone(seed: int) -> None:
    rng = random.Random(seed)
    texts = ["".join(rng.choices("abc0ä\u0000-名", k=rng.randrange(60))) or None for _ in range(500)]
    key = rng.randbytes(16)
    found = keyed_numbers(pa.array(texts, pa.string()).slice(7), key).to_pylist()
    assert found == [None if text is None else by_hand(text.encode(), key) for text in texts[7:]]


def test_very_long_texts_have_numbers_of_their_own_that_depend_on_the_key() -> None:
    texts = pa.array(["x" * 255, "x" * 256, "x" * 100_000, "x" * 100_001])
    here, there = (keyed_numbers(texts, key).to_pylist() for key in (KEY, bytes(16)))
    assert len({*here, *there}) == 8
    assert here[0] == by_hand(b"x" * 255, KEY)
