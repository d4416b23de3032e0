"""Kaplan and Meier's curve at a dozen fixed times: what may be drawn of it, because no single unit shows."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from analysis.finding import Survived
from analysis.models.survival import kaplan_meier

if TYPE_CHECKING:
    from analysis.models.survival import Numbers

MOST = 12  # fixed times after 0
MINUTE, HOUR = 1 / 1440, 1 / 24  # of a day
STEPS = (
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    *(HOUR * n for n in (1, 2, 6, 12)),
    1.0,
    2.0,
    4.0,
    7.0,
    14.0,
    28.0,
    30.0,
)
NEARLY = 1e-9  # of a step: rounding


def fixed_times(horizon: float) -> tuple[float, ...]:
    """0 and at most twelve times up to `horizon` (days), apart by minutes, hours, days or weeks where that fits.

    They depend on the horizon alone, never on the data.

    >>> fixed_times(14.0), len(fixed_times(100.0))
    ((0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0), 13)
    """
    whole = (step for step in STEPS if abs(horizon / step - round(horizon / step)) < NEARLY)
    step = next((step for step in whole if round(horizon / step) <= MOST), horizon / MOST)
    count = ceil(horizon / step - NEARLY)
    return (*(step * place for place in range(count)), horizon)


def survived(arm: str, time: Numbers, event: Numbers, *, horizon: float, level: float) -> Survived:
    """One arm's curve at `fixed_times(horizon)`, with pointwise intervals on the log-minus-log scale.

    `time` (n) is how long each unit was seen, in days, `event` (n) 1 where its event came then. Where the share is
    1 or 0 there is no such interval, and its ends are the share itself.

    >>> held = survived("a", np.array([1.0, 2, 2, 3]), np.array([1.0, 1, 0, 0]), horizon=3.0, level=0.95)
    >>> held.times[-3:], [round(share, 3) for share in held.share[-3:]], held.at_risk[-3:]
    ((2.5, 2.75, 3.0), [0.5, 0.5, 0.5], (1, 1, 1))
    """
    curve = kaplan_meier(time, event)
    times = fixed_times(horizon)
    shares = [curve.at(at) for at in times]
    ends = [
        curve.interval(at, level=level) or (share, share) for at, share in zip(times, shares, strict=True)
    ]
    return Survived(
        arm,
        times,
        tuple(shares),
        tuple(low for low, _ in ends),
        tuple(high for _, high in ends),
        tuple(int(np.count_nonzero(time >= at)) for at in times),
        tuple(int(np.count_nonzero((time <= at) & (event > 0))) for at in times),
        tuple(int(np.count_nonzero((time <= at) & (event <= 0))) for at in times),
    )
