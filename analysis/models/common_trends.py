"""Whether platforms moved alike while none of them had adopted: joint tests over all periods before."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial, prod, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import two_sided_t
from analysis.chance.permutation import MOST_EXACT
from analysis.chance.sequences import arrangements
from analysis.estimators.controlled_series import modelled
from analysis.models.autoregression import autoregression
from analysis.models.linear import least_squares
from analysis.models.segmented import LEAST
from analysis.models.small_series import kenward_roger
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.evidence import Evidence
    from analysis.models.adoption import Adoption

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

DRAWS = 1_999
FEWEST = 3  # periods before anybody adopts: two show one difference, and no movement
GUARD = 1e-9


@dataclass(frozen=True, slots=True)
class CommonTrends:
    """A joint test over `periods` before the first adoption; `smallest` is the smallest p it could have given."""

    statistic: float
    p_value: float
    periods: int
    smallest: float


def by_cohorts(panel: Adoption, *, seed: int) -> CommonTrends:
    """How often chance, dealing the adoption dates out anew, sets the cohorts as far apart before any adoption.

    Over the periods in which nobody had adopted yet, so that no effect is in them: each platform's values less its
    own mean and the period's; the statistic is the sum of squares between cohorts, over all periods at once. Exact
    where dates are as good as drawn by lot, for any dependence from period to period (Fisher 1935; Pitman 1937,
    Supplement to the JRSS 4:119). Raises Refusal below three such periods, or where dates cannot be exchanged.
    """
    early = panel.y[:, : int(panel.adopted.min())]
    early = early[:, ~np.isnan(early).any(axis=0)]
    if early.shape[1] < FEWEST:
        raise Refusal(
            "There are too few periods before the first adoption to see how platforms moved.",
            remedy="Load more periods before it.",
        )
    moved = early - early.mean(axis=1, keepdims=True)
    moved = moved - moved.mean(axis=0)
    order = np.lexsort((*np.round(early.T, 9), panel.adopted, panel.stratum))
    cohort = np.unique(panel.adopted, return_inverse=True)[1]
    dealt, exact = _dealt(cohort[order], panel.stratum[order], seed=seed)
    apart = _between(moved[order], dealt)
    own = float(apart[0])
    as_far = apart >= own - GUARD * max(1.0, own)
    least = float((apart >= apart.max() * (1 - GUARD)).mean()) if exact else 1 / len(dealt)
    return CommonTrends(own, float(as_far.mean()), early.shape[1], least)


def of_one(evidence: Evidence) -> CommonTrends:
    """Whether the gap between one platform and its controls rose or fell before the change: a slope's t-test.

    With AR(1) errors by REML, and Kenward and Roger's standard error and degrees of freedom (1997); where the
    errors are those of a random walk, for which these do not hold, by Student's t of its steps. Raises Refusal
    where there are too few periods.
    """
    model, gap = modelled(evidence)
    calm = model.before()
    if calm.sum() < LEAST:
        raise Refusal(
            "There are too few periods before the change to see how the gap moved.",
            remedy="Load more periods before it.",
        )
    covariates = model.covariates[calm]
    varying = covariates[:, np.ptp(covariates, axis=0) > 0]
    x = np.column_stack([np.ones(int(calm.sum())), model.period[calm] - model.change, varying])
    found = autoregression(x, gap[calm], lags=model.lags[calm])
    slope = np.zeros(x.shape[1])
    slope[1] = 1.0
    if found.rho > 0 and found.at_the_edge:
        t, df = _of_steps(x, gap[calm])
    else:
        se, df = kenward_roger(found).of(slope)
        t = float(found.coefficients[1]) / se
    return CommonTrends(t, two_sided_t(t, df), int(calm.sum()), 0.0)


def _of_steps(x: Matrix, y: Matrix) -> tuple[float, float]:
    """Student's t of the slope, and its degrees of freedom, from steps, each as long as the way it takes."""
    root = np.sqrt(np.diff(x[:, 1]))[:, None]
    fit = least_squares(np.diff(x[:, 1:], axis=0) / root, np.diff(y) / root[:, 0])
    variance = float(fit.residuals @ fit.residuals) / fit.df * float(fit.inverse[0, 0])
    if variance <= 0:
        raise Refusal("The gap moved by the same step in every period.", remedy="Check how it was measured.")
    return float(fit.coefficients[0]) / sqrt(variance), float(fit.df)


def _dealt(cohort: Codes, stratum: Codes, *, seed: int) -> tuple[Codes, bool]:
    """Ways to deal out the cohorts inside strata (ways x n), the real one first; and whether they are all."""
    parts = [cohort[stratum == s] for s in np.unique(stratum)]
    number = prod(
        factorial(part.size) // prod(factorial(int(n)) for n in np.bincount(part)) for part in parts
    )
    if number == 1 or np.unique(cohort).size < 2:
        raise Refusal(
            "All platforms adopted on one date, so that none shows how the others would have moved.",
            remedy="Include platforms that adopt at another time, or never.",
        )
    if len(parts) == 1 and number <= MOST_EXACT:
        every = arrangements(cohort)
        own = (every == cohort).all(axis=1)
        return np.concatenate([every[own], every[~own]]), True
    rng = np.random.default_rng(seed)
    drawn = np.tile(cohort, (DRAWS, 1))
    for s in np.unique(stratum):
        drawn[:, stratum == s] = rng.permuted(drawn[:, stratum == s], axis=1)
    return np.concatenate([cohort[None, :], drawn]), False


def _between(moved: Matrix, dealt: Codes) -> Matrix:
    """The sum of squares between cohorts, for each way to deal them out (ways)."""
    total = np.zeros(len(dealt))
    for code in np.unique(dealt[0]):
        belongs = (dealt == code).astype(np.float64)
        total += ((belongs @ moved) ** 2).sum(axis=1) / belongs.sum(axis=1)
    return total
