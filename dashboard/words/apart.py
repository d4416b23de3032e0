"""Sentences on findings that stand apart: one level of a subgroup, and sites that were pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.finding import Effect
from dashboard.words.figures import effect_text, level_text

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
    return (
        f"For {group_text(group)} the {_told(telling, telling.effect)}; levels are not tested one by one, only "
        "whether they differ."
    )


def sites_sentence(telling: Telling, parameters: Mapping[str, float]) -> str:
    """The pooled effect, and the one to be expected in one more site."""
    sites = round(parameters["sites"])
    pooled = f"Over {sites} sites the {_told(telling, telling.effect)}"
    clear = telling.one_sided(worse=True) or telling.one_sided(worse=False)
    which = "better" if telling.one_sided(worse=False) else "worse"
    said = (
        f": {which} than no effect on average"
        if clear
        else ": whether there is an effect on average is unclear"
    )
    ends = [parameters.get(f"prediction_{end}") for end in ("low", "high")]
    if ends[0] is None or ends[1] is None:
        return f"{pooled}{said}."
    ahead = effect_text(
        Effect(telling.effect.estimate, ends[0], ends[1]), scale=telling.scale, outcome=telling.outcome
    )
    return f"{pooled}{said}. In one more site like these, {ahead} is to be expected."


def _told(telling: Telling, effect: Effect) -> str:
    size = effect_text(effect, scale=telling.scale, outcome=telling.outcome)
    return (
        f"{telling.scale.label.lower()} of {telling.about()} is {size}, {level_text(effect.level)} interval"
    )
