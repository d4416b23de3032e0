"""Compares two means after taking out what baseline covariates foretold (CUPED, as online experiments report it).

Question: By how much did the treatment change the mean, once what was foreseeable is taken out of each value?
Estimand: The difference of the two arms' means.
Assumes: Units are independent; assignment was random; covariates were measured before assignment.
Interval: Welch's t on the values less their covariates' part, whose slopes ignore the arm and are taken as known.
Breaks when: The treatment has a large effect, which blurs the slopes, or there are few units for each covariate.
Source: Deng, Xu, Kohavi and Walker 2013, Proceedings of WSDM 123, doi 10.1145/2433396.2433413.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import welch_effect
from analysis.estimator import Estimator
from analysis.figures.moments import grouped_moments
from analysis.finding import Estimate
from analysis.models.linear import least_squares

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference in adjusted means; with one covariate its slope is the parameter `slope`."""
    groups = evidence.require_groups()
    centred, one = groups.centred(), np.ones(groups.y.size)
    least_squares(
        np.column_stack([one, groups.treated, centred]), groups.y, units=groups.n
    )  # refuses the arm's doubles
    slopes = least_squares(np.column_stack([one, centred]), groups.y, units=groups.n).coefficients[1:]
    adjusted = replace(groups, parts={"value": groups.y - centred @ slopes})
    treatment, control = (grouped_moments(adjusted.where(s)) for s in (groups.treated, ~groups.treated))
    effect = welch_effect(treatment, control, level=settings.level)
    parameters = {"slope": float(slopes[0])} if slopes.size == 1 else {}
    return Estimate({"mean_difference": effect}, parameters)


ESTIMATOR = Estimator(
    name="cuped",
    label="CUPED",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"grouped", "covariates"}),
)
