"""Findings as rows and panels: which share an axis, in which unit, and what is written beside each interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from analysis.release.shown import Shown
from analysis.verdict import Bounds, bounds
from dashboard.language import say
from dashboard.words import (
    VERDICTS,
    arm_text,
    effect_text,
    estimate_decimals,
    in_periods,
    interval_text,
    scale_word,
)
from dashboard.words.figures import estimate_text, factor_and_unit
from dashboard.words.pictures import HIDDEN, axis_title, row_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.disclosure import Release, ReleasedFinding
    from analysis.outcome import Direction, Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """One interval: its label, the finding behind it, and its figures in the panel's unit."""

    label: str
    finding: ReleasedFinding
    factor: float
    instead: str | None = None  # of the verdict, where none is given

    @property
    def outcome(self) -> Outcome:
        """The outcome the interval is about."""
        return self.finding.finding.outcome

    @property
    def verdict_name(self) -> str:
        """The verdict's key."""
        return self.finding.finding.verdict

    @property
    def verdict(self) -> str:
        """The verdict's shape and word, or what is said instead."""
        if self.instead is not None:
            return self.instead
        if self.finding.finding.estimate.descriptive:
            return say("○ No verdict")
        return VERDICTS[self.verdict_name].text

    @property
    def bounded(self) -> bool:
        """Whether the method gives an interval with at least one end."""
        return self.finding.effect.low is not None or self.finding.effect.high is not None

    @property
    def side(self) -> Literal["better", "worse", "both"]:
        """The side of no effect on which the whole interval lies, or both."""
        effect, null = self.finding.effect, self.outcome.scale.null
        above = effect.low is not None and effect.low > null
        below = effect.high is not None and effect.high < null
        if not above and not below:
            return "both"
        return "better" if above == (self.outcome.better == "higher") else "worse"

    @property
    def treatment_figure(self) -> str:
        """The treatment arm's figure and its n, or that they are not shown."""
        return self._figures()[self.finding.finding.contrast.treatment]

    @property
    def control_figure(self) -> str:
        """The control arm's figure and its n, or that they are not shown."""
        return self._figures()[self.finding.finding.contrast.control]

    @property
    def text(self) -> str:
        """Estimate and interval, without the unit that the axis names."""
        effect, shown = self.finding.effect, Shown.of(self.outcome.scale, self.outcome)
        return f"{estimate_text(effect, shown)} ({interval_text(effect, shown)})"

    @property
    def decimals(self) -> int:
        """As many as the estimate and its interval are told with."""
        return estimate_decimals(self.finding.effect, scale=self.outcome.scale, outcome=self.outcome)

    def scaled(self, value: float | None) -> float | None:
        """A value of the primary scale in the panel's unit, with the digits that are told and no more."""
        return None if value is None else round(self.factor * value, self.decimals)

    def _figures(self) -> dict[str, str]:
        """Both arms' figures by arm, or neither: the effect and one of them would give the other away.

        Empty for an effect over several studies, which has no arms of its own.
        """
        if not self.finding.arms:
            contrast = self.finding.finding.contrast
            return dict.fromkeys((contrast.treatment, contrast.control), "")
        own_unit = not self.outcome.scale.is_ratio and self.factor == 1.0
        decimals = self.decimals if own_unit else None
        periods = in_periods(self.finding)
        said = {
            arm.arm: arm_text(arm, outcome=self.outcome, decimals=decimals, periods=periods)
            for arm in self.finding.arms
        }
        if None in said.values():
            return dict.fromkeys(said, say(HIDDEN))
        return {arm: str(words) for arm, words in said.items()}


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    heading: str
    note: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Groups that share one axis: the same scale, unit and good direction."""

    title: str
    better: Direction
    ratio: bool
    null: float
    groups: tuple[Group, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in order."""
        return tuple(row for group in self.groups for row in group.rows)


def panels(groups: Iterable[Group]) -> tuple[Panel, ...]:
    """The groups put into panels, in the order in which they come; rows on another scale into one of their own."""
    found: dict[tuple[str, str, Direction], list[Group]] = {}
    for group in (part for whole in groups for part in _by_scale(whole)):
        outcome = group.rows[0].outcome
        _, unit = factor_and_unit(outcome.scale, outcome)
        found.setdefault((outcome.scale.label, unit, outcome.better), []).append(group)
    return tuple(
        Panel(
            title=axis_title(label, unit),
            better=better,
            ratio=members[0].rows[0].outcome.scale.is_ratio,
            null=members[0].rows[0].outcome.scale.null,
            groups=tuple(members),
        )
        for (label, unit, better), members in found.items()
    )


def _by_scale(group: Group) -> list[Group]:
    """The group's rows parted by scale: a ratio and a difference share no axis."""
    found: dict[str, list[Row]] = {}
    for item in group.rows:
        found.setdefault(item.outcome.scale.name, []).append(item)
    return [replace(group, rows=tuple(rows)) for rows in found.values()]


def row(finding: ReleasedFinding, label: str, *, instead: str | None = None) -> Row:
    """A row for a finding."""
    outcome = finding.finding.outcome
    factor, _ = factor_and_unit(outcome.scale, outcome)
    return Row(label, finding, factor, instead)


def margins(of: Row) -> Bounds | None:
    """The margin's two ends in the panel's unit; None for an outcome without a margin."""
    at = bounds(of.outcome)
    if at.worse is None or at.better is None:
        return None
    return Bounds(of.factor * at.null, of.factor * at.worse, of.factor * at.better)


def numbers(found: ReleasedFinding, release: Release, **first: str) -> dict[str, str | float | None]:
    """A finding's figures as a row of a table, rounded as they are drawn; `first` are its first columns."""
    finding, effect = found.finding, found.effect
    factor, unit = factor_and_unit(finding.outcome.scale, finding.outcome)
    decimals = estimate_decimals(effect, scale=finding.outcome.scale, outcome=finding.outcome)
    rounded = _rounder(factor, decimals)
    item = row(found, "")
    return {
        **first,
        "outcome": finding.outcome.label,
        "role": finding.outcome.role,
        "treatment": release.arm_label(finding.contrast.treatment),
        "control": release.arm_label(finding.contrast.control),
        "treatment_figure": item.treatment_figure,
        "control_figure": item.control_figure,
        "scale": scale_word(finding.outcome.scale.name),
        "unit": unit,
        "estimate": rounded(effect.estimate),
        "low": rounded(effect.low),
        "high": rounded(effect.high),
        "interval": interval_text(effect, Shown.of(finding.outcome.scale, finding.outcome)),
        "level": effect.level,
        "p_value": None if effect.p_value is None else float(f"{effect.p_value:.2g}"),
        "p_adjusted": None if finding.p_adjusted is None else float(f"{finding.p_adjusted:.2g}"),
        "verdict": VERDICTS[finding.verdict].word,
        "estimator": finding.estimator,
    }


def _rounder(factor: float, decimals: int) -> Callable[[float | None], float | None]:
    return lambda value: None if value is None else round(factor * value, decimals)


def spoken(found: ReleasedFinding, release: Release, *, verdict: bool = True) -> str:
    """A finding in a few words for those who cannot see the chart; a level of a subgroup has no verdict."""
    finding = found.finding
    text = effect_text(found.effect, scale=finding.outcome.scale, outcome=finding.outcome)
    treatment, control = (
        release.arm_label(arm) for arm in (finding.contrast.treatment, finding.contrast.control)
    )
    said = finding.verdict if verdict else None
    return row_text(finding.outcome.label, treatment, control, text, said)
