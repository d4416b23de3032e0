"""Pieces of a finding's sentence: who, what, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.layout import LAYOUTS, PANEL, SERIES
from analysis.release.shown import Shown
from analysis.verdict import bounds
from dashboard.language import later, say
from dashboard.told import told
from dashboard.words.figures import (
    declared,
    estimate_decimals,
    estimate_text,
    factor_and_unit,
    interval_text,
    level_text,
    number,
    size_text,
)
from dashboard.words.forms import SPACE
from dashboard.words.guarding import ratio_margin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.disclosure import ReleasedFinding
    from analysis.finding import Effect
    from analysis.outcome import Outcome, Scale
    from analysis.plan import Plan


_FOLLOWED = {  # where no people are compared: by layout, and whether it rose
    (SERIES.name, True): later(
        "{treatment} was followed by a rise of {size} in {outcome} ({interval}) against its earlier course"
    ),
    (SERIES.name, False): later(
        "{treatment} was followed by a fall of {size} in {outcome} ({interval}) against its earlier course"
    ),
    (PANEL.name, True): later(
        "{treatment} was followed by a rise of {size} in {outcome} ({interval}) against those without it"
    ),
    (PANEL.name, False): later(
        "{treatment} was followed by a fall of {size} in {outcome} ({interval}) against those without it"
    ),
}


def quoted(name: str) -> str:
    """A name in the quotation marks of the language spoken.

    >>> quoted("No warning")
    '‘No warning’'
    """
    return say("‘{name}’", name=name)


@dataclass(frozen=True, slots=True)
class Telling:
    """A finding with all that its sentence needs; every method returns a piece of that sentence."""

    finding: ReleasedFinding
    plan: Plan
    labels: Mapping[str, str]

    @property
    def outcome(self) -> Outcome:
        """The outcome it is about."""
        return self.finding.finding.outcome

    @property
    def scale(self) -> Scale:
        """The primary scale."""
        return self.outcome.scale

    @property
    def effect(self) -> Effect:
        """The effect on the primary scale."""
        return self.finding.effect

    def arm(self, name: str) -> str:
        """An arm's label in quotation marks."""
        return quoted(self.labels.get(name, name))

    def treatment(self) -> str:
        """The treatment arm."""
        return self.arm(self.finding.finding.contrast.treatment)

    @property
    def alone(self) -> bool:
        """Whether nobody is compared: the effect is what changed from period to period."""
        contrast = self.finding.finding.contrast
        return contrast.treatment == contrast.control

    def about(self) -> str:
        """The outcome's label in quotation marks; where its scale reverses, what it is that rises and falls."""
        label = quoted(self.outcome.label)
        return say("how fast the event of {outcome} comes", outcome=label) if self.scale.reverses else label

    @property
    def of_pairs(self) -> bool:
        """Whether the scale is a share of pairs, of which a half is no effect."""
        return self.scale.null == 0.5

    def one_sided(self, *, worse: bool) -> bool:
        """Whether the whole interval lies strictly on the worse (or the better) side of no effect."""
        low, high = self.effect.low, self.effect.high
        if worse == (self.outcome.better == "lower"):
            return low is not None and low > self.scale.null
        return high is not None and high < self.scale.null

    def by_cluster(self) -> bool:
        """Whether the plan asks for the average over clusters, so that people do not all count alike."""
        return self.plan.estimand == "cluster-average"

    def margin(self) -> str:
        """The margin in words: how much worse the plan accepts; per cent for a ratio."""
        worse = bounds(self.outcome).worse
        if worse is None:
            raise ValueError("an outcome without a margin has no words for it")
        if self.scale.is_ratio:
            return ratio_margin(worse)
        factor, unit = factor_and_unit(self.scale, self.outcome)
        distance = round(abs(factor * (worse - self.scale.null)), 9)
        return declared(distance, unit=say("percentage points") if self.of_pairs else unit)

    def excludes(self, limit: float, *, worse: bool) -> bool:
        """Whether the interval leaves out effects as large as `limit`, towards worse or better."""
        towards_high = (self.outcome.better == "lower") == worse
        end = self.effect.high if towards_high else self.effect.low
        return end is not None and (end < limit if towards_high else end > limit)


