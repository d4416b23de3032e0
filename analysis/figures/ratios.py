"""Ratios of totals: what their estimators share, from each arm's ratio and variance to both effects."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING

from analysis.effects import against_margin, percent_change, ratio_effect, t_effect
from analysis.finding import Estimate
from analysis.outcomes.ratio import Ratio
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.finding import Effect

ENOUGH = 100  # units an arm, from which the delta method holds its level
FEW = (
    f"An arm has fewer than {ENOUGH} units, so that the interval may be a little too narrow; the jackknife beside "
    "it (jackknife_ratio) is safer."
)
NO_PERCENTAGE = "No change in per cent: it needs a ratio above 0 in both arms."
COVARIATES_UNUSED = "The declared covariates are not used for this outcome."
ROUNDING = 1e-12  # a variance below this share of what it was subtracted from is no variance


@dataclass(frozen=True, slots=True)
class ArmRatio:
    """One arm's ratio, the square of its standard error, and how many units it is of."""

    value: float
    variance: float
    n: int


def arms_of(evidence: Evidence) -> tuple[Ratio, Ratio]:
    """The summaries of treatment and control.

    Raises Refusal where an arm has fewer than two units or no denominator, TypeError for another kind.
    """
    treatment, control = evidence.treatment, evidence.control
    if not (isinstance(treatment, Ratio) and isinstance(control, Ratio)):
        raise TypeError("the outcome's kind does not reduce to ratios")
    for arm in (treatment, control):
        if arm.denominator <= 0:
            raise no_denominator()
        if arm.n < 2:
            raise Refusal(
                "An arm has fewer than two measured units, so its spread is unknown.",
                remedy="Measure more units in each arm.",
            )
    return treatment, control


def no_denominator() -> Refusal:
    """The refusal where a ratio would be divided by 0."""
    return Refusal(
        "An arm has a denominator of 0, or would have without one of its units, so it has no ratio.",
        remedy="Observe for longer, or choose a denominator that more units have.",
    )


def ratio_estimate(
    treatment: ArmRatio, control: ArmRatio, evidence: Evidence, settings: Settings
) -> Estimate:
    """The difference and the change in per cent, by Student's t with Welch's degrees of freedom (1947).

    The change in per cent comes from the logarithm of the ratio of both ratios, by the delta method. Raises
    Refusal where no unit differs from its arm's ratio.
    """
    v1, v0 = treatment.variance, control.variance
    if v1 + v0 <= 0:
        raise Refusal(
            "Every unit of an arm has the same ratio, so there is no spread to judge the difference by.",
            remedy="Check how numerator and denominator were measured.",
        )
    df = (v1 + v0) ** 2 / (v1 * v1 / (treatment.n - 1) + v0 * v0 / (control.n - 1))
    difference = t_effect(treatment.value - control.value, sqrt(v1 + v0), df=df, level=settings.level)
    effects: dict[str, Effect] = {"ratio_difference": difference}
    parameters = {
        "ratio_treatment": treatment.value,
        "ratio_control": control.value,
        "ratio_treatment_se": sqrt(v1),
        "ratio_control_se": sqrt(v0),
        **against_margin(evidence.outcome, difference),
    }
    notes = (COVARIATES_UNUSED,) if evidence.adjustable else ()
    if min(treatment.value, control.value) <= 0:
        unanswered = {"ratio_percent_change": NO_PERCENTAGE}
        return Estimate(effects, parameters, notes, unanswered=unanswered)
    log_ratio, log_se = (
        log(treatment.value / control.value),
        sqrt(v1 / treatment.value**2 + v0 / control.value**2),
    )
    parameters |= {"log_ratio": log_ratio, "log_ratio_se": log_se}
    effects["ratio_percent_change"] = percent_change(
        ratio_effect(log_ratio, log_se, df=df, level=settings.level)
    )
    return Estimate(effects, parameters, notes)
