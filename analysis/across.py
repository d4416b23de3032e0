"""One effect over several studies: whether pooling their effects is honest and allowed, and the pooled effect.

Nothing but effects that may be shown goes in, so that nothing else can come out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING, Literal

from analysis.finding import Contrast, Finding
from analysis.layout import SITES
from analysis.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from analysis.finding import Effect, Estimate
    from analysis.outcome import Outcome

Reason = Literal["few", "shared_control", "designs", "data", "no_se", "alike", "unknown_sizes", "companies"]

FEWEST_STUDIES = 3
FEWEST_COMPANIES = 3
OWN_ERRORS = (
    "The studies agree more closely than their own errors lead one to expect: "
    "the interval is that of their own errors."
)
LARGEST, TWO_LARGEST = 0.5, 0.67  # of a pooled figure, that one company and the two largest may hold


@dataclass(frozen=True, slots=True)
class Shared:
    """What one study shares: its effect, whose it is, and how many people it rests on, from `least` to `most`.

    Both are 0 where nobody was counted; `most` is None where the number is masked. `control` tells control groups
    apart: two effects with the same one are not independent. `kind` says whether data are observed or made.
    """

    label: str
    company: str
    effect: Effect
    least: int
    most: int | None
    control: str
    randomised: bool
    kind: str


def why_not(studies: Sequence[Shared], *, consents: Collection[str] = ()) -> Reason | None:
    """Why the effects are not to be pooled; None where they may be. `consents` names companies that agreed to it.

    Fewer than three studies tell next to nothing of how effects differ. Effects against one control group would
    count it twice. What chance decided and what it did not answer different questions.
    """
    if len({study.control for study in studies}) < FEWEST_STUDIES:
        return "few"
    if len({study.control for study in studies}) < len(studies):
        return "shared_control"
    if len({study.randomised for study in studies}) > 1:
        return "designs"
    if len({study.kind for study in studies}) > 1:
        return "data"
    if any(study.effect.se is None for study in studies):
        return "no_se"
    if len({study.effect.estimate for study in studies}) == 1:
        return "alike"
    return _why_not_together(studies, consents)


def pooled(outcome: Outcome, studies: Sequence[Shared], *, level: float = 0.95) -> Finding:
    """The random-effects average of the effects on `outcome`'s scale, with the interval for one more study.

    Raises ValueError where `why_not` has a reason that lies in the figures, Refusal as the estimator does.
    """
    import numpy as np

    from analysis.estimator import Settings
    from analysis.estimators.pooled_reml import ESTIMATOR
    from analysis.evidence import Evidence, Rows, Uncounted

    effects = [study.effect for study in studies]
    ses = [effect.se for effect in effects if effect.se is not None]
    if len(ses) < len(effects):
        raise ValueError("every effect needs its standard error")
    values = [log(e.estimate) if outcome.scale.is_ratio else e.estimate for e in effects]
    rows = Rows(
        np.ones(len(ses), dtype=bool),
        {"value": np.array(values), "se": np.array(ses)},
        np.empty((len(ses), 0)),
        unit=np.arange(len(ses)),
        unit_names=tuple(study.label for study in studies),
    )
    contrast = Contrast("treatment", "control")
    evidence = Evidence(outcome, contrast, SITES.name, Uncounted(), Uncounted(), rows)
    estimate = _never_narrower(outcome, ESTIMATOR.fit(evidence, Settings(level=level)), level=level)
    verdict = judge(outcome, estimate.effects[outcome.scale.name])
    return Finding(outcome, contrast, ESTIMATOR.name, True, estimate, (), verdict)


def _never_narrower(outcome: Outcome, estimate: Estimate, *, level: float) -> Estimate:
    """The estimate, never with a smaller standard error than that of one effect everywhere.

    Few studies that happen to lie close together would seem to know more than all their people do, a known fault of
    Hartung and Knapp's interval (Wiksten, Rücker and Schwarzer 2016, Statistics in Medicine 35:2503). The interval
    is Student's with one degree of freedom less than studies, as before.
    """
    from analysis.effects import ratio_effect, t_effect
    from analysis.estimators.pooled_reml import CLOSER

    found, least = estimate.effects[outcome.scale.name], estimate.parameters["fixed_se"]
    if found.se is None or found.df is None or found.se >= least:
        return estimate
    wider = (
        ratio_effect(log(found.estimate), least, df=found.df, level=level)
        if outcome.scale.is_ratio
        else t_effect(found.estimate, least, df=found.df, level=level, null=outcome.scale.null)
    )
    notes = tuple(note for note in estimate.notes if note != CLOSER)
    effects = {**estimate.effects, outcome.scale.name: wider}
    return replace(estimate, effects=effects, notes=(*notes, OWN_ERRORS))


def _why_not_together(studies: Sequence[Shared], consents: Collection[str]) -> Reason | None:
    """At least three companies, none with more than half, the two largest with at most two thirds; or one alone.

    Without people to count, a company's share is that of the weight its effects have. A number that is known only
    within bounds is taken as the worst for the rule.
    """
    companies = {study.company for study in studies}
    if len(companies) == 1 or companies <= set(consents):
        return None
    if len(companies) < FEWEST_COMPANIES:
        return "companies"
    if any(study.most is None for study in studies):
        return "unknown_sizes"
    sizes = _sizes(studies)
    ranked = sorted(companies, key=lambda company: -sizes[company][1])
    if any(_share(sizes, ranked[:count]) > most for count, most in ((1, LARGEST), (2, TWO_LARGEST))):
        return "companies"
    return None


def _sizes(studies: Sequence[Shared]) -> dict[str, tuple[float, float]]:
    """The least and the most that each company holds."""
    counted = all(study.most for study in studies)
    sizes: dict[str, tuple[float, float]] = {}
    for study in studies:
        weight = 1 / study.effect.se**2 if study.effect.se else 0.0
        least, most = (float(study.least), float(study.most or 0)) if counted else (weight, weight)
        low, high = sizes.get(study.company, (0.0, 0.0))
        sizes[study.company] = low + least, high + most
    return sizes


def _share(sizes: dict[str, tuple[float, float]], largest: Sequence[str]) -> float:
    held = sum(sizes[company][1] for company in largest)
    return held / (held + sum(low for company, (low, _) in sizes.items() if company not in largest))
