"""Compares two rates of events, widening the interval by how much the counts vary in excess of chance.

Question: By what factor did the treatment change how often the event happens?
Estimand: The ratio of the two rates at given covariates; beside it the difference of the two average rates.
Assumes: Units are independent; exposure is known; the variance is the same multiple of the mean in both arms.
Interval: Poisson regression with Pearson's dispersion and Student's t on n - p degrees of freedom, on the log
    scale.
Breaks when: The arms differ in size and in rate: with three times as many controls and a rate ratio of 0.6, a 95 %
    interval covers 92.7 %.
Source: McCullagh and Nelder 1989, Generalized Linear Models, 2nd edition, ch. 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.estimator import Estimator
from analysis.figures.rates import rate_effects, regression
from analysis.finding import Estimate
from analysis.models.generalised import poisson

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The rate ratio and the rate difference from one regression of the counts."""
    found = regression(evidence)
    model = poisson(found.x, found.y, offset=found.offset)
    dispersion = float((model.residuals**2 / model.variance).sum() / model.df)
    effects = rate_effects(found, model.coefficients, dispersion * model.inverse, level=settings.level)
    return Estimate(effects, {"dispersion": dispersion})


ESTIMATOR = Estimator(
    name="quasi_poisson",
    label="Quasi-Poisson regression",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"count"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
