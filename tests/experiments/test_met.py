"""Ids are judged once each, and every row gets what was found of its own id."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from experiments import met
from experiments.fresh_rows import alike
from experiments.met import Met

if TYPE_CHECKING:
    from collections.abc import Callable


def judge_of(asked: list[str | None]) -> Callable[[pa.Array], pa.Table]:
    """A judge that says each id and its length, and keeps what it was asked."""

    def judge(ids: pa.Array) -> pa.Table:
        said = ids.to_pylist()
        asked.extend(said)
        return pa.table({"id": pa.array(said, pa.string()), "size": [len(text or "") for text in said]})

    return judge


@pytest.mark.parametrize("most", [10**6, 150, 0])
def test_each_id_gets_what_was_found_of_it_however_often_it_is_met(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(met, "MOST", most)
    rng, asked, known = random.Random(5), [], Met()
    everybody = [f"person-{'x' * (number % 7)}{number}" for number in range(300)] + [None]
    met_so_far: set[str | None] = set()
    for _ in range(25):
        batch = rng.sample(everybody, rng.randrange(1, 120))
        found = known.found(pa.array(batch, pa.string()), judge_of(asked))
        assert found["id"].to_pylist() == batch
        assert found["size"].to_pylist() == [len(text or "") for text in batch]
        met_so_far |= set(batch)
    assert set(asked) == met_so_far
    if most > len(everybody):
        assert len(asked) == len(met_so_far)


def test_ids_whose_first_numbers_agree_are_told_apart_by_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = Met(), []
    as_numbers = met.keyed_numbers
    first = known._keys[0]

    def agreeing(ids: pa.Array, key: bytes) -> pa.Array:
        return pa.array([7] * len(ids), pa.uint64()) if key == first else as_numbers(ids, key)

    monkeypatch.setattr(met, "keyed_numbers", agreeing)
    for text in ("anna", "berta", "anna", "berta", "carla"):
        assert known.found(pa.array([text]), judge_of(asked))["id"].to_pylist() == [text]


def test_numbers_that_occur_more_than_once_are_found_in_their_groups() -> None:
    import numpy as np

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
