"""Proportional odds: one odds ratio for lying above every level (the cumulative logit model)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Codes = NDArray[np.intp]

_STEPS = 60
_FARTHEST = 25.0  # log odds of two units this far apart: the estimate runs away


@dataclass(frozen=True, slots=True)
class Cumulative:
    """A fit: `slopes` (p), log odds ratios of a higher level, and their `covariance` (observed information)."""

    slopes: Numbers
    covariance: Numbers
    log_likelihood: float


def proportional_odds(level: Codes, x: Numbers, *, units: Numbers | None = None) -> Cumulative:
    """logit P(level <= k) = cut_k - x'b for levels 0, 1, … (n), all of which occur (McCullagh 1980, JRSS B 42:109).

    A row stands for one unit, or for `units` (n) alike. Raises Refusal at one level, or without a finite maximum.

    >>> level, x = np.array([0] * 3 + [1] + [0] + [1] * 3), np.repeat([[0.0], [1.0]], 4, axis=0)
    >>> fit = proportional_odds(level, x)  # with two levels it is the odds ratio of a table: 3 x 3 / (1 x 1)
    >>> float(np.exp(fit.slopes[0]).round(9)), float(fit.covariance[0, 0].round(9))
    (9.0, 2.666666667)
    """
    n = np.ones(level.size) if units is None else units
    counts = np.bincount(level, n)
    if counts.size < 2:
        raise Refusal(
            "Everybody is at the same level, so that there are no odds to compare.",
            remedy="Check the outcome's event and levels.",
        )
    cuts = scipy.special.logit(np.cumsum(counts)[:-1] / n.sum())
    centred = x - n @ x / n.sum()
    beta = np.concatenate([cuts, np.zeros(x.shape[1])])
    value, score, information = _likelihood(beta, level, centred, n)
    for _ in range(_STEPS):
        size = np.sqrt(np.clip(np.diag(information), 0, None))
        if not size.all() or np.linalg.cond(information / np.outer(size, size)) > 1e12:
            break
        step = np.linalg.solve(information, score)
        following = _likelihood(beta + step, level, centred, n)
        while not following[0] >= value - 1e-9 * abs(value):
            step = step / 2
            following = _likelihood(beta + step, level, centred, n)
        beta, (value, score, information) = beta + step, following
        if np.ptp(centred @ beta[cuts.size :]) > _FARTHEST:
            break
        if np.abs(step * size).max() < 1e-9:
            covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
            return Cumulative(beta[cuts.size :], covariance[cuts.size :, cuts.size :], value)
    raise Refusal(
        "The odds ratio has no finite estimate: the levels separate the arms completely.",
        remedy="Measure more units, or read the probability of a higher value.",
    )


def saturated_log_likelihood(
    level: Codes, treated: NDArray[np.bool_], *, units: Numbers | None = None
) -> float:
    """The log likelihood of each arm having levels of its own, without any model; rows may stand for `units` alike.

    >>> round(saturated_log_likelihood(np.array([0, 1, 1, 1]), np.array([True, True, False, False])), 4)
    -1.3863
    """
    total = 0.0
    for side in (treated, ~treated):
        counts = np.bincount(level[side], None if units is None else units[side])
        seen = counts[counts > 0]
        total += float(seen @ np.log(seen / seen.sum()))
    return total


def _likelihood(beta: Numbers, level: Codes, x: Numbers, n: Numbers) -> tuple[float, Numbers, Numbers]:
    """The log likelihood, its derivative and the observed information; -inf where the cuts do not rise.

    With F the logistic function, u and v the linear predictors at a unit's upper and lower cut, P = F(u) - F(v):
    d log P = (F'(u) du - F'(v) dv) / P; F'' = F' (1 - 2 F).
    """
    cuts, slopes = beta[: -x.shape[1]], beta[-x.shape[1] :]
    k = cuts.size
    if (np.diff(cuts) <= 0).any():
        return -np.inf, np.empty(0), np.empty((0, 0))
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    moved = x @ slopes
    upper, lower = scipy.special.expit(edges[level + 1] - moved), scipy.special.expit(edges[level] - moved)
    chance = np.maximum(upper - lower, 1e-300)
    rise, fall = upper * (1 - upper), lower * (1 - lower)
    bend_up, bend_down = rise * (1 - 2 * upper), fall * (1 - 2 * lower)
    at_upper, at_lower = _design(level, k, x), _design(level - 1, k, x)
    first = (at_upper * (rise / chance)[:, None]) - at_lower * (fall / chance)[:, None]
    second = (at_upper * (n * bend_up / chance)[:, None]).T @ at_upper
    second -= (at_lower * (n * bend_down / chance)[:, None]).T @ at_lower
    return float(n @ np.log(chance)), n @ first, (first * n[:, None]).T @ first - second


def _design(cut: Codes, k: int, x: Numbers) -> Numbers:
    """What the linear predictor at each unit's cut depends on; nothing beyond the first and the last cut."""
    rows = np.zeros((cut.size, k + x.shape[1]))
    inside = (cut >= 0) & (cut < k)
    rows[inside, cut[inside]] = 1.0
    rows[inside, k:] = -x[inside]
    return rows
