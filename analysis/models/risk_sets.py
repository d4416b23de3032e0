"""Risk sets: who could have had the event at each event time, and what that says of hazards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Histories:
    """n rows of an interval (start, stop], whether the event came at its end (1 or 0), and covariates x (n x p).

    A row is at risk at t where start < t <= stop, so that a unit whose intervals meet at t counts once there. A
    row with start = stop is never at risk: it holds a further event of a unit at one time. Risk sets do not
    cross strata (codes from 0).
    """

    start: Numbers
    stop: Numbers
    event: Numbers
    x: Numbers
    stratum: Codes


def whole_times(time: Numbers, event: Numbers, x: Numbers, *, stratum: Codes | None = None) -> Histories:
    """Histories of units that are seen from the beginning until `time`."""
    strata = np.zeros(time.size, dtype=np.intp) if stratum is None else stratum
    return Histories(np.full(time.size, -np.inf), time, event, x, strata)


class RiskSets:
    """The risk sets of some histories, ready to be summed for any log hazard ratios.

    `times` (k) are the distinct event times, stratum by stratum; `sizes` and `deaths` (k) how many rows are at risk
    and how many events come there. Raises Refusal where nobody had the event.
    """

    def __init__(self, histories: Histories, *, efron: bool = True) -> None:
        self.histories = histories
        edges = np.unique(np.concatenate([histories.stop, histories.start]))
        first = histories.stratum.astype(np.int64) * (edges.size + 1)
        self._start = first + np.searchsorted(edges, histories.start)
        self._stop = first + np.searchsorted(edges, histories.stop)
        self._event = histories.event > 0
        keys = np.unique(self._stop[self._event])
        end = (keys // (edges.size + 1) + 1) * (edges.size + 1)
        self._left = _Suffix(self._stop, keys, end)
        self._entered = _Suffix(self._start, keys, end)
        at_risk = self._at_risk(np.ones(histories.stop.size))
        self._keys = keys
        if keys.size == 0 or not (at_risk > 0.5).all():
            raise Refusal(
                "Nobody had the event while being followed, so that hazards cannot be compared.",
                remedy="Observe for longer, or check the outcome's event and window.",
            )
        self.times = edges[keys % (edges.size + 1)]
        self.sizes = at_risk
        self._place = np.searchsorted(keys, self._stop[self._event])  # of each event among the times
        self.deaths = np.bincount(self._place, minlength=keys.size)
        self._slot = np.repeat(np.arange(keys.size), self.deaths)  # the time of each slot, one slot an event
        before = np.cumsum(self.deaths) - self.deaths
        turn = np.arange(self._slot.size) - before[self._slot]
        self._gone = turn / self.deaths[self._slot] if efron else np.zeros(turn.size)

    def log_likelihood(self, beta: Numbers) -> float:
        """The log partial likelihood."""
        eta, risk = self._risk(beta)
        return float(eta[self._event].sum() - np.log(self._slots(risk)).sum())

    def score(self, beta: Numbers) -> Numbers:
        """Its derivative (p)."""
        return np.asarray(self.by_time(beta)[0].sum(axis=0))

    def information(self, beta: Numbers) -> Numbers:
        """Minus its second derivative (p x p)."""
        return np.asarray(self.by_time(beta)[1].sum(axis=0))

    def by_time(self, beta: Numbers) -> tuple[Numbers, Numbers]:
        """What each event time adds to the score (k x p) and to the information (k x p x p)."""
        x, (_, risk) = self.histories.x, self._risk(beta)
        total, p = self._slots(risk), x.shape[1]
        means = self._means(risk, total)
        spread = np.empty((total.size, p, p))
        for i in range(p):
            for j in range(i + 1):
                squares = self._slots(risk * x[:, i] * x[:, j]) / total
                spread[:, i, j] = spread[:, j, i] = squares - means[:, i] * means[:, j]
        size = self.deaths.size
        seen = np.column_stack([np.bincount(self._place, column[self._event], size) for column in x.T])
        expected = np.column_stack([np.bincount(self._slot, column, size) for column in means.T])
        variances = np.empty((size, p, p))
        for i in range(p):
            for j in range(p):
                variances[:, i, j] = np.bincount(self._slot, spread[:, i, j], size)
        return np.asarray(seen - expected, dtype=np.float64), variances

    def residuals(self, beta: Numbers) -> Numbers:
        """The score residual of each row (n x p): they add up to the score.

        Therneau and Grambsch (2000, Modeling Survival Data, section 4.6); tied events share their risk sets as
        in the likelihood.
        """
        x, (_, risk) = self.histories.x, self._risk(beta)
        total = self._slots(risk)
        means = self._means(risk, total)
        dying, place = self._event, self._place
        residuals = np.empty_like(x)
        for i, (column, mean) in enumerate(zip(x.T, means.T, strict=True)):
            compensated = column * self._over(1 / total) - self._over(mean / total)
            residuals[:, i] = -risk * compensated
            shared = self._summed(self._gone / total)[place] * column[dying]
            shared -= self._summed(self._gone * mean / total)[place]
            own = column[dying] - (self._summed(mean) / self.deaths)[place]
            residuals[dying, i] += own + np.where(self._counts, risk, 0.0)[dying] * shared
        return residuals

    @property
    def _counts(self) -> NDArray[np.bool_]:
        return self._start < self._stop

    def _risk(self, beta: Numbers) -> tuple[Numbers, Numbers]:
        eta = self.histories.x @ beta
        eta = eta - eta.mean()
        return eta, np.exp(np.clip(eta, -100, 100))

    def _at_risk(self, values: Numbers) -> Numbers:
        """The sum of rows' values over each risk set (k)."""
        return self._left.sums(values) - self._entered.sums(values)

    def _slots(self, values: Numbers) -> Numbers:
        """The sum over each slot's risk set, from which tied events are taken in equal parts."""
        tied = np.where(self._counts, values, 0.0)[self._event]
        gone = np.bincount(self._place, tied, self.deaths.size)
        return self._at_risk(values)[self._slot] - self._gone * gone[self._slot]

    def _means(self, risk: Numbers, total: Numbers) -> Numbers:
        return np.column_stack([self._slots(risk * column) / total for column in self.histories.x.T])

    def _summed(self, slots: Numbers) -> Numbers:
        return np.asarray(np.bincount(self._slot, slots, self.deaths.size), dtype=np.float64)

    def _over(self, slots: Numbers) -> Numbers:
        """The sum of slots' values over the time that each row was at risk (n)."""
        passed = np.concatenate([[0.0], np.cumsum(self._summed(slots))])
        until = np.searchsorted(self._keys, self._stop, side="right")
        return np.asarray(passed[until] - passed[np.searchsorted(self._keys, self._start, side="right")])


class _Suffix:
    """Sums of values over the rows whose key is at least each of some keys, and below each of some ends."""

    def __init__(self, of: Codes, keys: Codes, ends: Codes) -> None:
        self.order = np.argsort(of, kind="stable")
        ordered = of[self.order]
        self.first, self.beyond = np.searchsorted(ordered, keys), np.searchsorted(ordered, ends)

    def sums(self, values: Numbers) -> Numbers:
        """One sum a key."""
        summed = np.concatenate([[0.0], np.cumsum(values[self.order])])
        return np.asarray(summed[self.beyond] - summed[self.first])
