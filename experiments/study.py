"""A study as declared: what the study file says, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from experiments.instrument import instruments

if TYPE_CHECKING:
    from datetime import date

    from analysis.about import ArmLabel
    from analysis.outcome import Direction, Role
    from experiments.instrument import Instrument


LOG_COLUMNS = (
    *("unit", "occurred_at", "event", "event_id", "session", "arm", "cluster", "period"),
    *("value", "instrument", "item", "wave"),
)  # our names; a study's own attributes come beside them


INGEST, CONTRIBUTOR = "ingest", "contributor"  # who makes ids into pseudonyms


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time beside exposure at t: [t, t + seconds), or [t + seconds, t) where seconds < 0.

    `session` True means the exposure's own session instead; `seconds` is then 0.
    """

    seconds: int = 0
    session: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where a unit's value comes from: an event inside a window, a questionnaire's score, or an attribute.

    Just one of `event`, `instrument` and `attribute` is given. `value` says how a unit's values of `event`
    are put together: mean, sum, max or last; "count" and "any" need no value column.
    """

    event: str | None = None
    value: str | None = None
    window: Window | None = None  # None: from exposure to the end of the log
    instrument: str | None = None
    subscale: str | None = None
    wave: str | None = None
    waves: tuple[str, ...] = ()  # of a repeated survey, in order; `wave` is then the last
    attribute: str | None = None
    own: Instrument | None = None  # the key of an instrument of the study's own

    @property
    def key(self) -> Instrument:
        """The key of the questionnaire. Raises KeyError for a source that is none."""
        return self.own or instruments()[self.instrument or ""]


@dataclass(frozen=True, slots=True)
class DeclaredOutcome:
    """An outcome as declared. `per` is for counts: day, exposure or none.

    A kind that puts two events together has a `numerator` and perhaps a `denominator`; its `source` then says
    no more than the window. `options` are what the kind takes beside: a quantile's q.
    """

    id: str
    label: str
    role: Role
    kind: str
    source: Source
    better: Direction
    margin: float | None = None
    per: Literal["day", "exposure", "none"] = "none"
    unit: str = ""
    measure: str = ""
    simulate: dict[str, float] = field(
        default_factory=dict
    )  # base rate, spread, …: for `watchkeeper simulate`
    numerator: Source | None = None
    denominator: Source | None = None
    options: dict[str, float] = field(default_factory=dict)
    levels: tuple[str | float, ...] = ()  # of an ordinal outcome, from the lowest
    dated: bool = False  # the events of a count keep their times

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source that the outcome is measured from."""
        parts = tuple(part for part in (self.numerator, self.denominator) if part is not None)
        return parts or (self.source,)


@dataclass(frozen=True, slots=True)
class DeclaredCovariate:
    """A baseline covariate as declared."""

    id: str
    source: Source
    label: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a series: its first day, and the segment (an arm) that begins with it."""

    on: date
    arm: str
    label: str


@dataclass(frozen=True, slots=True)
class ConcurrentEvent:
    """Something else that happened: from `first` to `last`, or for good. `adjust` puts it into the model."""

    label: str
    first: date
    last: date | None = None
    adjust: bool = False


@dataclass(frozen=True, slots=True)
class Adoption:
    """A platform's first day under the change; None where it never adopts."""

    platform: str
    on: date | None


@dataclass(frozen=True, slots=True)
class DeclaredDesign:
    """How people were allocated. `kind` names a plug-in of experiments/designs.

    `steps` maps each cluster of a stepped wedge to its first day under the treatment (ISO 8601), or to "never".
    Designs that follow a calendar have an `interval`, a `season` and `changes` (with `events`) or `adoption`.
    """

    kind: str
    arms: tuple[ArmLabel, ...]
    start: date | None = None
    end: date | None = None
    strata: tuple[str, ...] = ()
    pairs: str = ""  # the attribute that names the matched pair of a cluster
    assigned_by: str = ""  # unit or cluster, where the file decides
    randomised: bool | None = None  # None: as the design has it
    steps: dict[str, str] = field(default_factory=dict)
    period_days: int = 0  # length of a period
    interval: str = ""  # day, week or month
    season: str = ""  # weekday, month or none
    changes: tuple[Change, ...] = ()
    events: tuple[ConcurrentEvent, ...] = ()
    adoption: tuple[Adoption, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredPlan:
    """The analysis as declared."""

    alpha: float = 0.05
    contrasts: str = "each-vs-control"
    adjust: str = "holm"
    population: str = "intention-to-treat"
    estimand: str = "individual-average"
    subgroups: tuple[str, ...] = ()
    looks: tuple[float, ...] = ()  # shares of the information, the last one 1
    spending: str = ""
    planned_units: int = 0  # measured at the last look, in all arms; 0: not declared
    prior: tuple[float, float] = (0.5, 0.5)  # of each arm's share: a beta distribution
    prior_sd: float = 0.0  # of a sceptic's prior on the primary outcome; 0: the usual one


@dataclass(frozen=True, slots=True)
class DeclaredLog:
    """How the log names things. `columns` maps our column to theirs; rows are kept up to the day `keep_until`.

    `pseudonyms` says who makes ids into pseudonyms: only "ingest", or the "contributor" before, and ingest again.
    """

    time_zone: str = "UTC"
    columns: dict[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    keep_until: date | None = None
    pseudonyms: str = INGEST

    @property
    def by_contributor(self) -> bool:
        """Whether units are pseudonyms already, in the one form that these have."""
        return self.pseudonyms == CONTRIBUTOR

    def theirs(self, column: str) -> str:
        """Their name for one of our columns."""
        return self.columns.get(column, column)


@dataclass(frozen=True, slots=True)
class Study:
    """One study file, read and checked. `text` is the file as it stood; `plan_hash` is SHA-256 in hex of
    the declaration (titles, labels and simulation settings left out), so that any change of what is
    analysed changes it.
    """

    id: str
    title: str
    topic: str
    company: str
    design: DeclaredDesign
    exposure: str
    outcomes: tuple[DeclaredOutcome, ...]
    plan: DeclaredPlan
    log: DeclaredLog
    plan_hash: str
    text: str
    covariates: tuple[DeclaredCovariate, ...] = ()
    question: str = ""
    summary: str = ""
    limits: tuple[str, ...] = ()
    source: str = ""
    data_are: Literal["observed", "reconstructed", "approximate", "simulated"] = "observed"
    unit_name: str = "unit"
    cluster_name: str = "cluster"
    rounding: Literal["", "none", "midpoint-10"] = ""  # of counts in public; empty: as the topic has it
    consents: tuple[str, ...] = ()  # companies that agreed in writing to be recognisable in pooled figures
    reporting: dict[str, str] = field(
        default_factory=dict
    )  # by key of `experiments.reporting`: for the report
    translations: dict[str, dict[str, str]] = field(default_factory=dict)  # by language: texts of the file
    simulation: dict[str, float] = field(
        default_factory=dict
    )  # clusters, icc, dropout, …: `watchkeeper simulate`

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source of an outcome, then those of the covariates."""
        of_outcomes = (source for outcome in self.outcomes for source in outcome.sources)
        return (*of_outcomes, *(covariate.source for covariate in self.covariates))
