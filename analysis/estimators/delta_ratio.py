"""Compares two ratios of totals, with the unit and not the event as what varies (delta method).

Question: By how much did the treatment change the ratio, such as clicks per search?
Estimand: The difference of the two arms' ratios of totals, in which a unit counts by its denominator; beside it the
    change in per cent.
Assumes: Units are independent; numerators and denominators of one unit may hang together in any way.
Interval: Each arm's ratio as a mean of the units' deviations from it (linearised), Student's t with Welch's degrees
    of freedom; the change in per cent on the log scale.
Breaks when: There are fewer than about 100 units an arm, or a few units hold most of the denominator: with 50
    heavy-tailed units an arm 5.7 % of intervals miss. With events as units, which this is not, 19 % would.
Source: Cochran 1977, Sampling Techniques, 3rd edition, section 6.3; Deng, Knoblich and Lu 2018, doi
    10.1145/3219819.3219919.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.estimator import Estimator
from analysis.figures.ratios import ENOUGH, FEW, ROUNDING, ArmRatio, arms_of, ratio_estimate

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.finding import Estimate
    from analysis.outcomes.ratio import Ratio


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference of the ratios from the arms' means, variances and covariance alone."""
    treatment, control = arms_of(evidence)
    found = ratio_estimate(linearised(treatment), linearised(control), evidence, settings)
    few = min(treatment.n, control.n) < ENOUGH
    return replace(found, notes=(*found.notes, FEW)) if few else found


def linearised(arm: Ratio) -> ArmRatio:
    """An arm's ratio with the variance of its linearisation (Cochran 1977, formula 6.13, unlimited population).

    >>> from analysis.outcomes.ratio import Ratio
    >>> linearised(Ratio(4, 1.5, 5.0, 3.0, 12.0, 1.5)).value
    0.3
    """
    variance, scale = arm.residual
    variance = variance if variance > ROUNDING * scale else 0.0
    return ArmRatio(arm.value, variance / arm.n / arm.denominator**2, arm.n)


ESTIMATOR = Estimator(
    name="delta_ratio",
    label="Delta method",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"ratio"}),
    fit=fit,
    default=lambda declaration: not (declaration.rows and declaration.smaller_than(ENOUGH)),
)
