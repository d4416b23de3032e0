"""One honest sentence a finding: what changed, by how much, how sure, and whether that is good."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING

from analysis.layout import LAYOUTS, SERIES
from dashboard.language import say
from dashboard.words.allowed import margin_clause, still_possible
from dashboard.words.apart import group_sentence, sites_sentence
from dashboard.words.arms import arm_text, in_periods
from dashboard.words.figures import (
    estimate_decimals,
    factor_and_unit,
    p_text,
)
from dashboard.words.pieces import Telling, told_effect
from dashboard.words.vocabulary import ADJUSTMENTS

NO_AVERAGES = ("risk_difference", "ratio_difference", "quantile_difference")  # whose figures are no averages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.disclosure import ReleasedFinding
    from analysis.plan import Plan


def finding_sentence(finding: ReleasedFinding, *, plan: Plan, labels: Mapping[str, str]) -> str:
    """What a finding says, in one or two plain sentences; `labels` maps an arm's name to its label.

    Randomised designs use causal words, others do not. Masked figures of arms are left out.
    """
    telling = Telling(finding, plan, labels)
    if finding.finding.subgroup is not None:
        return group_sentence(telling, finding.finding.subgroup)
    if not LAYOUTS[plan.layout].compares:
        return sites_sentence(telling, finding.finding.estimate.parameters)
    if telling.alone:
        unknown = say("Nobody is compared with anybody, so what did it is not known.")
        return f"{_change(telling)}. {unknown}"
    says = _described if finding.finding.estimate.descriptive else _SAYS[finding.finding.verdict]
    return f"{says(telling)}. {_figures(telling)}{_adjusted(telling)}"


def headline(finding: ReleasedFinding, *, plan: Plan, labels: Mapping[str, str]) -> str:
    """The finding's first words, for a chart's title: the effect and its interval, or what is unclear."""
    telling = Telling(finding, plan, labels)
    if finding.finding.estimate.descriptive:
        return _described(telling)
    if telling.one_sided(worse=True) or telling.one_sided(worse=False):
        return told_effect(telling)
    return _INSTEAD.get(finding.finding.verdict, _whether_so)(telling)


def _change(telling: Telling) -> str:
    if telling.one_sided(worse=True) or telling.one_sided(worse=False):
        return told_effect(telling)
    return _and_allows(_whether_so(telling), telling)


def _and_allows(said: str, telling: Telling) -> str:
    return say("{said}: {allowed}", said=said, allowed=still_possible(telling))


def _described(telling: Telling) -> str:
    """An effect whose interval supports no conclusion."""
    return say(
        "{effect}; with so few to compare this describes what was seen, and nothing can be concluded from it",
        effect=told_effect(telling),
    )


def _clear(telling: Telling) -> str:
    effect = told_effect(telling)
    if telling.finding.finding.verdict == "benefit":
        return say("{effect}, a benefit", effect=effect)
    return say("{effect}, harm", effect=effect)


def _harm(telling: Telling) -> str:
    if telling.outcome.role != "guardrail":
        return _clear(telling)
    return say(
        "{effect}, harm: worse than the plan allows (a margin of {margin})",
        effect=told_effect(telling),
        margin=telling.margin(),
    )


def _inside(telling: Telling) -> str:
    """Non-inferior: inside the margin, be it worse than no effect or not."""
    if telling.one_sided(worse=True):
        return say(
            "{effect}: worse than no effect, but inside the margin of {margin}",
            effect=told_effect(telling),
            margin=telling.margin(),
        )
    return _and_allows(_kept(telling), telling)


def _kept(telling: Telling) -> str:
    about = {"treatment": telling.treatment(), "outcome": telling.about(), "margin": telling.margin()}
    if telling.plan.randomised:
        return say("{treatment} kept {outcome} inside its margin of {margin}", **about)
    return say("With {treatment}, {outcome} stayed inside its margin of {margin}", **about)


def _equivalent(telling: Telling) -> str:
    return _and_allows(_smaller(telling), telling)


def _smaller(telling: Telling) -> str:
    return say(
        "Any difference in {outcome} with {treatment} is smaller than the margin of {margin}",
        outcome=telling.about(),
        treatment=telling.treatment(),
        margin=telling.margin(),
    )


def _unclear(telling: Telling) -> str:
    if telling.outcome.role == "guardrail" and telling.one_sided(worse=True):
        return say(
            "{effect}: worse than no effect, and whether by more than the margin of {margin} is unclear",
            effect=told_effect(telling),
            margin=telling.margin(),
        )
    return f"{_and_allows(_whether_so(telling), telling)}{margin_clause(telling)}"


_SAYS: Mapping[str, Callable[[Telling], str]] = {
    "benefit": _clear,
    "harm": _harm,
    "non_inferior": _inside,
    "equivalent": _equivalent,
    "inconclusive": _unclear,
}


def _whether_so(telling: Telling) -> str:
    if telling.alone:
        return say(
            "It is unclear whether {outcome} changed from one period to the next", outcome=telling.about()
        )
    about = {"treatment": telling.treatment(), "outcome": telling.about()}
    if telling.plan.randomised:
        return say("It is unclear whether {treatment} changed {outcome}", **about)
    return say("It is unclear whether {treatment} was followed by a change in {outcome}", **about)


_INSTEAD: Mapping[str, Callable[[Telling], str]] = {"non_inferior": _kept, "equivalent": _smaller}


def _figures(telling: Telling) -> str:
    """The arms' own figures, or that they are too small to show."""
    factor, _ = factor_and_unit(telling.scale, telling.outcome)
    own_unit = not telling.scale.is_ratio and factor == 1.0
    decimals = (
        estimate_decimals(telling.effect, scale=telling.scale, outcome=telling.outcome) if own_unit else None
    )
    periods = in_periods(telling.finding)
    texts = {
        arm.arm: arm_text(arm, outcome=telling.outcome, decimals=decimals, periods=periods)
        for arm in telling.finding.arms
    }
    contrast = telling.finding.finding.contrast
    treated, control = texts.get(contrast.treatment), texts.get(contrast.control)
    if treated is None or control is None:
        return say(
            "The arms’ own figures are not shown: they rest on few people, or on counts that are rounded."
        )
    seen = say("Observed") if telling.scale.name in NO_AVERAGES else say("Observed on average")
    seen = f"{seen}{_unlike(telling)}"
    if telling.plan.layout == SERIES.name:
        return say(
            "{seen}: {treated} from then on, {before} before the first change.",
            seen=seen,
            treated=treated,
            before=control,
        )
    return say(
        "{seen}: {treated} against {untreated} with {control}.",
        seen=seen,
        treated=treated,
        untreated=control,
        control=telling.arm(contrast.control),
    )


