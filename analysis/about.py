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
class Course:
    """What one platform or cluster was declared to have: each arm with its first day (ISO 8601), in order."""

    name: str
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """When an outcome, or what was known before, is measured, in days from the moment that counts.

    `name` is the outcome's or the covariate's; `last` is None where it is followed to the end of the log. `session`
    stands for the session of that moment, `wave` for a survey's wave, which the study file gives no day for.
    """

    name: str
    first: float = 0.0
    last: float | None = None
    session: bool = False
    wave: str = ""


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
    courses: tuple[Course, ...] = ()  # where a calendar decides who has what when
    meanwhile: tuple[tuple[str, str], ...] = ()  # what else happened, and its first day (ISO 8601)
    spans: tuple[Span, ...] = ()  # when what is measured, where each unit has its own clock
    period_days: int = 0  # length of a period; 0 where there are none
    rounding: Literal["", "none", "midpoint-10"] = ""  # of counts in public, where declared
    consents: tuple[str, ...] = ()  # companies that agreed in writing to be recognisable in pooled figures
    reporting: dict[str, str] = field(default_factory=dict)  # what it states for its report, by subject
    translations: dict[str, dict[str, str]] = field(default_factory=dict)  # by language: its own texts

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
    no event at all, which counts as 0. `first_days` (ISO 8601) are those of all intervals, left out or not.
    """

    word: str
    observed: int
    cut: int = 0
    mixed: int = 0
    silent: int = 0
    first_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha of a score, over `people` who answered each of its `items`, of all arms together."""

    alpha: float
    people: int
    items: int


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What is odd in a log. `units` are those with events of their own doing; see `experiments.log_facts`.

    `bursting` units have an implausible number of events in one minute, all such minutes together `in_bursts` of
    the log's `events`; `early` units have events long before their assignment; sessions are `lasting` that last
    longer than a day; `future` events come after the log was taken in. `crowded_minutes` hold too much of the
    whole log, `crowded_instants` too many units.
    """

    events: int
    units: int
    bursting: int = 0
    in_bursts: int = 0
    crowded_minutes: int = 0
    crowded_instants: int = 0
    lasting: int = 0
    early: int = 0
    future: int = 0


@dataclass(frozen=True, slots=True)
class Halves:
    """An outcome in the first and in the last half of its window, in one arm: over `n` units, or clusters' means.

    `first` and `last` are means, `first_variance`, `last_variance` and `change_variance` (of last - first) sample
    variances; `with_first` and `with_last` count the units that have an event there.
    """

    n: int
    first: float
    last: float
    first_variance: float
    last_variance: float
    change_variance: float
    with_first: int
    with_last: int


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the study ran: what the unit table cannot show. Counts are of units unless named otherwise.

    `assigned` counts the units (or clusters, for `assigned_by` "cluster") that each arm was given, in a crossover
    those that began with it; where a calendar decides, it is empty, as `shares` is;
    `in_two_arms` those excluded because the log assigns them twice; `saw_other_arm` those with events that
    carry another arm than their own; `never_assigned` those with events but no assignment.
    `days_without_events` are days between start and end of the log without any event. `not_followed` counts, by
    outcome, the units whose window reaches beyond the end of the log. At most `withdrew` people, and more than ten
    fewer, withdrew: a multiple of ten, 0 for nobody.
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
    reliability: dict[str, Reliability] = field(default_factory=dict)  # by score outcome
    intervals: Intervals | None = None  # of a series, where nobody is assigned
    ended: bool = True  # whether the log reaches the study's last day, so that no more will come
    assigned_by_day: tuple[dict[str, int], ...] = ()  # units that each arm was given on each day
    assignment_days: tuple[str, ...] = ()  # which days (UTC, ISO 8601) those are
    assigned_by_stratum: tuple[
        dict[str, int], ...
    ] = ()  # units, or clusters, in each stratum of the allocation
    not_followed: dict[str, int] = field(default_factory=dict)
    halves: dict[str, dict[str, Halves]] = field(default_factory=dict)  # by outcome and arm
    log: LogFacts | None = None
    withdrew: int = 0
