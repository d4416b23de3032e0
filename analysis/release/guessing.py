"""How coarse an effect must be told, so that trying every possible table does not find the small count behind it.

A reader who knows each arm's size to within ten can compute the difference of two shares and its interval for every
table, and keep those that give what was published. With three significant figures fewer than five small counts were
left in each of 60 random tables; so the grid is widened until five are. Newcombe's interval stands for all others.
Where no count is small the same search found the exact table behind 25 of 30 effects with three figures, so that
counts were rounded for nothing: there five sizes of each arm, and five counts of its events, have to be left.
Source: the intersection attack on rounded tables; Newcombe 1998, Statistics in Medicine 17:873, method 10.
"""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

from analysis.policy import TEN
from analysis.release.precision import on_grid, step_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from analysis.finding import Effect

    Size = int | NDArray[np.int64]

SHARES = (0.2, 0.5, 1.0, 2.0)  # steps that are tried, in halves of the interval
FINER = (0.02, 0.05, 0.1)  # and before them where no count is small
WIDE = 0.5  # where the tables cannot be tried
LEFT = 5  # possible values of a small count
REACH = 21  # counts that are tried, from 0, where one is small
SMALL = 11
QUANTILE = 1.959963984540054

Table = tuple[int, int]  # people, and those with the event


def coarse(effect: Effect, arms: Sequence[Table], *, of_shares: bool) -> Effect | None:
    """The effect on the finest grid that leaves each small count five possible values; None where there is none.

    `arms` are the control's and the treatment's people and events; `of_shares` says that the effect is the
    difference of their shares.
    """
    if not of_shares or len(arms) != 2:
        return on_grid(effect, WIDE)
    for share in SHARES:
        told = on_grid(effect, share)
        if (
            step_of(effect, share)
            and min(_possible(told, step_of(effect, share), arms), default=LEFT) >= LEFT
        ):
            return told
    return None


def veiled(effect: Effect, arms: Sequence[Table], *, of_shares: bool, whole: bool) -> Effect:
    """The effect on the finest grid that leaves each rounded count five possible values.

    As `coarse` where no count is small. What is not `whole`, a part of the people beside all of them, is told
    widely: the parts add up.
    """
    for share in (*FINER, *SHARES) if whole and of_shares and len(arms) == 2 else ():
        told, step = on_grid(effect, share), step_of(effect, share)
        if step and min(_left(told, step, arms)) >= LEFT:
            return told
    return on_grid(effect, WIDE)


def rounding_of(effect: Effect, told: Effect) -> float:
    """How far from the effect what is told of it can be: half a step of its grid, or half its third figure.

    >>> from analysis.finding import Effect
    >>> whole = Effect(0.0131, -0.0441, 0.0711)
    >>> rounding_of(whole, on_grid(whole, 0.2)), rounding_of(whole, Effect(0.0131, -0.0441, 0.0711, p_value=0.6))
    (0.01, 5e-05)
    """
    for share in (*FINER, *SHARES):
        if on_grid(effect, share) == told:
            return step_of(effect, share) / 2
    return 0.5 * 10.0 ** (floor(log10(abs(told.estimate))) - 2) if told.estimate else 0.0


def _possible(told: Effect, step: float, arms: Sequence[Table]) -> list[int]:
    """How many values each arm's small count can have, given what is told."""

    (n0, x0), (n1, x1) = arms
    tried = [_tried(n0, x0), _tried(n1, x1)]
    left: list[set[int]] = [set(), set()]
    for size0 in _sizes(n0):
        for size1 in _sizes(n1):
            made = _newcombe(tried[0][:, None], size0, tried[1][None, :], size1)
            fits = _fits(made, told, step)
            left[0].update(tried[0][fits.any(axis=1)].tolist())
            left[1].update(tried[1][fits.any(axis=0)].tolist())
    return [len(found) for found, table in zip(left, arms, strict=True) if _rare(*table) < SMALL]


def _fits(made: tuple[NDArray[np.float64], ...], told: Effect, step: float) -> NDArray[np.bool_]:
    """Which of the effects made with their intervals would be told so on a grid of this step."""
    import numpy as np

    estimate, low, high = made
    fits = np.abs(estimate - told.estimate) <= step / 2 + 1e-12
    if told.low is not None:
        fits &= (low >= told.low - 1e-12) & (low <= told.low + step + 1e-12)
    if told.high is not None:
        fits &= (high <= told.high + 1e-12) & (high >= told.high - step - 1e-12)
    return fits


def _left(told: Effect, step: float, arms: Sequence[Table]) -> list[int]:
    """How many values each arm's size and events can have within their tens, given what is told."""
    import numpy as np

    tens = [_ten(count) for arm in arms for count in arm]
    n0, x0, n1, x1 = np.meshgrid(*tens, indexing="ij", sparse=True)
    fits = _fits(_newcombe(x0, n0, x1, n1), told, step) & (x0 <= n0) & (x1 <= n1)
    others = [tuple({0, 1, 2, 3} - {axis}) for axis in range(4)]
    return [int(fits.any(axis=rest).sum()) for rest in others]


def _ten(count: int) -> NDArray[np.int64]:
    """The counts that are rounded to the same middle."""
    import numpy as np

    last = -(-count // TEN) * TEN
    return np.arange(last - TEN + 1, last + 1)


def _tried(n: int, events: int) -> NDArray[np.int64]:
    """The events that are tried: those near none or near all where few had the event, or few had not."""
    import numpy as np

    lowest = -(-n // TEN) * TEN - TEN + 1
    if _rare(n, events) >= SMALL:
        return np.arange(lowest + 1)
    reach = np.arange(min(REACH, lowest // 2 + 1))
    return reach if events <= n - events else lowest - reach


def _rare(n: int, events: int) -> int:
    return min(events, n - events)


def _newcombe(
    x0: NDArray[np.int64], n0: Size, x1: NDArray[np.int64], n1: Size
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The difference of two shares and its 95 % interval."""
    import numpy as np

    (p0, low0, high0), (p1, low1, high1) = _wilson(x0, n0), _wilson(x1, n1)
    difference = p1 - p0
    below = np.sqrt((p1 - low1) ** 2 + (high0 - p0) ** 2)
    above = np.sqrt((high1 - p1) ** 2 + (p0 - low0) ** 2)
    return difference, difference - below, difference + above


def _wilson(
    x: NDArray[np.int64], n: Size
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    z2 = QUANTILE**2
    centre = (x + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (x * (n - x) / n + z2 / 4)) / (n + z2)
    return x / n, centre - half, centre + half


def _sizes(people: int) -> tuple[int, ...]:
    """The ends and the middle of the ten that the people are in."""
    last = -(-people // TEN) * TEN
    return last - TEN + 1, last - TEN // 2, last
