"""Compares ordered levels by one odds ratio: the odds of being above a level, alike for every level.

Question: By what factor did the treatment change the odds of a higher level?
Estimand: The odds ratio of lying above any one level, at given covariates where some are declared.
Assumes: Units are independent. The odds ratio is the same wherever the levels are cut (`equal_odds_p` tests that,
    without covariates).
Interval: Maximum likelihood of a cumulative logit model, the observed information, the normal distribution on the
    log scale.
Breaks when: The odds ratio differs much between cuts (it is then an average of them), or a level or an arm has few
    units.
Source: McCullagh 1980, JRSS B 42:109; Agresti 2010, Analysis of Ordinal Categorical Data, 2nd edition, chapter 3.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import chi_square_tail
from analysis.effects import normal_ratio
from analysis.estimator import Estimator
from analysis.finding import Estimate
from analysis.models.cumulative import proportional_odds, saturated_log_likelihood

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The odds ratio, with the model's log likelihood and the test of equal odds ratios at all cuts."""
    groups, _ = evidence.require_groups().alike()
    values, level = np.unique(groups.y, return_inverse=True)
    x = np.column_stack([groups.treated.astype(float), groups.covariates])
    found = proportional_odds(level, x, units=groups.n)
    effect = normal_ratio(float(found.slopes[0]), sqrt(found.covariance[0, 0]), level=settings.level)
    parameters = {"log_odds_ratio": float(found.slopes[0]), "log_likelihood": found.log_likelihood}
    if values.size > 2 and not evidence.adjustable:
        free = saturated_log_likelihood(level, groups.treated, units=groups.n)
        statistic = max(2 * (free - found.log_likelihood), 0.0)
        parameters["equal_odds_chi_square"] = statistic
        parameters["equal_odds_p"] = chi_square_tail(statistic, values.size - 2)
    return Estimate({"odds_ratio": effect}, parameters, scale="odds_ratio")


ESTIMATOR = Estimator(
    name="proportional_odds",
    label="Proportional odds",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"ordinal"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"grouped"}),
)
