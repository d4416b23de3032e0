"""Randomisation inference on a stepped wedge: the order in which clusters switch, drawn anew."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from math import factorial, prod
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.permutation import DRAWS, MOST_EXACT, Allocations
from analysis.models.wedge import told_by_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

_CELLS = 2_000_000  # allocations times cells held at once
_GUARD = 1e-9


@dataclass(frozen=True, slots=True)
class Cells:
    """One value a cluster and period (c): its cluster and period as codes from 0.

    `switch` (G) is the period code in which each cluster switched, the number of periods where it never did;
    `stratum` (G) holds the blocks inside which the order was drawn.
    """

    values: Matrix
    cluster: Codes
    period: Codes
    switch: Codes
    stratum: Codes


def orders(cells: Cells, *, seed: int) -> Allocations:
    """The effect under every order of the clusters, or under seeded draws where there are many.

    The statistic is the covariance of arm and value left after cluster and period effects, over the real arm's
    variance: the estimate itself under the real order (Wang and De Gruttola 2017, doi 10.1002/sim.7188). Raises
    Refusal where cluster and period tell the arm.

    >>> period, cluster = np.tile(np.arange(3), 4), np.repeat(np.arange(4), 3)
    >>> values = np.array([0, 5, 5, 1, 6, 6, 0, 0, 5, 1, 1, 6.0])
    >>> found = orders(Cells(values, cluster, period, np.array([1, 1, 2, 2]), np.zeros(4, dtype=int)), seed=1)
    >>> round(found.observed, 9), found.of_values.size, round(found.p_value(), 4)
    (5.0, 6, 0.3333)
    """
    cells = _in_order(cells)
    arm = _arms(cells, cells.switch[None, :])[0]
    value, real = _without_cluster_and_period(cells, np.column_stack([cells.values, arm])).T
    scale = float(real @ real)
    if scale <= _GUARD * float(arm @ arm):
        raise told_by_time()
    sides = np.column_stack([value, real]) / scale
    number = _number(cells)
    exact = number <= MOST_EXACT
    blocks = _every(cells) if exact else _some(cells, np.random.default_rng(seed))
    of_values, of_arms = np.concatenate([_arms(cells, block) @ sides for block in blocks]).T
    same = np.abs(np.abs(of_arms) - 1) <= _GUARD
    smallest = float(same.mean()) if exact else 1 / (DRAWS + 1)
    return Allocations(of_values, of_arms, float(real @ cells.values) / scale, exact, smallest)


def _in_order(cells: Cells) -> Cells:
    """Clusters put in the order of their values, so that neither names nor rows decide the draws."""
    means = np.bincount(cells.cluster, cells.values) / np.bincount(cells.cluster)
    order = np.lexsort((cells.switch, means.round(9), cells.stratum))
    place = np.argsort(order)
    return Cells(cells.values, place[cells.cluster], cells.period, cells.switch[order], cells.stratum[order])


def _without_cluster_and_period(cells: Cells, columns: Matrix) -> Matrix:
    """What is left of columns (c x k) after cluster and period effects."""
    x = np.column_stack(
        [
            cells.cluster[:, None] == np.arange(cells.cluster.max() + 1),
            cells.period[:, None] == np.arange(1, cells.period.max() + 1),
        ]
    ).astype(float)
    return np.asarray(columns - x @ np.linalg.lstsq(x, columns, rcond=None)[0])


def _arms(cells: Cells, switches: Codes) -> Matrix:
    """Which cells are treated (allocations x c) when clusters switch as given (allocations x G)."""
    return np.asarray(cells.period >= switches[:, cells.cluster], dtype=np.float64)


def _number(cells: Cells) -> int:
    return prod(
        factorial(inside.size) // prod(factorial(int(n)) for n in np.unique(inside, return_counts=True)[1])
        for inside in _by_stratum(cells)
    )


def _by_stratum(cells: Cells) -> list[Codes]:
    return [cells.switch[cells.stratum == stratum] for stratum in np.unique(cells.stratum)]


def _every(cells: Cells) -> Iterator[Codes]:
    parts = [arrangements(inside) for inside in _by_stratum(cells)]
    pairing = np.array(list(product(*(range(len(part)) for part in parts))))
    every = np.concatenate([part[pairing[:, i]] for i, part in enumerate(parts)], axis=1)
    step = max(1, _CELLS // cells.values.size)
    for start in range(0, len(every), step):
        yield every[start : start + step]


def arrangements(switches: Codes) -> Codes:
    """Every distinct order of some switches (orders x G).

    >>> arrangements(np.array([1, 1, 2])).tolist()
    [[1, 1, 2], [1, 2, 1], [2, 1, 1]]
    """
    rows = np.full((1, switches.size), -1, dtype=np.intp)
    for switch, count in zip(*np.unique(switches, return_counts=True), strict=True):
        free = np.nonzero(rows == -1)[1].reshape(len(rows), -1)
        picks = np.array(list(combinations(range(free.shape[1]), int(count))), dtype=np.intp)
        places = free[:, picks].reshape(-1, int(count))
        rows = np.repeat(rows, len(picks), axis=0)
        rows[np.arange(len(rows))[:, None], places] = switch
    return rows


def _some(cells: Cells, rng: np.random.Generator) -> Iterator[Codes]:
    """The real order and the drawn ones, in blocks."""
    yield cells.switch[None, :]
    step = max(1, _CELLS // cells.values.size)
    for start in range(0, DRAWS, step):
        size = min(step, DRAWS - start)
        yield np.concatenate(
            [rng.permuted(np.tile(inside, (size, 1)), axis=1) for inside in _by_stratum(cells)], axis=1
        )
