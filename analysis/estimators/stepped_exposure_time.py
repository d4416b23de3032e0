"""Asks how the effect of the treatment grows or fades with the time that a cluster has had it.

Question: What did the treatment do in the first period after the switch, in the second, and so on?
Estimand: The average of the effects over all times since the switch that were seen, each time counting the same
    (TATE); in the profile the effect at each time, the last one being the long-term effect (LTE).
Assumes: The order in which clusters switched was random; time did the same to every cluster; the effect depends on
    the time since the switch alone. Clusters, and each cluster's periods, differ by normal amounts.
Interval: Restricted maximum likelihood (nested exchangeable) with Kenward and Roger's standard error and degrees of
    freedom. `cluster_level_*` gives what follows where clusters are supposed to keep their level from period to
    period: at 8 clusters it errs in 8 % of studies instead of 5 where a fifth of their variance does not stay.
Breaks when: Few clusters were seen long after the switch: the long-term effect then rests on one or two of them.
    With at most five clusters the interval only describes, without a p-value.
Source: Kenny et al. (2022), Statistics in Medicine 41:4311, doi 10.1002/sim.9511; Maleyeff et al. (2023),
    Biometrics 79:2551, doi 10.1111/biom.13803; Hughes et al. (2015), Contemporary Clinical Trials 45:55.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin, t_effect
from analysis.estimator import Estimator
from analysis.finding import Estimate
from analysis.models.stepped_model import modelled, remarks
from analysis.models.wedge import fixed_effects, require_one_way, wedge_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.finding import Effect
    from analysis.models.stepped_model import Modelled
    from analysis.models.wedge import Wedge

    Matrix = NDArray[np.float64]

AVERAGE = "The effect is the average over the times since the switch, each counting the same."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The average effect over exposure times; the effect at each of them as profile."""
    wedge = wedge_of(evidence)
    require_one_way(wedge)
    fixed_effects(wedge, wedge.rows.y)  # refuses where clusters and periods tell the arm
    times, columns = _by_time(wedge)
    model = modelled(wedge, columns, nested=True)
    average = _effect(model, np.full(times.size, 1 / times.size), level=settings.level)
    profile = {
        f"period {time} since the switch": _effect(model, np.eye(times.size)[place], level=settings.level)
        for place, time in enumerate(times.tolist())
    }
    few = wedge.too_few
    if few:
        average = replace(average, p_value=None)
        profile = {label: replace(effect, p_value=None) for label, effect in profile.items()}
    return Estimate(
        {evidence.outcome.scale.name: average},
        parameters={
            "clusters": wedge.clusters,
            "periods": wedge.periods,
            "long_term_effect": next(reversed(profile.values())).estimate,
            **model.variances(),
            **_cluster_level(wedge, times, columns),
            **({} if few else against_margin(evidence.outcome, average)),
        },
        notes=(AVERAGE, *remarks(wedge, model)),
        icc=model.icc,
        descriptive=few,
        profile=profile,
    )


def _by_time(wedge: Wedge) -> tuple[NDArray[np.intp], Matrix]:
    """The times since the switch that were seen, and a column for each (negative where arms are turned around)."""
    exposure = wedge.exposure
    times = np.unique(exposure[exposure > 0])
    return times, wedge.sign * (exposure[:, None] == times).astype(float)


def _effect(model: Modelled, weights: Matrix, *, level: float) -> Effect:
    estimate, robust = model.weighted(weights)
    return t_effect(estimate, robust.se, df=robust.df, level=level)


def _cluster_level(wedge: Wedge, times: NDArray[np.intp], columns: Matrix) -> dict[str, float]:
    """The same where clusters keep their level from period to period."""
    model = modelled(wedge, columns, nested=False)
    weights = np.full(times.size, 1 / times.size)
    estimate, robust = model.weighted(weights)
    by_time = {
        f"cluster_level_effect_{time}": model.weighted(np.eye(times.size)[place])[0]
        for place, time in enumerate(times.tolist())
    }
    return {
        "cluster_level_average": estimate,
        "cluster_level_kr_se": robust.se,
        "cluster_level_kr_df": robust.df,
        "cluster_level_unadjusted_se": model.known(weights),
        **by_time,
    }


ESTIMATOR = Estimator(
    name="stepped_exposure_time",
    label="Effect by time since the switch",
    layouts=frozenset({"stepped"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
