"""One value a group of units, for outcome kinds of which a group's value is no plain mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.groups import needs_rows
from analysis.models.survival import kaplan_meier
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.groups import Groups
    from analysis.outcome import Outcome, Parts

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]


def summarised(outcome: Outcome, groups: Groups, cluster: Codes) -> Matrix:
    """The value of each cluster (G) of the groups (m codes): what its kind's summary says.

    For a probability of superiority it is the mean ridit, for times to an event the mean pseudo-value of the time
    without it. Differences of these are effects on the outcome's primary scale (less its null). Raises Refusal
    where a cluster's value cannot be had.

    >>> from analysis.groups import Groups
    >>> from analysis.outcome import Outcome
    >>> parts = {"numerator": np.array([1.0, 3, 5]), "denominator": np.array([1.0, 1, 1])}
    >>> held = Groups(np.array([True, True, False]), np.ones(3), parts, np.empty((3, 0)))
    >>> summarised(Outcome("y", "Y", "ratio"), held, np.array([0, 0, 1])).tolist()
    [2.0, 5.0]
    """
    if outcome.scale.null == 0.5:
        return _mean_ridits(groups, cluster)
    if "numerator" in groups.parts:
        above, below = (
            np.bincount(cluster, groups.n * groups.whole(part)) for part in ("numerator", "denominator")
        )
        if (below <= 0).any():
            raise _too_small()
        return np.asarray(above / below)
    if groups.within:
        raise needs_rows()
    parts = groups.parts
    if "event" in parts:
        values = times_without_event(parts["time"], parts["event"], tau=outcome.options.get("tau", np.inf))
        return np.asarray(np.bincount(cluster, values) / np.bincount(cluster))
    return _each(outcome, parts, cluster)


def _mean_ridits(groups: Groups, cluster: Codes) -> Matrix:
    each, place = groups.alike()
    of = cluster[place]
    return np.asarray(np.bincount(of, ridits(each.y, each.n) * each.n) / np.bincount(of, each.n))


def _each(outcome: Outcome, parts: Parts, cluster: Codes) -> Matrix:
    order = np.argsort(cluster, kind="stable")
    edges = np.cumsum(np.bincount(cluster))[:-1]
    split = {part: np.split(values[order], edges) for part, values in parts.items()}
    found = []
    for place in range(int(cluster.max()) + 1):
        figures = outcome.summary({part: values[place] for part, values in split.items()}).describe()
        if "value" not in figures:
            raise _too_small()
        found.append(figures["value"])
    return np.array(found)


def _too_small() -> Refusal:
    return Refusal(
        "A cluster's own value cannot be had from so few units.",
        remedy="Measure more units in each cluster, or leave the smallest out and say so.",
    )


def ridits(values: Matrix, units: Matrix | None = None) -> Matrix:
    """The share of all units below each value, ties by half (n); a value stands for one unit, or for `units` (n).

    The difference of two arms' mean ridits is the probability of superiority less a half (Bross 1958,
    Biometrics 14:18).

    >>> ridits(np.array([1.0, 2, 2, 5])).tolist()
    [0.125, 0.5, 0.5, 0.875]
    """
    levels, place = np.unique(values, return_inverse=True)
    counts = np.bincount(place, units)
    below = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.asarray(((below + counts / 2) / counts.sum())[place] if levels.size else values)


def times_without_event(time: Matrix, event: Matrix, *, tau: float) -> Matrix:
    """Each unit's time without the event up to `tau` (n); where sight of it was lost, what it adds to the curve.

    Infinitesimal jackknife pseudo-values of the restricted mean (Parner, Andersen and Overgaard 2023,
    doi 10.1007/s10985-023-09597-5), from the curve of all units: losing sight must not depend on the arm. Raises
    Refusal where nobody was followed up to `tau`.

    >>> times_without_event(np.array([1.0, 3, 9]), np.array([1.0, 1, 0]), tau=5.0).tolist()
    [1.0, 3.0, 5.0]
    """
    curve = kaplan_meier(time, event)
    if not np.isfinite(tau) or not curve.reaches(tau):
        raise Refusal(
            "No unit was followed up to the horizon, so that the mean time up to it is not known.",
            remedy="Declare a shorter horizon (tau).",
        )
    until = curve.times < tau
    edges = np.concatenate([[0.0], curve.times[until], [tau]])
    pieces = np.diff(edges) * np.concatenate([[1.0], curve.survival[until]])
    right = np.cumsum(pieces[::-1])[::-1]
    at_risk, events = curve.at_risk[until], curve.events[until]
    left = np.maximum(at_risk - events, 1.0)  # where nobody is left the area is 0
    change = time.size * right[1:] / left  # of the mean, by a unit's share in the hazard at each time
    reached = np.searchsorted(curve.times[until], time, side="right")
    expected = np.concatenate([[0.0], np.cumsum(change * events / at_risk)])[reached]
    own = np.isin(time, curve.times[until]) & (event > 0)
    mine = np.where(own, np.concatenate([[0.0], change])[reached], 0.0)
    return np.asarray(right[0] + expected - mine)
