"""Asks how likely a unit with the treatment is to lie above one without it (Brunner and Munzel's test).

Question: If one unit of each arm is picked at random, how likely is the treated one to have the higher value?
Estimand: The probability of superiority, ties counting half; a half is no effect. It needs no distances between
    levels. Beside it the win ratio, the net benefit and the win odds.
Assumes: Units are independent, one record a unit. Nothing on the shape of the distributions, which may spread
    differently in the two arms.
Interval: Student's t with Brunner and Munzel's standard error (DeLong's) and degrees of freedom, cut off at 0
    and 1.
Breaks when: There are fewer than about 10 units an arm, or the arms hardly overlap.
Source: Brunner and Munzel 2000, Biometrical Journal 42:17; DeLong, DeLong and Clarke-Pearson 1988, Biometrics
    44:837; Brunner, Vandemeulebroecke and Muetze 2021, Statistics in Medicine 40:3367 (win odds).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.effects import against_margin, t_effect
from analysis.estimator import Estimator
from analysis.figures.rank_sums import rank_sum
from analysis.figures.superiority import SUPERIORITY, superiority
from analysis.finding import Estimate

if TYPE_CHECKING:
    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.figures.superiority import Superiority
    from analysis.finding import Effect

UNADJUSTED = "The declared covariates are not used here."
ENOUGH = 10
FEW = (
    f"An arm has fewer than {ENOUGH} units: where the arms hardly overlap, interval and p-value are too sure."
)


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The probability of superiority; for scores beside the difference in means, which stays the primary scale."""
    groups, _ = evidence.require_groups().alike()
    treatment, control = ((groups.y[side], groups.n[side]) for side in (groups.treated, ~groups.treated))
    found = superiority(treatment[0], control[0], units=(treatment[1], control[1]))
    ranks = rank_sum(treatment[0], control[0], units=(treatment[1], control[1]))
    effect = t_effect(found.probability, found.se, df=found.df, level=settings.level, null=SUPERIORITY.null)
    margin = against_margin(evidence.outcome.on(SUPERIORITY.name), effect)
    few = min(evidence.treatment.n, evidence.control.n) < ENOUGH
    return Estimate(
        {SUPERIORITY.name: _within(effect)},
        {**_pairs(found), "wilcoxon_p": ranks.p_value(corrected=False), **margin},
        notes=(*((FEW,) if few else ()), *((UNADJUSTED,) if evidence.adjustable else ())),
        scale=SUPERIORITY.name,
    )


def _within(effect: Effect) -> Effect:
    """The interval without what is no probability."""
    if effect.low is None or effect.high is None:
        return effect
    return replace(effect, low=max(effect.low, 0.0), high=min(effect.high, 1.0))


def _pairs(found: Superiority) -> dict[str, float]:
    """What is said of pairs of units elsewhere; a ratio without wins or losses is left out."""
    figures = {
        "brunner_munzel_statistic": (found.probability - SUPERIORITY.null) / found.se,
        "wins": found.wins,
        "losses": found.losses,
        "net_benefit": found.wins - found.losses,
    }
    if found.losses > 0:
        figures["win_ratio"] = found.wins / found.losses
    if 0 < found.probability < 1:
        figures["win_odds"] = found.probability / (1 - found.probability)
    return figures


ESTIMATOR = Estimator(
    name="brunner_munzel",
    label="Brunner and Munzel’s test",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"ordinal", "score"}),
    fit=fit,
    default=lambda declaration: declaration.kind == "ordinal",
    needs=frozenset({"grouped"}),
)
