"""Compares units before and after their cluster switched by a model of how clusters differ and drift.

Question: Did a cluster's units fare differently once it had the treatment, beyond what time alone did?
Estimand: The difference in means that having the treatment makes, supposed the same however long a cluster has had
    it. Clusters at the same place in time are compared with each other as well as with themselves.
Assumes: The order in which clusters switched was random; clusters, and each cluster's periods, differ by normal
    amounts with the same spread whatever the arm (nested exchangeable); sizes tell nothing on the outcome.
Interval: Restricted maximum likelihood with Kenward and Roger's standard error and degrees of freedom.
Breaks when: The effect grows or fades with time since the switch, or differs between clusters (6.8 % false
    positives were measured where its standard deviation is a quarter of the outcome's). With at most five clusters
    the interval only describes, without a p-value.
Source: Hooper et al. (2016), Statistics in Medicine 35:4718, doi 10.1002/sim.7028; Hussey and Hughes (2007),
    Contemporary Clinical Trials 28:182; Kenward and Roger (1997), Biometrics 53:983.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin, t_effect
from analysis.estimator import Estimator
from analysis.finding import Estimate
from analysis.models.stepped_model import modelled, of_cell_means, remarks
from analysis.models.wedge import SAME_EFFECT, fixed_effects, wedge_of
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.models.stepped_model import Modelled
    from analysis.models.wedge import Wedge

ONE = np.ones(1)


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference by the nested exchangeable model; beside it those of simpler models."""
    wedge = wedge_of(evidence)
    fixed_effects(wedge, wedge.rows.y)  # refuses where clusters and periods tell the arm
    arm = wedge.rows.treated.astype(float)[:, None]
    nested = modelled(wedge, arm, nested=True)
    estimate, robust = nested.weighted(ONE)
    effect = t_effect(estimate, robust.se, df=robust.df, level=settings.level)
    return Estimate(
        {evidence.outcome.scale.name: replace(effect, p_value=None) if wedge.too_few else effect},
        parameters={
            "clusters": wedge.clusters,
            "periods": wedge.periods,
            **nested.variances(),
            **_beside(wedge),
            **({} if wedge.too_few else against_margin(evidence.outcome, effect)),
        },
        notes=(SAME_EFFECT, *remarks(wedge, nested)),
        icc=nested.icc,
        descriptive=wedge.too_few,
    )


def _beside(wedge: Wedge) -> dict[str, float]:
    """What clusters that keep their level (Hussey and Hughes) give, and cell means that all count the same."""
    arm = wedge.rows.treated.astype(float)[:, None]
    alone = modelled(wedge, arm, nested=False)
    figures = {f"hussey_hughes_{name}": value for name, value in _figures(alone).items()}
    figures["hussey_hughes_unadjusted_se"] = alone.known(ONE)
    figures["hussey_hughes_var_cluster"] = alone.fitted.variance("cluster")
    try:
        means = _figures(of_cell_means(wedge))
    except Refusal:
        return figures
    return figures | {f"cell_means_{name}": value for name, value in means.items()}


def _figures(model: Modelled) -> dict[str, float]:
    estimate, robust = model.weighted(ONE)
    return {"estimate": estimate, "kr_se": robust.se, "kr_df": robust.df}


ESTIMATOR = Estimator(
    name="stepped_mixed",
    label="Mixed model of clusters and periods",
    layouts=frozenset({"stepped"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
