"""Allocation by lot: fair, in balance, and the same again from the same seed."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy import stats

from analysis.chance.allocation import blocks, counts, orders, restricted, simple, split, steps
from analysis.chance.lots import Lots
from analysis.refusal import Refusal

ARMS = {"a": 1, "b": 1}


def test_lots_are_the_raw_stream_of_pcg64_worked_through_by_hand():
    raw = [int(n) for n in np.random.PCG64(np.random.SeedSequence(2026)).random_raw(4)]
    order = list("abcde")
    for place, drawn in zip((4, 3, 2, 1), raw, strict=True):
        other = drawn % (place + 1)  # a draw is thrown away once in 2**61 times
        order[place], order[other] = order[other], order[place]
    assert Lots(2026).shuffled("abcde") == order


def test_every_order_is_as_likely():
    lots = Lots(5)
    seen = Counter(tuple(lots.shuffled("abc")) for _ in range(6_000))
    assert len(seen) == 6
    assert stats.chisquare(list(seen.values())).pvalue > 1e-4


@pytest.mark.parametrize("shares", [ARMS, {"a": 2, "b": 1}, {"a": 1, "b": 1, "c": 1}])
def test_arms_never_drift_further_apart_than_a_block(shares):
    total = sum(shares.values())
    arms = blocks(501, shares, Lots(3))
    for n in range(1, 502):
        for arm, share in shares.items():
            assert abs(arms[:n].count(arm) - n * share / total) <= 3 * share


def test_blocks_are_of_both_sizes():
    """With a fixed size of 4 the sums at 4, 8, 12, … would all be even; drawn sizes break that."""
    arms = blocks(400, ARMS, Lots(4))
    assert any(arms[:n].count("a") != n // 2 for n in range(4, 400, 4))


def test_each_arm_gets_its_share():
    assert counts(10, {"a": 1, "b": 1}, Lots(1)) == {"a": 5, "b": 5}
    assert sorted(counts(11, {"a": 1, "b": 1}, Lots(1)).values()) == [5, 6]
    assert Counter(split(30, {"a": 2, "b": 1}, Lots(1))) == {"a": 20, "b": 10}
    drawn = simple(9_000, {"a": 2, "b": 1}, Lots(2)).count("a")
    assert abs(drawn - 6_000) < 4 * (9_000 * 2 / 9) ** 0.5


def test_the_acceptable_allocations_are_those_that_brute_force_finds():
    figures = np.random.default_rng(1).normal(size=(8, 2))
    tolerances = (0.4, 0.6)
    spread = figures.std(axis=0, ddof=1)
    acceptable = set()
    for picked in combinations(range(8), 4):
        inside = np.isin(np.arange(8), picked)
        gap = abs(figures[inside].mean(axis=0) - figures[~inside].mean(axis=0))
        if (gap <= tolerances * spread).all():
            acceptable.add(tuple(int(arm) for arm in ~inside))
    drawn = {restricted(figures, (4, 4), tolerances, Lots(seed)).arms for seed in range(300)}
    found = restricted(figures, (4, 4), tolerances, Lots(1))
    assert (found.possible, found.acceptable) == (70, len(acceptable))
    assert found.smallest_p == pytest.approx(2 / len(acceptable))
    assert drawn == acceptable


def test_each_acceptable_allocation_is_as_likely():
    figures = np.arange(6.0)[:, None]
    drawn = Counter(restricted(figures, (3, 3), (0.4,), Lots(seed)).arms for seed in range(1_200))
    assert stats.chisquare(list(drawn.values())).pvalue > 1e-4


def test_clusters_that_can_never_be_apart_are_counted():
    found = restricted(np.array([[1.0], [1.0], [9.0], [9.0]]), (2, 2), (0.1,), Lots(1))
    assert found.acceptable == 4
    assert found.bound == 2  # the two small ones and the two large ones are never together


def test_three_arms_and_many_clusters_are_balanced_as_well():
    figures = np.random.default_rng(2).normal(size=(30, 1))
    found = restricted(figures, (15, 15), (0.2,), Lots(1))
    inside = np.array(found.arms) == 0
    assert not found.exact
    assert found.smallest_p is None
    assert abs(figures[inside].mean() - figures[~inside].mean()) <= 0.2 * figures.std(ddof=1)
    three = restricted(figures[:6], (2, 2, 2), (1.0,), Lots(1))
    assert (three.possible, Counter(three.arms)) == (90, {0: 2, 1: 2, 2: 2})


def test_balance_that_cannot_be_had_is_refused():
    with pytest.raises(Refusal, match="No allocation"):
        restricted(np.array([[0.0], [0.0], [0.0], [9.0]]), (2, 2), (0.1,), Lots(1))


@pytest.mark.parametrize("arms", ["ab", "abc", "abcd", "abcde"])
def test_each_arm_follows_each_other_as_often_and_stands_in_each_place_as_often(arms):
    found = orders(list(arms))
    follows = Counter((one, next_) for order in found for one, next_ in pairwise(order))
    places = Counter((place, arm) for order in found for place, arm in enumerate(order))
    assert len(set(follows.values())) == len(set(places.values())) == 1
    assert len(follows) == len(arms) * (len(arms) - 1)


def test_clusters_are_spread_evenly_over_the_steps():
    assert sorted(Counter(steps(10, 4, Lots(1))).values()) == [2, 2, 3, 3]
