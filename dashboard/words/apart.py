"""Sentences on findings that stand apart: one level of a subgroup, and sites that were pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.finding import Effect
from dashboard.language import say
from dashboard.told import told
from dashboard.words.figures import effect_text, level_text, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.finding import Subgroup
    from dashboard.words.pieces import Telling


def group_text(group: Subgroup) -> str:
    """A level of an attribute.

    >>> from analysis.finding import Subgroup
    >>> group_text(Subgroup("country", "fr"))
    'country fr'
    """
    return f"{group.attribute.replace('_', ' ')} {group.level}"


def group_sentence(telling: Telling, group: Subgroup) -> str:
    """The effect in one level; no test and no verdict belong to it."""
    return say(
        "For {group} the {scale} of {outcome} is {size}, {level} interval; levels are not tested one by one, "
        "only whether they differ.",
        group=group_text(group),
        **_told(telling),
    )


def sites_sentence(telling: Telling, parameters: Mapping[str, float]) -> str:
    """The pooled effect, and the one to be expected in one more site."""
    pooled = say(
        "Over {sites} sites the {scale} of {outcome} is {size}, {level} interval: {said}.",
        sites=number(parameters["sites"], decimals=0),
        said=_side(telling),
        **_told(telling),
    )
    low, high = (parameters.get(f"prediction_{end}") for end in ("low", "high"))
    if low is None or high is None:
        return pooled
    ahead = effect_text(
        Effect(telling.effect.estimate, low, high), scale=telling.scale, outcome=telling.outcome
    )
    return f"{pooled} {say('In one more site like these, {effect} is to be expected.', effect=ahead)}"


def _side(telling: Telling) -> str:
    if telling.one_sided(worse=False):
        return say("better than no effect on average")
    if telling.one_sided(worse=True):
        return say("worse than no effect on average")
    return say("whether there is an effect on average is unclear")


def _told(telling: Telling) -> dict[str, str]:
    return {
        "scale": told(telling.scale.label).lower(),
        "outcome": telling.about(),
        "size": effect_text(telling.effect, scale=telling.scale, outcome=telling.outcome),
        "level": level_text(telling.effect.level),
    }
