"""Compares the mean time that units went without the event, up to a horizon that was declared in advance.

Question: How much longer (or shorter) did units go without the event, on average, within the time that counts?
Estimand: The difference of the arms' restricted means: the areas under their survival curves up to the horizon
    (tau). It needs no proportional hazards.
Assumes: Units are independent. Who is lost from sight is no likelier, or less likely, to have the event than who
    stays. The horizon was declared and lies within the follow-up of both arms.
Interval: Normal, from Greenwood's variances of the areas.
Breaks when: An arm has few events (below about 10: with about four in the smaller arm, 7 % of intervals miss with
    10 units against 10, and 10 % with 15 against 60; with none its variance is not known, and it is refused), or
    people are lost from sight because of what they do.
Source: Irwin 1949, Journal of Hygiene 47:188; Royston and Parmar 2013, BMC Medical Research Methodology 13:152, doi
    10.1186/1471-2288-13-152; Klein and Moeschberger 2003, Survival Analysis, 2nd edition, section 4.5.
"""

from __future__ import annotations

from math import hypot, sqrt
from typing import TYPE_CHECKING

from analysis.effects import against_margin, normal_effect
from analysis.estimator import Estimator
from analysis.finding import Estimate
from analysis.models.fixed_times import survived
from analysis.models.survival import kaplan_meier
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence, Rows
    from analysis.finding import Survived
    from analysis.models.survival import Curve

UNADJUSTED = "The declared covariates are not used here."
ENOUGH = 10  # events in an arm before the horizon, from which the normal interval holds its level
FEW = (
    f"An arm has fewer than {ENOUGH} events before the horizon, so that the interval may be too narrow; the "
    "log-rank test beside it (logrank) is safer."
)


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference in restricted means; each arm's curve at the horizon among the parameters."""
    rows = evidence.require_rows()
    tau = evidence.outcome.options.get("tau")
    if tau is None:
        raise Refusal(
            "An arm was not followed for any time, so that there is no horizon to compare up to.",
            remedy="Load the rest of the log, or declare the horizon.",
        )
    time, event = rows.parts["time"], rows.parts["event"]
    treatment, control = (kaplan_meier(time[side], event[side]) for side in (rows.treated, ~rows.treated))
    if not (treatment.reaches(tau) and control.reaches(tau)):
        raise Refusal(
            "An arm's follow-up ends before the horizon, so that its mean time up to there is not known.",
            remedy="Observe for longer, or declare an earlier horizon.",
        )
    (mean1, se1), (mean0, se0) = treatment.restricted_mean(tau), control.restricted_mean(tau)
    if min(se1, se0) <= 1e-12 * tau:
        raise Refusal(
            "Nobody of an arm had the event before the horizon, or all had it at once, so that chance cannot be "
            "judged.",
            remedy="Observe for longer, declare a later horizon, or ask for the log-rank test (logrank).",
        )
    effect = normal_effect(mean1 - mean0, hypot(se1, se0), level=settings.level)
    arms = (("treatment", treatment, mean1, se1), ("control", control, mean0, se0))
    parameters = {"tau": tau}
    for name, curve, mean, se in arms:
        parameters |= {f"rmst_{name}": mean, f"rmst_{name}_se": se}
        parameters |= _at_horizon(name, curve, tau, level=settings.level)
    few = min(float(curve.events[curve.times < tau].sum()) for curve in (treatment, control)) < ENOUGH
    return Estimate(
        {"rmst_difference": effect},
        {**parameters, **against_margin(evidence.outcome, effect)},
        notes=(*((FEW,) if few else ()), *((UNADJUSTED,) if rows.covariates.shape[1] else ())),
        curves=_curves(evidence, rows, tau, level=settings.level),
    )


def _curves(evidence: Evidence, rows: Rows, tau: float, *, level: float) -> tuple[Survived, ...]:
    """Both arms' curves at fixed times, the control's first."""
    time, event, contrast = rows.parts["time"], rows.parts["event"], evidence.contrast
    sides = ((contrast.control, ~rows.treated), (contrast.treatment, rows.treated))
    return tuple(survived(arm, time[side], event[side], horizon=tau, level=level) for arm, side in sides)


def _at_horizon(name: str, curve: Curve, tau: float, *, level: float) -> dict[str, float]:
    """The share without the event at the horizon with its interval, and the median, as far as there are any."""
    share = curve.at(tau)
    figures = {f"survival_{name}": share}
    if ends := curve.interval(tau, level=level):
        figures |= {f"survival_{name}_se": share * sqrt(curve.log_variance(tau))}
        figures |= {f"survival_{name}_low": ends[0], f"survival_{name}_high": ends[1]}
    if curve.median is not None:
        figures[f"median_{name}"] = curve.median
    return figures


ESTIMATOR = Estimator(
    name="restricted_mean_survival",
    label="Restricted mean survival",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"time_to_event"}),
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"rows"}),
)
