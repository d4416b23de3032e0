"""What an attacker who tries every count of a ten finds in figures that are no sums: intervals, spreads, averages.

He knows how an interval is made, and that a release may make it of the fewest people of the ten: where what is told
is just that, it says nothing of the count; else it is taken for that of the true one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.finding import Effect

    Counts = NDArray[np.int64]
    Figures = NDArray[np.float64]

Z = 1.959963984540054
NEAR = 1e-9
RARE = 31  # events, or others, that are tried where few have them
STEPS = sorted((m * 10.0**-k for k in range(-4, 8) for m in (1, 2, 5)), reverse=True)


def multiple_of(*told: float) -> float:
    """The widest step of 1, 2 or 5 of a decimal place that all are multiples of."""
    return next(
        (s for s in STEPS if all(abs(value / s - round(value / s)) < 1e-6 for value in told)), STEPS[-1]
    )


def _apart(low: float, high: float) -> float:
    """How far half an interval may be from half of what is told: a step of its grid, or of its third figure."""
    widest = max(abs(low), abs(high))
    return max(multiple_of(low, high), float(10.0 ** (np.floor(np.log10(widest)) - 2)) if widest else 0.0)


def of_group(people: Counts, figures: dict[str, float], *, step: float) -> Counts:
    """The counts of people that a mean of whole steps, its spread and its t interval allow."""
    mean, sd = figures["mean"], figures["sd"]
    off = multiple_of(mean) / 2, multiple_of(sd) / 2
    fits = np.array([_has_sums(n, mean, sd, off, step) for n in people.tolist()])
    spreads = np.maximum(np.array([sd - off[1], sd + off[1]]), 0)
    half, apart = (figures["high"] - figures["low"]) / 2, _apart(figures["low"], figures["high"])
    least = np.maximum((people - 1) // 10 * 10 + 1, 2)
    told = [t.ppf(0.975, least - 1) * each / np.sqrt(least) for each in spreads]
    of_fewest = (told[0] - NEAR <= half) & (half <= told[1] + off[0] + apart + NEAR)
    if of_fewest.any():
        return people[fits & of_fewest]
    low, high = (t.ppf(0.975, np.maximum(people - 1, 1)) * s / np.sqrt(people) for s in spreads)
    return people[fits & (low <= half + apart) & (high >= half - apart)]


def _has_sums(n: int, mean: float, sd: float, off: tuple[float, float], step: float) -> bool:
    """Whether some whole sum, and sum of squares, of so many have the mean and the spread."""
    low, high = (n * (mean - off[0]) / step, n * (mean + off[0]) / step)
    for total in range(int(np.ceil(low - 1e-6)), int(np.floor(high + 1e-6)) + 1):
        ends = [(max(sd + s * off[1], 0) / step) ** 2 * (n - 1) + total**2 / n for s in (-1, 1)]
        first = int(np.ceil(ends[0] - 1e-6))
        first += (first - total) % 2
        if first <= ends[1] + 1e-6:
            return True
    return False


def of_means(
    control: Counts, treatment: Counts, effect: Effect, spreads: Sequence[float]
) -> tuple[Counts, Counts]:
    """The counts in both arms that Welch's interval allows beside the spreads that are told."""
    if effect.low is None or effect.high is None:
        return control, treatment
    half, apart = (effect.high - effect.low) / 2, _apart(effect.low, effect.high)
    s0, s1 = spreads
    off = multiple_of(s0) / 2, multiple_of(s1) / 2
    fewest = np.array([max(int(control.min()), 2)]), np.array([max(int(treatment.min()), 2)])
    low, high = (_welch(fewest[0], s0 + k * off[0], fewest[1], s1 + k * off[1]) for k in (-1, 1))
    if low[0, 0] - NEAR <= half <= high[0, 0] + apart + NEAR:
        return control, treatment
    low, high = (_welch(control, s0 + k * off[0], treatment, s1 + k * off[1]) for k in (-1, 1))
    fits = (low <= half + apart) & (high >= half - apart)
    return control[fits.any(axis=1)], treatment[fits.any(axis=0)]


def _welch(control: Counts, s0: float, treatment: Counts, s1: float) -> Figures:
    a, b = s0**2 / control[:, None], s1**2 / treatment[None, :]
    df = (a + b) ** 2 / (
        a**2 / np.maximum(control[:, None] - 1, 1) + b**2 / np.maximum(treatment[None, :] - 1, 1)
    )
    return np.asarray(t.ppf(0.975, df) * np.sqrt(a + b))


def of_shares(
    control: tuple[Counts, Counts], treatment: tuple[Counts, Counts], effect: Effect
) -> list[Counts]:
    """People and events of both arms, in this order, that a difference of shares on a grid allows (Newcombe)."""
    told = [effect.estimate, *(end for end in (effect.low, effect.high) if end is not None)]
    step = multiple_of(*told)
    (n0, x0), (n1, x1) = (_pairs(*arm) for arm in (control, treatment))
    made = _newcombe(n0[:, None], x0[:, None], n1[None, :], x1[None, :])
    fits = np.abs(made[0] - effect.estimate) <= step / 2 + NEAR
    if effect.low is not None:
        fits &= (made[1] >= effect.low - NEAR) & (made[1] <= effect.low + step + NEAR)
    if effect.high is not None:
        fits &= (made[2] <= effect.high + NEAR) & (made[2] >= effect.high - step - NEAR)
    left, right = fits.any(axis=1), fits.any(axis=0)
    return [np.unique(each) for each in (n0[left], x0[left], n1[right], x1[right])]


def _pairs(people: Counts, events: Counts) -> tuple[Counts, Counts]:
    n, x = np.meshgrid(people, events, indexing="ij")
    possible = x <= n
    return n[possible], x[possible]


def _newcombe(n0: Counts, x0: Counts, n1: Counts, x1: Counts) -> tuple[Figures, Figures, Figures]:
    (p0, low0, high0), (p1, low1, high1) = _wilson(n0, x0), _wilson(n1, x1)
    apart = p1 - p0
    return apart, apart - np.hypot(p1 - low1, high0 - p0), apart + np.hypot(high1 - p1, p0 - low0)


def _wilson(n: Counts, x: Counts) -> tuple[Figures, Figures, Figures]:
    centre = (x + Z**2 / 2) / (n + Z**2)
    half = Z * np.sqrt(x * (n - x) / n + Z**2 / 4) / (n + Z**2)
    return x / n, centre - half, centre + half
