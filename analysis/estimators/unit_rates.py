"""Compares the average of the units' own ratios: another question than the ratio of totals.

Question: By how much did the treatment change the ratio of the average unit?
Estimand: The difference of the two arms' means of each unit's own ratio, in which every unit counts the same. It is
    another figure than the ratio of totals wherever units with many events differ from those with few.
Assumes: Units are independent; which units have a denominator does not depend on the treatment.
Interval: Student's t with Welch's degrees of freedom.
Breaks when: The treatment changes who has a denominator at all, because the others are left out, or few units have
    very large ratios.
Source: Welch 1947, Biometrika 34:28; Deng, Knoblich and Lu 2018, doi 10.1145/3219819.3219919.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.effects import against_margin, welch_effect
from analysis.estimator import Estimator
from analysis.figures.moments import moments
from analysis.finding import Estimate
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence

ANOTHER = "This is the average of the units' own ratios, another figure than the ratio of totals."
LEFT_OUT = "Units without a denominator have no ratio of their own and are left out."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference of the mean ratios of the units that have one."""
    rows = evidence.require_rows()
    has = rows.parts["denominator"] > 0
    own = rows.parts["numerator"][has] / rows.parts["denominator"][has]
    treated = rows.treated[has]
    if not (treated.any() and not treated.all()):
        raise Refusal(
            "No unit of an arm has a denominator, so none has a ratio of its own.",
            remedy="Observe for longer, or choose a denominator that more units have.",
        )
    treatment, control = moments({"value": own[treated]}), moments({"value": own[~treated]})
    difference = welch_effect(treatment, control, level=settings.level)
    parameters = {"mean_treatment": treatment.mean, "mean_control": control.mean}
    parameters |= against_margin(evidence.outcome, difference)
    notes = (ANOTHER,) if has.all() else (ANOTHER, LEFT_OUT)
    return Estimate({"ratio_difference": difference}, parameters, notes)


ESTIMATOR = Estimator(
    name="unit_rates",
    label="Mean of units' ratios",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"ratio"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows"}),
)
