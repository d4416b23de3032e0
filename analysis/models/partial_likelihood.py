"""Cox's partial likelihood, for times to one event and for intervals of units that may have several."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.risk_sets import Histories, RiskSets
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Codes = NDArray[np.intp]

_STEPS = 50
_FARTHEST = 25.0  # log hazards of two units this far apart: the estimate runs away


@dataclass(frozen=True, slots=True)
class Hazards:
    """A fit: log hazard ratios (p), their information (p x p), and the score residual of each row (n x p)."""

    coefficients: Numbers
    information: Numbers
    residuals: Numbers
    risks: RiskSets

    @property
    def covariance(self) -> Numbers:
        """Model-based: the inverse of the information (p x p)."""
        return np.asarray(np.linalg.inv(self.information))

    def robust_se(self, group: Codes) -> float:
        """The first coefficient's standard error by the sandwich, score residuals summed over groups (codes, n).

        Groups are units (Lin and Wei 1989, JASA 84:1074; for several events a unit Lin, Wei, Yang and Ying 2000,
        JRSS B 62:711) or clusters (Lee, Wei and Amato 1992, in Survival Analysis: State of the Art, 237). Raises
        Refusal where the groups leave nothing to judge chance by.
        """
        summed = np.column_stack([np.bincount(group, column) for column in self.residuals.T])
        se = float(np.linalg.norm(summed @ self.covariance[:, 0]))
        if se <= 1e-6 * sqrt(self.covariance[0, 0]):
            raise Refusal(
                "Too few had the event for chance to be judged.", remedy="Observe for longer, or more units."
            )
        return se

    def proportionality(self, transformed: Numbers) -> float:
        """The score statistic (chi-square, 1 df) for the first hazard ratio to change with a function of time.

        `transformed` is that function at each of `risks.times`. Grambsch and Therneau (1994, Biometrika 81:515),
        the whole score test as in R's survival since version 3.0. Raises Refusal where it cannot be had.
        """
        deviations, variances = self.risks.by_time(self.coefficients)
        g, p = transformed - transformed.mean(), self.coefficients.size
        score = float(g @ deviations[:, 0])
        joint = np.empty((p + 1, p + 1))
        joint[:p, :p] = variances.sum(axis=0)
        joint[p, :p] = joint[:p, p] = g @ variances[:, 0, :]
        joint[p, p] = g**2 @ variances[:, 0, 0]
        left = joint[p, p] - joint[p, :p] @ np.linalg.solve(joint[:p, :p], joint[:p, p])
        if left <= 1e-12 * max(joint[p, p], 1e-300):
            raise Refusal(
                "Whether hazards are proportional cannot be tested: all events came at one time.",
                remedy="Measure the times of events more finely.",
            )
        return float(score**2 / left)


def fit_hazards(histories: Histories, *, efron: bool = True) -> Hazards:
    """The maximum of the partial likelihood (Cox 1972, JRSS B 34:187) by Newton's method.

    Ties by Efron (1977, JASA 72:557), else by Breslow (1974, Biometrics 30:89). Raises Refusal where there is no
    finite maximum.

    >>> from analysis.models.risk_sets import whole_times
    >>> x, time = np.array([[1.0], [0], [1], [0]]), np.array([1.0, 2, 3, 4])
    >>> ratio = np.exp(fit_hazards(whole_times(time, np.ones(4), x)).coefficients[0])
    >>> float(ratio.round(6)), round((1 + 17**0.5) / 2, 6)  # where r^2 / ((1 + r)^2 (2 + r)) is largest
    (2.561553, 2.561553)
    """
    risks = RiskSets(histories, efron=efron)
    beta = np.zeros(histories.x.shape[1])
    value = risks.log_likelihood(beta)
    for _ in range(_STEPS):
        score, information = risks.score(beta), risks.information(beta)
        size = np.sqrt(np.clip(np.diag(information), 0, None))
        if not size.all() or np.linalg.cond(information / np.outer(size, size)) > 1e12:
            break
        step = np.linalg.solve(information, score)
        while risks.log_likelihood(beta + step) < value - 1e-9 * abs(value):
            step = step / 2
        beta = beta + step
        value = risks.log_likelihood(beta)
        if np.ptp(histories.x @ beta) > _FARTHEST:
            break
        if np.abs(step * size).max() < 1e-9:
            return Hazards(beta, risks.information(beta), risks.residuals(beta), risks)
    raise Refusal(
        "The hazard ratio has no finite estimate: the events separate the arms, or there are too few of them.",
        remedy="Observe for longer, or read the difference in mean times.",
    )
