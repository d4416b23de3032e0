"""The noncentral hypergeometric distribution: a two-by-two table given its margins and an odds ratio."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, floor, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.chance.roots import EPSILON, bisect, uniroot

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from analysis.figures.proportions import Pair

TIE = 1 + 1e-7  # tables this close in probability count as equally likely, as in R's fisher.test
WIDE = 10_000  # tables with more possible numbers of events are cut to those that double precision can tell from 0
REACH = 40  # standard deviations: beyond them a chance is below 1e-300
COARSE = 0.01  # a ratio (or its inverse) below this is found to the last digit, where R's search is too rough
WIDEST = 60.0  # log odds ratios beyond this are beyond what double precision can tell apart


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of events the treatment arm could have had, with their log weights at odds ratio 1.

    Of a wide table only those near the observed number, and near what odds ratio 1 leads one to expect.
    """

    observed: int
    support: NDArray[np.float64]
    log_weight: NDArray[np.float64]

    @property
    def at_edge(self) -> tuple[bool, bool]:
        """Whether the observed number is the lowest, and whether it is the highest possible."""
        return self.observed == self.support[0], self.observed == self.support[-1]

    def probabilities(self, log_odds_ratio: float) -> NDArray[np.float64]:
        """The probability of each number in the support."""
        weight = self.log_weight + self.support * log_odds_ratio
        likely = np.exp(weight - weight.max())
        chances: NDArray[np.float64] = likely / likely.sum()
        return chances

    def mean(self, log_odds_ratio: float) -> float:
        """The expected number of events in the treatment arm."""
        return float(self.probabilities(log_odds_ratio) @ self.support)

    def at_least(self, log_odds_ratio: float) -> float:
        """The probability of the observed number or more."""
        return float(self.probabilities(log_odds_ratio)[self.support >= self.observed].sum())

    def at_most(self, log_odds_ratio: float) -> float:
        """The probability of the observed number or fewer."""
        return float(self.probabilities(log_odds_ratio)[self.support <= self.observed].sum())


def table(pair: Pair) -> Table:
    """The table's distribution given its margins.

    >>> from analysis.figures.proportions import Pair
    >>> table(Pair(x1=3, n1=4, x0=1, n0=4)).mean(0.0)
    2.0
    """
    events = pair.x1 + pair.x0
    support = _possible(pair)
    return Table(pair.x1, support, _log_choose(pair.n1, support) + _log_choose(pair.n0, events - support))


def exact_p(possible: Table) -> float:
    """Fisher's two-sided p: the chance of a table no likelier than the observed one.

    >>> from analysis.figures.proportions import Pair
    >>> round(exact_p(table(Pair(x1=3, n1=4, x0=1, n0=4))), 4)
    0.4857
    """
    chances = possible.probabilities(0.0)
    seen = chances[np.searchsorted(possible.support, possible.observed)]
    return min(float(chances[chances <= seen * TIE].sum()), 1.0)


def conditional_odds_ratio(possible: Table, *, level: float) -> tuple[float | None, float, float | None]:
    """The conditional maximum-likelihood odds ratio and its exact interval (Cornfield 1956).

    An end that is infinite is None; so is the estimate where the table stands at the upper edge. The search
    is that of R's fisher.test, so that the figures agree with R's in every digit; wide tables have intervals so
    narrow that R's tolerance would show, and are searched to the last digit.

    >>> from analysis.figures.proportions import Pair
    >>> [round(x, 6) for x in conditional_odds_ratio(table(Pair(56, 70, 48, 80)), level=0.95)]
    [2.64919, 1.209118, 6.040561]
    """
    lowest, highest = possible.at_edge
    tail = (1 - level) / 2
    solve = _solve_exactly if possible.support.size > WIDE else _solve
    estimate = None if highest else 0.0 if lowest else solve(lambda b: possible.observed - possible.mean(b))
    low = 0.0 if lowest else solve(lambda b: tail - possible.at_least(b))
    high = None if highest else solve(lambda b: possible.at_most(b) - tail)
    return estimate, low, high


def _solve(decreasing: Callable[[float], float]) -> float:
    """Where a decreasing function of the log odds ratio crosses 0, as an odds ratio.

    Ratios above 1 are sought by their inverse, so that swapping the arms inverts the answer.
    """
    above = decreasing(0.0) > 0
    sign = -1.0 if above else 1.0
    root = uniroot(lambda ratio: decreasing(sign * log(ratio)), EPSILON, 1.0)
    if root < COARSE:
        return _solve_exactly(decreasing)
    return 1 / root if above else root


def _solve_exactly(decreasing: Callable[[float], float]) -> float:
    return exp(bisect(decreasing, -WIDEST, WIDEST))


def _possible(pair: Pair) -> NDArray[np.float64]:
    """The support, in order; of a wide one what lies within reach of the observed or the expected number."""
    total, events = pair.n1 + pair.n0, pair.x1 + pair.x0
    lowest, highest = max(0, events - pair.n0), min(pair.n1, events)
    if highest - lowest < WIDE:
        return np.arange(lowest, highest + 1, dtype=np.float64)
    expected = pair.n1 * events / total
    reach = REACH * (1 + sqrt(expected * (1 - events / total) * pair.n0 / total))
    ends = [(max(lowest, at - reach), min(highest, at + reach)) for at in (pair.x1, expected)]
    return np.unique(np.concatenate([np.arange(floor(a), ceil(b) + 1, dtype=np.float64) for a, b in ends]))


def _log_choose(n: int, k: NDArray[np.float64]) -> NDArray[np.float64]:
    chosen: NDArray[np.float64] = (
        scipy.special.gammaln(n + 1) - scipy.special.gammaln(k + 1) - scipy.special.gammaln(n - k + 1)
    )
    return chosen
