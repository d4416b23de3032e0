"""Ids are judged once each, and every row gets what was found of its own id."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from experiments import met
from experiments.fresh_rows import alike
from experiments.met import Met

if TYPE_CHECKING:
    from collections.abc import Callable


def said(ids: list[str | None]) -> list[tuple[int, int]]:
    """What a judge finds of each id: a number of its own, and its length."""
    return [(hash(text or "") % 2**64, len(text or "")) for text in ids]


def judge_of(asked: list[str | None]) -> Callable[[pa.Array], dict[str, np.ndarray]]:
    """A judge that keeps what it was asked."""

    def judge(ids: pa.Array) -> dict[str, np.ndarray]:
        theirs = ids.to_pylist()
        asked.extend(theirs)
        own, size = zip(*said(theirs), strict=True)
        return {"own": np.array(own, dtype=np.uint64), "size": np.array(size, dtype=np.int32)}

    return judge


def told(found: dict[str, np.ndarray]) -> list[tuple[int, int]]:
    return list(zip(found["own"].tolist(), found["size"].tolist(), strict=True))


@pytest.mark.parametrize("most", [10**6, 150, 0])
def test_each_id_gets_what_was_found_of_it_however_often_it_is_met(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(met, "MOST", most)
    monkeypatch.setattr(met, "FEWEST_BITS", 4)
    rng, asked, known = random.Random(5), [], Met()
    everybody = [f"person-{'x' * (number % 7)}{number}" for number in range(300)] + [None]
    met_so_far: set[str | None] = set()
    for _ in range(25):
        batch = rng.choices(everybody, k=rng.randrange(120))
        before = len(asked)
        assert told(known.found(pa.array(batch, pa.string()), judge_of(asked))) == said(batch)
        assert len(set(asked[before:])) == len(asked[before:]), "an id was judged twice in one batch"
        met_so_far |= set(batch)
    assert set(asked) == met_so_far
    if most > len(everybody):
        assert len(asked) == len(met_so_far)


def test_ids_whose_first_numbers_agree_are_told_apart_by_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = Met(), []
    as_numbers = met.keyed_pairs

    def agreeing(ids: pa.Array, key: bytes) -> tuple[np.ndarray, np.ndarray]:
        first, second = as_numbers(ids, key)
        return np.full_like(first, 2**64 - 1), second

    monkeypatch.setattr(met, "keyed_pairs", agreeing)
    for batch in (["anna"], ["berta"], ["anna", "berta", "carla", "anna"], ["dora", "carla"]):
        assert told(known.found(pa.array(batch), judge_of(asked))) == said(batch)
    assert sorted(asked) == ["anna", "berta", "carla", "dora"]


def test_what_a_judge_says_of_a_single_id_is_not_written_to() -> None:
    fixed = np.array([7], dtype=np.uint64)
    fixed.flags.writeable = False
    known = Met()
    for ids in (["a", "a"], ["a"], ["b"], ["a", "b"]):
        found = known.found(pa.array(ids), lambda _: {"own": fixed})
        assert found["own"].tolist() == [7] * len(ids)


def test_numbers_that_occur_more_than_once_are_found_in_their_groups() -> None:
    rng = random.Random(3)
    for size in (0, 1, 2, 500):
        values = [(rng.randrange(max(size, 1)) << rng.choice([0, 50])) % 2**64 for _ in range(size)]
        at, group = alike(np.array(values, dtype=np.uint64))
        groups = [
            [places for places in range(size) if values[places] == value] for value in sorted(set(values))
        ]
        several = [places for places in groups if len(places) > 1]
        assert [at[group == number].tolist() for number in range(len(several))] == several
        assert len(at) == sum(map(len, several))
