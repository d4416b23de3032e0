"""Compares how fast the event comes in the two arms, at any time, by the ratio of their hazards (Cox's model).

Question: By what factor did the treatment change how fast the event comes?
Estimand: The hazard ratio, at given covariates where some are declared. Where hazards are not proportional it is an
    average over the events that were seen, and depends on who was lost from sight.
Assumes: Hazards are proportional (`proportional_hazards_p` tests it). Units, or the clusters that were assigned,
    are independent. Who is lost from sight is like who stays.
Interval: The sandwich of score residuals, on the log scale: by unit with the normal distribution; by cluster with
    Student's t on two less than the number of clusters. Ties by Efron; Breslow's estimate is beside it.
Breaks when: Curves cross, an arm has fewer than about 10 events, or there are fewer than about 20 clusters (the
    sandwich is then too narrow). With at most five clusters the interval only describes.
Source: Cox 1972, JRSS B 34:187; Efron 1977, JASA 72:557; Lin and Wei 1989, JASA 84:1074; Lee, Wei and Amato 1992,
    in Survival Analysis: State of the Art, 237; Grambsch and Therneau 1994, Biometrika 81:515.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import chi_square_tail
from analysis.effects import normal_ratio, ratio_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import TOO_FEW, too_few
from analysis.finding import Estimate
from analysis.models.partial_likelihood import fit_hazards
from analysis.models.risk_sets import whole_times
from analysis.models.survival import kaplan_meier
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence, Rows
    from analysis.finding import Effect
    from analysis.models.partial_likelihood import Hazards

MIXED = (
    "Clusters hold units of both arms, so they were not assigned as a whole; units of one may still be alike."
)
FEW = "Below about 20 clusters the sandwich standard error is too small: the interval is somewhat too narrow."
_ENOUGH = 20


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The hazard ratio with its robust interval; the model's own standard error and Breslow's fit beside it."""
    rows = evidence.require_rows()
    time, event = rows.parts["time"], rows.parts["event"]
    x = np.column_stack([rows.treated.astype(float), rows.covariates])
    hazards = fit_hazards(whole_times(time, event, x))
    breslow = fit_hazards(whole_times(time, event, x), efron=False)
    parameters = {
        "log_hazard_ratio": float(hazards.coefficients[0]),
        "se_model": sqrt(hazards.covariance[0, 0]),
        "log_hazard_ratio_breslow": float(breslow.coefficients[0]),
        "se_model_breslow": sqrt(breslow.covariance[0, 0]),
        **_proportionality(hazards, rows),
        **_stratified(rows, x),
    }
    if evidence.layout == "clustered":
        return _by_cluster(evidence, hazards, parameters, level=settings.level)
    units = np.arange(time.size)
    parameters["se_robust_breslow"] = breslow.robust_se(units)
    effect = normal_ratio(float(hazards.coefficients[0]), hazards.robust_se(units), level=settings.level)
    return Estimate({"hazard_ratio": effect}, parameters, scale="hazard_ratio")


def _by_cluster(
    evidence: Evidence, hazards: Hazards, parameters: dict[str, float], *, level: float
) -> Estimate:
    """The estimate whose standard error sums over clusters."""
    rows, clusters = evidence.require_rows(), dict(evidence.clusters or {})
    cluster = rows.cluster
    if cluster is None or cluster.max() < 2 or min(clusters.values()) < 2:
        raise Refusal(
            "An arm has only one cluster: what the arm did cannot be told from what that cluster is like.",
            remedy="Include at least two clusters in each arm, better six.",
        )
    groups, mixed = int(cluster.max()) + 1, _mixed(cluster, rows.treated)
    few = too_few(clusters) or groups <= 5
    se = hazards.robust_se(cluster)
    effect = ratio_effect(parameters["log_hazard_ratio"], se, df=groups - 2, level=level)
    notes = (TOO_FEW,) if few else (FEW,) if groups < _ENOUGH else ()
    return Estimate(
        {"hazard_ratio": _described(effect) if few else effect},
        {**parameters, "clusters": float(groups)},
        notes=(*notes, *((MIXED,) if mixed else ())),
        clusters=clusters,
        descriptive=few,
        scale="hazard_ratio",
    )


def _described(effect: Effect) -> Effect:
    return replace(effect, p_value=None)


def _mixed(cluster: NDArray[np.intp], treated: NDArray[np.bool_]) -> bool:
    return bool(np.intersect1d(cluster[treated], cluster[~treated]).size)


def _proportionality(hazards: Hazards, rows: Rows) -> dict[str, float]:
    """The test of proportional hazards against time as Kaplan and Meier's curve counts it."""
    curve = kaplan_meier(rows.parts["time"], rows.parts["event"])
    before = np.concatenate([[1.0], curve.survival])[np.searchsorted(curve.times, hazards.risks.times)]
    try:
        statistic = hazards.proportionality(1 - before)
    except Refusal:
        return {}  # all events at one time: nothing to test
    return {
        "proportional_hazards_chi_square": statistic,
        "proportional_hazards_p": chi_square_tail(statistic, 1),
    }


def _stratified(rows: Rows, x: NDArray[np.float64]) -> dict[str, float]:
    """The fit within strata, or within clusters that hold both arms, where there is one."""
    group = rows.stratum
    if group is None and rows.cluster is not None and _mixed(rows.cluster, rows.treated):
        group = rows.cluster
    if group is None:
        return {}
    try:
        within = fit_hazards(whole_times(rows.parts["time"], rows.parts["event"], x, stratum=group))
    except Refusal:
        return {}  # strata that hold one arm each, or too few events in them
    return {
        "stratified_log_hazard_ratio": float(within.coefficients[0]),
        "stratified_se": sqrt(within.covariance[0, 0]),
    }


ESTIMATOR = Estimator(
    name="cox",
    label="Cox’s hazard ratio",
    layouts=frozenset({"parallel", "clustered"}),
    kinds=frozenset({"time_to_event"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
