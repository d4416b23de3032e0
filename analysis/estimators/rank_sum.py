"""Compares two arms by the ranks of their values (Wilcoxon, Mann, Whitney; Hodges and Lehmann).

Question: By how much does the treatment shift the values, when a few very large ones shall not decide?
Estimand: The median of all differences between a treated and an untreated unit. It is the difference in means only
    where the treatment shifts every value alike; beside it the probability that a treated unit is above another.
Assumes: Units are independent; for the shift, that both arms have the same shape; for the p-value, that without an
    effect both arms have the same distribution.
Interval: The shifts that the rank-sum test does not reject: order statistics of the pairwise differences by the
    normal approximation with ties; where there are at most 20,000 allocations, by counting them all.
Breaks when: The arms differ in spread or shape (then it tests that as well), or most values are tied.
Source: Mann and Whitney 1947, Annals of Mathematical Statistics 18:50; Hodges and Lehmann 1963, Annals of
    Mathematical Statistics 34:598; Hollander and Wolfe 1999, Nonparametric Statistical Methods, ch. 4.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.permutation import MOST_EXACT, allocations
from analysis.estimator import Estimator
from analysis.figures.rank_sums import difference_at, median_difference, middle_ranks, rank_sum
from analysis.finding import Effect, Estimate
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence

    Numbers = NDArray[np.float64]

A_SHIFT = (
    "This is the median of all pairwise differences, which is the difference in means only for a pure shift."
)


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The shift with its interval, the rank-sum test and the probability of superiority."""
    rows = evidence.require_rows()
    treatment, control = rows.y[rows.treated], rows.y[~rows.treated]
    found = rank_sum(treatment, control)
    if found.spread <= 0:
        raise Refusal(
            "All units have the same value, so ranks cannot tell the arms apart.",
            remedy="Check how the outcome was measured.",
        )
    parameters = {
        "wilcoxon_w": found.larger,
        "wilcoxon_p": found.p_value(corrected=False),
        "wilcoxon_p_corrected": found.p_value(corrected=True),
        "probability_of_superiority": found.superiority,
    }
    p_value, outside = parameters["wilcoxon_p"], found.places(settings.level)
    if comb(treatment.size + control.size, treatment.size) <= MOST_EXACT:
        p_value, outside = _exact(rows.y, rows.treated, settings)
        parameters["exact_p"] = p_value
    low, high = _interval(treatment, control, outside)
    if low is not None and low == high:
        raise Refusal(
            "So many units have the same value that the differences between them leave no room for an interval.",
            remedy="Measure more finely, or ask for the difference in means.",
        )
    effect = Effect(median_difference(treatment, control), low, high, settings.level, p_value=p_value)
    return Estimate({"mean_difference": effect}, parameters, (A_SHIFT,))


def _exact(values: Numbers, treated: NDArray[np.bool_], settings: Settings) -> tuple[float, int]:
    """The p-value from every allocation, and which ordered difference from either end bounds the interval."""
    every = allocations(middle_ranks(values), treated, stratum=None, seed=settings.seed)
    treatment, control = int(treated.sum()), int((~treated).sum())
    pairs = treatment * control
    larger = np.sort(pairs / 2 + every.of_values * pairs / (treatment + control))
    rarely = int(
        np.floor((1 - settings.level) / 2 * larger.size + 1e-9)
    )  # so many allocations may lie beyond
    reached = int(np.floor(larger[rarely] + 1e-9)) if rarely else 0
    return every.p_value(), reached


def _interval(treatment: Numbers, control: Numbers, outside: int) -> tuple[float | None, float | None]:
    """The `outside`-th difference from either end; open ends where that is none."""
    if outside < 1:
        return None, None
    pairs = treatment.size * control.size
    return (
        difference_at(treatment, control, outside),
        difference_at(treatment, control, pairs + 1 - outside),
    )


ESTIMATOR = Estimator(
    name="rank_sum",
    label="Rank-sum test",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
