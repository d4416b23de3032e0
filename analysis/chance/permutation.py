"""Randomisation inference on a difference of cluster means: allocations, p-value, and the interval by inversion."""

from __future__ import annotations

from dataclasses import dataclass
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
    strata = np.zeros(values.size, dtype=np.intp) if stratum is None else stratum
    order = np.lexsort((values, strata))
    values, treated, strata = values[order] - values.mean(), treated[order], strata[order]
    sizes = [(int((strata == s).sum()), int(treated[strata == s].sum())) for s in np.unique(strata)]
    number = prod(comb(size, chosen) for size, chosen in sizes)
    exact = number <= MOST_EXACT
    blocks = _every(sizes) if exact else _some(treated, strata, np.random.default_rng(seed))
    statistics = [_differences(block, np.column_stack([values, treated])) for block in blocks]
    of_values, of_arms = np.concatenate(statistics).T
    mirrored = 2 if all(size == 2 * chosen for size, chosen in sizes) else 1
    smallest = mirrored / number if exact else 1 / (_draws(values.size) + 1)
    real = _differences(treated[None, :], np.column_stack([values, treated]))[0]
    return Allocations(of_values, of_arms, float(real[0]), exact, smallest)


def _every(sizes: list[tuple[int, int]]) -> Iterator[Flags]:
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


def _some(treated: Flags, strata: NDArray[np.intp], rng: np.random.Generator) -> Iterator[Flags]:
    """The real allocation and the drawn ones, in blocks."""
    yield treated[None, :]
    draws = _draws(treated.size)
    step = max(1, _CELLS // treated.size)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        yield np.concatenate(
            [rng.permuted(np.tile(treated[strata == s], (rows, 1)), axis=1) for s in np.unique(strata)],
            axis=1,
        )


def _draws(clusters: int) -> int:
    return DRAWS_OF_MANY if clusters > MANY else DRAWS


def _differences(block: Flags, columns: Matrix) -> Matrix:
    """Mean of the treated less mean of the others, for each allocation and column."""
    chosen = int(block[0].sum())
    sums = block @ columns
    return np.asarray(sums / chosen - (columns.sum(axis=0) - sums) / (block.shape[1] - chosen))


def _first(starts: Matrix, stops: Matrix, needed: int) -> float:
    """The smallest point that `needed` of the closed intervals cover."""
    points = np.concatenate([starts, stops])
    steps = np.concatenate([np.ones_like(starts), -np.ones_like(stops)])
    order = np.lexsort((-steps, points))  # at one point, intervals open before others close
    return float(points[order][np.argmax(np.cumsum(steps[order]) >= needed)])
