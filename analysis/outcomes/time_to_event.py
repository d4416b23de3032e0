"""Times to an event: how long units went without it, some of them lost from sight before it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.survival import kaplan_meier
from analysis.outcome import Kind, Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.survival import Curve
    from analysis.outcome import Options, Parts

LOST = 0.25  # of the units that `draw` draws, the share that is lost from sight before the horizon
CHOSEN = (
    "No horizon (tau) was declared, so mean times count up to the smaller of the arms’ last observed times, which "
    "the data chose."
)


@dataclass(frozen=True, slots=True)
class Times:
    """Each measured unit's time in rising order and whether the event came then; `tau` is the horizon, if any."""

    times: tuple[float, ...]
    came: tuple[bool, ...]
    tau: float | None = None
    missing: int = 0

    @property
    def n(self) -> int:
        """Units with a time."""
        return len(self.times)

    @property
    def events(self) -> int:
        """Units whose event came."""
        return sum(self.came)

    @property
    def curve(self) -> Curve:
        """Kaplan and Meier's curve."""
        return kaplan_meier(np.array(self.times), np.array(self.came, dtype=np.float64))

    def __add__(self, other: Times) -> Times:
        """Both sets of units together."""
        pairs = sorted(zip(self.times + other.times, self.came + other.came, strict=True))
        return Times(
            tuple(time for time, _ in pairs),
            tuple(came for _, came in pairs),
            self.tau,
            self.missing + other.missing,
        )

    def cells(self) -> tuple[int, ...]:
        """Units, units with the event, units lost from sight before it."""
        return (self.n, self.events, self.n - self.events)

    def describe(self) -> dict[str, float]:
        """events, and value: the mean time without the event up to the horizon, where they were followed so far."""
        if not self.times:
            return {}
        curve = self.curve
        horizon = curve.last if self.tau is None else self.tau
        known = curve.reaches(horizon)
        return {"events": self.events, **({"value": curve.restricted_mean(horizon)[0]} if known else {})}


def summarise(parts: Parts, *, tau: float | None = None) -> Times:
    """The times of the measured units; a NaN in either part counts as missing.

    >>> parts = {"time": np.array([3.0, 1.0, np.nan]), "event": np.array([0.0, 1.0, 0.0])}
    >>> summarise(parts, tau=2.0).describe()
    {'events': 1, 'value': 1.5}
    """
    known = ~(np.isnan(parts["time"]) | np.isnan(parts["event"]))
    time, event = parts["time"][known], parts["event"][known] > 0
    order = np.lexsort((event, time))
    return Times(tuple(time[order].tolist()), tuple(event[order].tolist()), tau, int((~known).sum()))


def valid(parts: Parts) -> str | None:
    """What is wrong with times, which are not negative, and with events, which came (1) or not (0).

    >>> valid({"time": np.array([2.0]), "event": np.array([2.0])})
    'it holds an event that is neither 0 nor 1'
    """
    if not (np.isfinite(parts["time"]) & (parts["time"] >= 0)).all():
        return "it holds a time that is not a number from 0 upwards"
    return None if np.isin(parts["event"], (0.0, 1.0)).all() else "it holds an event that is neither 0 nor 1"


def horizon(arms: tuple[Parts, Parts], options: Options) -> tuple[Options, str]:
    """The options with a horizon: as declared, else the smaller of the arms' last observed times, and a note.

    >>> early, late = ({"time": np.array([1.0, t]), "event": np.ones(2)} for t in (5.0, 9.0))
    >>> horizon((early, late), {})[0], horizon((early, late), {"tau": 4.0})
    ({'tau': 5.0}, ({'tau': 4.0}, ''))
    """
    if "tau" in options:
        return options, ""
    last = [float(np.nanmax(np.concatenate([[0.0], arm["time"]]))) for arm in arms]
    return ({**options, "tau": min(last)}, CHOSEN) if min(last) > 0 else (options, "")


def draw(
    rng: np.random.Generator,
    n: int,
    effect: float,
    *,
    base: float | NDArray[np.float64] = 15.0,
    tau: float = 30.0,
) -> Parts:
    """Exponential times whose mean up to `tau` is `base + effect`; a quarter are lost from sight before `tau`.

    Raises ValueError where that is no such mean.

    >>> drawn = draw(np.random.default_rng(1), 100_000, 5.0, base=15.0)
    >>> round(summarise(drawn, tau=30.0).describe()["value"], 1)
    20.0
    """
    times = rng.exponential(1.0, n) / hazard(base + np.full(n, effect), tau=tau)
    lost = np.where(rng.random(n) < LOST, rng.uniform(0, tau, n), 1.25 * tau)
    return {"time": np.minimum(times, lost), "event": (times <= lost).astype(np.float64)}


def hazard(mean: NDArray[np.float64], *, tau: float) -> NDArray[np.float64]:
    """The constant hazards under which the mean times up to `tau` are `mean`: (1 - exp(-h tau)) / h.

    Raises ValueError where a mean does not lie between 0 and `tau`.

    >>> hazard(np.array([1 - np.exp(-1.0)]), tau=1.0).round(9).tolist()
    [1.0]
    """
    share = mean / tau
    if share.size and not (share.min() > 0 and share.max() < 1):
        raise ValueError("a mean time up to the horizon must lie between 0 and the horizon")
    low, high = np.full(share.shape, -40.0), np.full(share.shape, 40.0)  # of log(h tau)
    for _ in range(70):
        middle = (low + high) / 2
        more = -np.expm1(-np.exp(middle)) / np.exp(middle) > share
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray(np.exp(low) / tau)


KIND = Kind(
    name="time_to_event",
    label="time until an event",
    scales=(
        Scale("rmst_difference", "difference in mean time without the event", 0.0),
        Scale("hazard_ratio", "hazard ratio", 1.0, reverses=True),
    ),
    summarise=summarise,
    draw=draw,
    valid=valid,
    parts=("time", "event"),
    takes=("tau",),
    settle=horizon,
)
