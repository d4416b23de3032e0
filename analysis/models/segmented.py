"""The model of an interrupted series: a straight line whose level and slope change at each declared change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.autoregression import START
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.evidence import Rows

    Matrix = NDArray[np.float64]

LEAST = 8  # periods on each side of a change; the calibration starts at twelve
LEVEL, SLOPE = 2, 3  # columns of the change that is asked about


@dataclass(frozen=True, slots=True)
class Segmented:
    """Periods in order (n) and the model's columns x (n x k): 1, time, level and slope of the change, of the other
    changes, covariates (n x p).

    `level` is 1 from the change on, `slope` counts periods since, 0 at the change. `order` leads from the rows
    given to periods in order; `lags` are the steps between them. `sign` is -1 where the control is the later.
    """

    x: Matrix
    lags: Matrix
    period: Matrix
    covariates: Matrix
    order: NDArray[np.intp]
    change: float
    sign: float
    notes: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether no period is missing."""
        return bool((self.lags[1:] == 1).all())

    def before(self) -> NDArray[np.bool_]:
        """Which periods lie before the change and after any earlier one (n)."""
        others = self.x[:, SLOPE + 1 : self.x.shape[1] - self.covariates.shape[1] : 2]
        earlier = others[:, others[int(np.argmax(self.x[:, LEVEL])) - 1] > 0]  # those that had come by then
        return np.asarray((self.period < self.change) & (earlier > 0).all(axis=1))

    def contrast(self, column: int) -> Matrix:
        """The contrast (k) that picks a column's coefficient, treatment minus control."""
        picked = np.zeros(self.x.shape[1])
        picked[column] = self.sign
        return picked


def segmented_rows(rows: Rows) -> Segmented:
    """The model of a series whose rows are periods, each in its segment. All changes are in one model.

    Raises Refusal where a segment comes back, a period has two rows, or a side of the change is too short.
    """
    if rows.period is None or rows.other is None:
        raise Refusal("The rows do not say which period each is.", remedy="Name the periods' column.")
    segment = np.where(rows.other > 0, rows.other + 1, rows.treated)
    firsts = {int(code): float(rows.period[segment == code].min()) for code in np.unique(segment)}
    lasts = {code: float(rows.period[segment == code].max()) for code in firsts}
    in_order = sorted(firsts, key=firsts.__getitem__)
    if any(lasts[one] >= firsts[later] for one, later in pairwise(in_order)):
        raise Refusal(
            "The series goes back to what it had before, so that its segments do not follow each other.",
            remedy="Declare each change as a date from which something new held.",
        )
    if not {0, 1} <= set(firsts):
        raise Refusal(
            "There is no period before the change, or none after it.", remedy="Load more of the series."
        )
    changes = tuple(firsts[code] for code in in_order[1:])
    told = already(rows.period, rows.covariates, changes=changes)
    model = segmented(
        rows.period,
        rows.covariates[:, ~told],
        changes=changes,
        asked=max(firsts[0], firsts[1]),
        sign=1.0 if firsts[1] > firsts[0] else -1.0,
    )
    repeats = tuple(
        f"The covariate {name!r} was left out: the line and its changes hold it already."
        for name, out in zip(rows.covariate_names, told, strict=False)
        if out
    )
    return replace(model, notes=(*model.notes, *repeats))


def already(period: Matrix, covariates: Matrix, *, changes: tuple[float, ...]) -> NDArray[np.bool_]:
    """Which covariates (of p) the line and its changes hold already, such as the time or an indicator of after.

    >>> time = np.arange(6.0)
    >>> already(time, np.column_stack([2 * time, time > 2, time**2]), changes=(3.0,)).tolist()
    [True, True, False]
    """
    if period.size == 0:
        return np.zeros(covariates.shape[1], dtype=np.bool_)
    columns = [column for change in changes for column in _since(period, change)]
    x = np.column_stack([np.ones_like(period), period - period.mean(), *columns])
    centred = covariates - covariates.mean(axis=0)
    left = centred - x @ np.linalg.lstsq(x, centred, rcond=None)[0]
    return np.asarray(np.linalg.norm(left, axis=0) <= 1e-9 * np.linalg.norm(centred, axis=0))


def segmented(
    period: Matrix, covariates: Matrix, *, changes: tuple[float, ...], asked: float, sign: float = 1.0
) -> Segmented:
    """The model for periods (n) and covariates (n x p), with `asked` one of the `changes`.

    Wagner, Soumerai, Zhang and Ross-Degnan (2002, doi 10.1046/j.1365-2710.2002.00430.x).

    >>> model = segmented(np.arange(20.0), np.empty((20, 0)), changes=(10.0,), asked=10.0)
    >>> model.x[[9, 10, 12]][:, [LEVEL, SLOPE]].tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]
    """
    order = np.argsort(period, kind="stable")
    time = period[order]
    edges = [-np.inf, *sorted(changes), np.inf]
    place = edges.index(asked)
    before = int(((time >= edges[place - 1]) & (time < asked)).sum())
    after = int(((time >= asked) & (time < edges[place + 1])).sum())
    if min(before, after) < LEAST:
        raise Refusal(
            f"There are fewer than {LEAST} periods on a side of the change, too few to tell a change from a "
            "trend and from errors that hang together.",
            remedy="Observe more periods before and after, or count by shorter periods.",
        )
    steps = [asked, *(change for change in changes if change != asked)]
    moved = [column for change in steps for column in _since(time, change)]
    x = np.column_stack([np.ones_like(time), time - time.mean(), *moved, covariates[order]])
    lags, notes = _lags(time)
    return Segmented(x, lags, time, covariates[order], order, asked, sign, notes)


def _since(time: Matrix, change: float) -> tuple[Matrix, Matrix]:
    since = time >= change
    return since.astype(np.float64), np.where(since, time - change, 0.0)


def _lags(time: Matrix) -> tuple[Matrix, tuple[str, ...]]:
    """Steps from each row's predecessor in whole periods, and a note on periods that are missing."""
    gaps = np.diff(time)
    if (gaps <= 0).any():
        raise Refusal("A period of the series has several rows.", remedy="Put them together into one first.")
    whole = (gaps == np.round(gaps)).all() and gaps.max() < 2**53
    step = float(gcd(*gaps.astype(np.int64).tolist())) if whole else float(gaps.min())
    steps = np.round(gaps / step)
    if np.abs(gaps / step - steps).max() > 1e-6:
        raise Refusal(
            "The periods are not evenly spaced, so that how errors hang together cannot be told.",
            remedy="Count by periods of one length.",
        )
    missing = int((steps - 1).sum())
    note = (
        (
            f"Without a value: {missing} of {int(steps.sum()) + 1} periods. Errors hang together less across gaps.",
        )
        if missing
        else ()
    )
    return np.concatenate([[START], steps]), note
