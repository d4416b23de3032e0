"""Pools the effects of several sites, allowing that the effect itself differs from site to site.

Question: What is the effect in sites like these, on average, and how far may it be from that in one of them?
Estimand: The mean of the sites' own effects, which are taken to spread around it; beside it the interval in which
    the effect of one more such site is to be expected.
Assumes: Sites are independent of each other; each site's effect is unbiased and about normal, its standard error
    well known; sites that did not report are like those that did.
Interval: Restricted maximum likelihood for the variance between sites; Hartung, Knapp, Sidik and Jonkman's standard
    error with Student's t on k - 1 degrees of freedom; prediction interval with t on k - 2.
Breaks when: There are fewer than five sites: the interval is honest, but may be very wide, and the variance between
    sites is hardly known. Small sites with rare events bring effects that are not normal.
Source: Viechtbauer 2005, JEBS 30:261; IntHout, Ioannidis and Borm 2014, BMC Medical Research Methodology 14:25;
    Higgins, Thompson and Spiegelhalter 2009, JRSS A 172:137.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import normal_quantile, t_quantile, two_sided_normal
from analysis.effects import ratio_effect, t_effect
from analysis.estimator import Estimator
from analysis.finding import Effect, Estimate
from analysis.models.pooling import (
    der_simonian_laird_tau2,
    heterogeneity,
    heterogeneity_p,
    inconsistency,
    paule_mandel_tau2,
    pooled,
    reml_tau2,
    tau2_interval,
)
from analysis.outcome import kinds
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.models.pooling import Pooled
    from analysis.outcome import Scale

    Matrix = NDArray[np.float64]

FEW_SITES = 5
FEW = (
    "With fewer than five sites the variance between them is hardly known: read each site's own effect, and the "
    "average that supposes one effect everywhere, beside the pooled one."
)
CLOSER = (
    "The sites agree more closely than their own errors lead one to expect, so that the interval is narrower than "
    "the one that supposes one effect everywhere."
)


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The pooled effect; each site's own, and the pooled one without each site in turn, as its profile."""
    rows = evidence.require_rows()
    y, v = rows.parts["value"], rows.parts["se"] ** 2
    if y.size < 2:
        raise Refusal("There is only one site, so there is nothing to pool.", remedy="Add further sites.")
    telling = _Telling(evidence.outcome.scale, settings.level)
    main = _random(y, v)
    fixed = pooled(y, v, tau2=0.0)
    notes = (FEW,) if y.size < FEW_SITES else ()
    return Estimate(
        {evidence.outcome.scale.name: telling.by_t(main, y.size)},
        parameters={
            **telling.averages(main, fixed, y, v),
            **telling.between_sites(main, y, v),
            **telling.predictions(main, y.size),
        },
        notes=(*notes, CLOSER) if main.hksj_se < fixed.se else notes,
        profile=_by_site(telling, y, v, names=rows.unit_names),
    )


