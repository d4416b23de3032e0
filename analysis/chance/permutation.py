"""Randomisation inference on a difference of cluster means: allocations, p-value, and the interval by inversion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import comb, prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Flags = NDArray[np.bool_]

MOST_EXACT = 20_000  # allocations that are enumerated; where there are more, some are drawn
DRAWS = 9_999
DRAWS_OF_MANY = 999  # where clusters are so many that the statistic is normal anyway, and draws are slow
MANY = 2_500
_CELLS = 4_000_000  # allocations times clusters held at once
_GUARD = 1e-9  # ties in exact arithmetic that rounding would break


@dataclass(frozen=True, slots=True)
class Allocations:
    """Statistics under other allocations: of the values (`observed` under the real one) and of the real arms.

    Under a constant effect d each allocation's statistic is `of_values - d * of_arms`, the real one's
    `observed - d`. `smallest_p` is the smallest p-value that the design could have given.
    """

    of_values: Matrix
    of_arms: Matrix
    observed: float
    exact: bool
    smallest_p: float

    @property
    def slack(self) -> float:
        """Differences of statistics below this are ties."""
        return _GUARD * float(np.abs(self.of_values).max())

    def p_value(self) -> float:
        """The share of allocations with a statistic as far from 0 as the real one."""
        return float((np.abs(self.of_values) >= abs(self.observed) - self.slack).mean())

    def interval(self, alpha: float) -> tuple[float | None, float | None]:
        """The effects that the test does not reject at `alpha`; None for an end that no effect reaches.

        Every allocation stays as extreme as the real one for the effects between two points, because its
        statistic moves by less than the real one's; the test's p-value counts how many do.
        """
        moves_less = 1 - np.abs(self.of_arms) > _GUARD
        always = int((~moves_less).sum())  # the real allocation, and its mirror image where arms are equal
        if always / self.of_values.size > alpha:
            return None, None
        values, arms = self.of_values[moves_less], self.of_arms[moves_less]
        ends = np.sort([(self.observed - values) / (1 - arms), (self.observed + values) / (1 + arms)], axis=0)
        needed = int(np.floor(alpha * self.of_values.size + _GUARD)) + 1 - always
        return _first(ends[0], ends[1], needed), -_first(-ends[1], -ends[0], needed)


def allocations(
    values: Matrix, treated: Flags, *, stratum: NDArray[np.intp] | None, seed: int
) -> Allocations:
    """All ways to give as many clusters (of each stratum) the treatment, or seeded draws where they are many.

    Clusters are put in the order of their values first, so that neither names nor rows decide the draws.

    >>> values, treated = np.array([1.0, 2, 3, 7, 8, 9]), np.arange(6) > 2
    >>> found = allocations(values, treated, stratum=None, seed=1)
    >>> found.observed, found.p_value(), found.smallest_p, found.interval(0.05)
    (6.0, 0.1, 0.1, (None, None))
    """
    return allocations_of(values[:, None], treated, stratum=stratum, seed=seed)[0]


def allocations_of(
    values: Matrix, treated: Flags, *, stratum: NDArray[np.intp] | None, seed: int
) -> tuple[Allocations, ...]:
    """As `allocations`, for each column of values (clusters x outcomes): one matrix product for all of them.

    >>> values, treated = np.array([1.0, 2, 3, 7, 8, 9]), np.arange(6) > 2
    >>> both = allocations_of(np.column_stack([values, -values]), treated, stratum=None, seed=1)
    >>> [found.p_value() for found in both]
    [0.1, 0.1]
    """
    strata = np.zeros(treated.size, dtype=np.intp) if stratum is None else stratum
    orders = [np.lexsort((column, strata)) for column in values.T]
    columns = [(column[o] - column.mean(), treated[o]) for column, o in zip(values.T, orders, strict=True)]
    sizes = tuple((int((strata == s).sum()), int(treated[strata == s].sum())) for s in np.unique(strata))
    number = prod(comb(size, chosen) for size, chosen in sizes)
    exact = number <= MOST_EXACT
    matrix = np.column_stack([part for pair in columns for part in pair])
    blocks = _every(sizes) if exact else _some(sizes, seed)
    drawn = np.concatenate([_differences(block, matrix) for block in blocks])
    mirrored = 2 if all(size == 2 * chosen for size, chosen in sizes) else 1
    smallest = mirrored / number if exact else 1 / (_draws(treated.size) + 1)
    found = []
    for place, (column, arm) in enumerate(columns):
        pair = np.column_stack([column, arm])
        real = _differences(arm[None, :], pair)
        own = drawn[:, 2 * place : 2 * place + 2]
        of_values, of_arms = (own if exact else np.concatenate([real, own])).T
        found.append(Allocations(of_values, of_arms, float(real[0, 0]), exact, smallest))
    return tuple(found)


def _every(sizes: tuple[tuple[int, int], ...]) -> Iterator[Flags]:
    """All allocations as one block (allocations x clusters), strata side by side."""
    parts = []
    for size, chosen in sizes:
        picks = np.array(list(combinations(range(size), chosen)), dtype=np.intp)
        picks = picks.reshape(comb(size, chosen), chosen)  # an empty choice is one, too
        part = np.zeros((len(picks), size), dtype=bool)
        part[np.arange(len(picks))[:, None], picks] = True
        parts.append(part)
    pairing = np.array(list(product(*(range(len(part)) for part in parts))))
    yield np.concatenate([part[pairing[:, i]] for i, part in enumerate(parts)], axis=1)


def _some(sizes: tuple[tuple[int, int], ...], seed: int) -> Iterator[Flags]:
    """The drawn allocations, in blocks: of clusters in their order, so that outcomes of a study share them."""
    clusters = sum(size for size, _ in sizes)
    if clusters > MANY:
        yield from _fresh(sizes, seed)
        return
    step = max(1, _CELLS // clusters)
    packed = _kept(sizes, seed)
    for start in range(0, len(packed), step):
        yield np.unpackbits(packed[start : start + step], axis=1, count=clusters).astype(np.bool_)


@lru_cache(maxsize=2)
def _kept(sizes: tuple[tuple[int, int], ...], seed: int) -> NDArray[np.uint8]:
    """All drawn allocations (draws x clusters, as bits), kept for the study's other outcomes."""
    return np.concatenate([np.packbits(block, axis=1) for block in _fresh(sizes, seed)])


