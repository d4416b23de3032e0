"""Asks how often chance, dealing out the same adoption dates anew, would have shown so large an effect.

Question: Is the effect larger than other ways to deal out the adoption dates would show?
Estimand: The mean effect over all platforms and periods under treatment, as in imputed_adoption.
Assumes: Which platform adopted when was as good as drawn by lot (inside strata, where they are declared). The
    p-value needs nothing else; the interval supposes the same effect everywhere.
Interval: The effects that the test does not reject. Up to 20,000 orders are all counted; of more, 9,999 are drawn
    with the plan's seed. An end is open where no effect could be rejected. Measured false positives: 3.0 to 4.5
    %.
Breaks when: Platforms adopted because of where they were heading, or there are few orders: `smallest_p` is the
    smallest p-value that this design could have given.
Source: Borusyak, Jaravel and Spiess 2024, doi 10.1093/restud/rdae007; Young 2019, doi 10.1093/qje/qjy029; Fisher
    1935, The Design of Experiments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.adoption_orders import measured_throughout, orders
from analysis.estimator import Estimator
from analysis.estimators.imputed_adoption import times, two_way_fixed_effects
from analysis.finding import Effect, Estimate
from analysis.models.adoption import ENOUGH, adoption
from analysis.models.imputed_effects import imputed, two_way
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence

OPEN = "There are too few orders of these dates for an interval: no effect could be rejected."
ADJUSTED = "Covariates are taken out of the outcome first, in the same way whatever the dates are."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The imputation estimate with the permutation test of the adoption dates."""
    panel = measured_throughout(adoption(evidence))
    found = imputed(panel)
    tried = orders(panel, seed=settings.seed)
    left = panel.sign * panel.y - tried.observed * panel.treated
    left = left - two_way(panel.measured).fitted(left)
    if np.abs(left).max() <= 1e-12 * float(np.abs(panel.y).max()):
        raise Refusal(
            "But for the effect all platforms move alike, so that orders cannot be told apart.",
            remedy="Check how the outcome was measured.",
        )
    if tried.smallest_p >= 1:
        raise Refusal(
            "Every order of these dates shows as large an effect, whatever the outcome, so that nothing is tested.",
            remedy="Include further platforms, or compare one platform with its controls as a series.",
        )
    low, high = tried.interval(1 - settings.level)
    effect = Effect(tried.observed, low, high, settings.level, p_value=tried.p_value())
    adjusted = (ADJUSTED,) if found.covariates.shape[2] else ()
    return Estimate(
        {evidence.outcome.scale.name: effect},
        parameters={
            **panel.counts(),
            "allocations": float(tried.of_values.size),
            "smallest_p": tried.smallest_p,
            "two_way_fixed_effects": two_way_fixed_effects(panel),
        },
        notes=(*panel.notes, *found.notes, *adjusted, *((OPEN,) if low is None else ())),
        profile={
            f"{since:g}": Effect(found.average(found.at(since)), None, None, settings.level)
            for since in times(found)
        },
    )


ESTIMATOR = Estimator(
    name="adoption_permutation",
    label="Permutation of adoption dates",
    layouts=frozenset({"panel"}),
    kinds=frozenset({"series", "mean"}),
    fit=fit,
    default=lambda declared: declared.units < ENOUGH,
    needs=frozenset({"rows", "several_adopters"}),
)