def _unlike(telling: Telling) -> str:
    """Why the effect is not just what lies between the arms' figures; empty where it is."""
    contrast = telling.finding.finding.contrast
    values = {arm.arm: arm.figures.get("value", arm.figures.get("mean")) for arm in telling.finding.arms}
    treated, control = values.get(contrast.treatment), values.get(contrast.control)
    if treated is None or control is None:
        return ""
    if not LAYOUTS[telling.plan.layout].people:
        return say(", trend and season not allowed for")
    if telling.of_pairs or not (telling.plan.covariates or telling.by_cluster()):
        return ""
    lies_between = control * telling.effect.estimate if telling.scale.is_ratio else treated - control
    told = treated if telling.scale.is_ratio else telling.effect.estimate
    if isclose(lies_between, told, rel_tol=1e-6, abs_tol=1e-9):
        return ""
    return say(", before adjustment") if telling.plan.covariates else say(", not weighted by cluster")


def _adjusted(telling: Telling) -> str:
    """Why a one-sided interval is not called benefit or harm: the adjusted p-value decided."""
    finding = telling.finding.finding
    if finding.adjusted_by is None or finding.verdict in ("benefit", "harm"):
        return ""
    if not (telling.one_sided(worse=True) or telling.one_sided(worse=False)):
        return ""
    method = ADJUSTMENTS.get(finding.adjusted_by, say("adjusted"))
    if finding.p_adjusted is None:
        told = say(
            "Taken alone the interval leaves out no effect; adjusted for the plan’s several questions ({method}) "
            "it does not count as one.",
            method=method,
        )
        return f" {told}"
    told = say(
        "Taken alone the interval leaves out no effect; adjusted for the plan’s several questions ({method}) "
        "{p_value}, so it does not count as one.",
        method=method,
        p_value=p_text(finding.p_adjusted),
    )
    return f" {told}"
