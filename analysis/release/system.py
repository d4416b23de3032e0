"""All that is known of some counts as one linear programme: how few values a small one can still have."""

from __future__ import annotations

from math import ceil, floor, inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.release.tables import Sum

LEFT = 5  # possible values of a small count
PLENTY = 8  # so many between fractions are LEFT whole ones, for all that counts differ by in these tables
BOUNDLESS = 1e6
SEED, DRAWN = 1, 6
NEAR = 1e-6


class System:
    """Bounds and sums (HiGHS); only of cells that hang together with a small one.

    Fractions are allowed first, which is quick; a cell that has few values then is looked at in whole numbers.
    """

    def __init__(
        self,
        cells: Mapping[str, tuple[int, int | None]],
        sums: Iterable[Sum],
        small: Iterable[str],
    ) -> None:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint
        from scipy.sparse import csr_array

        small = list(small)
        together = _connected(list(sums), set(small))
        keys = dict.fromkeys((*small, *(key for each in together for key, _ in each.terms)))
        self.small = small
        self.place = {key: place for place, key in enumerate(keys)}
        ends = [cells[key] for key in keys]
        self.bounds = Bounds(
            np.array([low for low, _ in ends], dtype=float),
            np.array([BOUNDLESS if high is None else high for _, high in ends], dtype=float),
        )
        entries = [(row, self.place[key], by) for row, each in enumerate(together) for key, by in each.terms]
        at = [[entry[part] for entry in entries] for part in (0, 1)]
        matrix = csr_array(([by for _, _, by in entries], at), shape=(len(together), len(keys)))
        self.sums = LinearConstraint(matrix, [s.low for s in together], [s.high for s in together])
        self.reach = dict.fromkeys(small, (inf, -inf))

    def narrowed(self) -> list[str]:
        """The small cells with fewer than five possible values.

        A few tables in which all are small, all are large, or each is drawn one way, settle most of them.
        """
        import numpy as np

        drawn = np.random.default_rng(SEED).choice([1.0, -1.0], (DRAWN, len(self.small)))
        for aims in (np.ones(len(self.small)), -np.ones(len(self.small)), *drawn):
            if all(self._values(key) >= PLENTY for key in self.small):
                return []
            self._solve(dict(zip(self.small, aims.tolist(), strict=True)), whole=False)
        return [key for key in self.small if self._fewest(key) < LEFT]

    def _fewest(self, key: str) -> int:
        """How many values a cell can have, as far as it matters."""
        for aim in (1.0, -1.0):
            if self._values(key) >= PLENTY:
                return PLENTY
            self._solve({key: aim}, whole=False)
        if self._values(key) >= PLENTY or self._values(key) < LEFT:
            return self._values(key)
        self.reach[key] = inf, -inf
        for aim in (1.0, -1.0):
            self._solve({key: aim}, whole=True, only=key)
        return self._values(key)

    def _values(self, key: str) -> int:
        """How many whole numbers lie between the least and the largest value seen."""
        low, high = self.reach[key]
        return floor(high + NEAR) - ceil(low - NEAR) + 1 if high >= low else 0

    def _solve(self, aims: Mapping[str, float], *, whole: bool, only: str = "") -> None:
        """Find a table in which some cells are as small (1) or large (-1) as can be; note every small one there."""
        import numpy as np
        from scipy.optimize import milp

        aim = np.zeros(len(self.place))
        for key, towards in aims.items():
            aim[self.place[key]] = towards
        found = milp(
            aim, constraints=self.sums, bounds=self.bounds, integrality=np.full(len(aim), int(whole))
        )
        if found.x is None:
            return
        for key in (only,) if only else self.small:
            value, (low, high) = found.x[self.place[key]], self.reach[key]
            self.reach[key] = min(low, value), max(high, value)


def _connected(sums: list[Sum], start: set[str]) -> list[Sum]:
    """The sums that a small cell is in, and those that share a cell with one of these, and so on."""
    reached, left, found = set(start), list(sums), []
    while near := [each for each in left if any(key in reached for key, _ in each.terms)]:
        found += near
        left = [each for each in left if each not in near]
        reached.update(key for each in near for key, _ in each.terms)
    return found
