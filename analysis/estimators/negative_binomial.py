"""Compares two rates of events, allowing that some people have far more events than others.

Question: By what factor did the treatment change how often the event happens?
Estimand: The ratio of the two rates at given covariates; beside it the difference of the two average rates.
Assumes: Units are independent; exposure is known; the variance grows as mean + dispersion x mean squared, with one
    dispersion in both arms.
Interval: Maximum likelihood of rates and dispersion together, the observed information, Student's t on n - p
    degrees of freedom, on the log scale.
Breaks when: There are fewer than about 50 units an arm (then intervals are a little too narrow), an arm has no
    event, or the dispersion differs much between arms.
Source: Lawless 1987, Canadian Journal of Statistics 15:209; Cameron and Trivedi 2013, Regression Analysis of Count
    Data, ch. 3.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.estimator import Estimator
from analysis.figures.rates import ENOUGH, rate_effects, regression, small_arms
from analysis.finding import Estimate
from analysis.models.generalised import poisson
from analysis.models.negative_binomial import Counts, compressed, negative_binomial

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence

NO_DISPERSION = (
    "The counts vary no more than chance would make them, so the dispersion is 0 (a Poisson model)."
)


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The rate ratio and the rate difference from one regression of the counts."""
    found = regression(evidence)
    start = poisson(found.x, found.y, offset=found.offset).coefficients
    if found.x.shape[1] == 2:
        counts = compressed(found.y, found.x, found.offset)
    else:
        counts = Counts(found.y, found.x, found.offset, np.ones(found.y.size))
    model = negative_binomial(counts, start=start)
    effects = rate_effects(found, model.coefficients, model.covariance, level=settings.level)
    parameters = {
        "dispersion": model.dispersion,
        "log_likelihood": model.log_likelihood,
        "log_rate_ratio_se_fixed_dispersion": sqrt(model.expected[1, 1]),
    }
    if model.dispersion:
        parameters["theta"] = 1 / model.dispersion
    notes = () if model.dispersion else (NO_DISPERSION,)
    return Estimate(effects, parameters, notes=(*notes, *small_arms(evidence)))


ESTIMATOR = Estimator(
    name="negative_binomial",
    label="Negative binomial regression",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"count"}),
    fit=fit,
    default=lambda declaration: declaration.covariates or not declaration.smaller_than(ENOUGH),
    needs=frozenset({"rows"}),
)