def _fresh(sizes: tuple[tuple[int, int], ...], seed: int) -> Iterator[Flags]:
    rng, clusters = np.random.default_rng(seed), sum(size for size, _ in sizes)
    step, draws = max(1, _CELLS // clusters), _draws(clusters)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        parts = [np.tile(np.arange(size) < chosen, (rows, 1)) for size, chosen in sizes]
        yield np.concatenate([rng.permuted(part, axis=1) for part in parts], axis=1)


def _draws(clusters: int) -> int:
    return DRAWS_OF_MANY if clusters > MANY else DRAWS


def _differences(block: Flags, columns: Matrix) -> Matrix:
    """Mean of the treated less mean of the others, for each allocation and column."""
    chosen = int(block[0].sum())
    sums = block.astype(np.float64) @ columns
    return np.asarray(sums / chosen - (columns.sum(axis=0) - sums) / (block.shape[1] - chosen))


def _first(starts: Matrix, stops: Matrix, needed: int) -> float:
    """The smallest point that `needed` of the closed intervals cover."""
    points = np.concatenate([starts, stops])
    steps = np.concatenate([np.ones_like(starts), -np.ones_like(stops)])
    order = np.lexsort((-steps, points))  # at one point, intervals open before others close
    return float(points[order][np.argmax(np.cumsum(steps[order]) >= needed)])
