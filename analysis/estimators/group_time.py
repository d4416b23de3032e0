"""Compares each cohort of adopters, period by period, with platforms that had not adopted (Callaway and Sant'Anna).

Question: By how much did adopting change the outcome, against platforms that never adopted, or had not yet?
Estimand: The mean over cohorts and periods under treatment, weighted by platforms; as a profile, by time since
    the adoption. Times before it (below 0) show whether trends were parallel.
Assumes: From the period before its adoption on, each cohort would have moved in parallel with the platforms that
    it is compared with; nobody acted on it before it came.
Interval: Influence functions by platform, each cohort's squares scaled by n / (n - 1), with Student's t and Welch
    and Satterthwaite's degrees of freedom over cohorts. Platforms that never adopt are the comparison; where
    there are none, those that have not yet. Both are among the parameters.
Breaks when: Cohorts, or what they are compared with, are single platforms (where more than a tenth of the mean
    rests on such, there is no interval). Measured false positives: 5.9 % with 12 platforms, 7.2 % with 20, 5.8 %
    with 48.
Source: Callaway and Sant'Anna 2021, Journal of Econometrics 225:200, doi 10.1016/j.jeconom.2020.12.001.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import t_effect
from analysis.estimator import Estimator
from analysis.finding import Effect, Estimate
from analysis.models.adoption import ENOUGH, adoption
from analysis.models.group_time_effects import by_cohort, by_units, cells
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.models.adoption import Adoption
    from analysis.models.group_time_effects import Cell

NOT_YET = (
    "Fewer than two platforms never adopt, so that each is compared with those that have not adopted yet."
)
ALONE = (
    "Cohorts, or what they are compared with, are single platforms of unknown spread: there is no interval."
)
UNADJUSTED = "Covariates are not adjusted for here."


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The mean effect by the better of the two comparisons, and its profile by periods since the adoption."""
    panel = adoption(evidence)
    found = {"never": cells(panel, against="never"), "notyet": cells(panel, against="notyet")}
    chosen = found["never"] if panel.never.sum() >= 2 else found["notyet"]
    if not _after(chosen):
        raise Refusal(
            "From the first adoption on no platform was without the treatment, so that nothing tells the trend.",
            remedy="Include platforms that adopt later, or never.",
        )
    effect = _effect(panel, _after(chosen), level=settings.level)
    notes = panel.notes if chosen is found["never"] else (*panel.notes, NOT_YET)
    notes = (*notes, ALONE) if effect.se is None else notes
    return Estimate(
        {evidence.outcome.scale.name: effect},
        parameters={**panel.counts(), **_figures(panel, found)},
        notes=(*notes, UNADJUSTED) if panel.covariates.shape[2] else notes,
        profile=by_time(panel, chosen, level=settings.level),
        descriptive=effect.se is None,
    )


def by_time(panel: Adoption, found: list[Cell], *, level: float) -> dict[str, Effect]:
    """The effect at each time since the adoption; from 40 platforms on with an interval.

    Below, the few platforms behind one time are too few for a reference distribution.
    """
    profile = {}
    for since in sorted({cell.since for cell in found}):
        these = [cell for cell in found if cell.since == since]
        if panel.adopted.size < ENOUGH:
            profile[f"{since:g}"] = Effect(by_units(panel, these).estimate, None, None, level)
        else:
            profile[f"{since:g}"] = _effect(panel, these, level=level)
    return profile


def _after(found: list[Cell]) -> list[Cell]:
    return [cell for cell in found if cell.since >= 0]


def _figures(panel: Adoption, found: dict[str, list[Cell]]) -> dict[str, float]:
    """The means by either comparison, simple and by cohort, and by time since the adoption."""
    figures: dict[str, float] = {}
    for against, each in found.items():
        after = _after(each)
        if not after:
            continue
        figures[f"{against}_simple"] = by_units(panel, after).estimate
        figures[f"{against}_group"] = by_cohort(panel, after)
        for since in sorted({cell.since for cell in after}):
            these = [cell for cell in after if cell.since == since]
            figures[f"{against}_event_{since:g}"] = by_units(panel, these).estimate
    return figures


def _effect(panel: Adoption, found: list[Cell], *, level: float) -> Effect:
    average = by_units(panel, found)
    error = average.error
    if error is None:
        return Effect(average.estimate, None, None, level)
    if error.se <= 1e-12 * float(np.nanmax(np.abs(panel.y))):
        raise Refusal(
            "Platforms of a cohort all move alike, so that chance cannot be judged.",
            remedy="Check how the outcome was measured.",
        )
    return t_effect(average.estimate, error.se, df=error.df, level=level)


ESTIMATOR = Estimator(
    name="group_time",
    label="Staggered adoption by cohort and period",
    layouts=frozenset({"panel"}),
    kinds=frozenset({"series", "mean"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows", "several_adopters"}),
)
