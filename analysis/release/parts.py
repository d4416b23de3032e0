"""The parts of a `Release`: arms, findings, checks, steps and facts of the data as they may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.finding import Effect, Finding

if TYPE_CHECKING:
    from analysis.policy import Count


@dataclass(frozen=True, slots=True)
class ReleasedArm:
    """One arm of a finding. `figures` (mean, sd, value) is empty where a cell behind it is masked."""

    arm: str
    n: Count
    missing: Count
    events: Count | None
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class ReleasedFinding:
    """A finding whose arms are masked where they must be. `finding.arms` is empty: the counts are in `arms`."""

    finding: Finding
    arms: tuple[ReleasedArm, ...]

    @property
    def effect(self) -> Effect:
        """The effect on the primary scale."""
        return self.finding.effect


@dataclass(frozen=True, slots=True)
class ReleasedCheck:
    """A check's result with its sentence already written from what may be shown."""

    name: str
    verdict: str
    says: str
    subject: str | None
    statistic: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class ReleasedStep:
    """A step of the flow of units, by arm and in all."""

    key: str
    by_arm: dict[str, Count]
    total: Count


@dataclass(frozen=True, slots=True)
class ReleasedData:
    """The data that were analysed. `first` and `last` are ISO 8601; in public only days: an instant is a person's.

    `events`, `rejected` and `duplicates` count rows: "rounded" ones lie within fifty of their value.
    """

    hash: str
    events: Count
    units: Count
    rejected: Count
    duplicates: Count
    first: str | None = None
    last: str | None = None
