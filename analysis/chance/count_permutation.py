"""Randomisation inference on a ratio of two rates: every allocation or seeded draws, the interval by inversion."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb, exp, log
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.permutation import DRAWS, MOST_EXACT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_GUARD = 1e-9  # ties in exact arithmetic that rounding would break
MANY = 1_000  # units from which the ratio is nearly normal anyway, and fewer draws do
DRAWS_OF_MANY = 1_999
_CELLS = 2_000_000  # allocations times units held at once
_FARTHEST = 12.0  # log ratios beyond this are open ends


@dataclass(frozen=True, slots=True)
class Shuffled:
    """Sums over the first group under each allocation (3 x allocations), and over both groups (3).

    They are events, exposure, and the exposure that is really the first group's. `observed` is the real log ratio
    of rates, `exact` says that every allocation is among them.
    """

    sums: Numbers
    totals: Numbers
    observed: float
    exact: bool

    def p_value(self, log_ratio: float = 0.0) -> float:
        """The share of allocations with a log ratio of rates as far from 0 as the real one, if `log_ratio` holds.

        The first group's exposures are multiplied by the supposed ratio first, which then makes the rates equal.
        """
        more = exp(log_ratio) - 1
        events, exposure = self.sums[0], self.sums[1] + more * self.sums[2]
        rest = self.totals[1] + more * self.totals[2] - exposure
        with np.errstate(divide="ignore"):
            logs = np.log(events / exposure) - np.log((self.totals[0] - events) / rest)
        real = abs(self.observed - log_ratio)
        return float((np.abs(logs) >= real - _GUARD * max(1.0, real)).mean())

    def interval(self, alpha: float) -> tuple[float | None, float | None]:
        """The log ratios that the test does not reject at `alpha`; None for an end that is never reached."""
        return self._end(alpha, -1.0), self._end(alpha, 1.0)

    def _end(self, alpha: float, side: float) -> float | None:
        inside, outside = self.observed, self.observed + side * _FARTHEST
        if self.p_value(outside) > alpha:
            return None
        while abs(outside - inside) > 1e-9:
            middle = (inside + outside) / 2
            if self.p_value(middle) > alpha:
                inside = middle
            else:
                outside = middle
        return inside


def shuffled(events: Numbers, exposure: Numbers, first: Flags, *, seed: int) -> Shuffled:
    """Every way to make a first group of this size, or the real one and seeded draws where they are many.

    Units are put in order of their events and exposure first, so that neither names nor rows decide the draws.

    >>> found = shuffled(np.array([5.0, 6, 7, 1, 2, 1]), np.ones(6), np.arange(6) < 3, seed=1)
    >>> found.exact, found.p_value()
    (True, 0.1)
    """
    order = np.lexsort((first, exposure, events))
    events, exposure, first = events[order], exposure[order], first[order]
    n, chosen = first.size, int(first.sum())
    exact = comb(n, chosen) <= MOST_EXACT
    columns = np.column_stack([events, exposure, np.where(first, exposure, 0.0)])
    blocks = _every(n, chosen) if exact else _some(first, np.random.default_rng(seed))
    sums = np.concatenate([block @ columns for block in blocks])
    totals, real = columns.sum(axis=0), columns[first].sum(axis=0)
    observed = log(real[0] / real[1]) - log((totals[0] - real[0]) / (totals[1] - real[1]))
    return Shuffled(sums.T, totals, observed, exact)


def _every(n: int, chosen: int) -> Iterator[Numbers]:
    picks = np.array(list(combinations(range(n), chosen)), dtype=np.intp)
    block = np.zeros((len(picks), n))
    block[np.arange(len(picks))[:, None], picks] = 1.0
    yield block


def _some(first: Flags, rng: np.random.Generator) -> Iterator[Numbers]:
    """The real allocation, and the drawn ones in blocks."""
    yield first[None, :].astype(np.float64)
    step, draws = max(1, _CELLS // first.size), DRAWS if first.size <= MANY else DRAWS_OF_MANY
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        yield rng.permuted(np.tile(first, (rows, 1)), axis=1).astype(np.float64)
