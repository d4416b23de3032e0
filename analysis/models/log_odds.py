"""The log odds ratio of two arms by logistic regression on the arm, with the CR2 standard error by cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

STEPS = 25
CLOSE = 1e-8


def log_odds_ratio(
    y: Matrix, treated: NDArray[np.bool_], cluster: Codes, *, units: Matrix | None = None
) -> dict[str, float]:
    """`logit_estimate` and `logit_cr2_se` of events y (n, 0 or 1); nothing where an arm has only one or no value.

    y may be the share with the event among so many `units` (n) of one cluster.

    Bell and McCaffrey's (2002) correction with the binomial variance as working model, as R's clubSandwich has it;
    with the arm alone in the model a cluster's root is (1 - n_g / n_arm)^(-1/2). The information is that of the
    last step of reweighted least squares, as R's glm leaves it: a relative 1e-6 off where it would settle.

    >>> y, treated = np.array([1.0, 0, 0, 0, 1, 1, 1, 0]), np.arange(8) > 3
    >>> round(log_odds_ratio(y, treated, np.arange(8) // 2)["logit_estimate"], 6)  # log 9
    2.197225
    """
    arms = (~treated, treated)
    n = np.ones(y.size) if units is None else units
    share = np.array([n[arm] @ y[arm] / n[arm].sum() for arm in arms])
    if not ((share > 0) & (share < 1)).all():
        return {}
    weight = _last_weights(share, np.array([n[arm].sum() for arm in arms]))
    variance = 0.0
    for arm, p, w in zip(arms, share, weight, strict=True):
        size = np.bincount(cluster[arm], n[arm])
        score = np.bincount(cluster[arm], n[arm] * (y[arm] - p))
        left = 1 - size / size.sum()
        if (left == 0).any():
            return {}
        variance += float((score**2 / left).sum()) / (size.sum() * w) ** 2
    odds = share / (1 - share)
    return {"logit_estimate": float(np.log(odds[1] / odds[0])), "logit_cr2_se": float(np.sqrt(variance))}


def _last_weights(share: Matrix, size: Matrix) -> Matrix:
    """Each arm's p (1 - p) at the last step's start, from (y + 1/2) / 2 until the deviance changes by 1e-8."""
    # The first step starts every event at 3/4 and every other unit at 1/4, with weights 3/16 alike.
    log_odds = (2 * share - 1) * (np.log(3) + 4 / 3)
    weight, deviance = np.full(2, 3 / 16), float(size.sum() * -2 * np.log(3 / 4))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-log_odds))
        now = float(-2 * (size * (share * np.log(p) + (1 - share) * np.log1p(-p))).sum())
        if abs(now - deviance) < CLOSE * (abs(now) + 0.1):
            break
        weight, deviance = p * (1 - p), now
        log_odds = log_odds + (share - p) / weight
    return weight
