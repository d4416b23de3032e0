"""A release in words: its findings' sentences, their other scales, and rows for tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.estimator import estimators
from analysis.layout import LAYOUTS, SERIES
from analysis.outcome import kinds
from dashboard import words
from dashboard.language import say
from dashboard.told import told
from dashboard.words.forms import day_text, several
from dashboard.words.pieces import Telling

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding
    from analysis.finding import NotEstimable
    from analysis.outcome import Scale


def labels(release: Release) -> dict[str, str]:
    """Every arm's label, by its name."""
    return {arm.name: arm.label for arm in release.study.arms}


def sentence(release: Release, finding: ReleasedFinding) -> str:
    """What a finding says."""
    return words.finding_sentence(finding, plan=release.plan, labels=labels(release))


def notes(finding: ReleasedFinding) -> tuple[str, ...]:
    """An estimator's own notes. Where arms are masked only that on a merely descriptive interval is left.

    Others tell of an arm in which nobody, or everybody, had the event.
    """
    estimate = finding.finding.estimate
    shown = estimate.notes if estimate.descriptive or not _hides_arms(finding) else ()
    return tuple(told(note) for note in shown)


def _hides_arms(finding: ReleasedFinding) -> bool:
    return any(not arm.figures for arm in finding.arms)


def opening(release: Release, finding: ReleasedFinding) -> str:
    """A finding's first words: the effect and its interval, or what is unclear."""
    return words.headline(finding, plan=release.plan, labels=labels(release))


def story(release: Release, finding: ReleasedFinding) -> tuple[str, ...]:
    """What a change did to the level and to the slope of a series; nothing for other findings."""
    said = Telling(finding, release.plan, labels(release))
    return words.story(said, finding.finding.estimate.trace, interval=release.study.unit_name)


def assumed(finding: ReleasedFinding) -> str:
    """What the finding's method assumes, from its card."""
    found = estimators().get(finding.finding.estimator)
    return say("This assumes: {assumption}", assumption=told(found.card()["Assumes"])) if found else ""


def units_text(release: Release) -> str | None:
    """How many units the arms were given; None where that is masked."""
    assigned = next((step.total for step in release.flow if step.key == "assigned"), None)
    return words.count_text(assigned) if assigned and assigned.value is not None else None


def events_text(release: Release) -> str:
    """How many events were kept; only roughly where counts are withheld, which an exact total would help find."""
    return words.count_text(release.data.events)


def took_part(release: Release) -> str:
    """How many took part in how many arms, and when their data end; invented times are not said."""
    study, data = release.study, release.data
    until = day_text(data.last) if data.last and study.data_are in ("observed", "simulated") else None
    if not LAYOUTS[release.plan.layout].people:
        return words.observed_text(
            words.count_text(release.flow[0].total),
            interval=study.unit_name,
            segments=len(study.arms),
            platforms=release.plan.units,
            platform=study.cluster_name,
            until=until,
        )
    counts = [f.finding.estimate.clusters for f in release.default_findings() if f.finding.estimate.clusters]
    return words.took_part_text(
        units_text(release),
        unit=study.unit_name,
        arms=len(study.arms),
        clusters=f"{sum(counts[0].values())} {several(study.cluster_name)}"
        if counts and len(study.arms) == 2
        else None,
        until=until,
    )


def of_role(release: Release, *roles: str) -> tuple[ReleasedFinding, ...]:
    """The planned findings on outcomes of these roles."""
    return tuple(f for f in release.default_findings() if f.finding.outcome.role in roles)


def other_scales(finding: ReleasedFinding) -> str:
    """The effect on every scale of its kind with its interval, then the p-values; on one where arms are masked.

    "Odds ratio 2.64 (1.42 to 4.90). In brackets the 95 % intervals; p = 0.0019."
    """
    found = finding.finding
    texts = [
        say(
            "{scale} {effect}",
            scale=told(scale.label),
            effect=words.effect_text(found.estimate.effects[scale.name], scale=scale, outcome=found.outcome),
        )
        for scale in shown_scales(finding)
    ]
    return say(
        "{effects}. In brackets the {level} interval{p_values}.",
        effects=_capital(say("; ").join(texts)),
        level=words.level_text(finding.effect.level),
        p_values=_p_values(finding),
    )


def shown_scales(finding: ReleasedFinding) -> tuple[Scale, ...]:
    """The scales that an effect may be told on: where arms are masked, two together would give them away."""
    found = finding.finding
    hidden = _hides_arms(finding)
    return tuple(
        scale
        for scale in kinds()[found.outcome.kind].scales
        if scale.name in found.estimate.effects and (scale == found.outcome.scale or not hidden)
    )


def compared(release: Release, finding: ReleasedFinding) -> str:
    """Which arms a finding compares; a change of a series is held against what it would have been without it."""
    contrast = finding.finding.contrast
    if release.plan.layout == SERIES.name:
        return say(
            "{treatment} against the course before it", treatment=release.arm_label(contrast.treatment)
        )
    return say(
        "{treatment} against {control}",
        treatment=release.arm_label(contrast.treatment),
        control=release.arm_label(contrast.control),
    )


def finding_row(release: Release, finding: ReleasedFinding) -> dict[str, object]:
    """A finding as a row of a table."""
    found = finding.finding
    return {
        say("Outcome"): found.outcome.label,
        say("Compared"): compared(release, finding),
        say("Estimator"): estimator_label(found.estimator),
        told(found.outcome.scale.label): words.effect_text(
            finding.effect, scale=found.outcome.scale, outcome=found.outcome
        ),
        say("p"): "" if found.effect.p_value is None else words.p_text(found.effect.p_value),
        say("Verdict"): verdict_text(finding),
    }


def verdict_text(finding: ReleasedFinding) -> str:
    """A finding's verdict in its shape and word; none is drawn from an interval that merely describes."""
    if finding.finding.estimate.descriptive:
        return say("○ No verdict")
    return words.VERDICTS[finding.finding.verdict].text


def refusal_row(release: Release, refused: NotEstimable) -> dict[str, object]:
    """A refusal as a row of a table: what could not be had, why, and what would help."""
    outcome = next((o.label for o in release.plan.outcomes if o.name == refused.outcome), refused.outcome)
    return {
        say("Outcome"): outcome,
        say("Compared"): release.arm_label(refused.contrast.treatment) if refused.contrast else "",
        say("Estimator"): estimator_label(refused.estimator) if refused.estimator else say("every estimator"),
        say("Why not"): told(refused.reason),
        say("What would help"): told(refused.remedy),
    }


def estimator_label(name: str) -> str:
    """What an estimator is called."""
    found = estimators().get(name)
    return told(found.label if found else words.spaced(name))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _p_values(finding: ReleasedFinding) -> str:
    """The p-value, and the one adjusted for the plan's several questions where there is one."""
    found = finding.finding
    if found.effect.p_value is None:
        return ""
    text = f"{say('; ')}{words.p_text(found.effect.p_value)}"
    if found.p_adjusted is None:
        return text
    method = words.ADJUSTMENTS.get(found.adjusted_by or "none", found.adjusted_by or "")
    return say(
        "{p_value}; adjusted for several questions ({method}) {p_adjusted}",
        p_value=text,
        method=method,
        p_adjusted=words.p_text(found.p_adjusted),
    )
