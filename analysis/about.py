"""Facts that travel with every result: which study, which plan, which data, which software."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class ArmLabel:
    """One arm as declared: its name in the log, its label on pages, its share of the allocation."""

    name: str
    label: str
    control: bool
    share: float


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What the study file says about the study itself. Dates are ISO 8601."""

    id: str
    title: str
    topic: str
    company: str
    design: str  # the design's kind
    arms: tuple[ArmLabel, ...]
    start: str | None = None
    end: str | None = None
    question: str = ""
    summary: str = ""  # a paragraph for pages: how it was done, in words
    limits: tuple[str, ...] = ()  # what it cannot tell, as declared
    source: str = ""  # where the data come from, as declared
    data_are: Literal["observed", "reconstructed", "approximate", "simulated"] = "observed"
    unit_name: str = "unit"  # what one unit is called on pages: visitor, moderator
    cluster_name: str = "cluster"

    @property
    def simulated(self) -> bool:
        """Whether every page and export must say that the data are simulated."""
        return self.data_are == "simulated"


@dataclass(frozen=True, slots=True)
class Registration:
    """The plan in force: its hash, when it was registered, and what was amended since, with reasons."""

    hash: str
    registered_at: str
    amendments: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DataFacts:
    """The data that were analysed. `first` and `last` are ISO 8601 instants; counts are of rows and units."""

    hash: str
    events: int
    units: int
    first: str | None = None
    last: str | None = None
    rejected: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """The software that computed a result. Only `created_at` may differ between two identical runs."""

    watchkeeper: str
    python: str
    packages: dict[str, str]
    seed: int
    created_at: str


@dataclass(frozen=True, slots=True)
class FlowStep:
    """Units left after a step on the way from log to analysis, by arm. `key` is a word of `dashboard.words`.

    `units` is how many there are in all where a unit can be in several arms, one after the other.
    """

    key: str
    by_arm: dict[str, int]
    units: int | None = None

    @property
    def total(self) -> int:
        """Units in all arms together.

        >>> FlowStep("assigned", {"blur": 20, "grey": 20}, units=21).total
        21
        """
        return sum(self.by_arm.values()) if self.units is None else self.units


@dataclass(frozen=True, slots=True)
class Intervals:
    """How many intervals of a series were observed and left out, over all platforms. `word` is day, week or month.

    `cut` are not covered whole by the log; inside `mixed` ones a change fell; `silent` ones are observed and have
    no event at all, which counts as 0.
    """

    word: str
    observed: int
    cut: int = 0
    mixed: int = 0
    silent: int = 0


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the study ran: what the unit table cannot show. Counts are of units unless named otherwise.

    `assigned` counts the units (or clusters, for `assigned_by` "cluster") that each arm was given, in a crossover
    those that began with it; where a calendar decides, it is empty, as `shares` is;
    `in_two_arms` those excluded because the log assigns them twice; `saw_other_arm` those with events that
    carry another arm than their own; `never_assigned` those with events but no assignment.
    `days_without_events` are days between start and end of the log without any event.
    """

    assigned: dict[str, int]
    shares: dict[str, float]
    assigned_by: Literal["unit", "cluster"] = "unit"
    in_two_arms: int = 0
    saw_other_arm: int = 0
    never_assigned: int = 0
    days_without_events: int = 0
    days: int = 0
    flow: tuple[FlowStep, ...] = field(default_factory=tuple)
    reliability: dict[str, float] = field(default_factory=dict)  # Cronbach's alpha by score outcome
    intervals: Intervals | None = None  # of a series, where nobody is assigned
    ended: bool = True  # whether the log reaches the study's last day, so that no more will come
    assigned_by_day: tuple[dict[str, int], ...] = ()  # units that each arm was given on each day
