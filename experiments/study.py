"""A study as declared: what the study file says, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from analysis.about import ArmLabel
    from analysis.outcome import Direction, Role


LOG_COLUMNS = (
    *("unit", "occurred_at", "event", "event_id", "session", "arm", "cluster", "period"),
    *("value", "instrument", "item", "wave"),
)  # our names; a study's own attributes come beside them


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
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class DeclaredOutcome:
    """An outcome as declared. `per` is for counts: day, exposure or none."""

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


@dataclass(frozen=True, slots=True)
class DeclaredCovariate:
    """A baseline covariate as declared."""

    id: str
    source: Source
    label: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredDesign:
    """How people were allocated. `kind` names a plug-in of experiments/designs."""

    kind: str
    arms: tuple[ArmLabel, ...]
    start: date | None = None
    end: date | None = None
    strata: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class DeclaredLog:
    """How the log names things. `columns` maps our column to theirs."""

    time_zone: str = "UTC"
    columns: dict[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()

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
    simulation: dict[str, float] = field(
        default_factory=dict
    )  # clusters, icc, dropout, …: `watchkeeper simulate`
