"""Tests whether the event comes equally fast in both arms (the log-rank test), with Peto's hazard ratio beside it.

Question: Does the event come faster in one arm than in the other?
Estimand: No effect is the hypothesis that is tested. The ratio beside it is Peto's one-step hazard ratio, close to
    Cox's where the ratio is near 1 and the arms are of like size.
Assumes: Units, or the clusters that were assigned, are independent. Who is lost from sight is like who stays.
Interval: exp((O - E) / V) with the normal distribution, from the observed and expected events of the treatment arm
    and their hypergeometric variance V; the p-value is the log-rank test's. For clusters V is the sum of squared
    cluster scores, with Student's t on two less than the number of clusters.
Breaks when: Curves cross, or the ratio is far from 1 (then it lies too near 1). Below about 20 clusters the test
    is rough, and with at most five there is none.
Source: Mantel 1966, Cancer Chemotherapy Reports 50:163; Peto and Peto 1972, JRSS A 135:185; Yusuf et al. 1985,
    Progress in Cardiovascular Diseases 27:335; Harrington and Fleming 1982, Biometrika 69:553.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import chi_square_tail
from analysis.effects import normal_ratio, ratio_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import TOO_FEW, require_clusters, too_few
from analysis.finding import Estimate
from analysis.models.risk_sets import RiskSets, whole_times
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence

NO_COMPARISON = Refusal(
    "No event came while both arms had units at risk, so that the arms cannot be compared.",
    remedy="Observe for longer, or check the outcome's event and window.",
)


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The log-rank test, and as parameters Peto and Peto's, which counts early events more."""
    if evidence.layout == "clustered":
        return _by_cluster(evidence, level=settings.level)
    rows = evidence.require_rows()
    risks = _risks(evidence)
    excess, variance = _excess(risks, early=False)
    if variance <= 0:
        raise NO_COMPARISON
    effect = normal_ratio(excess / variance, 1 / sqrt(variance), level=settings.level)
    parameters = {"chi_square": excess**2 / variance, "excess_events": excess}
    weighted, spread = _excess(risks, early=True)
    if spread > 0:
        statistic = weighted**2 / spread
        parameters |= {"peto_peto_chi_square": statistic, "peto_peto_p": chi_square_tail(statistic, 1)}
    if rows.stratum is not None:
        within, left = _excess(_risks(evidence, strata=True), early=False)
        if left > 0:
            statistic = within**2 / left
            parameters |= {"stratified_chi_square": statistic, "stratified_p": chi_square_tail(statistic, 1)}
    return Estimate({"hazard_ratio": effect}, parameters, scale="hazard_ratio")


def _by_cluster(evidence: Evidence, *, level: float) -> Estimate:
    """The score test whose variance sums over clusters (Lee, Wei and Amato 1992)."""
    _, cluster, clusters = require_clusters(evidence)
    risks = _risks(evidence)
    excess, variance = _excess(risks, early=False)
    by_cluster = np.bincount(cluster, risks.residuals(np.zeros(1))[:, 0])
    spread = float(by_cluster @ by_cluster)
    if variance <= 0 or spread <= 0:
        raise NO_COMPARISON
    few = too_few(clusters)
    effect = ratio_effect(excess / variance, sqrt(spread) / variance, df=by_cluster.size - 2, level=level)
    return Estimate(
        {"hazard_ratio": replace(effect, p_value=None) if few else effect},
        {"excess_events": excess},
        notes=(TOO_FEW,) if few else (),
        clusters=clusters,
        descriptive=few,
        scale="hazard_ratio",
    )


def _risks(evidence: Evidence, *, strata: bool = False) -> RiskSets:
    rows = evidence.require_rows()
    arm = rows.treated.astype(float)[:, None]
    stratum = rows.stratum if strata else None
    histories = whole_times(rows.parts["time"], rows.parts["event"], arm, stratum=stratum)
    return RiskSets(histories, efron=False)


def _excess(risks: RiskSets, *, early: bool) -> tuple[float, float]:
    """Observed less expected events of the treatment arm, and the variance; `early` weights by survival before.

    The variance of each time is d p (1 - p) (n - d) / (n - 1).
    """
    deviations, variances = risks.by_time(np.zeros(1))
    n, d = risks.sizes, risks.deaths
    survival = np.concatenate([[1.0], np.cumprod(1 - d / n)])[:-1] if early else np.ones(n.size)
    ties = (n - d) / np.maximum(n - 1, 1)
    return float(survival @ deviations[:, 0]), float(survival**2 @ (variances[:, 0, 0] * ties))


ESTIMATOR = Estimator(
    name="logrank",
    label="Log-rank test",
    layouts=frozenset({"parallel", "clustered"}),
    kinds=frozenset({"time_to_event"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
