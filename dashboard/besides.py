"""What was asked beside the planned findings: each question, its answer, and its figures as rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.outcome import kinds
from analysis.supplement import supplements
from dashboard import telling, words
from dashboard.language import say
from dashboard.told import told
from dashboard.words.forms import said_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.outcome import Scale
    from analysis.supplement import Supplied


def question(supplied: Supplied) -> str:
    """What a supplement answers."""
    found = supplements().get(words.ASKED_WITH.get(supplied.name, supplied.name))
    return told(found.question if found else words.spaced(supplied.name))


def asked_beside(
    release: Release, findings: Sequence[ReleasedFinding]
) -> Iterator[tuple[Supplied, str, str]]:
    """Each question beside findings of one outcome, with its answer; the arm is named where there are several."""
    for finding in findings:
        for supplied in release.beside(finding):
            ask = question(supplied)
            if len(findings) > 1:
                ask = said_of(release.arm_label(supplied.contrast.treatment), ask)
            yield supplied, ask, told(supplied.sentence(telling.labels(release)))


def supplement_label(supplied: Supplied) -> str:
    """What a supplement is called."""
    found = supplements().get(words.ASKED_WITH.get(supplied.name, supplied.name))
    return told(found.label if found else words.spaced(supplied.name))


def supplied_rows(release: Release, supplied: Supplied) -> list[dict[str, object]]:
    """A supplement's effects and figures as rows of a table."""
    outcome = next(o for o in release.plan.outcomes if o.name == supplied.outcome)
    scale = next((s for s in _every_scale() if s.name == supplied.scale), outcome.scale)
    figure, value = say("Figure"), say("Value")
    about = {say("Question"): supplement_label(supplied)}
    effects: list[dict[str, object]] = [
        {**about, figure: told(label), value: words.effect_text(effect, scale=scale, outcome=outcome)}
        for label, effect in supplied.effects.items()
    ]
    return effects + [
        {**about, figure: told(words.spaced(name)), value: words.number(parameter)}
        for name, parameter in supplied.parameters.items()
    ]


def _every_scale() -> tuple[Scale, ...]:
    return tuple(scale for kind in kinds().values() for scale in kind.scales)
