"""Compares two ratios of totals by leaving out one unit after the other (jackknife).

Question: By how much did the treatment change the ratio, such as clicks per search?
Estimand: The difference of the two arms' ratios of totals, in which a unit counts by its denominator; beside it the
    change in per cent.
Assumes: Units are independent; no arm's denominator rests on one unit alone.
Interval: Each arm's variance from its ratios without one unit, Student's t with Welch's degrees of freedom; the
    change in per cent on the log scale. Safer than the delta method below 100 units an arm.
Breaks when: A few units hold most of the denominator, or units were assigned in clusters.
Source: Efron and Stein 1981, Annals of Statistics 9:586; Miller 1974, Biometrika 61:1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.estimator import Estimator
from analysis.figures.ratios import ENOUGH, ROUNDING, ArmRatio, arms_of, no_denominator, ratio_estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.finding import Estimate


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference of the ratios, with each arm's jackknife variance and bias."""
    arms_of(evidence)
    rows = evidence.require_rows()
    above, below = rows.parts["numerator"], rows.parts["denominator"]
    (treatment, bias1), (control, bias0) = (
        left_one_out(above[side], below[side]) for side in (rows.treated, ~rows.treated)
    )
    found = ratio_estimate(treatment, control, evidence, settings)
    return replace(found, parameters={**found.parameters, "jackknife_bias": bias1 - bias0})


def left_one_out(above: NDArray[np.float64], below: NDArray[np.float64]) -> tuple[ArmRatio, float]:
    """An arm's ratio with its jackknife variance, and the jackknife's guess of the ratio's bias.

    Raises Refusal where one unit holds all of the denominator.

    >>> arm, bias = left_one_out(np.array([1.0, 2.0, 6.0]), np.ones(3))
    >>> round(arm.variance, 6), round(bias, 6)  # of a mean: its own variance over n, and none
    (2.333333, 0.0)
    """
    n, ratio = below.size, float(above.sum() / below.sum())
    rest = below.sum() - below
    if rest.min() <= 0:
        raise no_denominator()
    without = (above.sum() - above) / rest
    off = without - without.mean()
    variance = float((n - 1) / n * (off @ off))
    scale = ((above / below.mean()) ** 2).sum() / n**2
    return ArmRatio(ratio, variance if variance > ROUNDING * scale else 0.0, n), float(
        (n - 1) * (without.mean() - ratio)
    )


ESTIMATOR = Estimator(
    name="jackknife_ratio",
    label="Jackknife",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"ratio"}),
    fit=fit,
    default=lambda declaration: declaration.smaller_than(ENOUGH),
    needs=frozenset({"rows"}),
)
