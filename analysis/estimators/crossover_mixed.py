"""Compares arms within units and, where units lack a period, between them, by a mixed model.

Question: Did people fare differently under the treatment, using those too who lack a period?
Estimand: The average difference between treatment and control in everybody measured at all.
Assumes: Units differ by a normal level of their own; a period is missing for no reason that the measured ones do
    not tell (missing at random); nothing carries over; the period does the same to everybody.
Interval: Student's t with the standard error and degrees of freedom of Kenward and Roger, from variances by
    restricted maximum likelihood. Where teams were given their order as a whole, teams and their periods have
    chance levels too.
Breaks when: The treatment carries over, or people leave because of how they fared under an arm.
Source: Kenward and Roger (1997), Biometrics 53:983; Senn (2002), Cross-over Trials in Clinical Research, 2nd ed.,
    ch. 3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin, t_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import TOO_FEW
from analysis.finding import Estimate
from analysis.models.crossover import crossover_of, independent
from analysis.models.mixed import RESIDUAL, RandomEffects, fit_reml, kenward_roger
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.models.crossover import Crossover

    Codes = NDArray[np.intp]

ALIKE = "People differ no more than periods do: a variance between them is estimated as 0."
_FEWEST = 6


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference between arms with random levels of units; variances as parameters."""
    study = crossover_of(evidence)
    if not (np.bincount(study.unit) > 1).any():
        raise Refusal(
            "Nobody was seen in two periods, so nobody can be compared with themselves.",
            remedy="Load the other period, or analyse the first period alone as parallel arms.",
        )
    if not (study.under(True) & study.under(False)).any():
        raise Refusal(
            "Nobody was seen under both arms, so this is no crossover.",
            remedy="Name the column of what each unit had in each period, or compare parallel arms.",
        )
    x = independent(np.column_stack([study.x, np.ones(study.y.size)]))
    effects, block = _levels(study)
    fitted = fit_reml(x, study.y, block=block, effects=effects)
    contrast = np.eye(x.shape[1])[0]
    robust = kenward_roger(fitted, contrast)
    effect = t_effect(float(fitted.coefficients[0]), robust.se, df=robust.df, level=settings.level)
    few = study.cluster is not None and np.unique(study.cluster).size < _FEWEST
    parts = {f"var_{name}": fitted.variance(name) for name in (*(e.name for e in effects), RESIDUAL)}
    return Estimate(
        {"mean_difference": replace(effect, p_value=None) if few else effect},
        parameters=parts | ({} if few else against_margin(evidence.outcome, effect)),
        notes=(*((TOO_FEW,) if few else ()), *((ALIKE,) if fitted.boundary else ())),
        descriptive=few,
    )


def _levels(study: Crossover) -> tuple[tuple[RandomEffects, ...], Codes]:
    """Who has a chance level: units always, clusters where there are, their periods where they had an order."""
    unit = RandomEffects("unit", study.unit)
    cluster = study.alike if study.cluster is None else study.cluster
    if cluster is None:
        return (unit,), study.unit
    cells = np.unique(cluster * (int(study.period.max()) + 1) + study.period, return_inverse=True)[1].ravel()
    ordered = (RandomEffects("cell", cells),) if study.cluster is not None else ()
    return (RandomEffects("cluster", cluster), *ordered, unit), cluster


ESTIMATOR = Estimator(
    name="crossover_mixed",
    label="Mixed model of a crossover",
    layouts=frozenset({"crossover"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
