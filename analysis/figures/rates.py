"""Rates of events: what the estimators of counts share, from design matrix to rate ratio and rate difference."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import ratio_effect, t_effect
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.evidence import Evidence
    from analysis.finding import Effect
    from analysis.outcomes.count import Count

    Matrix = NDArray[np.float64]


ENOUGH = 50  # units an arm, from which the intervals of dispersed counts hold their level
FEW = (
    f"An arm has fewer than {ENOUGH} units, so that the interval is a little too narrow; the permutation test "
    "(count_permutation) holds its level there."
)


@dataclass(frozen=True, slots=True)
class Regression:
    """What a count regression needs: counts (n), design (n x k: one, arm, covariates), log exposure (n).

    A row stands for `units` (n), of which counts and exposure are means.
    """

    y: Matrix
    x: Matrix
    offset: Matrix
    units: Matrix

    @property
    def df(self) -> int:
        """Units less coefficients."""
        return int(self.units.sum()) - int(self.x.shape[1])


def regression(evidence: Evidence) -> Regression:
    """The regression of the evidence's rows or groups.

    Raises Refusal where an arm has no event, or where there are too few units for the covariates.
    """
    groups = evidence.require_groups()
    y = groups.whole("value")
    if not (y[groups.treated].any() and y[~groups.treated].any()):
        raise no_event()
    x = np.column_stack([np.ones(y.size), groups.treated, groups.centred(scaled=True)])
    if groups.units <= x.shape[1]:
        raise Refusal("There are too few units for this many covariates.", remedy="Declare fewer covariates.")
    return Regression(y, x, np.log(groups.whole("exposure")), groups.n)


def small_arms(evidence: Evidence) -> tuple[str, ...]:
    """The note that goes with arms of few units; none where both are large enough."""
    return (FEW,) if min(evidence.treatment.n, evidence.control.n) < ENOUGH else ()


def no_event() -> Refusal:
    """The refusal where an arm has no event at all."""
    return Refusal(
        "An arm has no event at all, so a ratio of rates has no finite value.",
        remedy="Observe for longer, or ask for the share of units with any event instead.",
    )


def rate_effects(
    found: Regression, coefficients: Matrix, covariance: Matrix, *, level: float
) -> dict[str, Effect]:
    """Rate ratio, and the difference of the rates averaged over everybody's covariates (delta method).

    >>> both = Regression(np.zeros(4), np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.zeros(4), np.ones(4))
    >>> effects = rate_effects(both, np.log([2.0, 3.0]), np.eye(2) * 0.01, level=0.95)
    >>> round(effects["rate_ratio"].estimate, 6), round(effects["rate_difference"].estimate, 6)
    (3.0, 4.0)
    """
    treated, control = found.x.copy(), found.x.copy()
    treated[:, 1], control[:, 1] = 1.0, 0.0
    rate1, rate0 = np.exp(treated @ coefficients), np.exp(control @ coefficients)
    share = found.units / found.units.sum()
    gradient = (share * rate1) @ treated - (share * rate0) @ control
    ratio_se, difference_se = sqrt(covariance[1, 1]), sqrt(gradient @ covariance @ gradient)
    if ratio_se <= 1e-9:
        raise Refusal(
            "Every unit of an arm has the same rate, so there is no spread to judge the difference by.",
            remedy="Check how the outcome was counted.",
        )
    difference = float(share @ (rate1 - rate0))
    return {
        "rate_ratio": ratio_effect(float(coefficients[1]), ratio_se, df=found.df, level=level),
        "rate_difference": t_effect(difference, difference_se, df=found.df, level=level),
    }


def shared_rate(count: Count) -> tuple[float, float | None]:
    """A shared arm's rate and the squared standard error of its logarithm as HC3 gives it; None where unknown.

    >>> from analysis.outcomes.count import Count
    >>> shared_rate(Count(3, 12, 3.0, squares=56.0))
    (4.0, 0.125)
    """
    if count.events == 0:
        raise no_event()
    if count.variance is None or count.variance == 0:
        return count.rate, None
    return count.rate, count.variance / (count.n - 1) / (count.events / count.n) ** 2
