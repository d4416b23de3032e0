"""What a study can and cannot tell: made from its declaration, its windows, its margins and its intervals."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from analysis.layout import LAYOUTS
from dashboard import telling, words
from dashboard.told import told
from dashboard.words import reach as said
from dashboard.words.figures import factor_and_unit
from dashboard.words.guarding import margin_said
from dashboard.words.vocabulary import spaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.disclosure import Release, ReleasedFinding

POWER = 0.8


def can_tell(release: Release) -> tuple[str, ...]:
    """What the study can tell, one sentence each."""
    return tuple(dict.fromkeys(_can(release)))


def cannot_tell(release: Release) -> tuple[str, ...]:
    """What it cannot tell: by its design, and as its authors declared; then what is withheld."""
    found = (*_cannot(release), *release.study.limits, *(told(each) for each in release.withheld))
    return tuple(dict.fromkeys(found))


def _can(release: Release) -> Iterator[str]:
    plan, study = release.plan, release.study
    if plan.randomised:
        yield words.cause_text(plan.layout, randomised=True)
    step = next((step for step in release.flow if step.key == "assigned"), None)
    people = step.total if step and LAYOUTS[plan.layout].people else None
    yield said.about_whom(people, study.unit_name, study.company)
    for outcome in plan.outcomes:
        if outcome.role == "primary" and outcome.measure:
            yield said.measured_text(outcome.label, outcome.measure)
    for label, finding in _least_sure(release).items():
        yield said.detectable_text(label, detectable(finding))
    for outcome in plan.outcomes:
        if outcome.role in ("guardrail", "safety") and outcome.margin is not None:
            yield said.within_margin(outcome.label, margin_said(outcome))


def _cannot(release: Release) -> Iterator[str]:
    plan, study = release.plan, release.study
    if study.data_are in said.INVENTED and not study.limits:
        yield said.INVENTED[study.data_are]
    if not plan.randomised:
        yield words.cause_text(plan.layout, randomised=False)
    primary = telling.of_role(release, "primary")
    counts = [sum(f.finding.estimate.clusters.values()) for f in primary if f.finding.estimate.clusters]
    if counts and counts[0] < said.FEW_CLUSTERS:
        yield said.few_clusters(counts[0], study.cluster_name)
    for outcome in dict.fromkeys(f.finding.outcome.name for f in primary if detectable(f)):
        yield said.missed_text(_label(release, outcome))
    for span in study.spans:
        if span.last and any(
            outcome.name == span.name and outcome.role == "primary" for outcome in plan.outcomes
        ):
            yield said.not_later(span.last, _label(release, span.name))
    loose = [o.label for o in plan.outcomes if o.margin is None and _unclear(release, o.name)]
    if loose:
        yield said.without_margin(loose)
    if LAYOUTS[plan.layout].people:
        yield said.for_whom([spaced(attribute).lower() for attribute in plan.subgroups])
    yield said.elsewhere()


def _least_sure(release: Release) -> dict[str, ReleasedFinding]:
    """By main outcome, the comparison that needs the largest difference: what is said of it holds for each."""
    found: dict[str, ReleasedFinding] = {}
    for finding in telling.of_role(release, "primary"):
        label = finding.finding.outcome.label
        if detectable(finding) and (label not in found or _least(finding) > _least(found[label])):
            found[label] = finding
    return found


def _label(release: Release, outcome: str) -> str:
    return next(o.label for o in release.plan.outcomes if o.name == outcome)


def _unclear(release: Release, outcome: str) -> bool:
    return any(
        f.finding.outcome.name == outcome and f.finding.verdict == "inconclusive"
        for f in release.default_findings()
    )


def detectable(finding: ReleasedFinding) -> str:
    """The difference that 8 of 10 studies with an interval as wide would find; empty where none can be said."""
    least, outcome = _least(finding), finding.finding.outcome
    if not least:
        return ""
    if outcome.scale.is_ratio:
        return said.detectable_ratio(math.exp(-least), math.exp(least))
    factor, unit = factor_and_unit(outcome.scale, outcome)
    return said.size_with_unit(factor * least, unit)


def _least(finding: ReleasedFinding) -> float:
    """(1 + z(0.8) / z) times half the interval, z the normal quantile of its level; ratios by their logarithms.

    0 where the interval is open or supports no conclusion.
    """
    effect, ratio = finding.effect, finding.finding.outcome.scale.is_ratio
    if effect.low is None or effect.high is None or finding.finding.estimate.descriptive:
        return 0.0
    if ratio and effect.low <= 0:
        return 0.0
    low, high = (math.log(effect.low), math.log(effect.high)) if ratio else (effect.low, effect.high)
    normal = NormalDist()
    return (high - low) / 2 * (1 + normal.inv_cdf(POWER) / normal.inv_cdf((1 + effect.level) / 2))
