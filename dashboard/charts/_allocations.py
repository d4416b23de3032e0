"""A randomised design as a picture: all that was given out, the arms, and when each outcome is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.layout import CLUSTERED, CROSSOVER
from dashboard.drawing.allocation import Bar, Branch, spans, tree
from dashboard.drawing.arms import colours
from dashboard.words.designs import (
    assigned_text,
    clock_title,
    clusters_given,
    compared_as,
    decided,
    drawn_from,
    length_text,
    share_text,
    span_text,
)
from dashboard.words.figures import count_text

if TYPE_CHECKING:
    from analysis.about import ArmLabel, Span
    from analysis.disclosure import Release
    from dashboard.drawing.canvas import Canvas


def allocation(canvas: Canvas, release: Release, top: float) -> float:
    """The arms as branches and, where any is longer than a session, the spans of outcomes; returns the end."""
    shade = colours(canvas, release.study.arms)
    branches = [
        Branch(arm.label, shade[arm.name], _note(release, arm), _clusters(release).get(arm.name, 0))
        for arm in release.study.arms
    ]
    y = tree(canvas, _root(release), branches, top)
    bars = sorted((_bar(release, span) for span in release.study.spans), key=lambda bar: not bar.known)
    return spans(canvas, clock_title(), bars, y + 20) if with_spans(release) else y


def with_spans(release: Release) -> bool:
    """Whether any outcome is counted over a span that a bar can show."""
    return any(bar.last > bar.first for bar in (_bar(release, span) for span in release.study.spans))


def _root(release: Release) -> tuple[str, ...]:
    said = drawn_from(_total(release), release.study)
    clusters = sum(_clusters(release).values())
    parts = (said, decided(randomised=release.plan.randomised))
    return (clusters_given(clusters, release.study.cluster_name), *parts) if clusters else parts


def _total(release: Release) -> str | None:
    step = next((step for step in release.flow if step.key == "assigned"), None)
    return count_text(step.total) if step and step.total.value is not None else None


def _note(release: Release, arm: ArmLabel) -> str:
    parts = (compared_as(arm), planned_share(release, arm), given(release, arm))
    return " · ".join(part for part in parts if part)


def planned_share(release: Release, arm: ArmLabel) -> str:
    """The planned share, where arms were planned to differ or people came one by one."""
    if not release.plan.shares or release.plan.layout == CLUSTERED.name:
        return ""
    return share_text(arm.share / sum(each.share for each in release.study.arms))


def given(release: Release, arm: ArmLabel) -> str:
    """What an arm was given: clusters where they were drawn, and units."""
    parts = []
    if clusters := _clusters(release).get(arm.name, 0):
        parts.append(clusters_given(clusters, release.study.cluster_name))
    step = next((step for step in release.flow if step.key == "assigned"), None)
    if step and arm.name in step.by_arm:
        count, in_turn = count_text(step.by_arm[arm.name]), release.plan.layout == CROSSOVER.name
        parts.append(assigned_text(count, release.study.unit_name, in_turn=in_turn))
    return " · ".join(parts)


def _clusters(release: Release) -> dict[str, int]:
    """How many clusters each arm was given, by its name; empty where single units were drawn."""
    found: dict[str, int] = {}
    if release.plan.layout != CLUSTERED.name:
        return found
    for finding in release.default_findings():
        contrast, counts = finding.finding.contrast, finding.finding.estimate.clusters
        if counts:
            found |= {contrast.control: counts["control"], contrast.treatment: counts["treatment"]}
    return found


def _bar(release: Release, span: Span) -> Bar:
    labels = {
        outcome.name: outcome.label for outcome in release.plan.outcomes
    } | release.plan.covariate_labels
    shown = not span.session and not span.wave and span.last is not None
    last = span.last if shown and span.last is not None else span.first
    text = length_text(last - span.first) if shown else span_text(span)
    return Bar(
        labels.get(span.name, span.name), span.first, last, text, known=span.first < 0, drawn=not span.wave
    )