def told_effect(telling: Telling) -> str:
    """What differed with what by how much, with the interval and its level."""
    up = telling.effect.estimate > telling.scale.null
    size, interval = _size(telling, flip=not up)
    if telling.of_pairs:
        return _told_pairs(telling, size, interval)
    return say(
        _effect_template(telling, up=up),
        treatment=telling.treatment(),
        outcome=telling.about(),
        size=size,
        interval=interval,
    )


def _effect_template(telling: Telling, *, up: bool) -> str:
    """The sentence of an effect: causal words for randomised designs only."""
    if telling.alone:
        return (
            later("{outcome} rose by {size} from one period to the next ({interval})")
            if up
            else later("{outcome} fell by {size} from one period to the next ({interval})")
        )
    if telling.plan.randomised:
        return (
            later("With {treatment}, {outcome} rose by {size} ({interval})")
            if up
            else later("With {treatment}, {outcome} fell by {size} ({interval})")
        )
    if not LAYOUTS[telling.plan.layout].people:
        return _FOLLOWED[telling.plan.layout, up]
    return (
        later("{treatment} is associated with {outcome} being higher by {size} ({interval})")
        if up
        else later("{treatment} is associated with {outcome} being lower by {size} ({interval})")
    )


def _told_pairs(telling: Telling, size: str, interval: str) -> str:
    """A share of pairs, always said of the side that it lies on."""
    up = telling.effect.estimate > telling.scale.null
    pairs = (
        say("in {size} of pairs the one with it is higher", size=size)
        if up
        else say("in {size} of pairs the one with it is lower", size=size)
    )
    told_of = {"treatment": telling.treatment(), "outcome": telling.about()}
    told_of |= {"pairs": pairs, "interval": interval, "half": f"50{SPACE}%"}
    if telling.plan.randomised:
        return say(
            later("With {treatment}, {outcome} rose: {pairs} ({interval}, no effect {half})")
            if up
            else later("With {treatment}, {outcome} fell: {pairs} ({interval}, no effect {half})"),
            **told_of,
        )
    return say(
        later("{treatment} is associated with {outcome} being higher: {pairs} ({interval}, no effect {half})")
        if up
        else later(
            "{treatment} is associated with {outcome} being lower: {pairs} ({interval}, no effect {half})"
        ),
        **told_of,
    )


def _size(telling: Telling, *, flip: bool) -> tuple[str, str]:
    """The size of the effect and its interval, both in the direction of the verb."""
    effect, scale = telling.effect, telling.scale
    level = level_text(effect.level)
    decimals = estimate_decimals(effect, scale=scale, outcome=telling.outcome)
    shown = Shown.of(scale, telling.outcome)
    if scale.is_ratio:
        interval = say(
            "{ratio} {value}, {level} interval {ends}",
            ratio=ratio_name(scale),
            value=estimate_text(effect, shown),
            level=level,
            ends=interval_text(effect, shown),
        )
        return away_from_one(effect.estimate, decimals=decimals), interval
    factor, unit = factor_and_unit(scale, telling.outcome)
    turned = _turned(effect, about=scale.null) if flip else effect  # "fell by 20 (8 to 32)", not (−32 to −8)
    ends = interval_text(turned, shown.turned(scale.null) if flip else shown)
    return (
        size_text(factor * turned.estimate, unit=unit, decimals=decimals),
        say("{level} interval {ends}", level=level, ends=ends),
    )


def ratio_name(scale: Scale) -> str:
    """What a ratio is called inside a sentence."""
    name = told(scale.label)
    return f"{name[:1].lower()}{name[1:]}"


def away_from_one(ratio: float, *, decimals: int) -> str:
    """How far a ratio is from 1, in per cent, with as many digits as the ratio is shown with."""
    return f"{number(100 * abs(ratio - 1), decimals=decimals - 2)}{SPACE}%"


def _turned(effect: Effect, *, about: float) -> Effect:
    low, high = (None if end is None else 2 * about - end for end in (effect.high, effect.low))
    return replace(effect, estimate=2 * about - effect.estimate, low=low, high=high)
