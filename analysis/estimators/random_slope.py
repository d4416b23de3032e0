"""Says by how much a score changes from one period to the next, when each unit has a level and a pace of its own.

Question: Did the score change over the periods, on average?
Estimand: The average change from one period to the next in everybody measured at least once. Nobody is compared:
    what changed the score is not known.
Assumes: Change follows a straight line in each unit; levels and paces are normal; an answer is missing for no
    reason that the observed ones do not tell.
Interval: Student's t with the standard error and degrees of freedom of Kenward and Roger, from variances by
    restricted maximum likelihood; with two waves any covariance of the two.
Breaks when: Change is far from straight, or people leave because of what they would have answered.
Source: Laird and Ware (1982), Biometrics 38:963; Kenward and Roger (1997), Biometrics 53:983.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import t_effect
from analysis.estimator import Estimator
from analysis.finding import Estimate
from analysis.models.mixed import RESIDUAL, RandomEffects, fit_reml, kenward_roger, satterthwaite
from analysis.models.waves import unstructured, waves_of
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.models.mixed import MixedFit
    from analysis.models.waves import Waves

    Matrix = NDArray[np.float64]

PER_PERIOD = "The effect is the average change from one period to the next; nobody is compared with anybody."
EVEN = "The waves' names are no numbers, so they are taken to be one period apart."
ONE_PACE = "Units' levels and paces are not told apart fully: one direction of them is estimated as 0."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The average slope over periods; the variances of levels and slopes as parameters."""
    waves = waves_of(evidence)
    if len(waves.names) < 2:
        raise Refusal("There is only one wave, so no change can be seen.", remedy="Load a second wave.")
    time, even = _times(waves.names)
    t = time[waves.wave]
    x = np.column_stack([np.ones_like(t), t, waves.covariates])
    if len(waves.names) == 2:
        fitted = unstructured(waves, x)
    else:
        effects = (RandomEffects("unit", waves.unit, x[:, :2]),)
        fitted = fit_reml(x, waves.y, block=waves.unit, effects=effects)
    slope = np.eye(x.shape[1])[1]
    robust = kenward_roger(fitted, slope)
    effect = t_effect(float(fitted.coefficients[1]), robust.se, df=robust.df, level=settings.level)
    return Estimate(
        {"mean_difference": effect},
        parameters=_parameters(fitted, waves, slope),
        notes=(PER_PERIOD, *((EVEN,) if even else ()), *((ONE_PACE,) if fitted.boundary else ())),
    )


def _times(names: tuple[str, ...]) -> tuple[Matrix, bool]:
    """When each wave was, and whether its place in the order had to do."""
    try:
        return np.array([float(name) for name in names]), False
    except ValueError:
        return np.arange(len(names), dtype=np.float64), True


def _parameters(fitted: MixedFit, waves: Waves, slope: Matrix) -> dict[str, float]:
    figures = {
        "n_obs": float(fitted.n),
        "n_subjects": float(waves.units),
        "intercept": float(fitted.coefficients[0]),
        "reml_loglik": fitted.log_likelihood,
    }
    if "unit" in fitted.components:
        unit = fitted.components["unit"]
        figures |= {"var_int": float(unit[0, 0]), "var_slope": float(unit[1, 1]), "cov": float(unit[0, 1])}
        figures["sigma2"] = fitted.variance(RESIDUAL)
    try:
        figures["satt_df"] = satterthwaite(fitted, slope).df
    except Refusal:
        return figures
    return figures


ESTIMATOR = Estimator(
    name="random_slope",
    label="Change over periods",
    layouts=frozenset({"repeated"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"rows", "one_arm"}),
)
