"""Allocation by lot: simple, in permuted blocks, by cluster in balance, orders of arms, steps of a wedge."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.chance.lots import Lots

    Matrix = NDArray[np.float64]

MOST = 200_000  # allocations that are all looked at: 20 clusters in two arms of 10
DRAWN = 20_000  # allocations that are drawn where there are more


@dataclass(frozen=True, slots=True)
class Restricted:
    """An allocation drawn among the acceptable ones. `arms` gives each cluster's arm by its place.

    `possible` is the number of allocations; `acceptable` how many of those looked at (all if `exact`) are balanced.
    `bound` counts the pairs of clusters that are always in one arm or never, `smallest_p` is the smallest p-value
    that a permutation test over the acceptable allocations can give (None where not all were looked at).
    """

    arms: tuple[int, ...]
    possible: int
    looked_at: int
    acceptable: int
    exact: bool
    bound: int
    smallest_p: float | None


def simple(n: int, shares: Mapping[str, int], lots: Lots) -> list[str]:
    """An arm for each of n units, each drawn on its own."""
    urn = [arm for arm, share in shares.items() for _ in range(share)]
    return [urn[lots.below(len(urn))] for _ in range(n)]


def blocks(n: int, shares: Mapping[str, int], lots: Lots, *, multiples: Sequence[int] = (2, 3)) -> list[str]:
    """An arm for each of n units in permuted blocks, whose sizes (multiples of the shares' sum) are drawn as well.

    >>> from analysis.chance.lots import Lots
    >>> arms = blocks(12, {"a": 1, "b": 1}, Lots(7), multiples=(2,))
    >>> [sorted(arms[start : start + 4]) for start in (0, 4, 8)]
    [['a', 'a', 'b', 'b'], ['a', 'a', 'b', 'b'], ['a', 'a', 'b', 'b']]
    """
    urn = [arm for arm, share in shares.items() for _ in range(share)]
    drawn: list[str] = []
    while len(drawn) < n:
        size = multiples[lots.below(len(multiples))] if len(multiples) > 1 else multiples[0]
        drawn += lots.shuffled(urn * size)
    return drawn[:n]


def counts(n: int, shares: Mapping[str, int], lots: Lots) -> dict[str, int]:
    """How many of n each arm gets, as its share says; places left over go to different arms drawn by lot.

    >>> from analysis.chance.lots import Lots
    >>> counts(9, {"a": 1, "b": 2}, Lots(1))
    {'a': 3, 'b': 6}
    """
    total = sum(shares.values())
    whole = {arm: n * share // total for arm, share in shares.items()}
    for arm in lots.shuffled(list(shares))[: n - sum(whole.values())]:
        whole[arm] += 1
    return whole


def split(n: int, shares: Mapping[str, int], lots: Lots) -> list[str]:
    """An arm for each of n units, as many of each as its share says."""
    return lots.shuffled([arm for arm, count in counts(n, shares, lots).items() for _ in range(count)])


def restricted(figures: Matrix, sizes: Sequence[int], tolerances: Sequence[float], lots: Lots) -> Restricted:
    """Clusters to arms of these `sizes` such that arms' means of each figure (G x q) differ by few deviations.

    An allocation is acceptable where no two arms' means differ by more than the tolerance times the figure's
    standard deviation (Raab and Butcher 2001, Stat Med 20:351; Li et al. 2016, Stat Med 35:1565). All allocations
    are looked at where they are at most 200,000. Raises Refusal where none is acceptable.

    >>> from analysis.chance.lots import Lots
    >>> found = restricted(np.array([[1.0], [2.0], [3.0], [4.0]]), (2, 2), (0.1,), Lots(1))
    >>> found.possible, found.acceptable, found.smallest_p  # {1, 4} v {2, 3}, either way round
    (6, 2, 1.0)
    """
    possible = _possible(sizes)
    exact = possible <= MOST
    every = np.array(list(_every(sizes)) if exact else _some(sizes, lots), dtype=np.int8)
    spread = figures.std(axis=0, ddof=1)
    held = np.ones(len(every), dtype=bool)
    means = [((every == arm) @ figures) / size for arm, size in enumerate(sizes)]
    bars = np.asarray(tolerances) * spread + 1e-9 * np.where(spread > 0, spread, 1.0)
    for one, other in combinations(means, 2):
        held &= (np.abs(one - other) <= bars).all(axis=1)
    kept = every[held]
    if not len(kept):
        raise Refusal(
            "No allocation of the clusters is balanced within the tolerances.",
            remedy="Allow larger differences, or balance fewer figures.",
        )
    chosen = kept[lots.below(len(kept))]
    mirrored = len(sizes) == 2 and sizes[0] == sizes[1]
    smallest = (2 if mirrored else 1) / len(kept) if exact else None
    arms = tuple(int(arm) for arm in chosen)
    return Restricted(arms, possible, len(every), len(kept), exact, _bound(kept), smallest)


def orders(arms: Sequence[str]) -> list[tuple[str, ...]]:
    """The orders of arms for a crossover: each arm is as often first, second, …, and follows each other as often.

    Williams (1949, Aust J Sci Res A 2:149): one square for an even number of arms, two for an odd one.

    >>> orders(["a", "b"]), len(orders(["a", "b", "c"]))
    ([('a', 'b'), ('b', 'a')], 6)
    """
    k = len(arms)
    first = [0]
    for step in range(1, k):
        first.append((first[-1] + (step if step % 2 else -step)) % k)
    square = [tuple(arms[(place + shift) % k] for place in first) for shift in range(k)]
    return square if k % 2 == 0 else [*square, *(order[::-1] for order in square)]


def steps(clusters: int, number: int, lots: Lots) -> list[int]:
    """The step (from 1) at which each cluster of a stepped wedge switches: as many at each as can be.

    >>> from analysis.chance.lots import Lots
    >>> sorted(steps(8, 4, Lots(1)))
    [1, 1, 2, 2, 3, 3, 4, 4]
    """
    return lots.shuffled([1 + place * number // clusters for place in range(clusters)])


def _possible(sizes: Sequence[int]) -> int:
    left, ways = sum(sizes), 1
    for size in sizes:
        ways, left = ways * comb(left, size), left - size
    return ways


def _every(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Each allocation: the arm (by its place) of every cluster."""
    n = sum(sizes)

    def fill(arm: int, free: tuple[int, ...], chosen: list[int]) -> Iterator[list[int]]:
        if arm == len(sizes) - 1:
            yield [arm if place in set(free) else code for place, code in enumerate(chosen)]
            return
        for picks in combinations(free, sizes[arm]):
            taken = set(picks)
            marked = [arm if place in taken else code for place, code in enumerate(chosen)]
            yield from fill(arm + 1, tuple(place for place in free if place not in taken), marked)

    yield from fill(0, tuple(range(n)), [0] * n)


def _some(sizes: Sequence[int], lots: Lots) -> list[list[int]]:
    """Allocations drawn by lot, each once."""
    urn = [arm for arm, size in enumerate(sizes) for _ in range(size)]
    drawn = {tuple(lots.shuffled(urn)): None for _ in range(DRAWN)}
    return [list(arms) for arms in drawn]


def _bound(kept: NDArray[np.int8]) -> int:
    """How many pairs of clusters share their arm in all of the allocations, or in none."""
    together = np.zeros((kept.shape[1], kept.shape[1]))
    for arm in np.unique(kept):
        inside = (kept == arm).astype(np.float64)
        together += inside.T @ inside
    above = together[np.triu_indices(kept.shape[1], 1)]
    return int(((above < 0.5) | (above > len(kept) - 0.5)).sum())
