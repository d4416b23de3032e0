"""Pieces of a finding's sentence: who, what, by how much, and what the interval still allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.layout import LAYOUTS, PANEL, SERIES
from analysis.verdict import bounds
from dashboard.words.figures import (
    SPACE,
    declared,
    estimate_decimals,
    factor_and_unit,
    interval_text,
    level_text,
    number,
    size_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.disclosure import ReleasedFinding
    from analysis.finding import Effect
    from analysis.outcome import Outcome, Scale
    from analysis.plan import Plan


_AGAINST = {SERIES.name: "against its earlier course", PANEL.name: "against those without it"}


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
        return f"‘{self.labels.get(name, name)}’"

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
        label = f"‘{self.outcome.label}’"
        return f"how fast the event of {label} comes" if self.scale.reverses else label

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
            return f"{declared(100 * abs(worse - 1), unit='')}{SPACE}%"
        factor, unit = factor_and_unit(self.scale, self.outcome)
        distance = round(abs(factor * (worse - self.scale.null)), 9)
        return declared(distance, unit="percentage points" if self.of_pairs else unit)

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
    if telling.alone:
        return (
            f"{telling.about()} {'rose' if up else 'fell'} by {size} from one period to the next ({interval})"
        )
    if telling.plan.randomised:
        return (
            f"With {telling.treatment()}, {telling.about()} {'rose' if up else 'fell'} by {size} ({interval})"
        )
    if not LAYOUTS[telling.plan.layout].people:
        return (
            f"{telling.treatment()} was followed by a {'rise' if up else 'fall'} of {size} in {telling.about()} "
            f"({interval}) {_AGAINST[telling.plan.layout]}"
        )
    direction = "higher" if up else "lower"
    return (
        f"{telling.treatment()} is associated with {telling.about()} being {direction} by {size} ({interval})"
    )


def _told_pairs(telling: Telling, size: str, interval: str) -> str:
    """A share of pairs, always said of the side that it lies on."""
    up = telling.effect.estimate > telling.scale.null
    higher = "higher" if up else "lower"
    pairs = f"in {size} of pairs the one with it is {higher} ({interval}, no effect 50{SPACE}%)"
    if telling.plan.randomised:
        return f"With {telling.treatment()}, {telling.about()} {'rose' if up else 'fell'}: {pairs}"
    return f"{telling.treatment()} is associated with {telling.about()} being {higher}: {pairs}"


def _size(telling: Telling, *, flip: bool) -> tuple[str, str]:
    """The size of the effect and its interval, both in the direction of the verb."""
    effect, scale = telling.effect, telling.scale
    level = f"{level_text(effect.level)} interval"
    if scale.is_ratio:
        decimals = estimate_decimals(effect, ratio=True)
        name = scale.label[:1].lower() + scale.label[1:]
        ratio = number(effect.estimate, decimals=decimals)
        interval = interval_text(effect, decimals=decimals)
        return _away_from_one(effect.estimate, decimals=decimals), f"{name} {ratio}, {level} {interval}"
    factor, unit = factor_and_unit(scale, telling.outcome)
    decimals = estimate_decimals(effect, factor=factor)
    turned = _turned(effect, about=scale.null) if flip else effect  # "fell by 20 (8 to 32)", not (−32 to −8)
    return (
        size_text(factor * turned.estimate, unit=unit, decimals=decimals),
        f"{level} {interval_text(turned, factor=factor, decimals=decimals)}",
    )


def _away_from_one(ratio: float, *, decimals: int) -> str:
    """How far a ratio is from 1, in per cent, with as many digits as the ratio is shown with."""
    return f"{number(100 * abs(ratio - 1), decimals=decimals - 2)}{SPACE}%"


def _turned(effect: Effect, *, about: float) -> Effect:
    low, high = (None if end is None else 2 * about - end for end in (effect.high, effect.low))
    return replace(effect, estimate=2 * about - effect.estimate, low=low, high=high)


def still_possible(telling: Telling) -> str:
    """What the interval still allows, from its one end to the other."""
    low, high = telling.effect.low, telling.effect.high
    level = f"{level_text(telling.effect.level)} interval"
    if low is None and high is None:
        return f"the data are compatible with any difference ({level})"
    if low is None or high is None:
        end, word = (high, "up to") if low is None else (low, "upwards of")
        return f"the data are compatible with anything {word} {_end(telling, end)} ({level})"
    return (
        f"the data are compatible with anything from {_end(telling, low)} to {_end(telling, high)} "
        f"({_ratio_name(telling)}{level})"
    )


def _ratio_name(telling: Telling) -> str:
    if not telling.scale.is_ratio:
        return ""
    name = telling.scale.label[:1].lower() + telling.scale.label[1:]
    return f"{name} {interval_text(telling.effect, decimals=estimate_decimals(telling.effect, ratio=True))}, "


def _end(telling: Telling, value: float | None) -> str:
    """One end of the interval as a distance from no effect: "2.1 percentage points lower"."""
    if value is None:
        return "any value"
    away = value - telling.scale.null
    if not away:
        return "no difference"
    direction = "higher" if away > 0 else "lower"
    if telling.scale.is_ratio:
        decimals = estimate_decimals(telling.effect, ratio=True)
        return f"{_away_from_one(value, decimals=decimals)} {direction}"
    factor, unit = factor_and_unit(telling.scale, telling.outcome)
    decimals = estimate_decimals(telling.effect, factor=factor)
    if telling.of_pairs:
        return (
            f"{direction} in {size_text(factor * (0.5 + abs(away)), unit=unit, decimals=decimals)} of pairs"
        )
    return f"{size_text(factor * away, unit=unit, decimals=decimals)} {direction}"


def margin_clause(telling: Telling) -> str:
    """Whether differences as large as the margin are ruled out, each way."""
    at = bounds(telling.outcome)
    if at.worse is None or at.better is None:
        return ""
    worse = telling.excludes(at.worse, worse=True)
    better = telling.excludes(at.better, worse=False)
    words = {True: "excluded", False: "not excluded"}
    margin = telling.margin()
    if worse == better:
        both = f"a difference as large as the margin of {margin} is {words[worse]}"
        return f"; {both}, for better or for worse"
    return (
        f"; a worsening as large as the margin of {margin} is {words[worse]}, "
        f"an improvement as large is {words[better]}"
    )