def _random(y: Matrix, v: Matrix) -> Pooled:
    found = pooled(y, v, tau2=reml_tau2(y, v))
    if found.hksj_se <= 1e-12 * float(np.abs(y).max()):
        raise Refusal(
            "The sites report one and the same effect, so that there is no spread to judge it by.",
            remedy="Check that these are the effects of different sites.",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Telling:
    """From the scale that sites are pooled on, for ratios the logarithm, to the one that is told."""

    scale: Scale
    level: float

    def told(self, figure: float) -> float:
        return exp(figure) if self.scale.is_ratio else figure

    def by_t(self, found: Pooled, sites: int) -> Effect:
        return self._effect(found.estimate, found.hksj_se, df=sites - 1)

    def by_z(self, estimate: float, se: float) -> Effect:
        half = normal_quantile((1 + self.level) / 2) * se
        low, high = self.told(estimate - half), self.told(estimate + half)
        p_value = two_sided_normal((estimate - self._null) / se)
        return Effect(self.told(estimate), low, high, self.level, se=se, p_value=p_value)

    def averages(self, main: Pooled, fixed: Pooled, y: Matrix, v: Matrix) -> dict[str, float]:
        """Other ways to pool: one effect everywhere, and other estimators of the variance between sites."""
        alike, plain = self.by_z(fixed.estimate, fixed.se), self.by_z(main.estimate, main.se)
        moments = pooled(y, v, tau2=der_simonian_laird_tau2(y, v))
        mandel = pooled(y, v, tau2=paule_mandel_tau2(y, v))
        figures = {
            **_named("fixed", alike),
            **_named("reml_normal", plain),
            "dl_estimate": self.told(moments.estimate),
            "dl_tau2": moments.tau2,
            "pm_estimate": self.told(mandel.estimate),
            "pm_tau2": mandel.tau2,
        }
        return figures | (_named("pm", self.by_t(mandel, y.size)) if mandel.hksj_se > 0 else {})

    def between_sites(self, main: Pooled, y: Matrix, v: Matrix) -> dict[str, float]:
        """How much sites differ; tau2 is on the scale that they are pooled on."""
        q, (low, high) = heterogeneity(y, v), tau2_interval(y, v, level=self.level)
        figures = {"sites": float(y.size), "tau2": main.tau2, "tau2_low": low, "tau2_high": high}
        return {**figures, "i2": inconsistency(v, main.tau2), "q": q, "q_p": heterogeneity_p(q, y.size)}

    def predictions(self, main: Pooled, sites: int) -> dict[str, float]:
        """The interval for the effect of one more site, by t on k - 2, by t on k - 1 and by the normal."""
        wide = sqrt(main.tau2 + main.hksj_se**2)
        upper = (1 + self.level) / 2
        halves = {
            "prediction_k_minus_1": t_quantile(upper, sites - 1) * wide,
            "prediction_normal": normal_quantile(upper) * sqrt(main.tau2 + main.se**2),
        }
        if sites > 2:
            halves = {"prediction": t_quantile(upper, sites - 2) * wide, **halves}
        return {
            f"{name}_{end}": self.told(main.estimate + sign * half)
            for name, half in halves.items()
            for end, sign in (("low", -1), ("high", 1))
        }

    @property
    def _null(self) -> float:
        return 0.0 if self.scale.is_ratio else self.scale.null

    def _effect(self, estimate: float, se: float, *, df: float) -> Effect:
        if self.scale.is_ratio:
            return ratio_effect(estimate, se, df=df, level=self.level)
        found = t_effect(estimate - self._null, se, df=df, level=self.level)
        low, high = (None if end is None else end + self._null for end in (found.low, found.high))
        return Effect(estimate, low, high, self.level, se=se, df=df, p_value=found.p_value)


def _named(prefix: str, effect: Effect) -> dict[str, float]:
    figures = {name: getattr(effect, name) for name in ("estimate", "se", "low", "high", "p_value")}
    return {f"{prefix}_{name}": value for name, value in figures.items() if value is not None}


def _by_site(telling: _Telling, y: Matrix, v: Matrix, *, names: tuple[str, ...]) -> dict[str, Effect]:
    """Each site's own effect; then, of three sites or more, the pooled effect without it."""
    labels = names if len(set(names)) == y.size else [f"site {place}" for place in range(1, y.size + 1)]
    own = {label: telling.by_z(y[i], sqrt(v[i])) for i, label in enumerate(labels)}
    left = {}
    for i, label in enumerate(labels):
        others = np.arange(y.size) != i
        if y.size > 2:
            without = pooled(y[others], v[others], tau2=reml_tau2(y[others], v[others]))
            if without.hksj_se > 0:
                left[f"without {label}"] = telling.by_t(without, y.size - 1)
    return own | left


ESTIMATOR = Estimator(
    name="pooled_reml",
    label="Pooled sites, random effects",
    layouts=frozenset({"sites"}),
    kinds=frozenset(kinds()),
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"rows"}),
)
