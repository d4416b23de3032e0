"""A bare table's evaluation as lines for a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from analysis.disclosure import released
from analysis.outcome import kinds
from analysis.policy import UNMASKED
from dashboard import besides, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.evaluation import Evaluation
    from analysis.finding import Finding

WIDTH = 100


def lines(evaluation: Evaluation) -> list[str]:
    """Each finding: arms, every scale with its interval and p, the sentence, notes; supplements; refusals."""
    found = [line for finding in evaluation.findings for line in _finding(finding, evaluation)]
    for supplied in evaluation.supplied:
        found += _wrapped(f"{besides.supplement_label(supplied)}: {supplied.sentence({})}")
    for refusal in evaluation.not_estimable:
        found += _wrapped(f"{refusal.estimator or 'Not estimable'}: {refusal.reason} {refusal.remedy}")
    return found


def _finding(finding: Finding, evaluation: Evaluation) -> Iterator[str]:
    outcome, contrast = finding.outcome, finding.contrast
    if finding.default:
        alone = contrast.treatment == contrast.control
        yield f"{outcome.name}: {'one arm' if alone else f'{contrast.treatment} against {contrast.control}'}"
        for arm in released(finding, UNMASKED).arms:
            figures = "  ".join(f"{name} {words.number(value)}" for name, value in arm.figures.items())
            events = "" if arm.events is None else f"  events {arm.events.text}"
            yield f"  {arm.arm:12} n {arm.n.text}  missing {arm.missing.text}{events}  {figures}"
    beside = "" if finding.default else " (sensitivity)"
    if finding.subgroup is not None:
        beside = f" ({words.group_text(finding.subgroup)})"
    yield f"  {finding.estimator}{beside}"
    for scale in kinds()[outcome.kind].scales:
        if effect := finding.estimate.effects.get(scale.name):
            p = "" if effect.p_value is None else f"  {words.p_text(effect.p_value)}"
            yield f"    {scale.name:24} {words.effect_text(effect, scale=scale, outcome=outcome)}{p}"
    if finding.default:
        says = words.finding_sentence(released(finding, UNMASKED), plan=evaluation.plan, labels={})
        yield from _wrapped(f"{words.VERDICTS[finding.verdict].text}: {says}", indent="    ")
    for note in finding.estimate.notes:
        yield from _wrapped(note, indent="    ")


def _wrapped(text: str, *, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
