"""Parts that several pages draw of a release: the short answers, and one finding with its interval."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analysis.verdict import bounds
from dashboard import elements, telling, words

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding

WATCHED = ("guardrail", "safety")
HARM_ORDER = ("harm", "inconclusive", "non_inferior", "equivalent", "benefit")


def data_banner(data_are: str) -> None:
    """Says that data are simulated, reconstructed or approximate; nothing for observed data."""
    if notice := words.DATA_ARE.get(data_are):
        elements.banner(notice)


def short_answers(release: Release) -> None:
    """Did it work, did it harm, can the figures be trusted: one line each."""
    lines = (
        ("Did it work?", _worked(release)),
        ("Did it harm?", _harmed(release)),
        ("Can the figures be trusted?", _trusted(release)),
    )
    rows = "".join(f"<dt>{ask}</dt><dd>{answer}</dd>" for ask, answer in lines)
    elements.html(f'<dl class="wk-answers">{rows}</dl>')


def finding_block(release: Release, finding: ReleasedFinding, *, in_full: bool = True) -> None:
    """A finding: its sentence, its interval drawn; in full also its verdict's mark and its other scales."""
    outcome = finding.finding.outcome
    mark = elements.badge(words.VERDICTS[finding.finding.verdict]) if in_full else ""
    elements.says(telling.sentence(release, finding), before=mark)
    elements.interval(
        finding.effect,
        at=bounds(outcome),
        reach=_reach(release, outcome.name),
        lower_is_better=outcome.better == "lower",
        describe=words.effect_text(finding.effect, scale=outcome.scale, outcome=outcome),
    )
    if in_full:
        elements.quiet(telling.other_scales(finding), *finding.finding.estimate.notes)


def _reach(release: Release, outcome: str) -> tuple[float, float]:
    """How far the intervals of one outcome reach, no effect and the margin included: all share one axis."""
    found = [f for f in release.default_findings() if f.finding.outcome.name == outcome]
    at = bounds(found[0].finding.outcome)
    ends = [end for f in found for end in (f.effect.low, f.effect.high, f.effect.estimate)]
    known = [end for end in (*ends, at.null, at.worse) if end is not None]
    return min(known), max(known)


def _badges(release: Release, findings: tuple[ReleasedFinding, ...], *, outcomes: bool) -> str:
    """One badge a finding; it names the outcome where several are shown, and the arm where there are several."""
    arms = len(release.study.arms) > 2
    parts = []
    for finding in findings:
        mark = words.VERDICTS[finding.finding.verdict]
        about = [finding.finding.outcome.label] if outcomes else []
        about += [release.arm_label(finding.finding.contrast.treatment)] if arms or not outcomes else []
        parts.append(elements.badge(mark, f"{mark.text}: {' – '.join(about)}"))
    return "".join(parts)


def _worked(release: Release) -> str:
    primary = telling.of_role(release, "primary")
    if not primary:
        return "The main question could not be answered; the pilot’s page says why."
    several = len({f.finding.outcome.name for f in primary}) > 1
    return _badges(release, primary, outcomes=several)


def _harmed(release: Release) -> str:
    watched = telling.of_role(release, *WATCHED)
    elsewhere = tuple(
        f for f in release.default_findings() if f.finding.verdict == "harm" and f not in watched
    )
    if not watched and not elsewhere:
        return "No guardrail was declared, and no finding counts as harm."
    worst_first = sorted(elsewhere + watched, key=lambda f: HARM_ORDER.index(f.finding.verdict))
    return _badges(release, tuple(worst_first), outcomes=True)


def _trusted(release: Release) -> str:
    counts = Counter(check.verdict for check in release.checks)
    if not counts:
        return "No check applied."
    return "".join(
        elements.badge(mark, f"{mark.shape} {counts[verdict]} {words.CHECKS_COUNTED[verdict]}")
        for verdict, mark in words.CHECKS.items()
        if counts[verdict]
    )
