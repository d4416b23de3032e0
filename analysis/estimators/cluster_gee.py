"""Compares odds or rates of clustered units over the whole population, with standard errors made for few clusters.

Question: By what factor did the treatment change the odds of the event, or the rate of events?
Estimand: The marginal odds ratio or rate ratio over units (averaged over clusters, not inside one), given the
    covariates where there are any; with it the difference and the ratio of the shares, or the difference of the
    rates, with everybody's covariates.
Assumes: Clusters are independent of each other; the logistic or log-linear form in the covariates. How units of one
    cluster hang together (all pairs alike) only decides how much large clusters count.
Interval: The mean of Kauermann and Carroll's and Mancl and DeRouen's standard errors, with Student's t on clusters
    less coefficients.
Breaks when: There are fewer than 20 clusters and the arms or the clusters are of unlike size: 7 to 9 % false
    positives were measured, so that it is refused there. With at most five clusters in all, or fewer than three in
    an arm, the interval only describes, without a p-value.
Source: Liang and Zeger (1986), Biometrika 73:13; Ford and Westgate (2017), Biometrical Journal 59:478;
    Kauermann and Carroll (2001), JASA 96:1387; Mancl and DeRouen (2001), Biometrics 57:126.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING

import numpy as np
import scipy

from analysis.effects import against_margin, ratio_effect, t_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import TOO_FEW, require_clusters, too_few
from analysis.figures.likeness import likeness
from analysis.finding import Estimate
from analysis.models.marginal import marginal
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.figures.clusters import Codes
    from analysis.finding import Effect
    from analysis.groups import Groups
    from analysis.models.marginal import Correction, Family, Marginal

    Matrix = NDArray[np.float64]

ENOUGH = 20  # clusters, from which unlike sizes do no harm
UNLIKE_ARMS = 1.5  # clusters of one arm over those of the other
UNLIKE_SIZES = 0.5  # the coefficient of variation of cluster sizes
GIVEN = "The odds ratio is that of units alike in the covariates."
CORRECTIONS: tuple[Correction, ...] = ("robust", "kauermann_carroll", "mancl_derouen", "fay_graubard")


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The marginal effects under an exchangeable correlation; beside them the log ratio under none."""
    rows, cluster, clusters = require_clusters(evidence)
    _require_alike(cluster, clusters)
    family: Family = "logistic" if evidence.outcome.kind == "proportion" else "poisson"
    x = np.column_stack([np.ones(rows.y.size), rows.treated, rows.covariates])
    models = {
        working: _model(rows, x, cluster, family, exchangeable=working == "exchangeable")
        for working in ("exchangeable", "independence")
    }
    run = _Run(models["exchangeable"], x, family, settings.level)
    few = too_few(clusters)
    effects = run.effects()
    if few:
        effects = {scale: replace(effect, p_value=None) for scale, effect in effects.items()}
    alike = likeness(rows, cluster, level=settings.level)
    primary = evidence.outcome.scale
    margin = {} if few or primary.is_ratio else against_margin(evidence.outcome, effects[primary.name])
    notes = (GIVEN,) if family == "logistic" and rows.covariates.shape[1] else ()
    return Estimate(
        effects,
        parameters={**_figures(models), **margin, **alike.parameters},
        notes=(*notes, TOO_FEW) if few else notes,
        clusters=clusters,
        icc=alike.icc,
        descriptive=few,
    )


def _require_alike(cluster: Codes, clusters: dict[str, int]) -> None:
    """Raises Refusal for few clusters of unlike arms or sizes, for which no correction holds its level."""
    sizes = np.bincount(cluster)
    smaller, larger = sorted(clusters.values())
    unlike = larger >= UNLIKE_ARMS * smaller or sizes.std(ddof=1) >= UNLIKE_SIZES * sizes.mean()
    if sizes.size < ENOUGH and unlike:
        raise Refusal(
            f"With fewer than {ENOUGH} clusters of unlike arms or sizes this analysis finds an effect that is not "
            "there in 7 to 9 % of studies instead of 5.",
            remedy="Read the analysis of cluster means, which holds its level.",
        )


def _model(rows: Groups, x: Matrix, cluster: Codes, family: Family, *, exchangeable: bool) -> Marginal:
    offset = np.log(rows.parts["exposure"]) if family == "poisson" else np.zeros(rows.y.size)
    found = marginal(x, rows.y, offset=offset, cluster=cluster, family=family, exchangeable=exchangeable)
    if found.df < 1 or found.covariance("robust")[1, 1] <= 1e-18:
        raise Refusal(
            "Clusters of one arm do not differ from each other, or are too few for the covariates, so that chance "
            "cannot be judged.",
            remedy="Include more clusters, or declare fewer covariates.",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    """One fit, asked for the effects on several scales."""

    model: Marginal
    x: Matrix
    family: Family
    level: float

    def effects(self) -> dict[str, Effect]:
        """The effects by scale: of everybody with the treatment against everybody without."""
        (control, toward_control), (treated, toward_treated) = self._arm(0.0), self._arm(1.0)
        arm = np.eye(self.x.shape[1])[1]
        ratio = self._ratio(float(self.model.coefficients[1]), arm)
        difference = toward_treated - toward_control
        gap = t_effect(treated - control, self.model.se(difference), df=self.model.df, level=self.level)
        if self.family == "poisson":
            return {"rate_ratio": ratio, "rate_difference": gap}
        relative = self._ratio(log(treated / control), toward_treated / treated - toward_control / control)
        return {"risk_difference": gap, "risk_ratio": relative, "odds_ratio": ratio}

    def _ratio(self, log_ratio: float, contrast: Matrix) -> Effect:
        return ratio_effect(log_ratio, self.model.se(contrast), df=self.model.df, level=self.level)

    def _arm(self, treated: float) -> tuple[float, Matrix]:
        """The share or rate with everybody in one arm, and its gradient by the coefficients (k)."""
        x = self.x.copy()
        x[:, 1] = treated
        predictor = x @ self.model.coefficients
        mean = scipy.special.expit(predictor) if self.family == "logistic" else np.exp(predictor)
        slope = mean * (1 - mean) if self.family == "logistic" else mean
        return float(mean.mean()), np.asarray(slope @ x / slope.size)


def _figures(models: dict[str, Marginal]) -> dict[str, float]:
    """The log ratio under each working correlation, with each correction's standard error."""
    figures = {"exchangeable_correlation": models["exchangeable"].correlation}
    for working, model in models.items():
        figures[f"{working}_log_ratio"] = float(model.coefficients[1])
        for correction in CORRECTIONS:
            figures[f"{working}_{correction}_se"] = float(np.sqrt(model.covariance(correction)[1, 1]))
    return figures


ESTIMATOR = Estimator(
    name="cluster_gee",
    label="Estimating equations, small-sample",
    layouts=frozenset({"clustered"}),
    kinds=frozenset({"proportion", "count"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
